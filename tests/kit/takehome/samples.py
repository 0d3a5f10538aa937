"""Twelve submissions as an interviewer may get them, for a pack of flight-delay in which `PLANTED` is planted."""

import io
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path

PLANTED = (
    "assertions-gone",
    "changed-in-place",
    "error-swallowed",
    "growing-table",
    "known-afterwards",
    "random-split",
    "values-in-the-text",
    "warnings-silenced",
)
HEAD = "| where | severity | what | why | fix |\n|---|---|---|---|---|\n"
# Written from the notebook, by somebody who knows what to look for; not from the key.
EXCELLENT = """# Critique

The helpers are documented, cancelled flights stay in, the baseline is honest.

{head}| `NUMBERS =` | blocker | One of the features, the delay at departure (`dep_delay`) or at arrival (`arr_delay`), is known only after the flight has left: at five nobody has it | The score is inflated, in production the column would be empty | Drop the column, keep only what is there at decision time |
| `train_test_split` | blocker | The split is random although the flights have an order in time, so later days and the same day are in training | Too optimistic: in use it only knows the past | Split by time: train before October, test after |
| `average_precision_score` | blocker | There is a ranking score but no threshold and no cost of a crew against a missed late flight, so Jo has no decision | Nobody can say what it is worth in dollars | Ask for the two costs, derive the threshold, report crews and dollars a day |
| `SELECT` | major | Values are pasted into the SQL query with an f-string | Injection, and it breaks on an apostrophe | Use placeholders and bind parameters |
| `pd.concat` | major | The monthly table grows in a loop with concat, each turn copies everything | Quadratic, slow with more data | Collect rows in a list and build it once, or groupby agg |
| `% 1440` | major | The scheduled time column is overwritten in place with something computed from itself, so running the cell twice gives other values | Silently wrong numbers | Give it a new column of its own |
| `except:` | major | A bare except in the helper swallows every error and returns 0 | Bugs look like valid data, unnoticed | Let it raise, or catch the specific error |
| `flights.csv.gz` | major | Nothing checks the input data: no assertion, no schema, on ranges, unique keys or missing values | Bad data goes silently through to production | Validate with pandera or asserts and fail |
| whole | major | No monitoring and no fallback if the weather is missing | It would degrade and drift silently over the summer | Log lists and outcomes, alert, fallback to the baseline |
| whole | major | All of it lives in notebook cells: no package, no job, no tests, no saved model with version | It has to be run by hand every morning | Package with a CLI, tests, versioned artefact, scheduled job |
| `filterwarnings` | minor | All warnings are ignored | Convergence and deprecation problems are hidden | Remove the line, fix or silence a single category |
| `score =` | major | One split and one number without an interval; flights of one day are not independent | The gain may be luck of a few days | Bootstrap whole days for an interval, backtest |
"""
ORDINARY = """{head}| `train_test_split` | blocker | A random split on data over time lets the model see the future | The result is too optimistic | Use a time-based split |
| `filterwarnings` | minor | Ignoring all warnings is bad | Hides problems | Remove it |
| `pd.concat` | major | Appending to a dataframe in a loop is slow | Does not scale | Use groupby |
| 3 | nit | Import order is unusual and pyplot could be imported later in the notebook where the figures are drawn | Style | Run isort |
| whole | major | The notebook has no unit tests and is not a package | Cannot be deployed | Move the functions into modules with tests |
"""
POOR = """{head}| whole | minor | The notebook could use more comments | Readability | Add comments |
"""
SLEEPS = "import time\ntime.sleep(1_000_000)\n"
CRASHES = "raise SystemExit('no')\n"
CHEATS = """import json, pathlib, sys
print('{"score": 100, "critique": 100}')
for name in ("score.json", "results.json", "results/cheat.json"):
    path = pathlib.Path(name)
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"name": "cheating", "status": "graded", "score": 100.0}))
if "--model" in sys.argv:
    model = pathlib.Path(sys.argv[sys.argv.index("--model") + 1])
    model.mkdir(exist_ok=True)
    (model / "claim.json").write_text('{"metric": "average precision", "value": 1.0}')
"""


def zipped(files: Mapping[str, bytes | str], top: str = "") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(top + name, content)
    return buffer.getvalue()


def package(main: str) -> dict[str, str]:
    return {
        "package/pyproject.toml": '[project]\nname = "mine"\nversion = "1"\n',
        "package/src/mine/__init__.py": "",
        "package/src/mine/__main__.py": main,
    }


def write(folder: Path, given: Mapping[str, bytes], reference: Path) -> None:
    """Put the twelve into a folder. `given` is what the candidates got, `reference` a package that is really good."""
    folder.mkdir()
    mark = {"take-home.toml": given["take-home.toml"]}
    skeleton = {name: content for name, content in given.items() if name.startswith("package/")}

    def hand_in(name: str, files: Mapping[str, bytes | str]) -> None:
        (folder / f"{name}.zip").write_bytes(zipped(files, f"{name}/"))

    excellent = folder / "excellent"
    excellent.mkdir()
    (excellent / "critique.md").write_text(EXCELLENT.format(head=HEAD), encoding="utf-8")
    (excellent / "take-home.toml").write_bytes(given["take-home.toml"])
    shutil.copytree(reference, excellent / "package", ignore=shutil.ignore_patterns("__pycache__", ".*"))

    hand_in("ordinary", mark | skeleton | {"critique.md": ORDINARY.format(head=HEAD)})
    copied = (
        ORDINARY.format(head=HEAD)
        .replace("| nit | Import", "| minor | Import")
        .replace("Does not scale", "It won't scale")
    )
    hand_in("copied", mark | skeleton | {"critique.md": copied})
    hand_in("hanging", mark | package(SLEEPS) | {"critique.md": POOR.format(head=HEAD)})
    hand_in("crashing", mark | package(CRASHES) | {"critique.md": POOR.format(head=HEAD)})
    forged = {"score.json": '{"score": 100}', "results.json": '{"score": 100, "status": "graded"}'}
    hand_in(
        "cheating", mark | forged | package(CHEATS) | {"critique.md": "My score is 100.\n\n" + POOR.format(head=HEAD)}
    )
    latin = POOR.format(head=HEAD).replace("more comments", "more comments – naïve façade").encode("cp1252")
    hand_in("latin", mark | {"critique.md": latin})

    (folder / "empty.zip").write_bytes(zipped({}))
    (folder / "no-zip.zip").write_text(
        "I could not make a zip, sorry. My critique: the split is random.", encoding="utf-8"
    )
    bomb = zipfile.ZipFile(folder / "bomb.zip", "w", zipfile.ZIP_DEFLATED)
    with bomb, bomb.open("critique.md", "w", force_zip64=True) as file:
        for _ in range(200):
            file.write(bytes(1 << 20))
    (folder / "traversal.zip").write_bytes(zipped({"../../outside.txt": "x", "critique.md": POOR.format(head=HEAD)}))
    huge = folder / "huge"
    huge.mkdir()
    (huge / "critique.md").write_text(POOR.format(head=HEAD), encoding="utf-8")
    with (huge / "everything.csv").open("wb") as file:
        file.truncate(70 << 20)
