# %%
import csv
import os
import tempfile
from contextlib import contextmanager
from pathlib import Path

# %%
folder = Path(tempfile.mkdtemp())
target = folder / "rows.csv"

# %%
rows = [{"name": f"n{i}", "value": i * i} for i in range(6)]
with target.open("w", newline="") as out:
    writer = csv.DictWriter(out, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)

# %%
with target.open() as source:
    back = list(csv.DictReader(source))
print(out.closed, source.closed)

# %%
@contextmanager
def inside(path):
    before = os.getcwd()
    os.chdir(path)
    visits.append(str(path))
    try:
        yield before
    finally:
        os.chdir(before)

# %%
visits = []
with inside(folder) as previous:
    here = sorted(os.listdir("."))

# %%
values = [int(row["value"]) for row in back]
mean = sum(values) / len(values)

# %%
def above(limit=mean):
    return [row["name"] for row in back if int(row["value"]) > limit]

# %%
names = above()
print(names, previous == os.getcwd(), here)

# %%
try:
    with open(folder / "missing.txt") as handle:
        content = handle.read()
except FileNotFoundError as error:
    content = ""
    reason = error.strerror

# %%
target.unlink()
folder.rmdir()
print(repr(content), reason, len(visits))
