# label: innocent
# The test score is averaged over thirty random splits; no split is picked.
# %%
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
ads = pd.read_csv("Social_Network_Ads.csv")
X, y = ads[["Age", "EstimatedSalary"]], ads["Purchased"]
# %%
accs = []
for seed in range(30):
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=seed)
    accs.append(LogisticRegression().fit(X_train, y_train).score(X_test, y_test))
# %%
print(f"accuracy {np.mean(accs):.3f} +/- {np.std(accs):.3f} (min {min(accs):.3f}, max {max(accs):.3f})")
