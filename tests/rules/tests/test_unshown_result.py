"""NBC310 beyond its documentation."""

import pytest

from nbcritic import rules
from nbcritic.analysis.page import Page
from nbcritic.model import Hit
from nbcritic.notebook import percent

CODE = "# %%{}\nmodel.fit(X, y)\n# %%{}\nprint(model.score(X_test, y_test))\n"
SAYS = "# %% [markdown]\n# The accuracy is 0.95.\n"


def hits(text: str) -> list[Hit]:
    return list(rules.load()["NBC310"].check(Page(percent.read(text, "t.py", history=True))))


@pytest.mark.parametrize(
    ("counts", "says"),
    [(("", ""), "has neither counts nor outputs"), ((" In[1]", " In[2]"), "kept none of its outputs")],
)
def test_what_became_of_the_outputs(counts: tuple[str, str], says: str) -> None:
    (hit,) = hits(CODE.format(*counts) + SAYS)
    assert says in hit.message


def test_one_finding_names_the_other_numbers() -> None:
    (hit,) = hits(CODE.format("", "") + SAYS + "# %% [markdown]\n# The recall is 0.81.\n# The AUC was 0.77.\n")
    assert "2 more" in hit.message
    assert len(hit.related) == 2


@pytest.mark.parametrize(
    "text",
    [
        SAYS + CODE.format("", ""),
        CODE.format("", "") + "#> 0.95\n" + SAYS,
        CODE.format("", "") + "#> 0.81\n" + SAYS,  # NBC309 says so
        "# %%\nmodel.score(X, y)\n" + SAYS,
        CODE.format("", "") + "# %% [markdown]\n# The accuracy should be 0.95.\n# The table has 10,417 rows.\n",
        "# %%\nload()\n# %%\nplot()\n" + SAYS,
    ],
)
def test_no_such_number(text: str) -> None:
    assert hits(text) == []
