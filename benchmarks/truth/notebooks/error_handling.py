# %%
import logging

logger = logging.getLogger("demo")
logger.addHandler(logging.NullHandler())

# %%
class TooSmall(ValueError):
    pass

# %%
def check(value):
    if value < MINIMUM:
        raise TooSmall(f"{value} is below {MINIMUM}")
    return value

# %%
MINIMUM = 3
passed, failed = [], []

# %%
for value in [1, 5, 2, 8]:
    try:
        passed.append(check(value))
    except TooSmall as problem:
        failed.append(str(problem))
    finally:
        logger.info("checked %s", value)

# %%
try:
    quotient = passed[0] / (len(failed) - 2)
except ZeroDivisionError:
    quotient = float("inf")
else:
    quotient = round(quotient, 2)

# %%
def safe(function, *args, default=None):
    try:
        return function(*args)
    except Exception as error:
        errors.append(type(error).__name__)
        return default

# %%
errors = []
outcomes = [safe(int, text, default=-1) for text in ("1", "x", "3")]

# %%
def parse(text):
    number, unit = text.split()
    return float(number) * FACTORS[unit]

# %%
FACTORS = {"km": 1000.0, "m": 1.0}
lengths = [parse(text) for text in ("3 km", "20 m")]

# %%
assert sum(lengths) > 0, "nothing was parsed"
print(quotient, outcomes, errors, failed)
