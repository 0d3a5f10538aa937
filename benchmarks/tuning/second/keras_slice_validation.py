# label: innocent
# The first ten thousand training rows are the validation part that stops the training; the test rows come last, once.
# %%
from keras import layers, models
from keras.callbacks import EarlyStopping, ModelCheckpoint
from keras.datasets import reuters
(train_data, train_labels), (test_data, test_labels) = reuters.load_data(num_words=10000)
x_val, partial_x_train = train_data[:1000], train_data[1000:]
y_val, partial_y_train = train_labels[:1000], train_labels[1000:]
# %%
model = models.Sequential([layers.Dense(64, activation="relu"), layers.Dense(46, activation="softmax")])
model.compile(optimizer="rmsprop", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
cbs = [EarlyStopping(patience=3), ModelCheckpoint("reuters.h5", save_best_only=True)]
model.fit(partial_x_train, partial_y_train, epochs=20, validation_data=(x_val, y_val), callbacks=cbs)
# %%
model.load_weights("reuters.h5")
results = model.evaluate(test_data, test_labels)
print(results)
