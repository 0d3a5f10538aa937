"""The progress bar comes late, counts right and steps aside."""

import io

import pytest

from nbcritic.cli.progress import PATIENCE, Progress


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    class Screen(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream = Screen()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    return stream


def test_a_quick_scan_shows_nothing_and_counts_nothing(screen: io.StringIO) -> None:
    clock = Clock()

    progress = Progress(screen, clock=clock)
    clock.now = PATIENCE / 2
    progress("judging notebooks", 5, 9)
    with progress.aside():
        pass
    progress.close()
    assert screen.getvalue() == ""


def test_a_slow_scan_shows_how_far_it_is(screen: io.StringIO) -> None:
    clock = Clock()
    progress = Progress(screen, beside_text=True, clock=clock)
    clock.now = PATIENCE * 2
    progress("judging notebooks", 64, 200)
    with progress.aside():
        shown = screen.getvalue()
        assert "64/200" in shown
    progress("judging notebooks", 128, 200)
    progress.close()
    assert "128/200" in screen.getvalue()
