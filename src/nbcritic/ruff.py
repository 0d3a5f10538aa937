"""ruff's opinion of a batch of notebooks: one process, its JSON only.

ruff never sees the files themselves but minimal notebooks made of what we read, because it rejects nbformat 3, says nothing
of a notebook with an empty `language_info`, stops at the first cell that does not parse and reads some magics otherwise
than IPython does. What it cannot know about a session (names that magics, launchers or unreadable cells bind) is taken
out of its answer here.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeAlias, TypeVar

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.memory import uncollected
from nbcritic.analysis.page import Page
from nbcritic.config import Config, strength
from nbcritic.model import PROFILES as ORDER
from nbcritic.model import Category, Lint, NbcriticError, Profile, Severity, Span
from nbcritic.ruff_doubts import in_our_words, is_mistaken
from nbcritic.ruff_fix import Place, Remedy, fix_of

TARGET = "py314"
"""The newest Python that every ruff we allow knows: no cell is broken because the notebook's own Python was newer. Which
release a lint assumes matters to few of the rules in the profiles, and the newest assumes the least."""

TIMEOUT = 120
"""Seconds that one process may take; it usually takes less than one."""

STACK = 256 << 20
"""Bytes of stack for each thread of ruff's: its parser is recursive, and the usual 8 MB end at some 6,000 terms."""

PER_PROCESS = 1_000
"""Notebooks handed to one process at most: their names must fit a command line."""

_PREFIX = re.compile(r"(?!NBC)[A-Z]+\d*")
_Value = TypeVar("_Value")
_NO_TEXT = re.compile("[\\0\\ud800-\\udfff]")
_NEWER = re.compile(r"syntax was added in Python 3\.\d+")

_CRASHES = "F50 F521 F524 F525 F6 F7 F82 B002 B031 B035 NPY001 NPY003 NPY201 PD007".split()
_FAMILIES = "F E9 B PD NPY S PERF DTZ".split()

PROFILES: Mapping[Profile, tuple[str, ...]] = {
    "explore": tuple(_CRASHES),
    "review": tuple(_FAMILIES),
    "production": (*_FAMILIES, "I", "SIM"),
}
"""What each profile takes from ruff, by code and beginning of a code, less what `LATER` puts off."""

LATER: Mapping[str, Profile | None] = {
    # In IPython a cell may import from __future__ wherever it stands; asserts are what we ask for; of a star import every
    # use would be said again; chance in an analysis is not cryptography. Of missing names NBC102 and NBC103 speak, once a
    # name and with the cell that lacks it.
    **dict.fromkeys("F404 S101 F405 S311 F821".split(), None),
    # Outside data and real secrets are told apart by NBC212, NBC205 and NBC213; the rest is for servers.
    **dict.fromkeys("S102 S103 S104 S105 S106 S107 S108 S113 S202 S301 S303 S310 S313 S314".split(), "production"),
    **dict.fromkeys("S315 S316 S317 S318 S319 S321 S324 S506 S6 S7".split(), "production"),
    # pandas-vet prefers one spelling of two that do the same, and takes any `.values`, `.stack` or `.pivot` for pandas.
    **dict.fromkeys("PD0 PD1".split(), "production"),
    "PD007": "explore",
    # The legacy generator is no fault where it is seeded, and NBC110 says where it is not. A comprehension saves nothing
    # that a notebook would notice.
    **dict.fromkeys("NPY002 PERF203 PERF4".split(), "production"),
    # Dates that are only shown, or carry no clock at all, need no zone; NBC111 and NBC611 look at what depends on them.
    **dict.fromkeys("DTZ001 DTZ002 DTZ005 DTZ006 DTZ007 DTZ01 DTZ9".split(), "production"),
    # Read on real notebooks and right less than 19 times in 20: a default that is only ever read (B006), a fast path with a
    # fallback after it (S110, S112: NBC305 looks closer), an `eval` of one's own text (S307), a key that is `_` (PERF102).
    **dict.fromkeys("B006 PERF102 S110 S112 S307".split(), "production"),
    # Taste; cells copied from one another import again what is there already (F811); a function made in a loop (B023) is
    # nearly always called before the loop goes on.
    **dict.fromkeys("F541 F811 B007 B008 B009 B010 B011 B013 B023 B028 B9".split(), "production"),
}
"""Codes and beginnings of codes that are too noisy in notebooks for the profile that their family is in, with the first
profile that has them (None: none has, only their own code or prefix selects them). Measured on 458 real notebooks."""

