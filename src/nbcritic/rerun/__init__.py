"""Evidence by execution: a notebook is run from top to bottom in a clean kernel, and what happens is held against what it says.

`run_clean` runs a copy of the cells once and gives a `Trial`, `observe` does so once or twice and gives a `Run`, and `examine` judges
the page with that in hand. The rules NBC901 to NBC904 say what it means.
"""

from __future__ import annotations

from nbcritic.rerun.evidence import examine, observe
from nbcritic.rerun.proof import agree
from nbcritic.rerun.trial import Conditions, run_clean

__all__ = ["Conditions", "agree", "examine", "observe", "run_clean"]
