"""NBC203."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from nbcritic.analysis.page import Page
from nbcritic.model import Hit, Related
from nbcritic.rule import rule
from nbcritic.rules.environment._shared import PathUse, path_uses

SHOWN = 20


@rule("NBC203", name="hosted-path", severity="minor", category="reproducibility", covers=("NBC208",), any_language=True)
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
        from google.colab import drive
        drive.mount("/content/drive")  # <- flagged
        # %%
        %cd /content/drive/MyDrive/churn

    Bad:

        # %%
        frame = spark.read.csv("dbfs:/mnt/raw/orders.csv")  # <- flagged

    Good:

        # %%
        import os
        import pandas as pd
        DATA = "/kaggle/input/titanic" if os.path.exists("/kaggle/input") else "data"
        train = pd.read_csv(f"{DATA}/train.csv")

    Good:

        # %%
        import pandas as pd
        route = "/content/articles"
        train = pd.read_csv("../input/train.csv")
    """
    hosts = defaultdict[str, list[PathUse]](list)
    for use in path_uses(page):
        if use.place.kind == "hosted" and not use.guarded:
            hosts[use.place.owner].append(use)
    for host, uses in hosts.items():
        first, *others = uses
        also = f" and {len(others)} more path{'s' * (len(others) > 1)}" if others else ""
        exist = "exist" if others else "exists"
        related = tuple(Related(use.at, f"`{use.text}`") for use in others[:SHOWN])
        yield Hit(
            first.at, f"`{first.text}`{also} {exist} on {host} only; name the data folder once, as a parameter", related
        )