_SEVERITIES: Mapping[str, Severity] = {
    **dict.fromkeys((*_CRASHES, "S2", "S307", "S323", "S50"), "major"),
    **dict.fromkeys("F B S DTZ NPY BLE PLE PLW ASYNC F601 F602 PD002 PD011 PD013 S202 S506".split(), "minor"),
    **dict.fromkeys("F401 F541 F811 F841 F842 B007 B009 B010 B013 B028 B9".split(), "nit"),
}
"""By code or beginning of a code, the longest counts; whatever is not named is taste. Nothing of ruff's is a blocker: what
stops a notebook is a rule of ours, which covers ruff's."""

_CATEGORIES: Mapping[str, Category] = {
    "F4": "reproducibility",
    "F401": "readability",
    "F7": "reproducibility",
    "F82": "reproducibility",
    "E9": "reproducibility",
    "NPY": "reproducibility",
    "PD": "pandas-correctness",
    "S": "security-and-privacy",
    "PERF": "performance",
    "DTZ": "data-validation",
}


@dataclass(frozen=True)
class Linted:
    """What ruff says about one page.

    `newer_syntax` are the cells that only a Python newer than the running one can parse. `problem` is one line saying why
    ruff could not judge the page; there are no lints then.
    """

    lints: tuple[Lint, ...] = ()
    newer_syntax: frozenset[int] = frozenset()
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class _Diagnostic:
    """One entry of ruff's JSON."""

    filename: str
    message: str
    code: str | None = None
    name: str | None = None
    cell: int | None = None
    location: Place | None = None
    end_location: Place | None = None
    fix: Remedy | None = None

    @property
    def is_syntax(self) -> bool:
        return self.code in (None, "invalid-syntax")


Sources: TypeAlias = Sequence[str | None]
"""The cells of a notebook for ruff: None where the cell is no code."""
Answer: TypeAlias = list[_Diagnostic] | str
"""What ruff says about one notebook, or why it says nothing."""


@uncollected()
def lint(pages: Sequence[Page], select: Sequence[str]) -> list[Linted]:
    """Lint a batch: one Linted for each page, in order, with the rules that `select` names by code or beginning.

    Raises NbcriticError where ruff is not installed or does not know a selector. A notebook on which ruff crashes loses
    only its own lint.
    """
    documents: list[Sources] = [_sources(page) if select else [] for page in pages]
    # ruff's parser is asked about each cell that ours could not read, one by one: it stops at the first error.
    alone = [(index, cell) for index, page in enumerate(pages) for cell in _broken(page)]
    if not select and not alone:
        return [Linted()] * len(pages)
    # It leaves out a cell that begins with a magic without its `%`, which IPython knows only where the cell is one line.
    answers = _run([*documents, *([f"pass\n{cell.plain.source}"] for _, cell in alone)], select or ("F82",))
    newer: list[set[int]] = [set() for _ in pages]
    for (index, cell), answer in zip(alone, answers[len(pages) :], strict=True):
        if isinstance(answer, list) and all(not d.is_syntax or _NEWER.search(d.message) for d in answer):
            newer[index].add(cell.number)
    return [_linted(*about) for about in zip(pages, answers, map(frozenset, newer), strict=False)]


@cache
def severity_of(code: str) -> Severity:
    """How grave a diagnostic of ruff's is on our scale."""
    return _longest(code, _SEVERITIES, "nit")


@cache
def category_of(code: str) -> Category:
    """What the fault costs, in the words of the interview rubric."""
    return _longest(code, _CATEGORIES, "readability")


