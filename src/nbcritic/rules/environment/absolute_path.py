"""NBC201."""

from __future__ import annotations

from collections.abc import Iterator

from nbcritic.analysis.page import Page
from nbcritic.model import Hit
from nbcritic.rule import rule
from nbcritic.rules.environment._shared import that_matter, told

_NETWORK = "\\\\"


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
    FileNotFoundError at this line, or silently reads another file of that name. All places below one folder of the machine, one
    drive or one server are one finding.

    Instead, keep data and code below the folder of the project and name them relative to it, or let a parameter or an
    environment variable say where the data are.

    Bad:

        # %%
        import pandas as pd
        sales = pd.read_csv("D:/exports/2021/sales.csv")  # <- flagged
        costs = pd.read_csv("D:/exports/2021/costs.csv")
        # %%
        data_dir = "/mnt/storage2/surveys"  # <- flagged
        surveys = pd.read_csv(data_dir + "/2020.csv")
        sales.to_pickle(f"/scratch/runs/{run}/sales.pkl")  # <- flagged

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
        pd.read_csv("/Volumes/DISK/rain.csv")  # <- flagged

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

        # %%
        import os
        import pandas as pd
        from pathlib import Path
        cache = "/home/jovyan/.cache/models"
        folder = os.environ.get("SURVEYS", "/mnt/storage2/surveys")
        DATA = next(p for p in [Path("/mnt/storage2/surveys"), Path("data")] if p.exists())
        survey = pd.read_csv(DATA / "2020.csv")
        boxed = re.compile(r"\\boxed\s*\{\s*([0-9,]+)\s*\}")

    Good:

        # %%
        old = "/mnt/storage2/surveys"
        base = "/mnt/storage2/first"
        # pd.read_csv(base + "/2019.csv")
        base = "data"
        # %%
        frame = pd.read_csv(base + "/2020.csv")

    Good:

        # %% tags=["parameters"]
        data_dir = "/mnt/storage2/surveys"
        # %%
        frame = pd.read_csv(data_dir + "/2020.csv")

    Good:

        # %%
        orders = spark.read.csv("/Volumes/main/sales/raw/orders.csv")

    Good:

        # %% [markdown]
        # The data were once in `/data/exports/latest.csv`.
        # %%
        # pd.read_csv("/data/exports/latest.csv")
        "/data/exports/latest.csv"
    """
    for (_, import_path), uses in that_matter(page, "absolute").items():
        first, many = uses[0], len(uses) > 1
        what, related = told(uses)
        where = " on `sys.path`" if import_path else ""
        exist = f"exist{'' if many else 's'} {'in one network' if first.text.startswith(_NETWORK) else 'on one machine'} only"
        yield Hit(first.at, f"{what}{where} {exist}; {_better(first.text, import_path, many)}", related)


def _better(text: str, import_path: bool, many: bool) -> str:
    if import_path:
        return "install the code as a package (`pip install -e .`) and import it"
    if many:
        return "name the folder once, relative to the project or as a parameter"
    name = text.replace("\\", "/").rstrip("/").rpartition("/")[2]
    if "…" in text or not name:
        return "start it from a parameter or from the project's folder"
    if "." not in name:  # where a folder belongs only its author knows
        return "name the folder relative to the project or through a parameter"
    return f"name it relative to the project (`data/{name}`) or through a parameter"
