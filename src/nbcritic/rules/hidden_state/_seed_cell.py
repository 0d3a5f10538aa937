"""One cell that fixes every seed that a page needs, above the first draw."""

from __future__ import annotations

from collections.abc import Sequence

from nbcritic.analysis.chance import Draw
from nbcritic.analysis.page import Page
from nbcritic.model import Fix, Insert

_SEEDED = {
    "random": ("random", "random", "random.seed(0)"),
    "numpy": ("numpy", "np", "np.random.seed(0)"),
    "torch": ("torch", "torch", "torch.manual_seed(0)"),
    "tensorflow": ("tensorflow", "tf", "tf.random.set_seed(0)"),
}
"""By family of generators: the module, the name that everybody gives it, and what seeds it."""


def seed_cell(page: Page, draws: Sequence[Draw]) -> Fix | None:
    """The fix for these draws; None where a name that it needs means something else on the page.

    Not safe: the numbers are other ones than before, though the same ones from then on.
    """
    families = {draw.family for draw in draws}
    needed = [family for family in _SEEDED if family in families]
    if not needed:
        return None
    imports, seeds = list[str](), list[str]()
    for family in needed:
        module, name, seed = _SEEDED[family]
        if page.names.imports.get(name) != module and name in page.names.bindings:
            return None
        imports.append(f"import {module}" + (f" as {name}" if name != module else ""))
        seeds.append(seed)
    source = "\n".join([*imports, "", *seeds])
    first = min(draw.cell.number for draw in draws if draw.family in needed)
    return Fix(f"Fix the seed once, above cell {first}", (Insert(first, source),))
