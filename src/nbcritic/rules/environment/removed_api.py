"""NBC214."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import cache, lru_cache

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit, Related
from nbcritic.rule import rule
from nbcritic.rules.environment._pins import Pins
from nbcritic.rules.environment._removed import Change, Entry, entries
from nbcritic.rules.environment._shared import SHOWN

_PROPERTIES = frozenset("ix ftypes week weekofyear weekday_name is_monotonic w_xaxis w_yaxis w_zaxis asobject".split())
"""What is read without a call; of any other name it may be a column."""
_ACCESSORS = {"str": "text", "dt": "dates"}
_FALLBACK = frozenset({"ImportError", "ModuleNotFoundError", "AttributeError", "TypeError", "Exception"})
_ASKS_RELEASE = regex(r"version|hasattr|PY2|PY3", re.I)
_FILLS = frozenset({"ffill", "bfill", "pad", "backfill"})
_LIKE_PANDAS = frozenset("pyspark databricks dask modin cudf xarray geopandas".split())
_KERAS = regex(r"(?:tensorflow|keras)(?:\.|$)")


@rule(
    "NBC214",
    name="removed-api",
    severity="major",
    category="reproducibility",
    confidence="certain",
    covers=("NPY001", "NPY201", "PD007"),
)
def check(page: Page, *, deprecated: bool = False) -> Iterator[Hit]:
    r"""The notebook calls what current releases of the library no longer have.

    It ran where it was written; in an environment that is built today the cell stops with an AttributeError, ImportError or
    TypeError, and nothing says that an older release would do.

    Instead, write the replacement that the message names, or pin the release that the notebook needs beside it; where a manifest of
    the project does, or the notebook's own install, nothing is said. With
    `deprecated`, what a release only warns of is named too.

    Bad:

        # %%
        import numpy as np
        import pandas as pd
        from sklearn.datasets import load_boston  # <- flagged
        # %%
        df = pd.read_csv("orders.csv", error_bad_lines=False)  # <- flagged
        df = df.append({"city": "Oslo"}, ignore_index=True)  # <- flagged
        df = df.drop("note", 1)  # <- flagged
        df["weight"] = df["weight"].astype(np.float)  # <- flagged
        # %%
        df = df.append({"city": "Rome"}, ignore_index=True)

    Bad:

        # %%
        def first(orders):
            return orders.ix[0]  # <- flagged

    Bad:

        # %%
        from sklearn.cross_validation import train_test_split  # <- flagged
        from sklearn.preprocessing import OneHotEncoder
        import seaborn as sns
        import matplotlib.pyplot as plt
        # %%
        encoder = OneHotEncoder(sparse=False)  # <- flagged
        names = encoder.fit(X).get_feature_names()  # <- flagged
        # %%
        plt.style.use("seaborn-whitegrid")  # <- flagged
        sns.factorplot(x="city", data=orders)  # <- flagged
        sns.scatterplot("weight", "price", data=orders)  # <- flagged

    Bad:

        # %%
        import lightgbm as lgb
        import pandas as pd
        from xgboost import XGBClassifier
        forest = lgb.train(settings, train, valid_sets=[rest], early_stopping_rounds=50)  # <- flagged
        trees = lgb.LGBMRegressor()
        trees.fit(X, y, eval_set=[(Z, z)], verbose=False)  # <- flagged
        model = XGBClassifier(max_depth=3)
        model.fit(X, y, early_stopping_rounds=50)  # <- flagged
        prices = orders.groupby("shop")["price"].transform(lambda x: x.fillna(method="ffill"))  # <- flagged

    Bad (deprecated=True):

        # %%
        import seaborn as sns
        sns.distplot(prices)  # <- flagged

    Good:

        # %%
        import pandas as pd
        rows = []
        rows.append({"city": "Oslo"})
        df = pd.concat([pd.read_csv("orders.csv"), pd.DataFrame(rows)])
        df = df.drop(columns="note")
        # %%
        first = df.first
        df["order"] = df.order.astype(float)
        stem, ending = str(path).split(".", 1)
        df.groupby("city").first()

    Good:

        # %%
        try:
            from sklearn.model_selection import train_test_split
        except ImportError:
            from sklearn.cross_validation import train_test_split

    Good:

        # %%
        !pip install "pandas<2" scikit-learn==0.24.2
        # %%
        import pandas as pd
        from sklearn.datasets import load_boston
        df = pd.read_csv("orders.csv").append(pd.read_csv("more.csv"))

    Good:

        # %%
        import pandas as pd
        from keras.wrappers.scikit_learn import KerasClassifier
        df = pd.read_csv("orders.csv").append(pd.read_csv("more.csv"))
        plt.boxplot(df, labels=df.columns)
        # file: requirements.txt
        keras==2.9.0
        matplotlib>=3.5,<3.11
        # file: environment.yml
        dependencies:
        - pandas=1.5.3=py310

    Bad:

        # %%
        !pip install -U pandas
        # %%
        import numpy as np
        import pandas as pd
        df = pd.read_csv("orders.csv").append(pd.read_csv("more.csv"))  # <- flagged
        df["weight"] = df["weight"].astype(np.float)  # <- flagged
        # file: requirements.txt
        pandas==1.5.3
        numpy>=1.16

    Good:

        # %%
        import seaborn as sns
        import matplotlib.pyplot as plt
        import tensorflow.compat.v1 as tf
        sns.distplot(prices)
        sns.heatmap(table, 0)
        plt.style.use("seaborn-v0_8-whitegrid")
        x = tf.placeholder(tf.float32)

    Good:

        # %%
        import lightgbm as lgb
        from xgboost import XGBClassifier
        trees = lgb.LGBMRegressor(verbose=-1)
        trees.fit(X, y, callbacks=[lgb.early_stopping(50)])
        model = XGBClassifier(early_stopping_rounds=50)
        model.fit(X, y, verbose=False)
        search.fit(X, y, early_stopping_rounds=50)
    """
    found: dict[Change, list[tuple[CodeCell, ast.AST, str]]] = defaultdict(list)
    pins = Pins(page)
    for cell in page.code:
        for node, text, change in _uses(page, cell):
            named = change.gone or deprecated
            if named and not pins.keeps(change.library, change.release) and not _is_guarded(cell, node):
                found[change].append((cell, node, text))
    for uses in found.values():
        uses.sort(key=lambda use: use[0].at(use[1]))
    hits = [_hit(change, uses) for change, uses in found.items()]
    old = page.notebook.language_version.startswith("2")
    yield from [_as_one(hits)] if old and len(hits) > 1 else hits


def _as_one(hits: list[Hit]) -> Hit:
    """A notebook of Python 2 needs to be carried over as a whole: that is one thing to say."""
    first, *others = sorted(hits, key=lambda hit: hit.at)
    message = f"{first.message}; {len(others)} more such changes await this notebook of Python 2"
    return replace(first, message=message, related=tuple(Related(hit.at, hit.message) for hit in others[:SHOWN]))


def _hit(change: Change, uses: list[tuple[CodeCell, ast.AST, str]]) -> Hit:
    cell, node, _ = uses[0]
    names = list(dict.fromkeys(text for _, _, text in uses))
    shown = ", ".join(f"`{name}`" for name in names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    places = f" ({len(uses)} places)" if len(uses) > 1 else ""
    if change.gone:
        said = f"{shown}{places}: gone since {change.library} {change.version}"
    else:
        said = f"{shown}{places}: deprecated since {change.library} {change.version}"
    instead = "drop it" if change.instead.startswith("nothing") else f"use {change.instead}"
    if change.instead.startswith("nothing") and ":" in change.instead:
        instead += f", {change.instead.partition(': ')[2]}"
    related = tuple(Related(c.at(n), f"`{text}`") for c, n, text in uses[1 : SHOWN + 1])
    return Hit(cell.at(node), f"{said}; {instead}", related, severity=None if change.gone else "nit")


def _uses(page: Page, cell: CodeCell) -> Iterator[tuple[ast.AST, str, Change]]:
    """Every use of something on the list: the node to show, how it is written, and what became of it."""
    for node, name in _imported(cell):
        if entry := _by_name(name):
            yield node, name, entry.change
    methods = _methods()
    for attribute in cell.nodes(ast.Attribute):
        if not isinstance(cell.parent(attribute), ast.Attribute):
            qualified = page.qualified(attribute)
            if qualified and (entry := _by_name(qualified)):
                yield attribute, cell.segment(attribute), entry.change
        if attribute.attr in methods:
            yield from _of_kind(page, cell, attribute)
    for call in cell.nodes(ast.Call):
        yield from _called(page, cell, call)


def _imported(cell: CodeCell) -> Iterator[tuple[ast.stmt, str]]:
    """What the cell imports, by its full name."""
    for node in cell.nodes(ast.Import):
        yield from ((node, alias.name) for alias in node.names)
    for origin in cell.nodes(ast.ImportFrom):
        if not origin.level:
            yield from ((origin, f"{origin.module}.{alias.name}") for alias in origin.names)


@lru_cache(maxsize=4096)
def _by_name(qualified: str) -> Entry | None:
    """What is gone of a dotted name: the name itself or one of the modules that it goes through."""
    parts = qualified.split(".")
    every = (entry for end in range(2, len(parts) + 1) for entry in entries().get(".".join(parts[:end]), ()))
    return next((entry for entry in every if entry.what == "name"), None)


def _of_kind(page: Page, cell: CodeCell, attribute: ast.Attribute) -> Iterator[tuple[ast.AST, str, Change]]:
    """Methods and properties of objects whose kind the page tells."""
    name = attribute.attr
    if not isinstance(attribute.ctx, ast.Load):
        return
    parent = cell.parent(attribute)
    called = isinstance(parent, ast.Call) and parent.func is attribute
    if not called and name not in _PROPERTIES:
        return
    kind = _kind(page, attribute.value)
    if kind is None and name == "ix" and isinstance(parent, ast.Subscript):
        kind = "frame"  # nothing but a table ever had it
    for entry in entries().get(f"{kind}.{name}", ()):
        if entry.what == "name":
            yield attribute, f".{name}" + "()" * called, entry.change


@cache
def _methods() -> frozenset[str]:
    return frozenset(old.rpartition(".")[2] for old in entries() if old.count(".") == 1)


def _kind(page: Page, owner: ast.expr) -> str | None:
    if isinstance(owner, ast.Attribute) and owner.attr in _ACCESSORS:
        return _ACCESSORS[owner.attr]
    kind = page.values.kind(owner)
    if kind is None and isinstance(owner, (ast.Name, ast.Attribute)) and page.qualified(owner) is None:
        return "model" if any(map(_KERAS.match, page.names.imports.values())) else None
    return kind


def _called(page: Page, cell: CodeCell, call: ast.Call) -> Iterator[tuple[ast.AST, str, Change]]:
    """Parameters, values of parameters, and arguments that need their keyword now."""
    qualified = page.qualified(call.func)
    if qualified is None:
        if not isinstance(call.func, ast.Attribute) or call.func.attr not in _methods():
            return
        kind = "frame" if _fills(page, call) else _kind(page, call.func.value)
        qualified = f"{kind}.{call.func.attr}"
        if call.func.attr == "fit" and f"{(made := _class(page, call.func.value))}.fit" in entries():
            qualified = f"{made}.fit"
    for entry in entries().get(qualified, ()):
        written = _written(cell, call.func)
        if entry.what == "positions":
            if len(call.args) >= entry.positions and not any(isinstance(arg, ast.Starred) for arg in call.args):
                yield call, f"{written}({', '.join('…' for _ in call.args)})", entry.change
        elif entry.what == "parameter" and (given := _given(call, entry)) is not None:
            yield given, f"{written}({_text(entry, given)})", entry.change


def _fills(page: Page, call: ast.Call) -> bool:
    """Is it `x.fillna(method="ffill")` of something unknown? Nothing but the tables of pandas, and what imitates them, has that."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr != "fillna" or _kind(page, call.func.value):
        return False
    tops = {origin.partition(".")[0] for origin in page.names.imports.values()}
    filled = (word.value for word in call.keywords if word.arg == "method")
    ways = {value.value for value in filled if isinstance(value, ast.Constant)}
    return "pandas" in tops and tops.isdisjoint(_LIKE_PANDAS) and not ways.isdisjoint(_FILLS)


