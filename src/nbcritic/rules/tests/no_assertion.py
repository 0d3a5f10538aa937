"""NBC302."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from nbcritic.analysis.page import Page
from nbcritic.model import Hit, Related
from nbcritic.rule import rule
from nbcritic.rules.tests._shared import exports, fits, metrics, uses_samples, validates
from nbcritic.rules.tests.unvalidated_data import unchecked


@rule("NBC302", name="no-assertion", severity="major", category="tests")
def check(page: Page) -> Iterator[Hit]:
    r"""The notebook hands on a result and asserts nothing about it.

    What others load or quote is only as good as the last look that somebody took at it. A run with an empty frame, a column of
    nulls or a model that predicts one class writes its file as gladly as a good run does.

    Instead, assert before you hand on: rows, columns, nulls, ranges, sums that must agree, a score that must not be reached by
    chance; or have a test do it.

    Bad:

        # %%
        import pandas as pd
        df = pd.DataFrame({"a": [1, 2]})
        df.to_csv("totals.csv")  # <- flagged
        df.to_parquet("totals.parquet")

    Bad:

        # %%
        from sklearn.linear_model import LogisticRegression
        from sklearn.metrics import accuracy_score
        X, y = simulate(1000)
        model = LogisticRegression().fit(X, y)
        print(accuracy_score(y, model.predict(X)))  # <- flagged

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
    """
    if validates(page):
        return
    said = unchecked(page) is not None
    written = list(exports(page))
    if written:
        cell, call = written[0]
        more = f" (and {len(written) - 1} more)" if len(written) > 1 else ""
        text = f"`{cell.segment(call)}`{more} hands on a result, and no cell asserts anything about it"
        others = tuple(Related(c.at(n), "this is handed on, too") for c, n in written[1:6])
        # Where data enter unchecked as well, NBC307 is the graver half of the same neglect.
        yield Hit(cell.at(call), text, others, severity="minor" if said else None)
    elif not said and not uses_samples(page) and next(fits(page), None) is not None:
        for cell, call in islice(metrics(page), 1):
            text = f"the notebook reports `{cell.segment(call)}`, and no cell asserts anything about data or results"
            yield Hit(cell.at(call), text, severity="minor")
