# %%
try:
    import not_a_real_module_xyz as fast
except ImportError:
    fast = None

# %%
try:
    import ujson_missing as json
except ImportError:
    import json

# %%
HAS_FAST = fast is not None
payload = {"a": [1, 2, 3], "b": {"c": None}}

# %%
text = json.dumps(payload)
json.loads(text)

# %%
try:
    cache
except NameError:
    cache = {}

# %%
def lookup(key):
    if key not in cache:
        cache[key] = compute(key)
    return cache[key]

# %%
def compute(key):
    return sum(ord(letter) for letter in key)

# %%
lookup("abc")
lookup("abd")

# %%
if "settings" not in globals():
    settings = {"depth": 2}

# %%
if HAS_FAST:
    engine = fast
else:
    engine = json

# %%
print(engine.__name__, settings["depth"], len(cache))

# %%
from contextlib import suppress

with suppress(NameError):
    print(never_defined_anywhere)
ok = True
