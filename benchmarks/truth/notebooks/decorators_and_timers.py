# %%
import functools
import time

# %%
calls = {}

def counted(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        calls[function.__name__] = calls.get(function.__name__, 0) + 1
        return function(*args, **kwargs)
    return wrapper

# %%
def repeated(times):
    def decorate(function):
        def wrapper(*args):
            return [function(*args) for _ in range(times)]
        return wrapper
    return decorate

# %%
@counted
def area(width, height=2):
    return width * height * UNIT

# %%
UNIT = 1.5
area(3)

# %%
@repeated(3)
@counted
def greet(name):
    return f"{GREETING}, {name}"

# %%
GREETING = "hello"
lines = greet("ann")

# %%
@functools.lru_cache(maxsize=None)
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)

# %%
start = time.perf_counter()
value = fib(30)
elapsed = time.perf_counter() - start

# %%
area(1)
area(2)
print(calls, lines, value, elapsed >= 0)
