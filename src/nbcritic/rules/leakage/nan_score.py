"""NBC516."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.events import called_name
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit, Related
from nbcritic.rule import rule
from nbcritic.rules.leakage._printed import FITS, call_in, is_taken_up, place, printed

_LABEL = r"(?:(?:train|training|test|testing|val|valid|validation|mean|average|avg|final)[ _-])?[A-Za-z_][\w²^-]{0,40}(?: ?\([^()\n]{1,20}\))?"
_SIGN = r"[\"']?[ \t]{0,3}[:=][ \t]{0,3}(?:tensor\(|(?:np\.)?float(?:16|32|64)\()?"
_NAN = regex(rf"(?<![\w.^-])(?P<label>{_LABEL}){_SIGN}nan\b", re.I)
_VALUE = r"(?P<value>nan\b|[-+]?(?:inf\b|\d[\d.,]*(?:e[-+]?\d+)?))"
_SCORES = regex(
    r"loss$|^(?:acc|accuracy|r2|r²|r\^2|rmse|rmsle|mse|mae|mape|smape|wape|mase|auc|f1|logloss|perplexity|score)$"
)
_WORDS = regex(r"[^\W_]+(?:\^2)?²?")
_BARE_NAN = regex(r"(?<![\w.=])nan\b")
_SETTINGS = regex(r"(?:error|base)_?score", re.I)
"""Arguments that are printed with a model."""
_OTHER = regex(r"(?<![\w.])(?:accuracy|acc|r2|r²|rmse|mse|mae|auc|f1)(?: ?score)?[ \t]{0,3}[:=][ \t]{0,3}\(?-?\d", re.I)
_FAILED = regex(r"(?P<failed>\d+) fits failed out of a total of (?P<all>\d+)")
_SMALL = 0.25
"""A smaller share of failed fits leaves a search most of its candidates."""
_ONE_FAILED = "FitFailedWarning: Estimator fit failed"
_TAKEN_UP = regex(
    r"\bnan\b|diverg|explod|overflow|not a number|undefined|not defined|invalid|not supported|incompatible|fail(?:s|ed)",
    re.I,
)


_ANNOUNCED = regex(r"diverg|explod|overflow|too (?:large|high|big)|fail", re.I)
"""What the words above a cell say where the nan is the lesson; that a loss may become nan is no such word."""


@dataclass(frozen=True, slots=True)
class _Lost:
    """A score that a cell printed last as nan."""

    cell: CodeCell
    label: str
    nans: int
    values: int
    beside: bool
    """Does the same output hold another score, which is a number?"""


@rule("NBC516", name="nan-score", severity="major", category="evaluation-and-baseline", confidence="certain")
def check(page: Page) -> Iterator[Hit]:
    r"""The saved output says `nan` where a loss or a score should stand.

    There is no result: a loss that is nan once stays nan, the weights are nan with it, and early stopping or a checkpoint that
    watches it compares with nothing. One missing value in the data is enough, or a step that is too large, or a division by zero. In a
    search, a fit that failed counts as nan, and its candidate cannot win: that is minor where fewer than a quarter of the fits failed,
    or nobody knows how many, and the best score is a number.

    Instead, find the first nan (`assert np.isfinite(X).all()` before the fit, `keras.callbacks.TerminateOnNaN()`, `error_score="raise"`
    in a search), mend its cause and run the cell again; where a measure has no value for these data, choose another.

    Bad:

        # %% In[4]
        history = model.fit(X_train, y_train, validation_data=(X_val, y_val), epochs=2)  # <- flagged
        #> 100/100 - 6s - loss: 0.0432 - val_loss: nan
        #> 100/100 - 5s - loss: 0.0163 - val_loss: nan
        # %% In[5]
        forecast = model.predict(X_test)

    Bad:

        # %% In[7]
        search.fit(X_train, y_train)  # <- flagged
        #> FitFailedWarning:
        #> 15 fits failed out of a total of 30.
        # %% In[8]
        search.best_score_
        #> 0.81

    Bad:

        # %% In[3]
        for epoch in range(2):
            loss = train_one_epoch(net, loader)
            print(f"epoch {epoch} train loss: {loss:.3f}")  # <- flagged
        #> epoch 0 train loss: 2.310
        #> epoch 1 train loss: nan

    Good:

        # %% In[4]
        model.fit(X_train, y_train, epochs=2)
        #> 100/100 - 6s - loss: 0.0432 - val_loss: 0.0521
        # %% In[5]
        search
        #> GridSearchCV(cv=3, error_score=nan, estimator=SVC())

    Good:

        # %% [markdown]
        # With a rate of 10 the loss explodes:
        # %% In[4]
        train(net, rate=10)
        #> loss: 31.2
        #> loss: nan
    """
    yield from _nans(page)
    yield from _failures(page)


def _nans(page: Page) -> Iterator[Hit]:
    found = [
        lost
        for cell, text in printed(page, ": nan", "=nan", "= nan", "(nan", ": NaN")
        if (lost := _lost(cell, text)) is not None and not is_taken_up(page, cell, _TAKEN_UP, _ANNOUNCED)
    ]
    if not found:
        return
    first = min(found, key=lambda lost: lost.beside)  # the first of equals
    call = call_in(first.cell, FITS.__contains__) or _printing(first)
    others = tuple(Related(place(o.cell, None), f"`{o.label}` is nan here, too") for o in found if o is not first)
    where = (
        f"in {first.nans} of {first.values} values that the saved output shows"
        if first.values > 1
        else "in the saved output"
    )
    yield Hit(
        place(first.cell, call),
        f"`{first.label}` is nan {where}{_goes_on(page, first.cell)}",
        others[:5],
        severity="minor" if first.beside else None,
    )


def _printing(lost: _Lost) -> ast.Call | None:
    """The call that printed it, as far as can be told."""
    calls = [call for call in lost.cell.nodes(ast.Call) if called_name(call.func) in ("print", "evaluate")]
    named = (call for call in calls if lost.label.partition(" (")[0] in lost.cell.segment(call, 200))
    return next(named, calls[0] if len(calls) == 1 else None)


def _goes_on(page: Page, cell: CodeCell) -> str:
    return (
        ", and the page goes on"
        if any(other.number > cell.number and not other.is_empty for other in page.code)
        else ""
    )


def _lost(cell: CodeCell, text: str) -> _Lost | None:
    """The first score of the text that is nan where it stands last."""
    for label in dict.fromkeys(found["label"] for found in _NAN.finditer(text)):
        words = _WORDS.findall(label.partition("(")[0].lower())
        if not any(_SCORES.search(word) for word in words) or _SETTINGS.search(label):
            continue
        values = [
            m["value"].lower() for m in re.finditer(rf"(?<![\w.^-]){re.escape(label)}{_SIGN}{_VALUE}", text, re.I)
        ]
        if values and values[-1] == "nan":
            beside = words[-1] != "loss" and _OTHER.search(text) is not None
            return _Lost(cell, label, values.count("nan"), len(values), beside)
    return None


def _failures(page: Page) -> Iterator[Hit]:
    found: list[tuple[bool, CodeCell, str]] = []
    for cell, text in printed(page, "FitFailedWarning"):
        counted = _FAILED.search(text)
        failed = (
            f"{counted['failed']} of {counted['all']} fits" if counted else f"{text.count(_ONE_FAILED)} fits or more"
        )
        if not is_taken_up(page, cell, _TAKEN_UP, _ANNOUNCED):
            few = counted is None or int(counted["failed"]) < _SMALL * int(counted["all"])
            found.append((few, cell, "a fit" if failed.startswith("1 ") and not counted else failed))
    if found:
        few, cell, failed = min(found, key=lambda one: one[0])  # the first of equals
        yield Hit(
            place(cell, call_in(cell, FITS.__contains__)),
            f"{failed} failed here and count{'s' * (failed == 'a fit')} as nan, as the saved warning says: what they tried cannot win",
            tuple(Related(place(other, None), "fits failed here, too") for _, other, _ in found if other is not cell)[
                :3
            ],
            severity="minor" if few and not _best_is_nan(page) else None,
        )


def _best_is_nan(page: Page) -> bool:
    """Does the page show the best score of a search, and is it nan?"""
    return any(
        attribute.attr == "best_score_" and any(_BARE_NAN.search(output.text) for output in cell.outputs)
        for cell in page.code
        for attribute in cell.nodes(ast.Attribute)
    )
