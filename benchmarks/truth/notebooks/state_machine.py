# %%
TRANSITIONS = {("red", "go"): "green", ("green", "slow"): "yellow", ("yellow", "stop"): "red"}

# %%
class Light:
    instances = 0

    def __init__(self, state="red"):
        self.state = state
        self.observers = []
        Light.instances += 1

    def on_change(self, observer):
        self.observers.append(observer)

    def send(self, event):
        self.state = TRANSITIONS.get((self.state, event), self.state)
        for observer in self.observers:
            observer(self)

# %%
seen = []

def record(light):
    seen.append(light.state)
    if VERBOSE:
        print("now", light.state)

# %%
VERBOSE = True
light = Light()
light.on_change(record)

# %%
light.send("go")
light.send("slow")

# %%
VERBOSE = False
for event in ["stop", "go", "nonsense"]:
    light.send(event)

# %%
cycle = len(set(seen))
history = " > ".join(seen)

# %%
def replay(events, start="red"):
    current = start
    for event in events:
        current = TRANSITIONS.get((current, event), current)
    return current

# %%
end = replay(["go", "slow"])
assert end in seen
print(history, cycle, Light.instances, event)
