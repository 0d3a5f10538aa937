"""Paths to a stream of reports: what the cache knows, and what has to be judged, in order and in little memory."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeAlias

from nbcritic.analysis.memory import settled
from nbcritic.config import Config
from nbcritic.model import Report
from nbcritic.scanner import worker
from nbcritic.scanner.cache import Cache, Kind
from nbcritic.scanner.find import find
from nbcritic.scanner.packed import pack, unpack
from nbcritic.scanner.source import Outcome, Source
from nbcritic.scanner.task import Task
from nbcritic.scanner.team import Team, Work

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from nbcritic.scanner.batch import Pages

KEPT_AT_ONCE = 64
"""Results that are written to the cache together."""

Progress: TypeAlias = Callable[[str, int, int], None]
"""Is told what is being done, for how many notebooks it is done, and how many there are."""


def scan(
    paths: Iterable[str],
    config: Config,
    *,
    stdin: bytes | None = None,
    progress: Progress | None = None,
    jobs: int = 1,
    executor: Executor | None = None,
    cache: Cache | None = None,
    setup: worker.Setup | None = None,
) -> Generator[Report, None, None]:
    """Judge every notebook under `paths`, in order, and yield each report as soon as its batch is done.

    `stdin` is what `-` reads (standard input if not given). With more than one of `jobs`, so many processes share the work, unless
    it is small; each calls `setup` when it starts. An `executor` of concurrent.futures takes their place, with `jobs` batches at a
    time. `cache` has the reports of earlier scans, and is closed at the end.

    A notebook that cannot be read or judged is a report with a `problem`. Raises NbcriticError for what the user must mend first:
    a path that does not exist, a missing ruff, an unknown selector, workers that do not answer. Where a rule compares notebooks,
    all are read for their digests first.
    """
    found = tuple(find(paths, config))
    source = Source(found, config, cache, stdin)
    team = Team(jobs, executor, setup, len(found))
    here = _Here()
    try:
        with settled():
            with _Kept(cache, "digest") as kept:
                _compare(found, source, team, here, kept, progress)
            with _Kept(cache, "report") as kept:
                for done, (task, outcome) in enumerate(team.run(source.items(), here.judging), 1):
                    if outcome.lasts and task is not None:
                        kept.add(task, outcome.packed or pack(outcome.report))
                    if progress is not None:
                        progress("judging notebooks", done, len(found))
                    yield outcome.report
        team.close()
    finally:
        team.kill()
        source.close()
        if cache is not None:
            cache.close()


def _compare(
    found: Sequence[str], source: Source, team: Team, here: _Here, kept: _Kept, progress: Progress | None
) -> None:
    """Have digests made where there are rules and notebooks to compare."""
    places = source.to_compare()
    if not places:
        return
    from nbcritic.scanner.copies import Copies

    copies = Copies(found)
    source.shares(copies)
    tasks = source.digests([index for index, _ in places])
    for done, ((index, root), (task, keys)) in enumerate(zip(places, team.run(tasks, here.digesting), strict=True), 1):
        copies.add(index, root, keys)
        if task is not None:
            kept.add(task, keys)
        if progress is not None:
            progress("comparing notebooks", done, len(places))
    copies.settle()


class _Kept:
    """Results on their way to the cache, some at a time. Those of a scan that is broken off get there, too."""

    def __init__(self, cache: Cache | None, kind: Kind) -> None:
        self._cache = cache
        self._kind = kind
        self._entries: list[tuple[bytes, bytes]] = []

    def add(self, task: Task, value: bytes) -> None:
        if self._cache is None or task.key is None:
            return
        self._entries.append((task.key, value))
        if len(self._entries) >= KEPT_AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        if self._cache is not None:
            self._cache.put(self._kind, self._entries)
        self._entries = []

    def __enter__(self) -> _Kept:
        return self

    def __exit__(self, *error: object) -> None:
        self._flush()


class _Here:
    """What is done in this process, where a page that was parsed for its digest need not be parsed again to be judged."""

    def __init__(self) -> None:
        self._pages: Pages | None = None

    @property
    def judging(self) -> Work[Outcome, tuple[bytes, bool]]:
        """From tasks to reports."""
        return Work(self._judge, worker.judge, _arrived, _died)

    @property
    def digesting(self) -> Work[bytes, bytes]:
        """From tasks to digests."""
        return Work(self._digest, worker.digests, lambda task, keys: keys, lambda task, how: b"")

    def _judge(self, tasks: Sequence[Task]) -> Iterator[Outcome]:
        from nbcritic.scanner.batch import verdicts

        return (Outcome(verdict.report, verdict.lasts) for verdict in verdicts(tasks, self._pages))

    def _digest(self, tasks: Sequence[Task]) -> Iterator[bytes]:
        from nbcritic.scanner.batch import Pages, digests

        self._pages = self._pages or Pages()
        return iter(digests(tasks, self._pages))


def _arrived(task: Task, answer: tuple[bytes, bool]) -> Outcome:
    packed, lasts = answer
    return Outcome(unpack(packed, task.path), lasts, packed)


def _died(task: Task, how: str) -> tuple[bytes, bool]:
    return pack(Report(task.path, problem=how)), False
