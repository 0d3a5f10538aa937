# label: innocent
# Early stopping looks at a tenth of the training rows, and the test rows are evaluated once.
# %%
from tensorflow import keras
(x_train, y_train), (x_test, y_test) = keras.datasets.imdb.load_data(num_words=10000)
x_train = keras.preprocessing.sequence.pad_sequences(x_train, maxlen=200)
x_test = keras.preprocessing.sequence.pad_sequences(x_test, maxlen=200)
net = keras.Sequential([keras.layers.Embedding(10000, 32), keras.layers.LSTM(32), keras.layers.Dense(1, activation="sigmoid")])
net.compile("adam", "binary_crossentropy", metrics=["accuracy"])
# %%
stop = keras.callbacks.EarlyStopping(patience=2, restore_best_weights=True)
net.fit(x_train, y_train, epochs=20, validation_split=0.1, callbacks=[stop])
# %%
print(net.evaluate(x_test, y_test))
