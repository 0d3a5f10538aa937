"""Which strings are paths of a machine, a person or a host."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbcritic.analysis.page import Page
from nbcritic.model import Cell, Notebook
from nbcritic.rules.environment import absolute_path, hosted_path, inline_install, path_surgery, personal_path
from nbcritic.rules.environment._paths import place
from nbcritic.rules.environment._shared import path_uses

PEOPLE = {
    "/home/okafor/data.csv": "okafor",
    "/Users/lena.berg/x": "lena.berg",
    "C:/Users/M García/Desktop/x.csv": "M García",
    "C:\\Users\\mgarcia\\x": "mgarcia",
    "D:\\Documents and Settings\\mgarcia\\x.csv": "mgarcia",
    "/mnt/c/Users/mgarcia/x.csv": "mgarcia",
    "/export/home/okafor/x": "okafor",
    "/Volumes/Disk/Users/okafor/x": "okafor",
    "/data/home/okafor/x.csv": "okafor",
    "file:///home/okafor/x.csv": "okafor",
    "file:///C:/Users/okafor/x.csv": "okafor",
    "\\\\server\\home\\okafor\\x": "okafor",
    "hdfs://namenode:8020/user/okafor/x": "okafor",
}
MACHINES = [
    "C:/data/x.csv",
    "D:\\thesis",
    "\\\\server\\share\\x.csv",
    "/mnt/disk2/x.csv",
    "/scratch/runs/model.pkl",
    "/home/data/x.csv",
    "/home/ubuntu/x.csv",
    "/opt/data/x.csv",
    "file:///srv/x/y.csv",
    "C:/Users/Public/x.csv",
]
HOSTS = {
    "/kaggle/input/a/b.csv": "Kaggle",
    "/content/drive/MyDrive/x.csv": "Google Colab",
    "/content/x.csv": "Google Colab",
    "dbfs:/mnt/x": "Databricks",
    "/dbfs/FileStore/x.csv": "Databricks",
    "/home/jovyan/" + "work/x.csv": "a Jupyter container",
    "/opt/ml/input/x": "SageMaker",
    "/home/jupyter/x.csv": "Vertex AI Workbench",
}
NEITHER = [
    "/", "//", "/x", "//div/a", "/tmp/x.csv", "/dev/null", "/usr/bin/env", "/usr/share/fonts/x.ttf", "/proc/meminfo", "/etc/hosts",
    "/path/to/file.csv", "C:/path/to/x.csv", "C:/Users/<you>/x.csv", "/home/username/x.csv", "/Users/your_name/x", "/home/{}/x",
    "/home/$USER/x", "/home/%s/x", "~/x.csv", "./x.csv", "../x.csv", "x/y.csv", "1/2/3", "text/csv", "a:/", "http://x.org/data/y.csv",
    "https://x.org", "C:", "C:x.csv", "d: /x", "// comment", "/* c */", "/<name>/x", "/user/hive/warehouse", "/users/42", "/Users/42/x",
    "\\\\boxed\\s*\\{x\\}", "\\\\hline\\textbf{x}", "/" + "root/.cache/x", "/home/XXXX-1/x",
    "/var/log/syslog", "/opt/conda/bin/python", "/Library/Fonts/Arial.ttf", "",
]  # fmt: skip


@pytest.mark.parametrize("text, person", PEOPLE.items())
def test_people(text: str, person: str) -> None:
    found = place(text)
    assert found is not None
    assert (found.kind, found.owner) == ("personal", person)


@pytest.mark.parametrize("text", MACHINES)
def test_machines(text: str) -> None:
    found = place(text)
    assert found is not None
    assert found.kind == "absolute"


@pytest.mark.parametrize("text, host", HOSTS.items())
def test_hosts(text: str, host: str) -> None:
    found = place(text)
    assert found is not None
    assert (found.kind, found.owner) == ("hosted", host)


@pytest.mark.parametrize("text", NEITHER)
def test_neither(text: str) -> None:
    found = place(text)
    assert found is None or (found.kind == "absolute" and not found.plain and not found.sure)


def page_of(source: str, language: str = "python") -> Page:
    return Page(Notebook("x.ipynb", (Cell(1, "code", source),), language=language))


@pytest.mark.parametrize(
    "source",
    [
        'df = read("/home/okafor/x.csv")',
        'x = "/home/okafor/a/%s.csv" % y',
        'x = "/home/okafor/a/{}.csv".format(y)',
        'x = "/home/okafor/a/" + y',
        'x = f"/home/okafor/{y}"',
        'p = Path("/home/okafor") / "x"',
        'files = ["/home/okafor/a.csv", "/home/okafor/b.csv"][0]',
        'd = {"train": "/home/okafor/a.csv"}',
        'def f(path="/home/okafor"): pass',
        'import os\nos.chdir("/home/okafor")',
        'print "old"\nx = read("/home/okafor/x.csv")',
        "%cd /home/okafor",
        "%run /home/okafor/x.ipynb",
        "!ls -l '/home/okafor/my data'",
        "!cp a.csv \\\n  /home/okafor/b.csv",
        "x = !ls /home/okafor/data",
        "%%bash\ncd /home/okafor/x",
        "%%writefile /home/okafor/x.py\npass",
    ],
)
def test_where_a_personal_path_is_seen(source: str) -> None:
    assert {use.place.kind for use in path_uses(page_of(source))} == {"personal"}


def test_other_languages() -> None:
    page = page_of('setwd("C:/Users/mgarcia/x")\nx <- read.csv("/home/okafor/y.csv")', "r")
    assert [hit.at.line for hit in personal_path.check.check(page)] == [1, 2]


@pytest.mark.parametrize(
    "source",
    [
        'print("/home/okafor/x.csv")',
        'x.replace("/home/okafor/x", "")',
        '"/home/okafor/x"',
        'if x == "/home/okafor/x": pass',
        'x = y + "/home/okafor/x"',
        'x = f"{y}/home/okafor/x"',
        'x = {"/home/okafor/x": 1}',
        'requests.post("/home/okafor/x")',
        "# /home/okafor/x",
        'question = "Q:\\nWhat is it?"',
        'menu = "a:\\nb:\\nc"',
        "!echo hi # /etc",
        "!curl https://x.org/home/okafor/x.csv",
    ],
)
def test_where_nothing_is_seen(source: str) -> None:
    assert not path_uses(page_of(source))


def test_a_path_with_a_stray_escape_is_shown_as_it_was_meant() -> None:
    (hit,) = absolute_path.check.check(page_of('x = open("D:\\new\\table.csv")'))
    assert r"`D:\new\table.csv`" in hit.message
    assert "\n" not in hit.message


def test_one_finding_a_host() -> None:
    source = "\n".join(f'x{i} = open("/kaggle/input/{i}.csv")' for i in range(40))
    (hit,) = hosted_path.check.check(page_of(source))
    assert "39 more paths" in hit.message


@given(st.text() | st.text("/\\:CUsershome .~{}%", max_size=60))
def test_any_text_survives(text: str) -> None:
    place(text)
    place("/home/" + text)
    for use in path_uses(page_of(f"x = open({text!r})\n!ls {text}")):
        assert use.at.cell == 1


@pytest.mark.parametrize("unit", ['"/data/x", ', "'/home/a/b': 1, ", '"C:/x" + '])
def test_many_paths_are_near_linear(unit: str, work: Callable[[Callable[[], object]], int]) -> None:
    close = {"'": "}", "/": "]", "C": '""'}[unit[0] if unit[0] == "'" else unit[1]]

    def of(size: int) -> int:
        page = page_of("x = " + {"}": "{", "]": "["}.get(close, "") + unit * size + close)
        return work(lambda: path_uses(page))

    of(2)  # loads what is loaded once
    assert of(800) < 2.2 * of(400)


@pytest.mark.parametrize(
    "source, expected",
    [
        ('x = open("/kaggle/input/a/b.csv")', "used"),
        ('x = open(Path("/kaggle/input/a") / "b.csv")', "used"),
        ('x = Path("/kaggle/input/a/b.csv").read_text()', "used"),
        ('show(x, path="/kaggle/input/a/b.csv")', "used"),
        ('C = Config(path="/kaggle/input/a/b.csv")', "named"),
        ('DATA = Path("/kaggle/input/a") / "b"\nopen(DATA)', "named"),
        ('c = {"data": "/kaggle/input/a/b.csv"}\nopen(c["data"])', "named"),
        ('def f(path="/kaggle/input/a/b.csv"): pass', "named"),
        ('import os\nfor x in os.walk("/kaggle/input/a/b"): print(x)', "sought"),
        ("!ls /kaggle/input/a/b", "sought"),
        ("!cp /kaggle/input/a/b.csv .", "used"),
        ("!pip install /kaggle/input/a/b.whl", "installed"),
        ("!pip install --no-index \\\n  --find-links /kaggle/input/a/b shop", "installed"),
    ],
)
def test_what_a_path_is_for(source: str, expected: str) -> None:
    (use,) = path_uses(page_of(source))
    assert (use.purpose.role, use.purpose.guarded) == (expected, expected == "sought" and source.startswith("!"))


@pytest.mark.parametrize(
    "source",
    [
        'import os\nx = os.environ.get("DATA", "/home/okafor/data")\nopen(x)',
        'import os\nx = os.environ.get("DATA") or "/home/okafor/data"\nopen(x)',
        'parser.add_argument("--data", default="/home/okafor/data")',
        'for p in [Path("/home/okafor/data"), Path("data")]:\n    if p.exists():\n        break',
        'for p in [Path("/home/okafor/data"), Path("/kaggle/input/x")]:\n    if p.exists():\n        break',
        'C = [Path("/home/okafor/data"), Path("data")]\nx = next((p for p in C if p.exists()), None)',
        'def first(ps):\n    for p in ps:\n        if p.exists(): return p\nx = first(["/home/okafor/data", "data"])',
    ],
)
def test_a_path_that_need_not_be_there(source: str) -> None:
    assert all(use.purpose.alternative for use in path_uses(page_of(source)))
    assert not list(personal_path.check.check(page_of(source)))


@pytest.mark.parametrize(
    "source",
    [
        'out = "/home/okafor/out"\nif not os.path.exists(out):\n    os.makedirs(out)',
        'for p in ["/home/okafor/a.csv", "/home/okafor/b.csv"]:\n    if p.exists():\n        open(p)',
        'x = "/home/okafor/a.csv"\nassert x.exists()',
        'x = "/home/okafor/a.csv"\ndef f(): return open(x)',
        'for i in y:\n    print(x)\n    x = "/home/okafor/a.csv"',
        'x = "/home/okafor/a.csv"\n!cat $x',
    ],
)
def test_a_path_that_has_to_be_there(source: str) -> None:
    assert len(list(personal_path.check.check(page_of(source)))) == 1


def test_one_finding_a_home_folder_and_a_drive() -> None:
    source = (
        'open("/home/okafor/a")\nopen("/home/okafor/b/c")\nopen("/home/lberg/a")\nopen("D:/a")\nopen(r"d:\\b\\c.csv")'
    )
    (first, second) = personal_path.check.check(page_of(source))
    assert [place.at.line for place in first.related] == [2]
    assert second.at.line == 3
    (drive,) = absolute_path.check.check(page_of(source))
    assert "`D:/a` and 1 more path exist on one machine only" in drive.message


@pytest.mark.parametrize(
    "unit", ["sys.path.append(x)\n", "x = f(x)\n", 'x = "/home/okafor/a"\n', "if x.exists(): x = y\n"]
)
def test_many_names_are_near_linear(unit: str, work: Callable[[Callable[[], object]], int]) -> None:
    def of(size: int) -> list[int]:
        page = page_of("import sys\n" + unit * size)
        return [
            work(lambda: path_uses(page)),
            work(lambda: list(path_surgery.check.check(page))),
            work(lambda: list(inline_install.check.check(page))),
        ]

    of(2)  # loads what is loaded once
    for twice, once in zip(of(800), of(400), strict=True):
        assert twice < 2.2 * once


@pytest.mark.parametrize("after", ["", "import pandas as pd, os.path", "from matplotlib import pyplot"])
def test_a_path_from_which_nothing_is_imported_is_a_line_too_many(after: str) -> None:
    (hit,) = path_surgery.check.check(page_of(f'import sys\nsys.path.append("..")\n{after}'))
    assert hit.severity == "nit"
    assert hit.message.endswith("nothing is imported from there; remove the line")


@pytest.mark.parametrize(
    "after", ["import shop", "from . import x", "from shop import *", "%run x.py", "import pickle", "print 1"]
)
def test_a_path_from_which_something_may_be_imported(after: str) -> None:
    source = Notebook("x.ipynb", (Cell(1, "code", 'import sys\nsys.path.append("..")'), Cell(2, "code", after)))
    (hit,) = path_surgery.check.check(Page(source))
    assert hit.severity is None


def test_a_folder_is_not_put_below_another_of_the_same_name() -> None:
    for path, advice in (("/srv/shop/data", "name the folder"), ("/srv/shop/data/rain.csv", "`data/rain.csv`")):
        page = Page(Notebook("x.ipynb", (Cell(1, "code", f"read_csv('{path}')"),)))
        (hit,) = absolute_path.check.check(page)
        assert advice in hit.message
