"""What saved outputs show of missing values and of doubled rows."""

from __future__ import annotations

import ast
from collections import defaultdict
from functools import cached_property

from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.rules.data_handling._shared import path

_INFO = regex(r"(\d{1,12}) non-null")
_ENTRIES = regex(r"Index: (\d{1,12}) entries")
_COUNTS = regex(r"(\d{1,12}|True|False)$")


class SeenGaps:
    """What saved outputs show of missing values and of doubled rows in named frames."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def has_none(self, frame: str, test: str) -> bool:
        """Is there an output that shows that there are none, and none that shows any?"""
        seen = self._seen.get((frame, test), [])
        return bool(seen) and not any(seen)

    @cached_property
    def _seen(self) -> dict[tuple[str, str], list[bool]]:
        """For each frame and test: whether each saved output of it shows something."""
        found: dict[tuple[str, str], list[bool]] = defaultdict(list)
        for cell in self._page.code:
            if cell.cell.outputs == b"[]":
                continue
            asked = [
                node for node in cell.nodes(ast.Attribute) if node.attr in ("info", "isnull", "isna", "duplicated")
            ]
            # With two of them in one cell nobody knows whose numbers are whose.
            if len(asked) == 1 and (owner := path(asked[0].value)) is not None:
                text = "\n".join(output.text for output in cell.outputs if output.kind != "error")
                shown = _info_shows(text) if asked[0].attr == "info" else _test_shows(text)
                if shown is not None:
                    found[owner, "duplicated" if asked[0].attr == "duplicated" else "isnull"].append(shown)
        return found


def _info_shows(text: str) -> bool | None:
    """Does the text of `df.info()` count fewer values than rows in some column?"""
    rows, counts = _ENTRIES.search(text), _INFO.findall(text)
    return any(count != rows[1] for count in counts) if rows and counts else None


def _test_shows(text: str) -> bool | None:
    """Does the text of `df.isnull().sum()` and its kin say anything but 0 and False?"""
    rows = [row.strip() for row in text.strip().split("\n")]
    numbers = [_COUNTS.search(row) for row in rows if row and not row.startswith(("dtype:", "Length:", "Name:"))]
    if not numbers or None in numbers or "..." in text:
        return None
    return any(number[1] not in ("0", "False") for number in numbers if number)