@cache
def profile_of(code: str) -> Profile | None:
    """The first profile that has ruff's rule; None where none has it: then only its own code or prefix selects it."""
    first = next((name for name in ORDER if any(_begins(prefix, code) for prefix in PROFILES[name])), None)
    return _longest(code, LATER, first)


def ruff_select(config: Config) -> tuple[str, ...]:
    """The codes and beginnings of codes to hand to ruff; empty where ruff need not run.

    They are a superset: what ruff answers still has to pass `config.selects`, with `profile_of`.
    """
    asked = (*config.select, *config.extend_select)
    own = [selector for selector in asked if _PREFIX.fullmatch(selector)]
    ours: tuple[str, ...] = PROFILES["production"] if "ruff" in asked else ()
    if not config.select:
        ours = (*PROFILES[config.profile], *ours)
    if "ruff" in config.ignore:
        ours = ()
    kept = [prefix for prefix in ours if not any(_begins(ignored, prefix) for ignored in config.ignore)]
    return tuple(dict.fromkeys((*kept, *own)))


def _begins(prefix: str, code: str) -> bool:
    return strength(prefix, code, "", "ruff") > 0


def _longest(code: str, table: Mapping[str, _Value], default: _Value) -> _Value:
    """The entry of the longest beginning of `code`."""
    return table[max(found, key=len)] if (found := [prefix for prefix in table if _begins(prefix, code)]) else default


def _sources(page: Page) -> Sources:
    """Each cell as our own parser read it, so that magics mean the same to both; blank where it could not.

    Nothing after a cell depends on its number of lines: ruff counts lines cell by cell.
    """
    if not page.is_python:
        return []
    code = {cell.number: cell.plain.source if cell.tree is not None else "" for cell in page.cells}
    return [code.get(cell.number) for cell in page.notebook.cells]


def _broken(page: Page) -> list[CodeCell]:
    """The cells that should be Python and do not parse here; those nested too deeply are nobody's business."""
    python = [cell for cell in page.cells if cell.language == "python"] if page.is_python else []
    return [c for c in python if c.tree is None and not c.too_deep and not _NO_TEXT.search(c.plain.source)]


def _write(path: Path, sources: Sources) -> None:
    import msgspec

    cells: list[dict[str, object]] = []
    for number, source in enumerate(sources):
        kind = "markdown" if source is None else "code"
        cell: dict[str, object] = {"cell_type": kind, "id": str(number), "metadata": {}, "source": source or ""}
        cells.append(cell if source is None else {**cell, "outputs": [], "execution_count": None})
    metadata = {"language_info": {"name": "python"}}
    notebook = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    path.write_bytes(msgspec.json.encode(notebook))


