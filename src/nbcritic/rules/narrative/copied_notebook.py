"""NBC707."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit, Span
from nbcritic.rule import rule

_COPY = regex(
    r"^(?:copy of|kopie von|copia de|copie de)[ _]|[-_ ]copy\d+$|conflicted copy|[ _]\(\d\)$"
    r"|(?<!semi)[-_ ](?:final|new|latest|old)"
    r"(?:[-_ ]?(?:v(?:er(?:sion)?)?)?[-_ ]?\d+|[-_ ](?:final|new|fixed|really|real|last))$"
    r"|(?<!semi)[-_ ](?:final[-_ ]?){2,}$",
    re.I,
)
_WORD = regex(r"(?<![-_ ]and)(?<![-_ ]to)(?<!deep)(?<!shallow)[-_ ](?:copy|\(copy\))$", re.I)
"""The word alone may also be what the notebook is about."""


@rule("NBC707", name="copied-notebook", severity="nit", category="readability", confidence="certain", any_language=True)
def check(page: Page, *, ending: str = "") -> Iterator[Hit]:
    r"""The file's name says that it is a copy, or one of several last versions.

    Nobody can tell which of them gave the numbers that were reported; a fault is mended in one and lives on in the other. Looked
    for are `Copy of …`, `…-Copy1`, `… (1)`, `…_final_v3` and the like; `… copy` only where the folder's other notebooks are unknown or hold the
    original. `ending` is one more of them, a word of yours.

    Instead, keep one file under a name that says what it does, and leave its versions to the version history.

    Bad (ending="example"):

        # <- flagged
        # %%
        x = 1

    Good:

        # %%
        x = 1
    """
    name = PurePosixPath(page.path.replace("\\", "/")).stem
    found = _COPY.search(name) or _copy(page, name)
    said = found[0].strip(" _-") if found else ending if name.endswith(ending) else ""
    if said:
        yield Hit(
            Span(),
            f"`{said}` in the name of `{name}`: keep one notebook, and its versions in the history",
        )


def _copy(page: Page, name: str) -> re.Match[str] | None:
    """The word `copy` at the end of the name; among other notebooks, only beside the one that the file is a copy of."""
    found = _WORD.search(name)
    folder, place = page.project.folders[-1], page.project.place
    beside = {other for other in page.project.notebooks if other != place and other.rpartition("/")[0] == folder[:-1]}
    return None if found and beside and f"{folder}{name[: found.start()]}.ipynb" not in beside else found
