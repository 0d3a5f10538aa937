"""NBC201."""

from __future__ import annotations

from collections.abc import Iterator

from nbcritic.analysis.page import Page
from nbcritic.model import Hit
from nbcritic.rule import rule
from nbcritic.rules.environment._shared import path_uses


@rule(
    "NBC201",
    name="absolute-path",
    severity="major",
    category="reproducibility",
    covers=("NBC208",),
    any_language=True,
)
def check(page: Page) -> Iterator[Hit]:
    r"""A path exists on one machine only.

    Whoever opens the notebook elsewhere (a colleague, a build server, its author on the next laptop) gets a
    FileNotFoundError at this line, or silently reads another file of that name.

    Instead, keep data and code below the folder of the project and name them relative to it, or let a parameter or an
    environment variable say where the data are.

    Bad:

        # %%
        import pandas as pd
        sales = pd.read_csv("D:/exports/2021/sales.csv")  # <- flagged
        # %%
        data_dir = "/mnt/storage2/surveys"  # <- flagged
        model_file = f"/scratch/runs/{data_dir}/model.pkl"  # <- flagged

    Bad:

        # %%
        !cp /data/exports/latest.csv .  # <- flagged
        %cd E:\courses\statistics  # <- flagged

    Bad:

        # %%
        import pandas as pd
        from pathlib import Path
        frame = pd.read_excel(r"\\fileserver\public\budget.xlsx")  # <- flagged
        survey = pd.read_csv("file:///srv/surveys/2020.csv")  # <- flagged
        pd.read_csv("/institute/archive/rain.csv")  # <- flagged

    Good:

        # %%
        import pandas as pd
        from pathlib import Path
        DATA = Path("../data")
        sales = pd.read_csv(DATA / "sales.csv")
        home = pd.read_csv("~/data/sales.csv")

    Good:

        # %%
        import requests, re
        answer = requests.get("https://api.example.org" + "/data/orders/2020.json")
        orders = session.get("/api/v1/data/orders")
        rows = tree.xpath("//div/a")
        route = "/data/items/<int:id>"
        day = "1/2/3"
        re.sub("/data/x/", "", "s")
        kind = "text/csv"
        print("/mnt/storage/a.csv is where it was")
        "/data/a/b.csv".split("/")

    Good:

        # %%
        script = folder + "/data/results.csv"
        name = f"{folder}/data/results.csv"
        store["/data/group/table.h5"]

    Good:

        # %%
        import os
        os.environ["JAVA_HOME"] = "/usr/lib/jvm/java-11-openjdk-amd64"
        log = open("/dev/null", "w")
        scratch = "/tmp/run/model.pkl"
        template = "/path/to/your/file.csv"
        !ls /usr/bin/env
        !sed -i 's/a/b/' notes.txt

    Good:

        # %% [markdown]
        # The data were once in `/data/exports/latest.csv`.
        # %%
        # pd.read_csv("/data/exports/latest.csv")
        "/data/exports/latest.csv"
    """
    for use in path_uses(page):
        if use.place.kind == "absolute":
            where = " on `sys.path`" if use.import_path else ""
            exists = "exists in one network only" if use.text.startswith("\\\\") else "exists on one machine only"
            yield Hit(use.at, f"`{use.text}`{where} {exists}; {_better(use.text, use.import_path)}")


def _better(text: str, import_path: bool) -> str:
    if import_path:
        return "install the code as a package (`pip install -e .`) and import it"
    name = text.replace("\\", "/").rstrip("/").rpartition("/")[2]
    if "…" in text or not name:
        return "start it from a parameter or from the project's folder"
    return f"name it relative to the project (`data/{name}`) or through a parameter"
