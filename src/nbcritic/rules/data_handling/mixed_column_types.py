"""NBC621."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.events import called_name
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit, Related, Span
from nbcritic.rule import rule

_WARNED = regex(r"DtypeWarning: Columns \((?P<columns>[^()\n]+)\) have mixed types")
_READS = frozenset({"read_csv", "read_table", "read_fwf"})
_SETTLED = frozenset({"dtype", "low_memory", "converters", "engine", "usecols", "names"})
"""Arguments that settle it, so that the warning is of an older run."""


@rule(
    "NBC621",
    name="mixed-column-types",
    severity="minor",
    category="data-validation",
    profile="production",
    confidence="certain",
)
def check(page: Page) -> Iterator[Hit]:
    r"""A column was read with mixed types, as pandas warned, and left so.

    It reads a large file in blocks and guesses the type of a column for each: `7` is a number in one block and a text in the next.
    Comparisons, merges and `groupby` take these for different values and find half of the rows, without an error. Where the column is
    one of texts with many gaps, no harm is done, but the warning hides the next one.

    Instead, say what the columns are (`dtype={"code": "string"}`, `parse_dates=[…]`, `na_values=[…]`), or read the file in one piece
    with `low_memory=False` and look at what the column holds.

    Bad:

        # %% In[2]
        import pandas as pd
        prices = pd.read_csv("prices.csv")  # <- flagged
        #> /tmp/ipykernel_1/78.py:2: DtypeWarning: Columns (3) have mixed types. Specify dtype option on import or set low_memory=False.
        # %% In[3]
        prices.groupby("code").size()

    Good:

        # %% In[2]
        import pandas as pd
        prices = pd.read_csv("prices.csv", dtype={"code": "string"})

    Good:

        # %% In[2]
        import pandas as pd
        prices = pd.read_csv("prices.csv")
        #> /tmp/ipykernel_1/78.py:2: DtypeWarning: Columns (3) have mixed types. Specify dtype option on import or set low_memory=False.
        # %% In[3]
        prices["code"] = prices["code"].astype("string")
    """
    found: list[tuple[CodeCell, str, ast.Call | None]] = []
    for cell in page.code:
        texts = (output.text for output in cell.outputs if output.kind == "stream" and "DtypeWarning" in output.text)
        if (warned := _WARNED.search("\n".join(texts))) is None:
            continue
        reads = [call for call in cell.nodes(ast.Call) if called_name(call.func) in _READS]
        if not any(word.arg in _SETTLED for call in reads for word in call.keywords):
            found.append((cell, warned["columns"], reads[0] if len(reads) == 1 else None))
    if not found or _is_settled(page):
        return
    cell, columns, read = found[0]
    numbers = [part.strip() for part in columns.split(",")]
    which = f"column {numbers[0]}" if len(numbers) == 1 else f"columns {', '.join(numbers[:-1])} and {numbers[-1]}"
    yield Hit(
        cell.at(read) if read is not None else Span(cell.number),
        f"pandas read {which} with mixed types, by its saved warning",
        tuple(Related(Span(other.number), "mixed types here, too") for other, *_ in found[1:5]),
    )


def _is_settled(page: Page) -> bool:
    """Does the page convert columns afterwards?"""
    return not page.called_words.isdisjoint({"astype", "to_numeric", "convert_dtypes"})
