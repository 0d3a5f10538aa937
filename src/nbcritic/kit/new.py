"""A new scenario, laid out: every file that the gate asks for, small, true to the format, with TODO where an author has to think."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

from nbcritic.kit.workspace import write
from nbcritic.model import NbcriticError

_SLUG = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


def lay_out(slug: str, root: Path) -> list[Path]:
    """Write the files of a new scenario; nothing that is there is overwritten.

    Raises:
        NbcriticError: The name is none, or there is such a scenario.
    """
    if not _SLUG.fullmatch(slug):
        raise NbcriticError(f"{slug!r} is no name for a scenario: lower case, digits and hyphens, such as churn-model")
    notebooks, critiques = root / "notebooks" / slug, root / "critiques" / slug
    for folder in (notebooks, critiques):
        if folder.exists():
            raise NbcriticError(f"{folder} is there already, and nothing in it is overwritten")
    package = slug.replace("-", "_")
    root.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{slug}-", dir=root))
    try:
        for name, text in _FILES.items():
            place = name.format(slug=slug, package=package)
            write(beside / place, text.replace("@slug@", slug).replace("@package@", package))
        for folder in (notebooks, critiques):
            folder.parent.mkdir(exist_ok=True)
        (beside / "notebooks" / slug).rename(notebooks)
        (beside / "critiques" / slug).rename(critiques)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return sorted(path for folder in (notebooks, critiques) for path in folder.rglob("*") if path.is_file())


_PROJECT = """\
[build-system]
requires = ["hatchling>=1.25"]
build-backend = "hatchling.build"

[project]
name = "@package@"
version = "0.1.0"
description = "TODO: the question that it answers, and for whom."
readme = "README.md"
requires-python = ">=3.11"
dependencies = []

[project.optional-dependencies]
test = ["pytest>=8"]

[tool.hatch.build.targets.wheel]
packages = ["src/@package@"]

[tool.pytest.ini_options]
testpaths = ["tests"]
pythonpath = ["src"]

[tool.ruff]
line-length = 120
"""
_INIT = '"""TODO: what it does, in a line."""\n'
_MAIN = '''\
"""`python -m @package@ run`: bad input is one line and exit code 2."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path