def _run(documents: Sequence[Sources], select: Sequence[str]) -> list[Answer]:
    """Ask ruff about each document: one process, unless it crashes on some of them."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix="nbcritic-") as folder:
        for index, sources in enumerate(documents):
            _write(Path(folder, f"{index}.ipynb"), sources)
        # A file that is alone is parsed on the main thread, whose stack STACK does not reach.
        _write(Path(folder, "filler.ipynb"), [])
        answers: dict[int, Answer] = {}
        for start in range(0, len(documents), PER_PROCESS):
            _bisect(folder, range(start, min(start + PER_PROCESS, len(documents))), select, answers)
    return [answers[index] for index in range(len(documents))]


def _bisect(folder: str, batch: range, select: Sequence[str], answers: dict[int, Answer]) -> None:
    """Ask about a batch and, where ruff crashes, about its halves, until only the culprits are left without an answer."""
    found = _ask(folder, [f"{index}.ipynb" for index in batch], select)
    if isinstance(found, str):
        if len(batch) == 1:
            answers[batch[0]] = found
            return
        middle = len(batch) // 2
        _bisect(folder, batch[:middle], select, answers)
        _bisect(folder, batch[middle:], select, answers)
        return
    by_file: dict[str, list[_Diagnostic]] = {}
    for diagnostic in found:
        by_file.setdefault(Path(diagnostic.filename).stem, []).append(diagnostic)
    answers.update((index, by_file.get(str(index), [])) for index in batch)


def _ask(folder: str, names: Sequence[str], select: Sequence[str]) -> list[_Diagnostic] | str:
    """What one process says about these files, or why it says nothing."""
    import msgspec

    options = (
        "--isolated",
        "--no-cache",
        "--no-fix",
        "--exit-zero",
        "--output-format=json",
        f"--target-version={TARGET}",
    )
    command = [_binary(), "check", *options, "--select", ",".join(select), "filler.ipynb", *names]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("RUFF_")}
    environment["RUST_MIN_STACK"] = str(STACK)
    try:
        done = subprocess.run(command, capture_output=True, cwd=folder, env=environment, timeout=TIMEOUT, check=False)
    except subprocess.TimeoutExpired:
        return f"ruff gave no answer within {TIMEOUT} seconds"
    except OSError as error:
        raise NbcriticError(f"ruff cannot be started: {error.strerror or error}") from error
    said = done.stderr.decode("utf-8", "replace")
    if done.returncode == 2 and (
        unknown := re.search(r"Unknown rule selector `([^`]*)`|invalid value '([^']*)'", said)
    ):
        raise NbcriticError(f"ruff knows no rule {unknown[1] or unknown[2]}")
    if done.returncode != 0:
        lines = [line.strip() for line in said.splitlines() if line.strip()]
        why = f"signal {-done.returncode}" if done.returncode < 0 else f"exit code {done.returncode}"
        return f"ruff crashed ({why}): {lines[-1] if lines else 'no message'}"
    try:
        return msgspec.json.decode(done.stdout, type=list[_Diagnostic])
    except msgspec.MsgspecError as error:
        return f"ruff's answer could not be read: {error}"


def _binary() -> str:
    try:
        from ruff import find_ruff_bin  # type: ignore[import-untyped]

        return os.fsdecode(find_ruff_bin())
    except (ImportError, FileNotFoundError):
        raise NbcriticError("ruff is not installed: pip install ruff") from None


def _linted(page: Page, answer: Answer, newer: frozenset[int]) -> Linted:
    if isinstance(answer, str):
        return Linted(newer_syntax=newer, problem=answer)
    # An error of meaning (an argument named twice, say) comes beside the lints; one of grammar stops ruff.
    errors = [found for found in answer if found.is_syntax and not _NEWER.search(found.message)]
    if errors and len(errors) == len(answer):
        return Linted(newer_syntax=newer, problem=f"ruff cannot read cell {errors[0].cell}: {errors[0].message}")
    try:
        return Linted(tuple(_lints(page, answer)), newer)
    except Exception as error:  # one odd notebook must not cost the batch its lint
        return Linted((), newer, f"ruff's answer could not be placed: {type(error).__name__}: {error}")


def _lints(page: Page, answer: Sequence[_Diagnostic]) -> Iterator[Lint]:
    cells = {cell.number: cell for cell in page.code} if answer else {}
    for found in answer:
        if not found.is_syntax and found.cell in cells and found.location:
            cell = cells[found.cell]
            at = _span(cell, found.location, found.end_location or found.location)
            title, fix = ((found.fix.message or ""), fix_of(cell, found.fix, at)) if found.fix else ("", None)
            lint = Lint(found.code or "", at, found.message, found.name or "", title, fix)
            if not is_mistaken(page, lint, _text(cell, found)):
                yield in_our_words(page, lint)


def _span(cell: CodeCell, start: Place, end: Place) -> Span:
    """The place in the cell as its author wrote it."""
    shifts, last = cell.plain.shifts, len(cell.lines)
    if end.row > last:
        end = Place(last, len(cell.lines[-1]) + 1)
    return Span(
        cell.number,
        start.row,
        start.column + shifts.get(start.row, 0),
        end.row,
        end.column + shifts.get(end.row, 0),
    )


def _text(cell: CodeCell, found: _Diagnostic) -> str:
    """What a diagnostic points at, to the end of its first line."""
    assert found.location is not None
    line = cell.plain.source.split("\n")[found.location.row - 1]
    end = found.end_location
    return line[found.location.column - 1 : end.column - 1 if end and end.row == found.location.row else None]
