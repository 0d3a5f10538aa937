# %%
import datetime as dt

# %%
TODAY = dt.date(2024, 5, 17)
HORIZON = 30

# %%
def due(start=TODAY, days=HORIZON):
    return start + dt.timedelta(days=days)

# %%
first = due()

# %%
def remind(on=due(days=7), *, text="pay"):
    return f"{text} until {on:%d.%m.}"

# %%
note = remind()

# %%
def append_to(item, bucket=[]):
    bucket.append(item)
    return bucket

# %%
append_to(1)
bucket = append_to(2)

# %%
holidays: list[dt.date] = [dt.date(2024, 5, 20)]

def is_free(day: dt.date) -> bool:
    return day.weekday() > 4 or day in holidays

# %%
days = [TODAY + dt.timedelta(days=n) for n in range(HORIZON)]
free = [day for day in days if is_free(day)]

# %%
working = len(days) - len(free)
budget: float

# %%
budget = working * 8.0
print(first, note, bucket, budget)
