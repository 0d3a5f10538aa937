"""Work on many notebooks at once, in processes that may die.

Batches go to an executor of concurrent.futures: our own pool of processes, or any that is handed in. When a process of ours
dies, the executor cannot say at which notebook. So the batches that were being worked on are taken apart: each of their
notebooks is sent, alone, to a process that does nothing else, until the one that kills it is found and named.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ProcessPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from nbcritic.model import NbcriticError
from nbcritic.scanner import worker

if TYPE_CHECKING:
    from nbcritic.scanner.task import Task

Answer = TypeVar("Answer")


@dataclass(eq=False)
class Job(Generic[Answer]):
    """A batch on its way. `died` makes the answer for a notebook that killed its process, from the words for how."""

    call: Callable[[Sequence[Task]], list[Answer]]
    tasks: Sequence[Task]
    died: Callable[[Task, str], Answer]
    future: Future[list[Answer]] | None = None
    """None where the batch has to be taken apart."""

    @property
    def is_done(self) -> bool:
        """Are the answers there?"""
        future = self.future
        return future is not None and future.done() and not future.cancelled() and future.exception() is None


class Pool:
    """A pool of `jobs` processes, or `executor` with room for `jobs` batches at a time. To be closed, or killed.

    `setup` is called in each process of ours when it starts.
    """

    def __init__(self, jobs: int, executor: Executor | None = None, setup: worker.Setup | None = None) -> None:
        self.jobs = jobs
        self._setup = setup
        self._open: list[Job[Any]] = []
        self._own: _Processes | None = None
        self._alone: _Processes | None = None
        self._given = executor
        if executor is not None:
            _check(executor)

    def submit(
        self,
        call: Callable[[Sequence[Task]], list[Answer]],
        tasks: Sequence[Task],
        died: Callable[[Task, str], Answer],
    ) -> Job[Answer]:
        """Send a batch off."""
        job = Job(call, tasks, died)
        self._open.append(job)
        self._send(job)
        return job

    def result(self, job: Job[Answer]) -> list[Answer]:
        """The answers for a batch, one for each task; waits for them.

        Raises NbcriticError where the work itself does: that is for the user to mend.
        """
        if job.future is not None:
            try:
                answers = job.future.result()
            except NbcriticError:
                raise
            except BrokenExecutor:
                self._renew()
            except (Exception, CancelledError):  # of the batch as a whole, on its way or there
                job.future = None
            else:
                self._open.remove(job)
                return answers
            return self.result(job)
        self._open.remove(job)
        return [self._singly(job, task) for task in job.tasks]

    def close(self) -> None:
        """Wait for the processes to end: they have nothing more to do."""
        for processes in filter(None, (self._own, self._alone)):
            processes.close()
        self._own = self._alone = None

    def kill(self) -> None:
        """End everything at once, work or no work."""
        for job in self._open:
            if job.future is not None:
                job.future.cancel()
        self._open.clear()
        for processes in filter(None, (self._own, self._alone)):
            processes.kill()
        self._own = self._alone = None

    def _executor(self) -> Executor:
        if self._given is not None:
            return self._given
        if self._own is None:
            self._own = _Processes(self.jobs, self._setup)
        return self._own.executor

    def _send(self, job: Job[Any]) -> None:
        for _ in range(2):
            try:
                job.future = self._executor().submit(job.call, job.tasks)
                return
            except BrokenExecutor:
                self._renew()
            except RuntimeError as error:  # an executor that was shut down
                raise NbcriticError(f"the executor takes no work: {error}") from error
        job.future = None

    def _renew(self) -> None:
        """A process died. Start anew; what could have been its batch is taken apart, the others are sent again."""
        lost = [job for job in self._open if job.future is not None]
        wait([job.future for job in lost if job.future is not None])
        lost = [job for job in lost if job.future is not None and isinstance(job.future.exception(), BrokenExecutor)]
        if self._own is not None:
            self._own.kill()
        self._own = None
        for job in lost:
            job.future = None
        if self._given is None:  # one that was handed in stays broken
            for job in lost[self.jobs :]:  # batches are begun in order, one by each process
                self._send(job)

    def _singly(self, job: Job[Answer], task: Task) -> Answer:
        if self._alone is None:
            self._alone = _Processes(1, self._setup)
        try:
            return self._alone.executor.submit(job.call, [task]).result()[0]
        except NbcriticError:
            raise
        except BrokenExecutor:
            how = self._alone.cause()
            self._alone.kill()
            self._alone = None
            return job.died(task, f"could not be judged: the process that judged it {how}")
        except Exception as error:
            return job.died(task, f"could not be judged: {type(error).__name__}: {error}".partition("\n")[0])


def _check(executor: Executor) -> None:
    """Refuse workers that would say something else than we do."""
    try:
        theirs = executor.submit(worker.program).result()
    except ImportError as error:
        raise NbcriticError(f"the workers cannot load nbcritic; install it there, too: {error}") from error
    except Exception as error:
        raise NbcriticError(f"the workers do not answer: {type(error).__name__}: {error}") from error
    if theirs != worker.program():
        raise NbcriticError("the workers have another version of nbcritic; install the same one there")


class _Processes:
    """Processes of ours, and the folder for their temporary files."""

    def __init__(self, jobs: int, setup: worker.Setup | None) -> None:
        self._folder = tempfile.mkdtemp(prefix="nbcritic-")
        self._trace = Path(self._folder, "trace")
        self._started: list[BaseProcess] = []
        initial = (self._folder, str(self._trace), setup)
        self.executor = ProcessPoolExecutor(jobs, _context(self._started), worker.begin, initial)

    def cause(self) -> str:
        """Why the process died."""
        for process in self._started:
            process.join()
        try:
            said = self._trace.read_text("utf-8", "replace")
        except OSError:
            said = ""
        return worker.cause(self._started[-1].exitcode if self._started else None, said)

    def close(self) -> None:
        self.executor.shutdown()
        shutil.rmtree(self._folder, ignore_errors=True)

    def kill(self) -> None:
        for process in self._started:
            if process.is_alive() and process.pid is not None:
                _kill(process)
        self.executor.shutdown(cancel_futures=True)
        shutil.rmtree(self._folder, ignore_errors=True)


def _kill(process: BaseProcess) -> None:
    """End a process and, where there are groups, the ruff that it has started."""
    assert process.pid is not None
    if hasattr(os, "killpg"):
        with suppress(OSError):  # it has no group of its own yet
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()


_LONGEST = 60
"""Bytes. The address of a socket has about a hundred, of which Python's own folder and file take 35."""


def _context(started: list[BaseProcess]) -> Any:
    """How processes are started, and a note of each that was.

    They are forked from a process that has loaded all rules and has no threads: a fork of this one, which may have some, could
    hang. Where the platform has no such thing, or the folder for temporary files has a name too long for its socket, they are
    started from nothing.
    """
    is_short = len(os.fsencode(tempfile.gettempdir())) <= _LONGEST
    is_forked = is_short and "forkserver" in multiprocessing.get_all_start_methods()
    context: Any = multiprocessing.get_context("forkserver" if is_forked else "spawn")
    if is_forked:
        context.set_forkserver_preload(["nbcritic.scanner.preload"])

    class Noting(type(context)):  # type: ignore[misc]
        def Process(self, *args: Any, **kwargs: Any) -> BaseProcess:
            process: BaseProcess = context.Process(*args, **kwargs)
            started.append(process)
            return process

    return Noting()
