# %%
import sys

# %%
raw = list(range(1000))
header, *body = raw

# %%
def weight(thing):
    return sys.getsizeof(thing) + overhead

# %%
overhead = 8
before = weight(raw)

# %%
half = raw[::2]
del raw

# %%
print(header, len(body), len(half))

# %%
temporary = {"a": 1, "b": 2}
del temporary["a"]
left = list(temporary)

# %%
for index in range(3):
    scratch = [index] * 3
    del scratch
print(index)

# %%
raw = half[:10]
after = weight(raw)

# %%
try:
    del never_there
except NameError:
    missing = True

# %%
def cleanup():
    global half
    del half

# %%
cleanup()
print(missing, before > after, left)
