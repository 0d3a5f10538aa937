# label: innocent
# The test rows are watched while training, but no epoch is picked by them.
# %%
from keras.datasets import fashion_mnist
from keras.layers import Dense, Flatten
from keras.models import Sequential
import matplotlib.pyplot as plt
(x_train, y_train), (x_test, y_test) = fashion_mnist.load_data()
model = Sequential([Flatten(), Dense(100, activation="relu"), Dense(10, activation="softmax")])
model.compile(loss="sparse_categorical_crossentropy", optimizer="sgd", metrics=["accuracy"])
history = model.fit(x_train, y_train, epochs=10, validation_data=(x_test, y_test))
plt.plot(history.history["val_accuracy"])
# %%
print(model.evaluate(x_test, y_test))