def answer(table: Path, out: Path) -> None:
    """TODO: the naive answer. This one counts the rows of a table."""
    rows = len(table.read_text(encoding="utf-8").splitlines()) - 1
    if rows < 0:
        raise ValueError(f"{table} is empty")
    out.mkdir(parents=True, exist_ok=True)
    (out / "answer.json").write_text(json.dumps({"rows": rows}) + "\\n", encoding="utf-8")
    (out / "claim.json").write_text(json.dumps({"metric": "TODO", "value": 0.0}) + "\\n", encoding="utf-8")


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="@package@", description=__doc__)
    parser.add_argument("command", choices=["run"])
    parser.add_argument("--table", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    try:
        answer(options.table, options.out)
    except (OSError, ValueError) as error:
        print(f"@package@: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
'''
_TEST = """\
import json

from @package@.__main__ import answer


def test_rows_are_counted(tmp_path):
    (tmp_path / "table.csv").write_text("a\\n1\\n2\\n")
    answer(tmp_path / "table.csv", tmp_path / "out")
    assert json.loads((tmp_path / "out" / "answer.json").read_text()) == {"rows": 2}
"""
_README = """\
# @package@

TODO: which decision it serves, how to run it, how good it is, when not to trust it.

```
python -m @package@ run --table table.csv --out answer
python -m pytest
```

`run` reads a table and leaves a folder: `answer.json` with what was asked, and `claim.json`, how good the package says it is. Bad
input is one line on standard error and exit code 2.
"""

_FILES = {
    "notebooks/{slug}/README.md": """\
# TODO: the question, as the person who needs the answer would ask it

**Time:** 60 minutes · **Level:** 2

## The situation

TODO: who decides what, and what a wrong answer costs. Who wrote the notebook; one likes them.

## What we ask of you

1. What would you tell the person who decides, in two sentences?
2. What is wrong or risky, where, why does it matter for *this* decision, and what would you do instead? Most important first.
3. How would you turn it into something that can be relied upon?

## The data

TODO: every table and column, licence, where from.
""",
    "critiques/{slug}/scenario.toml": """\
title = "TODO: a question"
level = 2
minutes = 60
skills = ["leakage"]

[data]
package = "TODO: the package that brings the data"
version = "0"
licence = "TODO"
attribution = "TODO"

# [[data.files]]
# file = "notebooks/@slug@/data/table.csv"
# rows = 0
# columns = 0
# sha256 = "sha256sum prints it"

[tolerance] # relative, 0.02 where nothing is said; a name may be a beginning

[measured]

[contract]
promise = "TODO: which command, which files it gets and writes, what is held out, how it is scored."
metric = "TODO"
better = "higher"
baseline = 0.0
reference = 1.0
tolerance = 0.1

[contract.commands]
run = "{python} -m {package} run --table {table} --out {out}"
""",
    "critiques/{slug}/key.toml": """\
# What a good reviewer says about this notebook, gravest first. The format is described in docs/kit/authoring.md.

[[remark]]
id = "first-fault"
cell = "load"
quote = "rows"
title = "TODO"
category = "leakage"
severity = "major"
what = "TODO: what is wrong with the rows"
why = "TODO: what it costs here, with the number that it moves"
fix = "TODO: what to do"
rules = []
concepts = [["rows"], ["wrong"]]
impact = ["costs"]
remedy = ["do"]
hints = ["where to look", "nearer", "nearly the answer"]
""",
    "critiques/{slug}/recording.py": """\
RUNS = ["load"]

# %% [markdown] id="title"
# # TODO: the question

# %% id="load"
rows = 1
""",
    "critiques/{slug}/probes.py": '''\
"""What each fault costs, measured. MEASURES has a function for every number under [measured] in scenario.toml."""

from collections.abc import Callable

MEASURES: dict[str, Callable[[], float]] = {}
''',
    "critiques/{slug}/contract.py": '''\
"""TODO: what is hidden, and how it is scored."""

from __future__ import annotations

from collections.abc import Iterator

from nbcritic.kit.contract import Item, Job, deterministic, refuses


def judge(job: Job) -> Iterator[Item]:
    """Call the command on hidden data, and judge the files that it leaves."""
    table, out, again = job.folder / "table.csv", job.folder / "out", job.folder / "again"
    table.write_text("a\\n1\\n2\\n", encoding="utf-8")
    yield job.worked("runs", "`run` runs", job.call("run", table=table, out=out), wrote=out / "answer.json")
    job.call("run", table=table, out=again)
    yield deterministic(out / "answer.json", again / "answer.json")
    yield refuses(job, "run", what="a table that is not there", table=job.folder / "none.csv", out=again / "none", leaves=again / "none")
''',
    "critiques/{slug}/critique.md": "# What I would say about this notebook\n\nTODO: the model answer, blockers first.\n",
    "critiques/{slug}/interviewer.md": "# The hour with @slug@\n\nTODO: script, follow-ups, what to listen for at each level, fairness.\n",
    "critiques/{slug}/samples/bands.toml": """\
# What a fair interviewer would give, of 100. Written before the grader saw the samples.

# [strong]
# band = [60, 90]
# why = "TODO"
""",
    "critiques/{slug}/skeleton/pyproject.toml": _PROJECT,
    "critiques/{slug}/skeleton/README.md": _README,
    "critiques/{slug}/skeleton/src/{package}/__init__.py": _INIT,
    "critiques/{slug}/skeleton/src/{package}/__main__.py": _MAIN,
    "critiques/{slug}/skeleton/tests/test_answer.py": _TEST,
    "critiques/{slug}/reference/pyproject.toml": _PROJECT,
    "critiques/{slug}/reference/README.md": _README,
    "critiques/{slug}/reference/design.md": "# TODO: what changes at a hundred times the size\n\nWhat to watch, how to go back, what was left out on purpose.\n",
    "critiques/{slug}/reference/src/{package}/__init__.py": _INIT,
    "critiques/{slug}/reference/src/{package}/__main__.py": _MAIN,
    "critiques/{slug}/reference/tests/test_answer.py": _TEST,
}
"""Every file of a scenario but the notebook, which `kit record` makes."""
