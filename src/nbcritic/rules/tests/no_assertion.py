"""NBC302."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.events import called_name, root_name
from nbcritic.analysis.page import Page
from nbcritic.model import Hit, Related
from nbcritic.rule import rule
from nbcritic.rules.tests._hosted import is_exercise, is_hosted, practises
from nbcritic.rules.tests._results import results
from nbcritic.rules.tests._shared import uses_samples, validates
from nbcritic.rules.tests.unvalidated_data import reads_practice

_RUNNERS = frozenset("ExecutePreprocessor NotebookClient execute_notebook TextTestRunner".split())
"""What runs other notebooks or tests: such a page is itself a check."""


@rule("NBC302", name="no-assertion", severity="minor", category="tests", confidence="possible")
def check(page: Page) -> Iterator[Hit]:
    r"""The notebook hands on a result and asserts nothing about it.

    What others load or quote is only as good as the last look that somebody took at it. A run with an empty frame, a column of
    nulls or a model that predicts one class writes its file as gladly as a good run does. A write that stopped with an error handed
    nothing on.

    Instead, assert before you hand on: rows, columns, nulls, ranges, sums that must agree, a score that must not be reached by
    chance; or have a test do it.

    Bad:

        # %%
        import pandas as pd
        df = pd.DataFrame({"a": [1, 2]})
        df.to_csv("totals.csv")
        df.to_parquet("totals.parquet")  # <- flagged

    Good:

        # %%
        import pandas as pd
        df = pd.DataFrame({"a": [1, 2]})
        assert df["a"].notna().all()
        df.to_csv("totals.csv")

    Good:

        # %%
        import numpy as np
        import pandas as pd
        np.testing.assert_allclose(shares.sum(), 1)
        shares.to_csv("shares.csv")

    Good:

        # %%
        import pandas as pd
        df = pd.DataFrame({"a": [1, 2]})
        df.plot().figure.savefig("plot.png")
        print(df.to_csv(index=False))
        # %%
        df.describe()

    Good:

        # %%
        from sklearn.datasets import load_iris
        from sklearn.linear_model import LogisticRegression
        X, y = load_iris(return_X_y=True)
        print(LogisticRegression().fit(X, y).score(X, y))

    Good:

        # %%
        import torch
        for epoch in range(10):
            loss = train(model)
            if loss < best:
                best = loss
                torch.save(model.state_dict(), "best.pt")
        # %%
        df["city"].value_counts().to_csv("cities.csv")
        # %%
        def save(b):
            df.to_csv("picked.csv")
        button.on_click(save)

    Good:

        # %%
        tokenizer.save_pretrained("model")
        pd.Series(columns).to_csv("feature_cols.csv")
        predictions.to_csv(SUBMISSION_PATH)
        json.dump(scores, file)

    Good:

        # %%
        import pandas as pd
        pd.read_csv("insurance.csv").to_excel("clusters.xlsx")

    Good:

        # %%
        import pandas as pd
        try:
            df = pd.read_csv("raw/few_columns.csv")
        except FileNotFoundError:
            df = pd.read_csv("raw/all.csv", usecols=["city", "price"])
            df.to_csv("raw/few_columns.csv", index=False)

    Good:

        # %%
        from nbconvert.preprocessors import ExecutePreprocessor
        for path in paths:
            report.append(run(ExecutePreprocessor(timeout=None), path))
        pd.DataFrame(report).to_csv("runs.csv")

    Good:

        # %%
        df = load("/kaggle/working/orders")
        df.to_csv("out_of_fold.csv")

    Good:

        # %% In[1]
        import pandas as pd
        df = pd.read_csv("orders.csv")
        # %% In[2]
        df.dropna().toPandas().to_csv("clean.csv")
        #! AttributeError: 'DataFrame' object has no attribute 'toPandas'

    Bad:

        # %%
        import pandas as pd
        df = pd.read_csv("orders.csv")
        df.dropna().to_csv("clean.csv")  # <- flagged
    """
    written = [(cell, call) for cell, call in results(page) if not cell.has_error and not _is_cache(cell, call)]
    if not written or validates(page) or page.called_words & _RUNNERS:
        return
    if is_exercise(page) or is_hosted(page) or uses_samples(page) or practises(page) or reads_practice(page):
        return
    *others, (cell, call) = written
    more = f" (and {len(others)} before it)" if others else ""
    text = f"`{cell.segment(call)}`{more} hands on a result, and no cell asserts anything about it"
    yield Hit(cell.at(call), text, tuple(Related(c.at(n), "this is handed on, too") for c, n in others[-5:]))


def _is_cache(cell: CodeCell, call: ast.Call) -> bool:
    """Is a table written right below the line that reads it, as it came or some columns of it?"""
    name = root_name(call.func)
    statement = cell.statement(call)
    block = next((b for b in _blocks(cell.parent(statement)) if statement in b), [])
    before = block[block.index(statement) - 1] if statement in block[1:] else None
    if name is None or not isinstance(before, ast.Assign) or not isinstance(before.value, ast.Call):
        return False
    bound = before.targets[0]
    return isinstance(bound, ast.Name) and bound.id == name.id and called_name(before.value.func).startswith("read_")


def _blocks(node: ast.AST | None) -> Iterator[list[ast.AST]]:
    """The lists of statements of a compound statement, or of the cell."""
    for field in ("body", "orelse", "finalbody"):
        if isinstance(block := getattr(node, field, None), list):
            yield block
