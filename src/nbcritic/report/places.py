"""Where a finding is, for readers who do not sit before the notebook: code hosts, pipelines, mail."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import PurePath
from urllib.parse import quote

from nbcritic.model import Finding, Report, Span
from nbcritic.report.terminal import visible

SITE = "https://github.com/nbcritic/nbcritic"
_RULES = f"{SITE}/blob/main/docs/rules"
_RUFF = "https://docs.astral.sh/ruff/rules"
_RELATED = 4


def relative(path: str) -> str:
    """The path with forward slashes, from the current folder where it lies in it: code hosts know files by such paths."""
    try:
        inside = PurePath(os.path.relpath(path))
    except ValueError:  # another drive
        inside = PurePath(path)
    return (PurePath(path) if inside.parts[:1] == (os.pardir,) else inside).as_posix()


def uri(path: str) -> str:
    """The path as a URI; a relative one where the file lies in the current folder."""
    known = relative(path)
    return f"file://{_quote(known)}" if PurePath(known).is_absolute() else _quote(known)


def page(finding: Finding) -> str:
    """The address of the documentation of its rule."""
    if finding.tool == "nbcritic":
        return f"{_RULES}/{finding.name}.md"
    return f"{_RUFF}/" if finding.name == finding.code else f"{_RUFF}/{_quote(finding.name)}/"


def _quote(text: str) -> str:
    return quote(text.encode("utf-8", "replace"))


def label(finding: Finding) -> str:
    """Code and name of its rule."""
    return visible(finding.code if finding.name == finding.code else f"{finding.code} {finding.name}")


def place(at: Span) -> str:
    """`cell 14, line 3`; the raw file's lines mean nothing to the author of a notebook."""
    if not at.cell:
        return "the whole notebook"
    return f"cell {at.cell}, line {at.line}" if at.line else f"cell {at.cell}"


def sentence(finding: Finding) -> str:
    """Place and message, on one harmless line."""
    doubt = " (possible: judge for yourself)" if finding.confidence == "possible" else ""
    where = f"{place(finding.at)}: " if finding.at.cell else ""
    return f"{where}{visible(finding.message)}{doubt}"


def evidence(finding: Finding) -> Iterator[str]:
    """A line for each place that belongs to the finding, the first ones only."""
    for related in finding.related[:_RELATED]:
        where = place(related.at) if related.at.cell else ""
        yield ": ".join(filter(None, [where, visible(related.message)]))
    if len(finding.related) > _RELATED:
        yield f"and {len(finding.related) - _RELATED} more"


def advice(finding: Finding) -> str:
    """Why it matters, in a sentence, and what to do; the documentation of the rule says more."""
    why, stop, _ = finding.why.partition(". ")
    return visible(" ".join(filter(None, [why + stop.rstrip(), finding.remedy])))


def unjudged(report: Report) -> str:
    """What of the notebook was not judged, and why; empty where all was."""
    return visible("; ".join(f"{skipped.what} ({skipped.reason})" for skipped in report.skipped))