def _class(page: Page, owner: ast.expr) -> str | None:
    """The class whose call made an object."""
    made = page.values.source(owner) if isinstance(owner, ast.Name) else owner
    name = page.qualified(made.func) if isinstance(made, ast.Call) else None
    return name.replace(".sklearn.", ".") if name else None


def _written(cell: CodeCell, function: ast.expr) -> str:
    """How the function is called; of a method of something long, its name."""
    text = cell.segment(function)
    return text if len(text) <= 40 or not isinstance(function, ast.Attribute) else f".{function.attr}"


def _given(call: ast.Call, entry: Entry) -> ast.AST | None:
    """The argument of the call that the entry is about."""
    if not entry.parameter:
        values = [arg.value if isinstance(arg, ast.Constant) else _number(arg) for arg in call.args]
        count = (entry.value or "").count(", ") + 1
        text = ", ".join(map(str, values[:count]))
        return call if len(values) >= count and fnmatchcase(text, entry.value or "") else None
    for word in call.keywords:
        if word.arg == entry.parameter:
            if entry.value is None:
                return word
            if isinstance(word.value, ast.Constant) and fnmatchcase(str(word.value.value), entry.value):
                return word
    return None


def _number(node: ast.expr) -> object:
    """A negative number is an operation on a constant."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        return f"-{node.operand.value!r}"
    return None


def _text(entry: Entry, given: ast.AST) -> str:
    if isinstance(given, ast.keyword):
        shown = repr(given.value.value) if entry.value and isinstance(given.value, ast.Constant) else "…"
        return f"{entry.parameter}={shown}"
    assert isinstance(given, ast.Call)
    return ", ".join(
        repr(arg.value) if isinstance(arg, ast.Constant) else "-1"
        for arg in given.args[: 1 + (entry.value or "").count(", ")]
    )


def _is_guarded(cell: CodeCell, node: ast.AST) -> bool:
    """Does the notebook ask for the release, or try another way where this one is missing?"""
    for parent in cell.ancestors(node):
        if isinstance(parent, ast.Try) and any(map(_catches, parent.handlers)):
            return True
        if isinstance(parent, (ast.If, ast.IfExp)) and _ASKS_RELEASE.search(cell.segment(parent.test, 300)):
            return True
    return False


def _catches(handler: ast.ExceptHandler) -> bool:
    named = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(name is None or getattr(name, "id", getattr(name, "attr", "")) in _FALLBACK for name in named)
