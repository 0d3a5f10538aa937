# label: tuned
# A loop finds k by accuracy on the test rows and the model is refitted with that very variable.
# %%
import pandas as pd
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
df = pd.read_csv("glass.csv")
x_train, x_test, y_train, y_test = train_test_split(df.drop("Type", axis=1), df["Type"], test_size=0.2)
acc = {}
for k in range(1, 30, 2):
    knn = KNeighborsClassifier(k)
    knn.fit(x_train, y_train)
    acc[k] = accuracy_score(y_test, knn.predict(x_test))
k = pd.Series(acc).idxmax()
# %%
model = KNeighborsClassifier(n_neighbors=k).fit(x_train, y_train)
print("Accuracy of the classifier:", accuracy_score(y_test, model.predict(x_test)))
