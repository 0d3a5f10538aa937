# label: innocent
# One model for each target: the models answer different questions, and none is chosen.
# %%
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.metrics import r2_score
from sklearn.model_selection import train_test_split
df = pd.read_csv("plant.csv")
train, test = train_test_split(df, test_size=0.2, random_state=1)
inputs = ["temperature", "pressure", "flow"]
quality = {}
for target in ["yield", "purity", "colour"]:
    model = Ridge().fit(train[inputs], train[target])
    quality[target] = r2_score(test[target], model.predict(test[inputs]))
print(sorted(quality.items(), key=lambda item: item[1]))
