# %%
from collections import namedtuple
from math import pi

# %%
Circle = namedtuple("Circle", "radius")
Box = namedtuple("Box", "width height")

# %%
def area(shape):
    match shape:
        case Circle(radius=r):
            return pi * r**2
        case Box(width=w, height=h):
            return w * h
        case [x, y, *rest]:
            return x * y * len(rest)
        case {"side": side, **others}:
            return side**2 + len(others)
        case _:
            return FALLBACK

# %%
FALLBACK = -1
shapes = [Circle(2), Box(3, 4), [1, 2, 3, 4], {"side": 2, "name": "x"}, "line"]

# %%
areas = [area(shape) for shape in shapes]

# %%
command = "move 3 left"
match command.split():
    case ["move", steps, direction]:
        target = (int(steps), direction)
    case ["stop"]:
        target = None

# %%
print(target, direction)

# %%
if (largest := max(areas)) > 10:
    print("large", largest)

# %%
total = 0
remaining = list(areas)
while (value := remaining.pop()) < largest:
    total += value

# %%
ratio = total / largest
print(f"{ratio:.3f} {value:{10}.{2}f} {shapes[0].radius!r}")
