# %%
import os
from types import SimpleNamespace

# %%
config = SimpleNamespace(depth=3, name="demo")
config.width = 2

# %%
if os.environ.get("SURELY_NOT_SET_ANYWHERE"):
    mode = "special"
else:
    mode = "normal"

# %%
levels = {}
levels["normal"] = 1
levels.update(special=5)

# %%
@property
def doubled(self):
    return self.value * weight

class Holder:
    def __init__(self, value):
        self.value = value

    double = doubled

    @property
    def triple(self):
        return self.value * 3 + extra

# %%
weight = 2
holder = Holder(21)
answer = holder.double

# %%
extra = 1
third = holder.triple

# %%
defaults = dict(depth=1, colour="blue")
options = {**defaults, **vars(config)}

# %%
def describe(**settings):
    return ", ".join(f"{key}={value}" for key, value in sorted(settings.items()))

# %%
text = describe(**options)
pick = lambda key: options.get(key, fallback)

# %%
fallback = "none"
print(pick("depth"), pick("missing"), answer, third, text, levels[mode])
