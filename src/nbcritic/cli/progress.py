"""How far a long scan has come, on standard error, for somebody who watches."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

PATIENCE = 1.0
"""Seconds that nobody minds waiting in the dark."""


class Progress:
    """A bar that appears when a scan has taken longer than `PATIENCE`.

    `beside_text` says that the report goes to the same terminal, so that the bar must step aside for it.
    """

    def __init__(
        self,
        stream: TextIO,
        *,
        beside_text: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stream = stream
        self._beside_text = beside_text
        self._clock = clock
        self._start = clock()
        self._bar: Bar | None = None

    def __call__(self, what: str, done: int, total: int) -> None:
        """Show what is being done, and for how many notebooks out of how many it is done."""
        if self._bar is None:
            if self._clock() - self._start < PATIENCE:
                return
            self._bar = self._make()
        self._bar.update(self._bar.task_ids[0], description=what, completed=done, total=total)

    def _make(self) -> Bar:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(file=self._stream),
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        bar.add_task("")
        bar.start()
        return bar

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Take the bar away while something else is written to the terminal."""
        if self._bar is None or not self._beside_text:
            yield
            return
        self._bar.stop()
        try:
            yield
        finally:
            self._bar.start()

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
