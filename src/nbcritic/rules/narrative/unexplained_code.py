"""NBC703."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nbcritic.analysis.page import Page
from nbcritic.model import Cell, Hit, Related, Span
from nbcritic.rule import rule
from nbcritic.rules.narrative._words import has_words, says, works


@rule(
    "NBC703", name="unexplained-code", severity="nit", category="readability", profile="production", any_language=True
)
def check(page: Page, *, cells: int = 15, lines: int = 80) -> Iterator[Hit]:
    r"""A long run of code cells has no word between them.

    What was tried, what came out and why the next step follows is known to nobody but its author, and soon not to them. Runs of
    `cells` code cells or more with `lines` lines of code or more are reported, unless a third of the cells open with a comment; a
    notebook without any words is NBC702's.

    Instead, say before each step what it is for, and after it what came out.

    Bad (cells=3, lines=3):

        # %% [markdown]
        # # Orders
        # %%  # <- flagged
        orders = load()
        # %%
        clean = tidy(orders)
        # %%
        total = clean.sum()

    Good (cells=3, lines=3):

        # %% [markdown]
        # # Orders
        # %%
        orders = load()
        # %% [markdown]
        # Returned goods are no orders.
        # %%
        clean = tidy(orders)
        # %%
        total = clean.sum()

    Good (cells=3, lines=3):

        # %% [markdown]
        # # Orders
        # %%
        orders = load()
        # %%
        # Returned goods are no orders.
        clean = tidy(orders)
        # %%
        total = clean.sum()
    """
    if not has_words(page):
        return
    found = [run for run in _runs(page) if len(run) >= cells and _code_lines(run) >= lines and not _is_commented(run)]
    if not found:
        return
    first, *others = sorted(found, key=lambda run: (-len(run), run[0].number))
    related = tuple(Related(Span(run[0].number), f"and {len(run)} more cells") for run in others)
    yield Hit(
        Span(first[0].number),
        f"{len(first)} code cells ({_code_lines(first)} lines) follow one another without a word",
        related,
    )


def _runs(page: Page) -> Iterator[list[Cell]]:
    run: list[Cell] = []
    for cell in page.notebook.cells:
        if says(cell):
            yield run
            run = []
        elif works(cell):
            run.append(cell)
    yield run


def _code_lines(run: Sequence[Cell]) -> int:
    return sum(bool(line.strip()) for cell in run for line in cell.source.split("\n"))


def _is_commented(run: Sequence[Cell]) -> bool:
    return 3 * sum(cell.source.lstrip().startswith(("# ", '"""', "##", "//")) for cell in run) >= len(run)
