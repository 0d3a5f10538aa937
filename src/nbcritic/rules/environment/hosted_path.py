"""NBC203."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit
from nbcritic.rule import rule
from nbcritic.rules.environment._shared import PathUse, path_uses, told

_ROOT = regex(
    r"/(?:kaggle(?:/(?:input|working|temp|tmp|usr))?|content(?:/g?drive(?:/My ?Drive)?)?|gdrive|dbfs:?(?:/mnt)?)(?:[/…]*$|/\*)"
)
"""What the host itself is called: a list of it, or the place where a drive appears, is no file of anybody's, and who
searches all of it need not know where the file lies."""
_FOR_INSTALLING = regex(r"\.whl\b|wheel", re.I)
_MANY_READERS = ("Kaggle", "Databricks")
"""Hosts on which each reader finds the same paths: there it takes a second place to be worth a remark."""
_WORKING = regex(r"/(?:kaggle/working|content(?!/g?drive))/")
"""The folder in which a notebook of that host runs: what lies there needs no path at all."""
_SPELLED = 5
"""So often the same folder may not be written out even where it gets a name; three times where that is in several cells."""


@rule("NBC203", name="hosted-path", severity="minor", category="reproducibility", any_language=True)
def check(page: Page) -> Iterator[Hit]:
    r"""Paths exist on one host only.

    A path that Kaggle, Colab or Databricks sets up exists nowhere else: outside of that host the notebook stops at its first
    read. All places of one host are one finding.

    Instead, name the folder once, near the top, and let it be chosen by where the notebook runs or by a parameter; the rest of
    the notebook says `DATA / "train.csv"`.

    Bad:

        # %%
        import pandas as pd
        train = pd.read_csv("/kaggle/input/titanic/train.csv")  # <- flagged
        test = pd.read_csv("/kaggle/input/titanic/test.csv")

    Bad:

        # %%
        import os
        for folder, _, files in os.walk("/kaggle/input"):
            print(folder, files)
        # %%
        TRAIN = "/kaggle/input/titanic/train.csv"  # <- flagged
        TEST = "/kaggle/input/titanic/test.csv"
        frames = [pd.read_csv(path) for path in (TRAIN, TEST)]
        # %%
        SAMPLE = "/kaggle/input/titanic/sample.csv"
        sample = pd.read_csv(SAMPLE)

    Bad:

        # %%
        from google.colab import drive
        drive.mount("/content/drive")
        # %%
        %cd /content/drive/MyDrive/churn  # <- flagged

    Bad:

        # %%
        import pandas as pd
        survey = pd.read_csv("/content/survey.csv")  # <- flagged

    Bad:

        # %%
        orders = spark.read.csv("dbfs:/mnt/raw/orders.csv")  # <- flagged
        events = spark.read.parquet("dbfs:/mnt/raw/events")

    Good:

        # %%
        import os
        import pandas as pd
        DATA = "/kaggle/input/titanic" if os.path.exists("/kaggle/input") else "data"
        train = pd.read_csv(f"{DATA}/train.csv")

    Good:

        # %%
        import os
        from pathlib import Path
        ROOTS = [Path("/kaggle/input/titanic"), Path("/kaggle/input/competitions/titanic"), Path("/kaggle/input/titanic-copy")]
        DATA = next(root for root in ROOTS if root.exists())
        OUT = os.environ.get("OUT", "/kaggle/working/out")
        cover = Path("/kaggle/input/figures/cover.png")
        if cover.is_file():
            display(Image(filename=cover))
        model = find_first(["/kaggle/input/models/a.pt", "/kaggle/input/models/b.pt"])

    Good:

        # %%
        class Config:
            train = "/kaggle/input/titanic/train.csv"
            test = "/kaggle/input/titanic/test.csv"
            sample = "/kaggle/input/titanic/sample.csv"
        SETTINGS = {"model": "/kaggle/input/model-v2/weights.pt"}
        frame = pd.read_csv(Config.train)
        frame.to_csv("/kaggle/working/submission.csv")

    Good:

        # %%
        import glob
        print(glob.glob("/kaggle/input/*"), glob.glob("/kaggle/input/**/train.csv", recursive=True))
        !ls /kaggle/input/titanic
        !pip install --no-index --find-links /kaggle/input/wheels /kaggle/input/wheels/shop-1.2-py3-none-any.whl
        sys.path.append("/kaggle/input/shop-source/src")

    Good:

        # %%
        import pandas as pd
        route = "/content/articles"
        train = pd.read_csv("../input/train.csv")
    """
    hosts = defaultdict[str, list[PathUse]](list)
    for use in path_uses(page):
        if use.place.kind == "hosted" and not use.import_path and _needed(use):
            hosts[use.place.owner].append(use)
    for host, uses in hosts.items():
        told_of = _worth_telling(host, uses)
        if told_of:
            paths, related = told(told_of)
            exist = "exist" if related else "exists"
            yield Hit(told_of[0].at, f"{paths} {exist} on {host} only; {_better(told_of)}", related)


def _needed(use: PathUse) -> bool:
    what = use.purpose
    if not what.live or what.guarded or what.role not in ("used", "named"):
        return False
    return not _ROOT.match(use.text) and not _FOR_INSTALLING.search(use.text)


def _worth_telling(host: str, uses: list[PathUse]) -> list[PathUse]:
    """What is written where it is needed, and what a list of names says again and again; a list that names each folder once
    is what we would have asked for."""
    folders = defaultdict[str, list[int]](list)
    for use in uses:
        folders[_folder(use.text)].append(use.at.cell)
    repeated = {folder for folder, cells in folders.items() if len(cells) >= (_SPELLED if len(set(cells)) == 1 else 3)}
    places = [use for use in uses if use.purpose.role == "used" or _folder(use.text) in repeated]
    return places if len(places) >= 1 + (host in _MANY_READERS) else []


def _better(uses: list[PathUse]) -> str:
    if not all(_WORKING.match(use.text) for use in uses):
        return "name the data folder once, as a parameter"
    name = uses[0].text.rpartition("/")[2]
    example = f" (`{name}`)" if name and "…" not in name else ""
    return f"name {'them' if len(uses) > 1 else 'it'} relative to the notebook{example}: that is the same place there"


def _folder(text: str) -> str:
    """The data set that a path leads into: its first folders without the name of a file."""
    parts = text.rstrip("/…").split("/")
    return "/".join(parts[: 6 if "competitions" in parts[:4] or "datasets" in parts[:4] else 4])
