# %%
import string
from functools import partial, reduce

# %%
DOCUMENTS = ["Hello, World!", "  pipelines are   FUN ", "Zen; of python."]

# %%
def lower(text):
    return text.lower()

def strip_marks(text, marks=string.punctuation):
    return "".join(letter for letter in text if letter not in marks)

def squeeze(text):
    return SEPARATOR.join(text.split())

# %%
STEPS = [lower, strip_marks, squeeze]

def run(text):
    return reduce(lambda value, step: step(value), STEPS, text)

# %%
SEPARATOR = "-"
cleaned = [run(text) for text in DOCUMENTS]

# %%
no_dots = partial(strip_marks, marks=".")
first, second, third = map(no_dots, DOCUMENTS)

# %%
vocabulary = sorted({word for text in cleaned for word in text.split(SEPARATOR)})
position = {word: at for at, word in enumerate(vocabulary)}

# %%
def encode(text):
    return [position[word] for word in text.split(SEPARATOR)]

# %%
encoded = list(map(encode, cleaned))

# %%
matrix = [[0] * len(vocabulary) for _ in cleaned]
for row, codes in zip(matrix, encoded):
    for code in codes:
        row[code] += 1

# %%
def to_words(codes, *, joiner=" "):
    return joiner.join(vocabulary[code] for code in codes)

# %%
assert to_words(encoded[0]) == "hello world"
print(matrix, third, len(vocabulary))
