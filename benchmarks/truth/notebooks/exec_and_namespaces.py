# %%
source = """
def doubled(n):
    return n * 2
"""

# %%
exec(source)
print(doubled(4))

# %%
scope = {}
exec("x = 5", scope)
picked = scope["x"]

# %%
expression = "picked + 1"
result = eval(expression)

# %%
for name in ("alpha", "beta"):
    globals()[name] = len(name)

# %%
print(alpha + beta, result)

# %%
table = {key: value for key, value in globals().items() if key in ("alpha", "beta")}
print(table)

# %%
done = sorted(table)
print(done)
