# %%
from math import *
from statistics import *

# %%
angles = [0, pi / 6, pi / 4, pi / 3, pi / 2]
sines = [sin(a) for a in angles]

# %%
middle = mean(sines)
wide = stdev(sines)

# %%
def polar(x, y):
    return hypot(x, y), atan2(y, x)

# %%
points = [(1, 1), (0, 2), (-1, 0)]
polars = [polar(*point) for point in points]

# %%
radii = [radius for radius, _ in polars]
spread = pstdev(radii)

# %%
report = {"middle": middle, "wide": wide, "spread": spread}
print(report)

# %%
shift = floor(middle * 10)
print(shift, e)
