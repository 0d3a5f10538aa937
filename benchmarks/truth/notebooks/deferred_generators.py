# %%
base = 10
squares = (n * n for n in range(base))

# %%
def stream(limit):
    for n in range(limit):
        yield n + shift

# %%
source = stream(5)

# %%
shift = 100
first = next(source)

# %%
rest = list(source)

# %%
lazy = map(lambda n: n * factor, rest)

# %%
factor = 3
scaled = list(lazy)

# %%
evens = filter(lambda n: n % 2 == remainder, scaled)
remainder = 0
kept = list(evens)

# %%
total = sum(squares)
pairs = {(a, b) for a in range(3) for b in range(a)}

# %%
def windows(items, size=2):
    for at in range(len(items) - size + 1):
        yield items[at : at + size]

# %%
sums = [sum(window) for window in windows(scaled)]
nested = [[cell * factor for cell in row] for row in windows(rest, 3)]

# %%
print(first, total, sums, nested, len(pairs), kept)
