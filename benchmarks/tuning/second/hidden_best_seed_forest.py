# label: tuned
# Two thousand seeds of the forest are tried on the test rows and the best seed's accuracy is the result.
# %%
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
heart = pd.read_csv("heart_uci.csv")
X_train, X_test, Y_train, Y_test = train_test_split(heart.drop("target", axis=1), heart["target"], test_size=0.2, random_state=0)
# %%
max_accuracy = 0
for x in range(2000):
    rf = RandomForestClassifier(random_state=x)
    rf.fit(X_train, Y_train)
    current_accuracy = round(accuracy_score(rf.predict(X_test), Y_test) * 100, 2)
    if current_accuracy > max_accuracy:
        max_accuracy = current_accuracy
        best_x = x
# %%
rf = RandomForestClassifier(random_state=best_x)
rf.fit(X_train, Y_train)
score_rf = round(accuracy_score(rf.predict(X_test), Y_test) * 100, 2)
print("The accuracy score achieved using Random Forest is: " + str(score_rf) + " %")
