"""ruff's opinion of real and hostile notebooks. The ruff that is installed answers; nothing here is simulated."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbcritic import ruff
from nbcritic.analysis.page import Page
from nbcritic.config import Config, strength
from nbcritic.model import PROFILES, Cell, Kind, NbcriticError, Notebook
from nbcritic.notebook.read import read
from nbcritic.ruff import Linted, category_of, lint, profile_of, ruff_select, severity_of

F = ("F",)


def page(*sources: str, language: str = "python", kinds: str = "") -> Page:
    """A notebook of these cells; `kinds` gives one letter a cell (c or m), code where it is too short."""
    kind: dict[str, Kind] = {"m": "markdown", "c": "code"}
    cells = (
        Cell(n, kind[k], source)
        for n, (source, k) in enumerate(zip(sources, kinds.ljust(len(sources), "c"), strict=True), 1)
    )
    return Page(Notebook("x.ipynb", tuple(cells), language=language))


def codes(*sources: str, select: tuple[str, ...] = F) -> list[tuple[str, int, int]]:
    """Code, cell and line of each lint."""
    (linted,) = lint([page(*sources)], select)
    assert linted.problem is None
    return [(found.code, found.at.cell, found.at.line) for found in linted.lints]


def undefined(*sources: str) -> list[str]:
    (linted,) = lint([page(*sources)], ("F821",))
    return [found.message.split("`")[1] for found in linted.lints]


def test_cells_are_counted_over_all_cells_and_columns_in_characters() -> None:
    asked = page("# words", "x = 1", "é = '日本'; print(ä)", kinds="mcc")
    ((found,),) = [linted.lints for linted in lint([asked], F)]
    assert (found.code, found.name, found.at.cell, found.at.line) == ("F821", "undefined-name", 3, 1)
    line = asked.cell(3).lines[0]
    assert line[found.at.column - 1 : found.at.end_column - 1] == "ä"


def test_a_place_behind_a_magic_is_where_the_author_sees_it() -> None:
    asked = page("%time print(lost)\nx = !ls\nif True:\n    %time y = gone")
    places = {
        asked.cell(1).lines[found.at.line - 1][found.at.column - 1 : found.at.end_column - 1]
        for found in lint([asked], ("F821",))[0].lints
    }
    assert places == {"lost", "gone"}


def test_the_title_of_a_fix_is_kept() -> None:
    ((found,),) = [linted.lints for linted in lint([page("import os")], F)]
    assert (found.code, found.fix_title) == ("F401", "Remove unused import: `os`")


def test_one_answer_for_each_page_in_order() -> None:
    answers = lint([page("print(a)"), page(), page("x <- 1", language="r"), page("print(d)")], F)
    assert [[found.message for found in answer.lints] for answer in answers] == [
        ["Undefined name `a`"],
        [],
        [],
        ["Undefined name `d`"],
    ]


def test_nothing_to_ask_needs_no_ruff(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ruff, "_binary", lambda: "/nonexistent/ruff")
    assert lint([], F) == []
    assert lint([page("print(a)")], ()) == [Linted()]
    with pytest.raises(NbcriticError, match="ruff cannot be started"):
        lint([page("print(a)")], F)


def test_a_missing_ruff_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ruff", None)
    with pytest.raises(NbcriticError, match="pip install ruff"):
        lint([page("print(a)")], F)


def test_an_unknown_code_is_named() -> None:
    with pytest.raises(NbcriticError, match=r"^ruff knows no rule F9999$"):
        lint([page("x = 1")], ("F401", "F9999"))


def test_the_users_own_ruff_does_not_interfere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ruff.toml").write_text('lint.ignore = ["F401"]\noutput-format = "github"\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RUFF_OUTPUT_FILE", str(tmp_path / "out"))
    monkeypatch.setenv("RUFF_OUTPUT_FORMAT", "github")
    assert codes("import os") == [("F401", 1, 1)]
    assert sorted(os.listdir(tmp_path)) == ["ruff.toml"]  # noqa: PTH208


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    lint([page("print(a)"), page("x = = 1")], F)
    with pytest.raises(NbcriticError):
        lint([page("print(a)")], ("F9999",))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("version", [2, 3, 4])
def test_every_version_of_the_format_is_linted(version: int) -> None:
    cell: dict[str, object] = {"cell_type": "code", "metadata": {}, "outputs": [], "language": "python"}
    data: dict[str, object]
    if version == 4:
        data = {"cells": [{**cell, "source": "import os", "execution_count": None}]}
    else:
        data = {"worksheets": [{"cells": [{**cell, "input": "import os", "prompt_number": 1}]}]}
    trap = {"language_info": {"name": ""}, "kernelspec": {"name": "python3"}}
    raw = json.dumps({**data, "metadata": trap, "nbformat": version, "nbformat_minor": 0}).encode()
    notebook = replace(read(b"\xef\xbb\xbf" + raw, "x.ipynb"), language="python")
    assert [found.code for found in lint([Page(notebook)], F)[0].lints] == ["F401"]


def test_a_broken_cell_costs_the_others_nothing() -> None:
    assert codes("import os", "print 'two'", "<<<<<<< HEAD", "import re") == [("F401", 1, 1), ("F401", 4, 1)]


def test_what_a_broken_cell_may_bind_or_use_is_not_judged() -> None:
    sources = ("import os", "path = os.getcwd()\nprint path", "print(path, other)")
    assert codes(*sources) == [("F821", 3, 1)]
    assert undefined(*sources) == ["other"]


NEWER = [
    source
    for source in (
        "f'{'a'}'",
        "f'{x!r:{'>'}10}'",
        "def first[T](items: list[T]) -> T: ...",
        "type Names = list[str]",
        "t'{1}'",
        "try:\n    pass\nexcept A, B:\n    pass",
        "lazy import json",
    )
    if page(source).cells[0].tree is None
]


@pytest.mark.parametrize("source", [*NEWER, *(f"%matplotlib inline\n{source}" for source in NEWER[:1])])
def test_syntax_newer_than_this_python_is_not_called_broken(source: str) -> None:
    good, bad = lint([page("x = 1", source), page(source, "print 'two'")], F)
    if source.startswith("lazy") and not good.newer_syntax:
        pytest.skip("this ruff does not know Python 3.15 yet")
    assert good.newer_syntax == {2}
    assert bad.newer_syntax == {1}


@pytest.mark.parametrize(
    "source",
    [
        "print 'two'",
        "x = = 1",
        "<<<<<<< HEAD",
        "if x",
        ">>> x = 1 +",
        "f'{",
        "x\0y",
        "cd ../..\n%matplotlib inline",
        "'\ud800'",
        "'\0'",
        "(" * 150,
        "%%bash\nls -l (",
    ],
)
def test_what_no_python_reads_is_not_called_newer(source: str) -> None:
    for select in (F, ()):
        linted = lint([page("x = 1", source)], select)[0]
        assert (linted.newer_syntax, linted.problem) == (frozenset(), None)


def test_newer_syntax_is_looked_for_even_when_no_rule_of_ruffs_is_selected() -> None:
    (linted,) = lint([page(*NEWER, "import os")], ())
    assert linted.lints == ()
    assert len(linted.newer_syntax) >= len(NEWER) - 1


def test_what_stops_ruff_although_it_parses_here_is_said() -> None:
    (linted,) = lint([page("x = 1", "def f(a, a): pass")], F)
    assert linted.problem == 'ruff cannot read cell 2: Duplicate parameter "a"'


def test_an_error_of_meaning_does_not_stop_the_lint() -> None:
    assert codes("return 3", "import os", "def f(a, a): pass") == [("F706", 1, 1), ("F401", 2, 1)]


@pytest.mark.parametrize(
    "sources",
    [
        ("%%capture out\nprint(1)", "out.show()"),
        ("files = !ls", "print(files)"),
        ("%time total = 3", "print(total)"),
        ("%%time\ntotal = 3", "print(total)"),
        ("%run helpers.py", "helper()"),
        ("%pylab inline", "plot(sin(1))"),
        ("%load_ext sql", "%sql result << SELECT 1", "result"),
        ("%store -r frame", "frame"),
        ("%store -r", "frame"),
        ("from numpy import *", "linspace(0, 1)"),
        ("spark.read.csv('x')", "sc, sqlContext, dbutils.fs.ls('/')"),
        ("display(1)", "displayHTML('x')", "get_ipython()", "In, Out, _, __, _3, _i3, exit, quit"),
        ("%%R -o frame\nframe <- 1", "frame"),
    ],
)
def test_names_that_the_session_knows_are_not_undefined(sources: tuple[str, ...]) -> None:
    assert undefined(*sources) == []


def test_other_names_still_are() -> None:
    assert undefined("%matplotlib inline", "%%bash\nlost=1", "print(lost, out)", "%%time\nhere = gone") == [
        "lost",
        "out",
        "gone",
    ]


def test_what_only_magics_use_is_used() -> None:
    assert codes("import numpy as np", "%timeit np.zeros(3)") == []
    assert codes("import os", "!echo {os.getcwd()}") == []
    assert codes("def f(rows):\n    count = len(rows)\n    !echo $count") == []
    assert codes("import os", "!ls") == [("F401", 1, 1)]


def test_imports_for_their_effect_are_used() -> None:
    assert codes("from sklearn.experimental import enable_iterative_imputer") == []
    assert codes("from mpl_toolkits.mplot3d import Axes3D", "import hvplot.pandas") == []
    assert codes("from sklearn.svm import SVC") == [("F401", 1, 1)]


def test_a_loop_variable_hides_only_an_import_that_it_can_meet() -> None:
    own = "def f(x):\n    for t in x:\n        print(t)\nf([1])"
    assert codes(own, "import time as t\nprint(t)", select=("F402",)) == []
    assert codes("import time as t\nprint(t)", own, select=("F402",)) == []
    assert codes("import time as t\nprint(t)", "for t in [1]:\n    print(t)", select=("F402",)) == [("F402", 2, 1)]
    inside = "def f(x):\n    import time as t\n    for t in x:\n        print(t)\nf([1])"
    assert codes(inside, select=("F402",)) == [("F402", 1, 3)]


def test_a_handle_of_a_drawing_or_a_training_need_not_be_read() -> None:
    source = "import matplotlib.pyplot as plt\ndef f(m, df):\n    cb = plt.colorbar(m)\n    history = m.fit(df)\n"
    assert codes(f"{source}    other = m.load(df)\nf(1, 2)", select=("F841",)) == [("F841", 1, 5)]


def test_a_method_that_is_named_and_not_called_is_told_so() -> None:
    (linted,) = lint([page("def f(m, df):\n    m.zero_grad\n    df.head\n    df.price\nf(1, 2)")], ("B018",))
    assert [(found.at.line, found.severity) for found in linted.lints] == [(2, "major"), (3, None), (4, None)]
    assert ["not called" in found.message for found in linted.lints] == [True, True, False]


def test_a_measured_expression_is_not_useless() -> None:
    assert codes("%timeit 1 + 2\nx = 1", "%%timeit\n1 + 2\n3 + 4", select=("B018",)) == []
    assert codes("1 + 2\nx = 1", select=("B018",)) == [("B018", 1, 1)]


def terms(number: int) -> str:
    return "x = " + " + ".join(["1"] * number)


def test_a_huge_expression_costs_nobody_their_lint() -> None:
    usual = [page("import os", f"print(lost_{number})") for number in range(5)]
    alone = lint(usual, F)
    huge = page("import re", terms(20_000), "print(gone)")
    mixed = lint([*usual[:2], huge, *usual[2:]], F)
    assert mixed[:2] + mixed[3:] == alone
    assert [(found.code, found.at.cell) for found in mixed[2].lints] == [("F401", 1), ("F821", 3)]
    assert lint([huge], F) == [mixed[2]]


def test_where_ruff_crashes_only_the_culprits_lose_their_lint() -> None:
    """Given what our own parser would hold back: a million terms overflow any stack."""
    sources = [["import os"], [terms(1_000_000)], ["import re"], ["x = 1"], [terms(1_000_000)], ["import io"]]
    answers = ruff._run(sources, F)
    kinds = [answer if isinstance(answer, str) else [found.code for found in answer] for answer in answers]
    crash = kinds[1]
    assert isinstance(crash, str)
    assert "crashed" in crash
    assert "\n" not in crash
    assert kinds == [["F401"], crash, ["F401"], [], kinds[4], ["F401"]]
    assert isinstance(kinds[4], str)


def test_the_report_of_a_crash_is_a_problem_of_its_page_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ruff, "_sources", lambda page: [terms(1_000_000) if "crash" in page.path else "import os"])
    usual, crash = page("import os"), page("import os")
    crash.notebook = replace(crash.notebook, path="crash.ipynb")
    answers = lint([usual, crash, usual], F)
    assert [answer.problem is None for answer in answers] == [True, False, True]
    assert [len(answer.lints) for answer in answers] == [1, 0, 1]


def test_no_answer_in_time_is_a_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ruff, "TIMEOUT", 0)
    (linted,) = lint([page("import os")], F)
    assert linted.problem == "ruff gave no answer within 0 seconds"


ODD = st.lists(
    st.sampled_from(
        ["import os", "print(a)", "%%bash\nls", "!ls", "x = !ls", "print 'a'", "é = ä", "\r\nx = y", "\f", "?x", "x?", "%time z",
         "'\ud800'", "\0", "if x:\n    %pwd", "def f():\n\tpass\n\treturn\\\n 1", "\tx", "#", "", "\u2028a", "a\x0bb"]
    ),
    max_size=5,
)  # fmt: skip


@given(st.lists(ODD, max_size=3))
@settings(deadline=None, max_examples=25)
def test_whatever_the_cells_the_places_exist(books: list[list[str]]) -> None:
    pages = [page(*book) for book in books]
    answers = lint(pages, ("F", "E", "W", "B"))
    assert len(answers) == len(pages)
    for asked, answer in zip(pages, answers, strict=True):
        assert answer.problem is None
        for found in answer.lints:
            lines = asked.cell(found.at.cell).lines
            assert 1 <= found.at.line <= found.at.end_line <= len(lines)
            assert 1 <= found.at.column <= len(lines[found.at.line - 1]) + 1


def test_each_profile_holds_the_one_before() -> None:
    known = json.loads(
        subprocess.run(
            [ruff._binary(), "rule", "--all", "--output-format", "json"], capture_output=True, check=True
        ).stdout
    )
    all_codes = [rule["code"] for rule in known if rule.get("code")]
    assert len(all_codes) > 500
    for code in all_codes:
        assert severity_of(code) != "blocker"
        assert category_of(code)
        first = profile_of(code)
        for profile in PROFILES:
            chosen = first is not None and PROFILES.index(first) <= PROFILES.index(profile)
            assert Config(profile).selects(code, "", "ruff", first) is chosen
            asked = any(strength(prefix, code, "", "") for prefix in ruff_select(Config(profile)))
            assert asked or not chosen


@pytest.mark.parametrize(
    ("code", "profile", "severity", "category"),
    [
        ("F823", "explore", "major", "reproducibility"),
        ("F841", "review", "nit", "readability"),
        ("F401", "review", "nit", "readability"),
        ("F404", None, "minor", "reproducibility"),
        ("S101", None, "minor", "security-and-privacy"),
        ("S501", "review", "major", "security-and-privacy"),
        ("S603", "production", "minor", "security-and-privacy"),
        ("PD007", "explore", "major", "pandas-correctness"),
        ("PD002", "production", "minor", "pandas-correctness"),
        ("I001", "production", "nit", "readability"),
        ("SIM102", "production", "nit", "readability"),
        ("PERF102", "production", "nit", "performance"),
        ("PERF401", "production", "nit", "performance"),
        ("D100", None, "nit", "readability"),
    ],
)
def test_codes_are_placed(code: str, profile: str | None, severity: str, category: str) -> None:
    assert (profile_of(code), severity_of(code), category_of(code)) == (profile, severity, category)


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (Config(select=("NBC1", "star-import")), ()),
        (Config(select=("NBC1", "F841", "PD")), ("F841", "PD")),
        (Config(ignore=("ruff",)), ()),
        (Config(ignore=("ruff",), extend_select=("D",)), ("D",)),
        (
            Config("explore", ignore=("F",), extend_select=("F82",)),
            ("B002", "B031", "B035", "NPY001", "NPY003", "NPY201", "PD007", "F82"),
        ),
        (Config("production", ignore=("F", "E", "B", "PD", "NPY", "PERF", "DTZ", "I", "SIM102")), ("S", "SIM")),
    ],
)
def test_ruff_is_asked_only_for_what_is_wanted(config: Config, expected: tuple[str, ...]) -> None:
    assert ruff_select(config) == expected
