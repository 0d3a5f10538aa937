"""Who does the work, a batch at a time: this process, until there is enough for others. What comes out is in order."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from nbcritic.scanner.task import Task

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from nbcritic.scanner.pool import Job, Pool
    from nbcritic.scanner.worker import Setup

BATCH = 64
"""Notebooks a batch at most: starting ruff costs 30 ms, so few processes; but reports should come soon."""

LEAST = 12
"""Notebooks a batch, where there is little work for many processes."""

BATCH_BYTES = 8 << 20
"""A batch ends here in any case, so that memory stays bounded among large notebooks."""

KNOWN = 256
"""So many results that are known already wait for those before them."""

SMALL = 32
"""Work on fewer notebooks stays in this process: to start others takes longer."""

AHEAD = 2
"""Batches that wait for a process, so that none of them waits for a batch."""

Result = TypeVar("Result")
Answer = TypeVar("Answer")


def cores() -> int:
    """How many processes can really run at once here."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(frozen=True)
class Work(Generic[Result, Answer]):
    """What is to be done with tasks: in this process, or in another one, whose answers become the same results.

    `died` makes the answer for a notebook that ends its process, from the words for how.
    """

    here: Callable[[Sequence[Task]], Iterator[Result]]
    there: Callable[[Sequence[Task]], list[Answer]]
    arrived: Callable[[Task, Answer], Result]
    died: Callable[[Task, str], Answer]


@dataclass(slots=True)
class _Batch(Generic[Result, Answer]):
    """Notebooks that follow one another, some with their result already, and the job in which the others are."""

    items: list[Task | Result] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    bytes: int = 0
    job: Job[Answer] | None = None

    def add(self, item: Task | Result) -> None:
        self.items.append(item)
        if isinstance(item, Task):
            self.tasks.append(item)
            self.bytes += len(item.data)

    @property
    def is_ready(self) -> bool:
        return self.job is None or self.job.is_done


class Team:
    """`jobs` processes, or an `executor` with room for so many batches; for few `notebooks`, or a single job, this process.

    `setup` is called in each process of ours when it starts.
    """

    def __init__(self, jobs: int, executor: Executor | None, setup: Setup | None, notebooks: int) -> None:
        self._jobs = jobs
        self._executor = executor
        self._setup = setup
        self._notebooks = notebooks
        self._is_small = executor is None and (jobs < 2 or notebooks < SMALL)
        self._pool: Pool | None = None

    def run(self, items: Iterable[Task | Result], work: Work[Result, Answer]) -> Iterator[tuple[Task | None, Result]]:
        """The result for each item, in order, with the task that it came from; results among the items pass through.

        After an interrupt those that are done come out, and then the interrupt.
        """
        waiting: deque[_Batch[Result, Answer]] = deque()
        try:
            for batch in self._batches(items):
                if batch.tasks and (pool := self._others(batch)) is not None:
                    batch.job = pool.submit(work.there, batch.tasks, work.died)
                waiting.append(batch)
                while waiting and (waiting[0].is_ready or self._is_enough(waiting)):
                    yield from self._results(waiting.popleft(), work)
            while waiting:
                yield from self._results(waiting.popleft(), work)
        except KeyboardInterrupt:
            while waiting and waiting[0].job is not None and waiting[0].is_ready:
                yield from self._results(waiting.popleft(), work)
            raise

    def close(self) -> None:
        """All is done."""
        if self._pool is not None:
            self._pool.close()

    def kill(self) -> None:
        """Nobody waits for the rest, if there is any."""
        if self._pool is not None:
            self._pool.kill()

    def _batches(self, items: Iterable[Task | Result]) -> Iterator[_Batch[Result, Any]]:
        batch = _Batch[Result, Any]()
        left = self._notebooks
        for item in items:
            batch.add(item)
            is_full = len(batch.tasks) >= self._size(left) or batch.bytes >= BATCH_BYTES or len(batch.items) >= KNOWN
            if is_full or not batch.tasks:
                left -= len(batch.items)
                yield batch
                batch = _Batch[Result, Any]()
        if batch.items:
            yield batch

    def _size(self, left: int) -> int:
        """How many notebooks to put into a batch, when so many are left."""
        return BATCH if self._is_small else min(max(left // (2 * self._jobs), LEAST), BATCH)

    def _others(self, batch: _Batch[Result, Answer]) -> Pool | None:
        """The other processes, if it is worth while to send this batch to them."""
        if self._is_small:
            return None
        is_much = len(batch.tasks) * 2 >= LEAST or batch.bytes >= BATCH_BYTES
        if self._pool is None and (is_much or self._executor is not None):
            from nbcritic.scanner.pool import Pool

            self._pool = Pool(self._jobs, self._executor, self._setup)
        return self._pool

    def _is_enough(self, waiting: Iterable[_Batch[Result, Answer]]) -> bool:
        batches = list(waiting)
        return sum(batch.job is not None for batch in batches) >= self._jobs + AHEAD or len(batches) > KNOWN

    def _results(
        self, batch: _Batch[Result, Answer], work: Work[Result, Answer]
    ) -> Iterator[tuple[Task | None, Result]]:
        results = self._done(batch, work)
        for item in batch.items:
            yield (item, next(results)) if isinstance(item, Task) else (None, item)

    def _done(self, batch: _Batch[Result, Answer], work: Work[Result, Answer]) -> Iterator[Result]:
        """The result for each task of a batch."""
        if batch.job is None:
            yield from work.here(batch.tasks)
        else:
            assert self._pool is not None
            for task, answer in zip(batch.tasks, self._pool.result(batch.job), strict=True):
                yield work.arrived(task, answer)
