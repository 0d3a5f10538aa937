"""From the bytes of a batch of notebooks to their reports, in whatever process.

Nothing here looks at the disk: a task brings all that is needed, so that it can be done on another machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nbcritic import rules
from nbcritic.analysis.credentials import leaks
from nbcritic.analysis.digest import ALONE
from nbcritic.analysis.page import Page
from nbcritic.analysis.project import NOWHERE
from nbcritic.config import Config
from nbcritic.engine import critique
from nbcritic.model import Insert, NbcriticError, Replace, Report, Skipped
from nbcritic.notebook.read import read
from nbcritic.ruff import Linted, lint, ruff_select
from nbcritic.scanner.budget import GivenUp, limited
from nbcritic.scanner.copies import keys_of
from nbcritic.scanner.task import Task

_RUFF = "ruff's rules"
_ROOM = 96 << 20
"""Bytes of memory for pages that wait to be judged."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A report, and whether it may be kept: what went wrong this time may go well next time."""

    report: Report
    lasts: bool


class Pages:
    """Notebooks whose digest was made in this process and that it will soon judge: those for which there is room are not parsed again."""

    def __init__(self, room: int = _ROOM) -> None:
        self._kept: dict[str, tuple[bytes, Page]] = {}
        self._room = room

    def add(self, task: Task, page: Page) -> None:
        """Keep a page if there is room."""
        # With the names and shapes that a digest needs, a tree takes about a hundred bytes for each of its source.
        size = len(task.data) + 120 * sum(len(cell.source) for cell in page.cells)
        if size <= self._room:
            self._room -= size
            self._kept[task.path] = task.data, page

    def take(self, task: Task) -> Page | None:
        """The page of this very notebook, with what the task says of its surroundings."""
        data, page = self._kept.pop(task.path, (b"", None))
        if page is None or data != task.data:
            return None
        page.project, page.library = task.project or NOWHERE, task.library or ALONE
        return page


def judge(batch: Sequence[Page], config: Config) -> Iterator[Report]:
    """Judge pages, in order, with one ruff process."""
    yield from (verdict.report for verdict, _ in _judged([(page, config) for page in batch], config))


def verdicts(tasks: Sequence[Task], known: Pages | None = None) -> Iterator[Verdict]:
    """Judge a batch of tasks, in order, with one ruff process; all are of one configuration but for what single files ignore."""
    items = [((known.take(task) if known else None) or _page(task), task.config) for task in tasks]
    for verdict, page in _judged(items, tasks[0].config) if tasks else ():
        if page is not None:
            page.forget()
        yield verdict


def digests(tasks: Sequence[Task], keep: Pages | None = None) -> list[bytes]:
    """For each notebook the keys of the blocks that rules compare between notebooks."""
    return [_keys(task, keep) for task in tasks]


def digesters(config: Config) -> list[str]:
    """The codes of the chosen rules that compare notebooks."""
    return [rule.code for rule in rules.load().values() if rule.digest is not None and _is_chosen(rule.code, config)]


def _is_chosen(code: str, config: Config) -> bool:
    rule = rules.load()[code]
    return config.selects(rule.code, rule.name, rule.family, rule.profile)


def _keys(task: Task, keep: Pages | None) -> bytes:
    found = [rules.load()[code].digest for code in digesters(task.config)]
    try:
        with limited():
            page = Page(read(task.data, task.path))
            keys = keys_of(digest(page) for digest in found if digest is not None)
    except (Exception, GivenUp):  # the notebook's own report will say what is wrong with it
        return b""
    if keep is not None:
        keep.add(task, page)
    return keys


def _page(task: Task) -> Page | Verdict:
    """The notebook of a task; whatever goes wrong with it is said in its report."""
    try:
        with limited():
            return Page(read(task.data, task.path), task.project or NOWHERE, library=task.library or ALONE)
    except NbcriticError as error:
        return Verdict(Report(task.path, problem=str(error)), lasts=True)
    except (Exception, GivenUp) as error:  # a bug of ours must not stop the scan
        return Verdict(Report(task.path, problem=f"could not be read: {_what(error)}"), lasts=False)


def _judged(batch: list[tuple[Page | Verdict, Config]], config: Config) -> Iterator[tuple[Verdict, Page | None]]:
    """Judge the pages of a batch, each verdict with its page; verdicts that stand among them pass through.

    The list is emptied on the way, so that each page can be let go as soon as it is judged.
    """
    select = ruff_select(config)
    linted = iter(_lint([item for item, _ in batch if isinstance(item, Page)], select))
    batch.reverse()
    while batch:
        item, own = batch.pop()
        if isinstance(item, Verdict):
            yield item, None
        else:
            report = _report(item, next(linted), own, bool(select))
            yield Verdict(report, lasts=_lasts(item, report)), item


def _lint(pages: Sequence[Page], select: Sequence[str]) -> list[Linted]:
    try:
        with limited():
            return lint(pages, select)
    except NbcriticError:
        raise
    except (Exception, GivenUp) as error:  # one notebook must not cost the others their lint
        if len(pages) == 1:
            return [Linted(problem=_what(error))]
        return [one for page in pages for one in _lint([page], select)]


def _report(page: Page, linted: Linted, config: Config, ran: bool) -> Report:
    page.lints = linted.lints if ran and linted.problem is None else None
    page.newer_syntax = linted.newer_syntax
    skipped = (Skipped(_RUFF, linted.problem),) if linted.problem else ()
    try:
        with limited():
            return critique(page, config, skipped)
    except (Exception, GivenUp) as error:
        return Report(page.path, problem=f"could not be judged: {_what(error)}")


def _lasts(page: Page, report: Report) -> bool:
    """May the report be kept on the disk? Not where something failed, nor where a fix would write a credential there."""
    if report.problem is not None or any(one.what == _RUFF for one in report.skipped):
        return False
    texts = [
        edit.text if isinstance(edit, Replace) else edit.source
        for finding in report.findings
        for edit in (finding.fix.edits if finding.fix else ())
        if isinstance(edit, (Replace, Insert))
    ]
    try:
        return not any(texts) or not any(leaks(page, cell) for cell in page.notebook.cells)
    except Exception:
        return False


def _what(error: BaseException) -> str:
    """An error in one line."""
    if isinstance(error, GivenUp):
        return str(error)
    return f"{type(error).__name__}: {error}".partition("\n")[0]
