"""Which files are found, and that nothing on the way stops the others."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import weakref
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nbcritic import engine
from nbcritic.analysis.digest import Library
from nbcritic.analysis.memory import uncollected
from nbcritic.analysis.page import Page
from nbcritic.analysis.project import Project
from nbcritic.config import Config
from nbcritic.model import NbcriticError, Report, Skipped
from nbcritic.scanner import batch, configure, find, scan, team
from nbcritic.scanner.task import Task

ANY = Config()
STAR = Config(select=("star-import",))


def notebook(*sources: str) -> bytes:
    cells: list[dict[str, object]] = [
        {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source}
        for source in sources
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}).encode()


STARRED = notebook("from numpy import *")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(*paths: str, data: bytes = STARRED) -> None:
    for path in paths:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_bytes(data)


def found(*paths: str, config: Config = ANY) -> list[str]:
    return [path.replace(os.sep, "/") for path in find(paths or (".",), config)]


def test_a_folder_is_walked_in_the_order_of_names_for_notebooks_only(here: Path) -> None:
    put("b.ipynb", "a/z.ipynb", "a/B.IPYNB", "c.py", "d.ipynb.bak", "b/a.ipynb")
    assert found() == ["a/B.IPYNB", "a/z.ipynb", "b/a.ipynb", "b.ipynb"]


def test_paths_are_spelt_as_the_user_spelt_them(here: Path) -> None:
    put("nb/a.ipynb", "nb/sub/b.ipynb")
    assert found("nb") == found("nb/") == ["nb/a.ipynb", "nb/sub/b.ipynb"]
    assert found(str(here / "nb"))[0] == str(here / "nb" / "a.ipynb").replace(os.sep, "/")
    os.chdir("nb")
    assert found("../nb/sub", "a.ipynb") == ["../nb/sub/b.ipynb", "a.ipynb"]


def test_what_is_not_the_users_own_work_is_left_out(here: Path) -> None:
    put(
        ".ipynb_checkpoints/a.ipynb",
        "._a.ipynb",
        ".hidden/a.ipynb",
        "node_modules/x/a.ipynb",
        "own/lib/site-packages/a.ipynb",
    )
    put("own/a.ipynb", "own/share/a.ipynb", "conda/share/a.ipynb", "venv/a.ipynb")
    put("own/pyvenv.cfg", "conda/conda-meta/history", data=b"")
    assert found() == ["venv/a.ipynb"]
    assert found("own", ".hidden") == ["own/a.ipynb", "own/share/a.ipynb", ".hidden/a.ipynb"]


def test_a_named_file_is_taken_whatever_ignores_it(here: Path) -> None:
    put(".git/HEAD", data=b"")
    put(".gitignore", data=b"*.ipynb\n")
    put("a.ipynb", ".hidden.ipynb", "script.py")
    assert found("a.ipynb", ".hidden.ipynb", "script.py", config=Config(exclude=("*",))) == [
        "a.ipynb",
        ".hidden.ipynb",
        "script.py",
    ]
    assert found() == []


def test_exclude_is_honoured_in_folders(here: Path) -> None:
    put("a.ipynb", "old/b.ipynb", "new/old/c.ipynb", "new/c_draft.ipynb")
    assert found(config=Config(exclude=("old/", "*_draft.ipynb"), root=str(here))) == ["a.ipynb"]
    assert found(config=Config(exclude=("/old",), root=str(here))) == [
        "a.ipynb",
        "new/c_draft.ipynb",
        "new/old/c.ipynb",
    ]


def test_gitignore_files_count_from_the_top_of_the_repository_and_the_nearest_decides(here: Path) -> None:
    put("repo/.git/HEAD", "repo/.git/info/exclude", data=b"")
    put("repo/.git/info/exclude", data=b"private.ipynb\n")
    put("repo/.gitignore", data=b"# outputs\nout/\n*_tmp.ipynb\n/top.ipynb\n!keep_tmp.ipynb\n")
    put("repo/a/.gitignore", data=b"!b_tmp.ipynb\nlocal.ipynb\n")
    put("repo/a/b_tmp.ipynb", "repo/a/local.ipynb", "repo/a/top.ipynb", "repo/a/out/x.ipynb", "repo/a/private.ipynb")
    put("repo/c_tmp.ipynb", "repo/keep_tmp.ipynb", "repo/top.ipynb", "repo/local.ipynb")
    inside = ["a/b_tmp.ipynb", "a/top.ipynb"]
    assert found("repo/a") == [f"repo/{path}" for path in inside]
    assert found("repo") == [f"repo/{path}" for path in (*inside, "keep_tmp.ipynb", "local.ipynb")]


def test_an_ignored_folder_is_walked_when_it_is_named(here: Path) -> None:
    put(".git/HEAD", data=b"")
    put(".gitignore", data=b"data/\n*_tmp.ipynb\n")
    put("data/raw/a.ipynb", "data/a.ipynb")
    assert found() == []
    assert found("data") == ["data/a.ipynb", "data/raw/a.ipynb"]
    assert found("data/raw") == ["data/raw/a.ipynb"]


def test_a_gitignore_that_is_no_text_does_no_harm(here: Path) -> None:
    put(".gitignore", data=b"\xff\xfe\n!\n**\x00\nb.ipynb\n")
    put("a.ipynb", "b.ipynb")
    assert found() == ["a.ipynb"]
    Path("c/.gitignore").mkdir(parents=True)
    put("c/d.ipynb")
    assert found("c") == ["c/d.ipynb"]


def test_git_agrees(here: Path) -> None:
    subprocess.run(["git", "init", "-q", "."], check=True)
    put(".gitignore", data=b"build/\n/docs/*.ipynb\n!docs/index.ipynb\n*.tmp.ipynb\nsub/**/deep.ipynb\n[ab]x.ipynb\n")
    put("sub/.gitignore", data=b"*\n!keep.ipynb\n!inner/\n!inner/*.ipynb\n")
    put(
        "a.ipynb",
        "build/a.ipynb",
        "x/build/a.ipynb",
        "docs/a.ipynb",
        "docs/index.ipynb",
        "docs/s/a.ipynb",
        "q.tmp.ipynb",
    )
    put(
        "sub/keep.ipynb",
        "sub/no.ipynb",
        "sub/inner/y.ipynb",
        "sub/inner/deep.ipynb",
        "ax.ipynb",
        "bx/a.ipynb",
        "x y/ü.ipynb",
    )
    listed = subprocess.run(
        ["git", "-c", "core.quotePath=off", "ls-files", "-z", "-o", "--exclude-standard", "*.ipynb"],
        check=True, capture_output=True,
    )  # fmt: skip
    assert sorted(found()) == sorted(listed.stdout.decode().rstrip("\0").split("\0"))


def test_what_git_tracks_is_taken_though_it_is_ignored(here: Path) -> None:
    put("new.ipynb", "out/old.ipynb", "out/new.ipynb", "a/b/old.ipynb", "other/out/old.ipynb", "other/out/new.ipynb")
    for top, *tracked in ((".", "out/old.ipynb", "a/b/old.ipynb"), ("other", "out/old.ipynb")):
        subprocess.run(["git", "init", "-q", top], check=True)
        subprocess.run(["git", "-C", top, "add", *tracked], check=True)
    put(".gitignore", data=b"out/\n*.ipynb\n")
    assert found() == ["a/b/old.ipynb", "other/out/old.ipynb", "out/old.ipynb"]
    assert found("a") == ["a/b/old.ipynb"]
    assert found("out") == ["out/new.ipynb", "out/old.ipynb"]  # asked for by name


NAMES = st.sampled_from(["a", "b.ipynb", "c.ipynb", "data", ".x", "out.ipynb", "d"])
TREES = st.recursive(st.none(), lambda inner: st.dictionaries(NAMES, inner, max_size=4), max_leaves=12)


@given(
    tree=st.dictionaries(NAMES, TREES, max_size=4),
    lines=st.lists(st.sampled_from(["a", "b.ipynb", "/d", "data/", "!a", "c*"])),
)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_any_tree_is_walked_in_order_without_repeats(
    tmp_path_factory: pytest.TempPathFactory, tree: dict[str, object], lines: list[str]
) -> None:
    root = tmp_path_factory.mktemp("tree")

    def grow(folder: Path, entries: dict[str, object]) -> None:
        for name, inner in entries.items():
            if isinstance(inner, dict):
                (folder / name).mkdir()
                grow(folder / name, inner)
            else:
                (folder / name).touch()

    grow(root, tree)
    (root / ".gitignore").write_text("\n".join(lines))
    paths = [Path(path).relative_to(root) for path in find([str(root)], ANY)]
    assert paths == sorted(set(paths), key=lambda path: path.parts)
    assert all((root / path).is_file() and path.suffix == ".ipynb" for path in paths)
    assert not any(part.startswith(".") for path in paths for part in path.parts)
    if not lines:
        everything = {p.relative_to(root) for p in root.rglob("*.ipynb") if p.is_file()}
        assert set(paths) == {p for p in everything if not any(part.startswith(".") for part in p.parts)}


def test_a_folder_called_like_a_notebook_is_walked(here: Path) -> None:
    put("odd.ipynb/a.ipynb")
    assert found() == found("odd.ipynb") == ["odd.ipynb/a.ipynb"]


def test_links_are_followed_to_files_once_and_never_in_circles(here: Path) -> None:
    put("real/a.ipynb")
    Path("real/self").symlink_to(here / "real", target_is_directory=True)
    Path("b.ipynb").symlink_to("real/a.ipynb")
    Path("folder.ipynb").symlink_to("real", target_is_directory=True)
    assert found() == ["b.ipynb"]
    assert found("real", "folder.ipynb", "real/a.ipynb") == ["real/a.ipynb"]
    assert found("real/self") == ["real/self/a.ipynb"]


def test_a_link_in_a_circle_is_a_report(here: Path) -> None:
    Path("loop.ipynb").symlink_to("loop.ipynb")
    assert [report.problem is not None for report in scan(["."], ANY)] == [True]
    assert [report.problem is not None for report in scan(["loop.ipynb"], ANY)] == [True]


def test_very_deep_trees_are_walked(here: Path) -> None:
    for _ in range(400):
        os.mkdir("d")  # noqa: PTH102
        os.chdir("d")
    put("a.ipynb")
    os.chdir(here)
    assert [path.endswith("d/a.ipynb") for path in found()] == [True]


@pytest.mark.parametrize("path", ["absent.ipynb", "absent", "notes.txt", "a\0b.ipynb", ""])
def test_a_path_that_leads_nowhere_is_the_users_mistake(here: Path, path: str) -> None:
    put("notes.txt", "a.ipynb")
    with pytest.raises(NbcriticError) as caught:
        list(scan(["a.ipynb", path], ANY))
    assert str(caught.value).startswith(f"{path}: ")


def codes(report: Report) -> list[str]:
    return [finding.code for finding in report.findings]


def test_reports_come_in_order_and_the_unreadable_stop_nothing(here: Path) -> None:
    put("a.ipynb", "c.ipynb", "e.ipynb")
    put("b.ipynb", data=b"{")
    put("d.ipynb", data=b"")
    reports = list(scan(["."], STAR))
    assert [report.path for report in reports] == ["a.ipynb", "b.ipynb", "c.ipynb", "d.ipynb", "e.ipynb"]
    assert [report.problem is None for report in reports] == [True, False, True, False, True]
    assert [codes(report) for report in reports] == [["NBC114"], [], ["NBC114"], [], ["NBC114"]]


def test_ruff_and_our_rules_speak_in_one_report(here: Path) -> None:
    put("a.ipynb", data=notebook("from numpy import *", "assert (1, 'always true')"))
    (report,) = scan(["a.ipynb"], Config(select=("star-import", "F631")))
    assert codes(report) == ["NBC114", "F631"]


def test_a_script_is_read_when_it_is_named(here: Path) -> None:
    put("a.py", data=b"# %%\nx = 1\n# %%\nfrom numpy import *\n")
    (report,) = scan(["a.py"], STAR)
    assert [(finding.at.cell, finding.file_line) for finding in report.findings] == [(2, 4)]


def test_standard_input_is_read_once_from_bytes_or_the_stream(here: Path) -> None:
    reports = list(scan(["-", "-"], STAR, stdin=STARRED))
    assert [(report.path, codes(report)) for report in reports] == [("-", ["NBC114"])]
    code = "import nbcritic; print([len(report.findings) for report in nbcritic.scan(['-'])])"
    done = subprocess.run([sys.executable, "-c", code], input=STARRED, capture_output=True, check=True)
    assert done.stdout.strip() == b"[1]"


def test_small_batches_say_the_same_and_progress_counts_each_report(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(*(f"{number:02}.ipynb" for number in range(9)), data=notebook("from numpy import *", "assert (1, 2)"))
    config = Config(select=("star-import", "F631"))
    whole = list(scan(["."], config))
    counted: list[tuple[str, int, int]] = []
    monkeypatch.setattr(team, "BATCH", 4)
    assert list(scan(["."], config, progress=lambda *told: counted.append(told))) == whole
    assert counted == [("judging notebooks", done, 9) for done in range(1, 10)]
    monkeypatch.setattr(team, "BATCH_BYTES", 1)
    assert list(scan(["."], config)) == whole


def test_reports_stream_batch_by_batch(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(team, "BATCH", 2)
    put(*(f"{number}.ipynb" for number in range(6)))
    reports = scan(["."], STAR)
    assert next(reports).path == "0.ipynb"
    put("5.ipynb", data=b"{")  # not read yet
    assert [report.path for report in reports if report.problem] == ["5.ipynb"]


def test_the_size_cap_is_reads_own(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from nbcritic.notebook import read

    monkeypatch.setattr(read, "MAX_BYTES", 20)
    put("big.ipynb")
    (report,) = scan(["big.ipynb"], STAR)
    assert report.problem is not None
    assert "MB" in report.problem


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_a_report(here: Path) -> None:
    put("shut.ipynb", "closed/a.ipynb", "open.ipynb")
    Path("shut.ipynb").chmod(0)
    Path("closed").chmod(0)
    try:
        reports = {report.path: report.problem for report in scan(["."], STAR)}
    finally:
        Path("closed").chmod(0o700)
    assert reports == {
        "closed": "cannot be read: Permission denied",
        "open.ipynb": None,
        "shut.ipynb": "cannot be read: Permission denied",
    }


def test_a_crash_of_ours_costs_one_report_only(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put("a.ipynb", "b.ipynb", "c.ipynb")

    def crash(page: Page, config: Config, skipped: tuple[Skipped, ...] = ()) -> Report:
        if page.path == "b.ipynb":
            raise ZeroDivisionError("two\nlines")
        return engine.critique(page, config, skipped)

    monkeypatch.setattr(batch, "critique", crash)
    problems = [report.problem for report in scan(["."], STAR)]
    assert problems == [None, "could not be judged: ZeroDivisionError: two", None]


def test_an_interrupt_passes_through(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put("a.ipynb")

    def interrupt(page: Page, config: Config, skipped: tuple[Skipped, ...] = ()) -> Report:
        raise KeyboardInterrupt

    monkeypatch.setattr(batch, "critique", interrupt)
    with pytest.raises(KeyboardInterrupt):
        list(scan(["."], STAR))


def test_an_unknown_code_of_ruffs_is_the_users_mistake(here: Path) -> None:
    put("a.ipynb")
    with pytest.raises(NbcriticError, match="ruff knows no rule F9999"):
        list(scan(["."], Config(select=("F9999",))))


def test_the_configuration_lies_near_the_first_path(here: Path) -> None:
    put("one/sub/a.ipynb", "two/b.ipynb")
    Path("one/pyproject.toml").write_text('[tool.nbcritic]\nprofile = "production"\n')
    assert configure(["one/sub/a.ipynb", "two"]).profile == "production"
    assert configure(["two", "one"]).profile == "review"
    assert configure(["-", "one"]).profile == "production"
    assert configure(["-"]).profile == configure([]).profile == "review"
    assert configure(["two"], "one/pyproject.toml").profile == "production"


CODE = notebook("def tidy(orders):\n    return orders.dropna().reset_index(drop=True)", "tidy(later)")
COMPARED = Config(select=("copied-across-notebooks", "used-before-defined"))


def test_a_page_that_was_parsed_for_its_digest_is_the_one_that_is_judged() -> None:
    task = Task("a.ipynb", CODE, COMPARED, Project.of({"setup.py": ""}), Library({1: ("a.ipynb", "b.ipynb")}))
    pages = batch.Pages()
    assert batch.digests([task], pages) == batch.digests([task])
    page = pages.take(task)
    assert page is not None
    assert (page.project, page.library) == (task.project, task.library)
    assert pages.take(task) is None, "it is let go of"
    batch.digests([task], pages)
    assert [one.report for one in batch.verdicts([task], pages)] == [one.report for one in batch.verdicts([task])]


def test_a_notebook_that_was_written_since_its_digest_is_read_anew() -> None:
    pages = batch.Pages()
    batch.digests([Task("a.ipynb", CODE, COMPARED)], pages)
    assert pages.take(Task("a.ipynb", STARRED, COMPARED)) is None


def test_only_so_many_pages_wait_to_be_judged() -> None:
    tasks = [Task(f"{n}.ipynb", CODE, COMPARED) for n in range(9)]
    alone = batch.Pages()
    batch.digests(tasks[:1], alone)
    assert alone.take(tasks[0]) is not None
    pages = batch.Pages(room=30_000)
    batch.digests(tasks, pages)
    kept = [task.path for task in tasks if pages.take(task) is not None]
    assert 0 < len(kept) < len(tasks)
    assert kept == [task.path for task in tasks[: len(kept)]], "those that are judged first"


def test_what_was_judged_does_not_wait_for_the_collector_of_garbage(monkeypatch: pytest.MonkeyPatch) -> None:
    made = list[weakref.ref[Any]]()

    class Watched(Page):
        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **named)
            made.extend((weakref.ref(self), *(weakref.ref(cell) for cell in self.cells)))

    monkeypatch.setattr(batch, "Page", Watched)
    tasks = [Task(f"{n}.ipynb", data, Config(profile="production")) for n, data in enumerate((CODE, STARRED, CODE))]
    with uncollected():
        assert len(list(batch.verdicts(tasks))) == 3
        assert len(made) > 6
        assert not [one for one in made if one() is not None]
