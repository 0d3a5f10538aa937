"""NBC001. The engine adds those suppressions that silence nothing; only it knows them."""

from __future__ import annotations

from collections.abc import Iterator

from nbcritic import rules
from nbcritic.analysis.page import Page
from nbcritic.model import FAMILIES, Hit
from nbcritic.notebook.suppress import suppressions
from nbcritic.rule import rule
from nbcritic.rules.suppression._removal import without


@rule(
    "NBC001",
    name="unused-suppression",
    severity="nit",
    category="readability",
    confidence="certain",
    any_language=True,
)
def check(page: Page) -> Iterator[Hit]:
    r"""A suppression silences nothing, or names no rule.

    It tells the next reader of a fault that is not there, and it would hide a new one that nobody has looked at.

    Instead, remove it, or write the name of the rule as `nbcritic rules` shows it.

    Bad:

        # %%  # <- flagged
        # nbcritic: ignore[no-such-rule]
        total = 1 + 1

    Fixed:

        # %%
        total = 1 + 1

    Good:

        # %%
        from numpy import *  # nbcritic: ignore[star-import]
        # %%
        print("an ordinary comment")  # nothing to ignore
    """
    known = {key.lower() for rule in rules.load().values() for key in (rule.code, rule.name)}
    known |= {family.lower() for family in FAMILIES.values()} | {"ruff"}
    for suppression in suppressions(page.notebook):
        for key in sorted(suppression.keys - known):
            if not is_ruff_code(key):
                message = f"{suppression.text} names `{key}`, which is no rule"
                yield Hit(suppression.at, message, fix=without(page, suppression, {key}))


def is_ruff_code(key: str) -> bool:
    """Does the key have the shape of one of ruff's codes, such as `F841`?"""
    letters = key.rstrip("0123456789")
    return letters.isalpha() and letters != "nbc" and letters != key and len(letters) <= 5
