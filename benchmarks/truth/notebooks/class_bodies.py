# %%
import math
from abc import ABC, abstractmethod
from enum import Enum

# %%
WIDTH = 4
NAMES = ["red", "green"]

# %%
class Grid:
    width = WIDTH
    cells = [0] * width
    names = tuple(NAMES)

    def area(self):
        return self.width * HEIGHT

    @classmethod
    def square(cls):
        return cls.width**2

    @staticmethod
    def label():
        return PREFIX + "grid"

# %%
HEIGHT = 3
grid = Grid()
grid.area()

# %%
PREFIX = "my "
title = Grid.label()

# %%
class Colour(Enum):
    RED = 1
    GREEN = 2

# %%
class Shape(ABC):
    @abstractmethod
    def size(self): ...

    def __lt__(self, other):
        return self.size() < other.size()

class Disc(Shape):
    def __init__(self, radius):
        self.radius = radius * SCALE

    def size(self):
        return math.pi * self.radius**2

# %%
SCALE = 1.5
discs = [Disc(r) for r in (3, 1, 2)]

# %%
smallest = min(discs)
ordered = sorted(discs)

# %%
class Registry(dict):
    def __missing__(self, key):
        self[key] = DEFAULT
        return DEFAULT

# %%
DEFAULT = Colour.RED
registry = Registry()
registry["x"]

# %%
print(title, smallest.radius, Grid.square(), registry, len(ordered))
