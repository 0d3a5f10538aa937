"""Provenance: whose rows a value holds, which part of a split it is, and what has learnt from it before.

`page.provenance` runs the page once on abstract values (`provenance_walk`) and gives what happened, in order:

- `splits`: each place that holds rows out (`train_test_split`, folds, `random_split`, slices and masks into names that say train and test);
- `fits`: what was fitted (`kind`, `name`, `by`), on which `rows`, from which `part` (`role`: whole, train, held-out), with which `target`
  columns, in which `loops`, `watched` on what (`eval_set`, `validation_data`);
- `scores`: `metric`, the `fit` of the model, the rows and part it was taken on (`role`, `is_on_training_rows`, `by_folds`), the `loops` around;
- `resamplings`: copied or synthetic rows; `pairs`: features and target given to a model;
- `events.measured`: metrics of predictions, with what they were given as truth and as predictions;
- `events.predictions`: what each fitted model was asked about;
- `leaks` and `overlaps`: fits, and copies, made before a split from rows that it holds out;
- `value(name)`: what a notebook global holds at the end (`Value`: rows, part, taints, columns, dropped, made, subset, ordered, resampled).

Values are compared by `rows` (tokens of where they came from), `part` (the way through splits) and `subset` (choices of rows); two values
with equal three hold the same rows. A split's sides are 0 (stays) and 1 (held out). `truncated` says that a limit was reached.

The page is not interpreted at all, and everything is empty, where nothing in it loads, fits or splits (`concerns_models`).
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from nbcritic.analysis.provenance_events import Events, Pair
from nbcritic.analysis.provenance_names import Env
from nbcritic.analysis.provenance_tables import CONCERNS
from nbcritic.analysis.provenance_values import PLAIN, Fit, Resampling, Score, Split, Value
from nbcritic.analysis.provenance_walk import Interpreter

if TYPE_CHECKING:
    import ast

    from nbcritic.analysis.page import Page

__all__ = ["Events", "Fit", "Pair", "Provenance", "Resampling", "Score", "Split", "Value"]


class Provenance:
    """What happened to the data of one page."""

    def __init__(self, page: Page) -> None:
        self._page = page

    @cached_property
    def concerns_models(self) -> bool:
        """Does the page fit, split or score anything? All else costs nothing."""
        return any(CONCERNS.search(cell.source) for cell in self._page.code)

    @cached_property
    def _run(self) -> tuple[Events, Env]:
        """What happened, and what the globals hold at the end."""
        if not self.concerns_models:
            return Events(), Env()
        run = Interpreter(self._page)
        run.run()
        found, names = run.found, run.outer[-1] if run.outer else Env()
        # Its parts know one another: they would wait for the collector of garbage, with all that they hold.
        vars(run).clear()
        return found, names

    @property
    def events(self) -> Events:
        """Everything that happened."""
        return self._run[0]

    @property
    def splits(self) -> list[Split]:
        """Where rows are held out."""
        return self.events.splits

    @property
    def fits(self) -> list[Fit]:
        """What was learnt, on which rows."""
        return self.events.fits

    @property
    def scores(self) -> list[Score]:
        """How good the models are said to be, on which rows."""
        return self.events.scores

    @property
    def resamplings(self) -> list[Resampling]:
        """Where rows are copied or made."""
        return self.events.resamplings

    @property
    def pairs(self) -> list[Pair]:
        """Features and targets whose columns are known, as models were given them."""
        return self.events.pairs

    @property
    def leaks(self) -> dict[ast.AST, tuple[Fit, Split]]:
        """What was fitted, before any split, on rows that the split holds out."""
        return self.events.leaks

    @property
    def overlaps(self) -> dict[ast.AST, tuple[Resampling, Split]]:
        """Copied rows that a split deals out to both sides."""
        return self.events.overlaps

    @property
    def truncated(self) -> bool:
        """Was the page too much to be followed to its end? False where nobody has asked for anything yet: to ask this costs nothing."""
        run: tuple[Events, Env] | None = vars(self).get("_run")
        return run is not None and run[0].truncated

    def value(self, name: str) -> Value:
        """What a notebook global holds at the end of the page."""
        return self._run[1].get(name, PLAIN)
