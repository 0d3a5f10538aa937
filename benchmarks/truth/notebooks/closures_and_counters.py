# %%
def make_counter(start=0):
    count = start

    def step(by=1):
        nonlocal count
        count += by
        return count

    return step

# %%
tick = make_counter()
tock = make_counter(100)

# %%
tick()
tick(5)
readings = [tick(), tock()]

# %%
state = "idle"

def start():
    global state, started
    state = "running"
    started = True

def stop():
    global state
    state = "idle"
    return started

# %%
start()
print(state)

# %%
if stop():
    print("it had been started", state)

# %%
actions = []
for level in range(3):
    actions.append(lambda level=level: level * factor)

# %%
factor = 10
values = [action() for action in actions]

# %%
def outer(x):
    y = x + offset

    def inner(z):
        return y + z + shift

    return inner

# %%
offset, shift = 1, 2
add = outer(10)

# %%
print(add(5), values, readings)
