"""NBC202."""

from __future__ import annotations

from collections.abc import Iterator

from nbcritic.analysis.page import Page
from nbcritic.model import Hit
from nbcritic.rule import rule
from nbcritic.rules.environment._shared import that_matter, told


@rule(
    "NBC202",
    name="personal-path",
    severity="major",
    category="reproducibility",
    covers=("NBC201", "NBC208"),
    any_language=True,
)
def check(page: Page) -> Iterator[Hit]:
    r"""A path lies in one person's home folder.

    It exists for one person on one machine: nobody else can run the notebook, and it tells every reader the account name (often
    the full name) of its author. All paths of one home folder are one finding.

    Instead, keep data and code below the folder of the project and name them relative to it; what truly belongs to the user
    starts at `Path.home()` or at an environment variable.

    Bad:

        # %%
        import pandas as pd
        sales = pd.read_csv("C:/Users/mgarcia/Desktop/sales.csv")  # <- flagged
        costs = pd.read_csv(r"C:\Users\mgarcia\Desktop\costs.csv")
        # %%
        BASE = "/home/okafor/thesis/data"  # <- flagged
        plt.imshow(plt.imread(f"{BASE}/map.png"))
        plt.savefig(f"/Users/lena.berg/plots/{name}.png")  # <- flagged

    Bad:

        # %%
        %cd /Users/okafor/projects/churn  # <- flagged
        !cp -r "/home/okafor/my data" .
        # %%
        %%bash
        ls
        tar xf /mnt/c/Users/lberg/data.tar  # <- flagged

    Bad:

        # %%
        import sys
        sys.path.append("/home/okafor/lib")  # <- flagged
        frame = spark.read.parquet("hdfs:///user/okafor/events")  # <- flagged

    Good:

        # %%
        import os
        from pathlib import Path
        here = Path.home() / "data"
        there = os.path.expanduser("~/data")
        everybody = "C:/Users/<your name>/data.csv"
        template = "/home/{user}/data".format(user=os.environ["USER"])
        named = f"/home/{os.environ['USER']}/data"

    Good:

        # %%
        import requests
        page = requests.get("https://example.org/home/news/today")
        user = client.get("/users/42")
        link = soup.find("a", href="/home/about")
        if path.startswith("/Users/ada/x"):
            print("/Users/ada/x")
        warehouse = "/user/hive/warehouse"

    Good:

        # %%
        fig_dir = "/Users/lena.berg/thesis/figures"
        # %%
        data_dir = "/home/okafor/data"
        # %%
        data_dir = "data"
        frame = pd.read_csv(data_dir + "/a.csv")
    """
    for (owner, import_path), uses in that_matter(page, "personal").items():
        what, related = told(uses)
        where = ", put on `sys.path`," if import_path else ""
        advice = (
            "install the code as a package (`pip install -e .`) and import it"
            if import_path
            else f"name {'the folder once,' if related else 'it'} relative to the project or through a parameter"
        )
        verb = "are" if related else "is"
        yield Hit(uses[0].at, f"{what}{where} {verb} in the home folder of `{owner}`; {advice}", related)
