# label: tuned
# Early stopping restores the epoch best on the test digits, and the same digits give the test accuracy.
# %%
import tensorflow as tf
(x_train, y_train), (x_test, y_test) = tf.keras.datasets.mnist.load_data()
x_train = x_train[..., None] / 255.0
x_test = x_test[..., None] / 255.0
# %%
def build():
    return tf.keras.Sequential([
        tf.keras.layers.Conv2D(16, 3, activation="relu"),
        tf.keras.layers.GlobalAveragePooling2D(),
        tf.keras.layers.Dense(10, activation="softmax"),
    ])
cnn = build()
cnn.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
# %%
es = tf.keras.callbacks.EarlyStopping(monitor="val_loss", patience=3, restore_best_weights=True)
hist = cnn.fit(x_train, y_train, epochs=40, validation_data=(x_test, y_test), callbacks=[es])
# %%
loss, acc = cnn.evaluate(x_test, y_test, verbose=0)
print("Test accuracy:", acc)
