"""NBC115: a call that may return the module itself."""

import pytest

from nbcritic.analysis.page import Page
from nbcritic.model import Hit
from nbcritic.notebook import percent
from nbcritic.rules.hidden_state.shadowed_name import check

HEAD = "# %% In[1]\nimport matplotlib.pyplot as plt\nfrom charts import draw\nplt.figure()\n# %% In[2]\nplt = draw()\n"


def hits(text: str) -> list[Hit]:
    return list(check.check(Page(percent.read(text, "t.py", history=True))))


def test_a_module_that_still_works_was_not_lost() -> None:
    assert hits(HEAD + "plt.show()\n") == []
    assert hits(HEAD + "# %% In[3]\nplt.figure()\n") == []


def test_an_unrun_or_failed_use_proves_nothing() -> None:
    assert [hit.confidence for hit in hits(HEAD + "# %%\nplt.show()\n")] == ["possible"]
    failed = "# %% In[3]\nplt.show()\n#! ValueError: nothing to show\n"
    assert [hit.confidence for hit in hits(HEAD + failed)] == ["possible"]


def test_a_saved_error_proves_it() -> None:
    failed = "# %% In[3]\nplt.show()\n#! AttributeError: 'Axes' object has no attribute 'show'\n"
    (hit,) = hits(HEAD + failed)
    assert (hit.severity, hit.confidence) == ("major", None)
    assert hit.message.endswith("and cell 3 reads `plt.show`")


@pytest.mark.parametrize("use", ["plt.add_axes()", "print(plt)", "plt = 3\n# %% In[4]\nplt.show()"])
def test_other_uses_leave_it_lost(use: str) -> None:
    assert [hit.confidence for hit in hits(HEAD + f"# %% In[3]\n{use}\n")] == [None]


@pytest.mark.parametrize(
    "text, severity",
    [
        ("# %%\nfor iter in [3, 4]:\n    print(iter)\n# %%\niter\n", "nit"),
        ("# %%\ntype = 'row'\nprint(type)\n", "nit"),
        ("# %%\ntype = 'row'\n# %%\nprint(type)\n", "nit"),
        ("# %%\nfilter = pick()\n# %%\nrows[filter]\n", "nit"),
        ("# %%\nfilter = pick()\n# %%\nfilter(None, rows)\n", None),
        ("# %%\nlist = [3]\n# %%\nlist((1, 2))\n", "major"),
        ("# %%\nfrom keras import layers\n# %%\nlayers = [3]\n# %%\nprint(layers)\n", "nit"),
        ("# %%\nfrom keras import layers\nlayers.Dense(3)\n# %%\nlayers = [3]\n# %%\nprint(layers)\n", "nit"),
        (
            "# %%\nfrom scipy import stats\nstats.skew([3])\n# %%\nstats = {}\n# %%\nstats.skew([4])\n",
            "major",
        ),
        ("# %%\nfrom scipy import stats\nstats.skew([3])\n# %%\nstats = {}\n# %%\nstats.values()\n", "nit"),
        ("# %%\nfrom src import fi\nfi.run()\n# %%\nfor fi in load():\n    fi.plot()\n", "nit"),
        ("# %%\nfrom nltk import stems\n# %%\nstems = [3]\n# %%\nprint(stems)\nfrom nltk import stems\n", None),
        ("# %%\nfrom keras import layers\ndef f():\n    return layers\n# %%\nlayers = [3]\n# %%\nlayers\n", None),
    ],
)
def test_severity(text: str, severity: str | None) -> None:
    assert [hit.severity for hit in hits(text)] == [severity]
