"""Reports turned into words, one module a format. Text comes out as soon as the reports come in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Literal, TypeAlias, get_args

from nbcritic.model import NbcriticError, Report

Format: TypeAlias = Literal["text", "json", "sarif", "github", "gitlab", "junit", "markdown", "html"]
FORMATS: tuple[Format, ...] = get_args(Format)
_MODULES = {"json": "json_"}


def render(
    reports: Iterable[Report],
    format: str = "text",
    *,
    color: bool = False,
    width: int = 100,
    statistics: bool = False,
    brief: bool = False,
    target: str | None = None,
    previous: str | None = None,
) -> Iterator[str]:
    """The reports in one of `FORMATS`, piece by piece; the pieces joined are the whole document.

    `color` and `width` concern the text for a terminal. `statistics` counts the findings of each rule in place of showing
    them; `brief` leaves one line for each notebook. `target` and `previous` concern HTML: the file that the pieces will be written
    to (of several notebooks it becomes the index, and pages are written beside it), and an earlier JSON report to compare with.
    Raises NbcriticError for a format that does not exist.
    """
    if format not in FORMATS:
        raise NbcriticError(f"there is no format {format!r}; there are {', '.join(FORMATS)}")
    if statistics and format not in ("text", "json"):
        raise NbcriticError(f"statistics come as text or json, not as {format}")
    if statistics:
        from nbcritic.report.statistics import render as render_statistics

        return render_statistics(reports, format, color=color, width=width)
    if format == "text":
        from nbcritic.report.text import render as render_text

        return render_text(reports, color=color, width=width, brief=brief)
    if format == "html":
        from pathlib import Path

        from nbcritic.report.html import render as render_html
        from nbcritic.report.html.trend import Previous

        return render_html(reports, target, Previous.read(Path(previous)) if previous else None)
    written: Iterator[str] = import_module(f"nbcritic.report.{_MODULES.get(format, format)}").render(reports)
    return written
