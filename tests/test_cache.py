"""What the cache knows is what would be found out anew."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.cached import BLOCK, cached, fresh, lay_out, notebook, run

from nbcritic.analysis.page import Page
from nbcritic.config import Config
from nbcritic.model import Report
from nbcritic.scanner import batch, keys
from nbcritic.scanner.cache import NAME, Cache, folder
from nbcritic.scanner.packed import pack, unpack


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """We stand in a project of three notebooks."""
    monkeypatch.chdir(tmp_path)
    lay_out()
    return tmp_path


def works(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The notebooks that are judged from now on."""
    judged: list[str] = []
    judge = batch._report

    def noting(page: Page, *more: object) -> Report:
        judged.append(page.path)
        return judge(page, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(batch, "_report", noting)
    return judged


def entries(where: Path) -> list[tuple[str, bytes]]:
    with sqlite3.connect(where / NAME) as db:
        return db.execute("select kind, value from entries").fetchall()


def test_a_second_scan_says_the_same_and_judges_nothing(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = cached()
    assert {finding.code for report in first for finding in report.findings} == {"NBC114", "NBC406", "NBC210", "F631"}
    monkeypatch.setattr(batch, "verdicts", None)
    monkeypatch.setattr(batch, "digests", None)
    assert cached() == first


def test_a_second_scan_loads_no_rule(project: Path) -> None:
    Path("pyproject.toml").write_text("[tool.nbcritic]\n", "utf-8")
    os.utime("pyproject.toml", (1_700_000_000, 1_700_000_000))
    code = "import sys; from nbcritic.cli import main; main(sys.argv[1:]); print(*sys.modules, file=sys.stderr)"
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", code, "."], capture_output=True, text=True, check=True)
    assert not [
        name for name in done.stderr.split() if name.startswith(("nbcritic.rules", "nbcritic.engine", "msgspec"))
    ]


CHANGES: dict[str, Callable[[], object]] = {
    "a notebook": lambda: Path("prices.ipynb").write_text(notebook("x = 1"), "utf-8"),
    "another notebook": lambda: Path("weather.ipynb").write_text(notebook("x = 1"), "utf-8"),
    "a new notebook": lambda: Path("new.ipynb").write_text(notebook("y = 1", BLOCK), "utf-8"),
    "a notebook is gone": lambda: Path("weather.ipynb").unlink(),
    "another name": lambda: Path("weather.ipynb").rename("climate.ipynb"),
    "the project": lambda: Path("requirements.txt").write_text("numpy\nlightgbm\n", "utf-8"),
    "the configuration": lambda: Path("pyproject.toml").write_text("[tool.nbcritic]\nselect=['F631']", "utf-8"),
    "an option": lambda: Path("pyproject.toml").write_text(
        "[tool.nbcritic]\n[tool.nbcritic.rules.copied-across-notebooks]\nlines = 400\n", "utf-8"
    ),
    "what a file may do": lambda: Path("pyproject.toml").write_text(
        "[tool.nbcritic]\n[tool.nbcritic.per-file-ignores]\n'prices*' = ['star-import']\n", "utf-8"
    ),
    "the profile": lambda: Path("pyproject.toml").write_text("[tool.nbcritic]\nprofile='production'", "utf-8"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changes_the_cache_knows_no_better(project: Path, change: str) -> None:
    before = cached()
    CHANGES[change]()
    after = cached()
    assert after == fresh()
    assert after != before


EDITS = st.tuples(
    st.sampled_from(["prices.ipynb", "weather.ipynb", "new.ipynb", "requirements.txt", "helpers.py"]),
    st.sampled_from([None, "from numpy import *", BLOCK, "import pandas as pd", "numpy", "pandas"]),
)


@given(st.lists(EDITS, min_size=1, max_size=6))
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_history_of_a_project(project: Path, edits: list[tuple[str, str | None]]) -> None:
    for name, text in edits:
        if text is None:
            Path(name).unlink(missing_ok=True)
        else:
            Path(name).write_text(notebook(text) if name.endswith(".ipynb") else text, "utf-8")
        assert cached() == fresh()


def test_the_same_notebook_elsewhere_is_another_one(project: Path) -> None:
    Path("other").mkdir()
    cached()
    os.chdir("other")
    Path("prices.ipynb").write_bytes(Path("../prices.ipynb").read_bytes())
    assert [report.path for report in cached()] == ["prices.ipynb"]
    assert cached() == fresh()


def test_only_what_changed_is_judged(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cached()
    judged = works(monkeypatch)
    Path("weather.ipynb").write_text(
        notebook("import numpy as np\nimport lightgbm as lgb", BLOCK, "assert (3, 2)"), "utf-8"
    )
    cached()
    assert judged == ["weather.ipynb"]


def test_what_failed_is_tried_again(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good = fresh()
    with monkeypatch.context() as patch:
        patch.setattr(batch, "critique", lambda *_: 1 / 0)
        assert all(report.problem for report in cached())
    assert cached() == good


@given(st.from_type(Report))
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_a_packed_report_is_the_same_report(report: Report) -> None:
    report = Report(
        report.path,
        report.findings,
        report.findings[:2],
        report.suppressed,
        report.skipped,
        report.problem,
        report.heads,
        report.readiness,
    )
    assert unpack(pack(report), report.path) == report


@given(st.binary(max_size=40), st.integers(0, 30))
def test_damaged_bytes_are_no_report(data: bytes, cut: int) -> None:
    for damaged in (data, pack(Report("x"))[:-cut] + data, zlib.compress(data)):
        if damaged != pack(Report("x")):
            with pytest.raises(ValueError):
                unpack(damaged, "x")


def test_it_holds_findings_and_no_notebooks(project: Path, own_cache: Path) -> None:
    token = "ghp_" + "x8K2mQ9vT4bW7nR1cY6pL3sD5fG0hJaZeUiO"
    told = f"token = '{token}'", "# a remark nobody asked about\nx = 1"
    Path("secret.ipynb").write_text(notebook(*told), "utf-8")
    # Its fix is text of the notebook; nothing says that a credential is not in it.
    Path("fixed.ipynb").write_text(notebook("import os, sys  # fixed\nprint(sys.path)", *told), "utf-8")
    judged = cached(Config())
    assert [report.findings != () for report in judged] == [False, True, True, True, True]
    assert judged == fresh(Config())
    kept = b"".join(zlib.decompress(value) for kind, value in entries(own_cache) if kind == "report")
    assert b"hard-coded-credential" in kept
    assert token.encode() not in kept
    assert b"# fixed" not in kept
    assert b"a remark nobody asked about" not in kept
    if os.name == "posix":
        assert (own_cache / NAME).stat().st_mode & 0o077 == 0


def test_a_large_cache_forgets_what_was_not_used_for_longest(
    project: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = Cache()
    cache.put("report", [(bytes([n]), b"x" * 1000) for n in range(100)])
    cache.close()
    with sqlite3.connect(own_cache / NAME) as db:
        db.execute("update entries set used = used - 9")
    cache = Cache()
    for number in range(50, 100):
        assert cache.get(bytes([number]))
    monkeypatch.setattr("nbcritic.scanner.cache.LIMIT", 50_000)
    cache.put("report", [(b"new", b"x")])
    cache.close()
    cache = Cache()
    assert [number for number in range(100) if cache.get(bytes([number]))] == list(range(50, 100))
    assert cache.get(b"new") == b"x"


def test_the_key_of_the_rules_is_that_of_their_text() -> None:
    assert len(keys.program()) == 64
    assert keys.key_of("ab", "c") != keys.key_of("a", "bc")


def test_it_lies_where_caches_lie(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NBCRITIC_CACHE_DIR")
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", "/caches")
    assert folder() == Path("/caches/nbcritic")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert folder() == Path.home() / ".cache/nbcritic"
    monkeypatch.setattr(sys, "platform", "darwin")
    assert folder() == Path.home() / "Library/Caches/nbcritic"


def test_the_command_says_how_much_and_removes_it(project: Path, own_cache: Path) -> None:
    assert run("cache", "info").stdout == f"{own_cache}: 0 reports, 0.0 MB\n"
    assert not own_cache.exists()
    run("--no-cache", ".")
    assert not own_cache.exists()
    run(".")
    told = json.loads(run("cache", "info", "--format", "json").stdout)
    assert told["folder"] == str(own_cache)
    assert told["reports"] == 3
    assert told["bytes"] > 1000
    assert run("cache", "info").stdout.startswith(f"{own_cache}: 3 reports, 0.0 MB")
    assert run("cache", "clear").stdout.startswith(f"{own_cache}: 0.0 MB removed")
    assert run("cache", "clear").stdout == f"{own_cache}: there is no cache\n"
    assert not list(own_cache.iterdir())
