"""Where the words go: standard output, whatever it can print, or a file that is whole or not there."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO, TypeAlias

from nbcritic.model import NbcriticError
from nbcritic.report.terminal import ASCII

Write: TypeAlias = Callable[[str], None]

BROKEN_PIPE = 141
"""The exit code of a program that the shell ends because nobody reads on."""

_SIGNS = "─│·…→✖▲●○✔"


def wants_color(asked: bool | None, target: str | None = None) -> bool:
    """Colour where it was asked for; otherwise on a terminal, unless NO_COLOR or a dumb terminal forbids it."""
    if asked is not None:
        return asked
    if target is not None or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return sys.stdout.isatty()


def columns(target: str | None = None) -> int:
    """The width to write for: that of the terminal within reason, 100 where there is none."""
    if target is not None or not sys.stdout.isatty():
        return 100
    return min(max(shutil.get_terminal_size((100, 24)).columns, 40), 120)


def say(text: str) -> None:
    """Write to standard output."""
    with writing(None) as write:
        write(text)


@contextmanager
def writing(target: str | None) -> Iterator[Write]:
    """A function that writes to the file `target`, or to standard output where that is None.

    A file appears under its name when all is written: after an error there is the old one, or none. Raises NbcriticError where
    writing fails.
    """
    if target is None:
        yield _to_stdout(sys.stdout)
    elif Path(target).is_dir():
        raise NbcriticError(f"{target}: cannot be written: it is a folder")
    elif Path(target).exists() and not Path(target).is_file():
        # A device or a pipe cannot be replaced, only written to.
        with _failing_as(target), Path(target).open("w", encoding="utf-8") as file:
            yield _to_file(file, target)
    else:
        with _beside(target) as write:
            yield write


@contextmanager
def _beside(target: str) -> Iterator[Write]:
    final = Path(os.path.realpath(target))
    part = final.with_name(f".nbcritic-{os.getpid()}.part")
    try:
        with _failing_as(target):
            file = part.open("x", encoding="utf-8")
        try:
            yield _to_file(file, target)
        finally:
            with _failing_as(target):
                file.close()
        with _failing_as(target):
            if final.exists():
                shutil.copymode(final, part)
            part.replace(final)
    finally:
        with suppress(OSError):
            part.unlink()


@contextmanager
def _failing_as(target: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise NbcriticError(f"{target}: cannot be written: {error.strerror or error}") from error


def _to_file(file: TextIO, target: str) -> Write:
    def write(text: str) -> None:
        with _failing_as(target):
            file.write(text)
            file.flush()

    return write


def _to_stdout(stream: TextIO) -> Write:
    """Writes what the stream's encoding can hold, and something like it for the rest."""
    try:
        _SIGNS.encode(stream.encoding or "ascii")
        table = {}
    except (UnicodeEncodeError, LookupError):
        table = ASCII
    with suppress(AttributeError, ValueError):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[attr-defined]

    def write(text: str) -> None:
        try:
            stream.write(text.translate(table) if table else text)
            stream.flush()
        except BrokenPipeError:
            _discard(stream)
            raise SystemExit(BROKEN_PIPE) from None
        except OSError as error:
            _discard(stream)
            raise NbcriticError(f"standard output: cannot be written: {error.strerror or error}") from error

    return write


def _discard(stream: TextIO) -> None:
    """Send the rest of a stream nowhere, so that its last flush at exit does not fail again."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
