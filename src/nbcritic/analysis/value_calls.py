"""What calls and attributes give, read off the tables: the part of `Values` that knows pandas, NumPy and scikit-learn."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TypeAlias

from nbcritic.analysis import value_tables as tables
from nbcritic.analysis.value_facts import UNREACHED, Each, Eval, Fact, Parts, each, same

Method: TypeAlias = Callable[[str, ast.Call, Eval], Fact]

_GRIDS = ("catplot", "relplot", "displot", "lmplot", "pairplot", "jointplot", "factorplot")
"""Plots of seaborn that draw a figure of their own."""


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """The value of a keyword argument."""
    return next((word.value for word in call.keywords if word.arg == name), None)


def is_true(node: ast.expr | None) -> bool:
    """Is it the constant True (or a number that stands for it)?"""
    return isinstance(node, ast.Constant) and bool(node.value)


def _argument(call: ast.Call, value: Eval) -> Fact:
    return value(call.args[0]) if call.args and not isinstance(call.args[0], ast.Starred) else None


def function(name: str, call: ast.Call, value: Eval) -> Fact:
    """What a function gives, by its full name."""
    module, _, last = name.rpartition(".")
    if not module:
        return _builtin(name, call, value)
    root = module.partition(".")[0]
    if module in tables.PANDAS:
        return _pandas(last, call, value)
    if module.startswith("pandas."):
        return {
            "DataFrame.from_dict": "frame",
            "DataFrame.from_records": "frame",
            "io.json.json_normalize": "frame",
        }.get(name.removeprefix("pandas."))
    if root == "numpy":
        return _numpy(name.removeprefix("numpy."), call, value)
    if root in tables.MODEL_PACKAGES:
        return _model(name, call, value)
    if name in ("matplotlib.pyplot.subplots", "pylab.subplots"):
        return Parts(("figure", "axes"))
    if root == "seaborn" and last.endswith(("plot", "heatmap")) and last not in _GRIDS:
        return "axes"
    if name == "copy.copy" or name == "copy.deepcopy":
        return _argument(call, value)
    if root == "pathlib" and last == "glob":
        return Each("path")
    if name == "itertools.product":
        return None
    return tables.OTHER_CALLS.get(name)


def _pandas(last: str, call: ast.Call, value: Eval) -> Fact:
    if last == "concat":
        return _concatenated(call, value)
    if last in (
        "cut",
        "qcut",
        "to_datetime",
        "to_numeric",
        "to_timedelta",
        "isnull",
        "isna",
        "notnull",
        "notna",
        "factorize",
    ):
        argument = _argument(call, value)
        kept = same(argument, "frame", "series", "index")
        return None if last == "factorize" else kept
    if last == "read_html":
        return "list"
    if last.startswith("read_") and keyword(call, "chunksize") is not None:
        return Each("frame")
    if last.startswith("read_") and is_true(keyword(call, "squeeze")):
        return "series"
    sheet = keyword(call, "sheet_name") if last == "read_excel" else None
    if isinstance(sheet, ast.List) or (isinstance(sheet, ast.Constant) and sheet.value is None):
        return "dict"
    return tables.PANDAS_CALLS.get(last)


def _concatenated(call: ast.Call, value: Eval) -> Fact:
    """Series put below each other stay a series; everything else is a frame."""
    things = call.args[0] if call.args else keyword(call, "objs")
    axis = keyword(call, "axis")
    beside = axis is not None and not (isinstance(axis, ast.Constant) and axis.value in (0, "index", "rows"))
    if isinstance(things, (ast.List, ast.Tuple)) and not beside and things.elts:
        facts = {value(item) for item in things.elts[:6]}
        if facts <= {"series", UNREACHED, None}:
            return UNREACHED if UNREACHED in facts else "series" if facts == {"series"} else None
    elif not beside and not isinstance(things, (ast.Dict, ast.List, ast.Tuple)):
        return "frame" if things is not None else None
    return "frame"


def _numpy(name: str, call: ast.Call, value: Eval) -> Fact:
    last = name.rpartition(".")[2]
    if last in tables.FOLLOWS_ARGUMENT:
        facts = [value(item) for item in call.args[:2]]
        for kind in (UNREACHED, "frame", "series", "array"):
            if kind in facts:
                return kind
        return "array" if "list" in facts else "number" if facts and set(facts) <= {"number", "bool"} else None
    if last == "where":
        return "array" if len(call.args) == 3 else Parts(("array",))
    if last in tables.REDUCTIONS:
        argument = _argument(call, value)
        if argument == UNREACHED:
            return UNREACHED
        if keyword(call, "axis") is not None or len(call.args) > 1:
            return "array" if argument == "array" and last not in ("percentile", "quantile", "average") else None
        return "number" if argument in ("array", "series", "list") else None
    if name.startswith("random."):
        if last in ("rand", "randn", "random", "random_sample"):
            return "array" if call.args or call.keywords else "number"
        if last in tables.NUMPY_SIZED:
            return _sized(last, call)
        if last in ("RandomState", "default_rng", "seed"):
            return "random" if last != "seed" else "none"
    if last == "load" and call.args:
        path = call.args[0]
        return "array" if isinstance(path, ast.Constant) and str(path.value).endswith(".npy") else None
    found = tables.NUMPY_CALLS.get(name) or (tables.NUMPY_CALLS.get(last) if name.startswith("ma.") else None)
    return "array-list" if found == "list" else found


def _sized(name: str, call: ast.Call) -> Fact:
    places = {
        "randint": 3,
        "normal": 3,
        "uniform": 3,
        "choice": 2,
        "beta": 3,
        "binomial": 3,
        "gamma": 3,
        "lognormal": 3,
        "laplace": 3,
    }
    size = keyword(call, "size") or (
        call.args[places.get(name, 2) - 1] if len(call.args) >= places.get(name, 2) else None
    )
    if isinstance(size, ast.Constant) and size.value is None:
        size = None
    return "array" if size is not None else None if name == "choice" else "number"


def _model(name: str, call: ast.Call, value: Eval) -> Fact:
    """Scikit-learn and the libraries that follow its conventions: a class is known by its module."""
    root, _, rest = name.partition(".")
    module, _, last = rest.rpartition(".")
    family = module.partition(".")[0]
    if last in ("train_test_split", "shuffle", "resample") and root == "sklearn":
        facts = [value(item) for item in call.args]
        if any(isinstance(item, ast.Starred) for item in call.args):
            return None
        if last != "train_test_split":
            return facts[0] if len(facts) == 1 else Parts.of(facts)
        halves = [same(fact, "frame", "series", "array", "list", "tensor") for fact in facts[:6]]
        return Parts.of([half for half in halves for _ in range(2)])
    if family == "datasets":
        return _dataset(last, call)
    if not last[:1].isupper():
        return (
            "estimator"
            if last == "make_pipeline"
            else "transformer"
            if last in ("make_column_transformer", "make_union")
            else None
        )
    if last in tables.SPLITTERS:
        return "splitter"
    if (
        last in ("FeatureUnion",)
        or family in tables.TRANSFORMER_MODULES
        or family in ("over_sampling", "under_sampling", "combine")
    ):
        return "transformer"
    return (
        None
        if last in ("DMatrix", "Dataset", "Pool", "Booster") or family in ("metrics", "utils", "exceptions")
        else "estimator"
    )


def _dataset(last: str, call: ast.Call) -> Fact:
    framed = is_true(keyword(call, "as_frame"))
    if last.startswith("make_"):
        return Parts(("array", "array"))
    if is_true(keyword(call, "return_X_y")):
        return Parts(("frame", "series") if framed else ("array", "array"))
    return "framed-bunch" if framed else "bunch" if last.startswith("load_") else None


def _builtin(name: str, call: ast.Call, value: Eval) -> Fact:
    if name in ("enumerate", "zip", "range", "reversed", "xrange", "tqdm"):
        inner = [each(value(item)) if not isinstance(item, (ast.List, ast.Tuple)) else None for item in call.args[:4]]
        if name == "enumerate":
            return Each.of(Parts.of(("number", inner[0] if inner else None)))
        return (
            Each("number")
            if name.endswith("range")
            else Each.of(Parts.of(inner))
            if name == "zip"
            else Each.of(inner[0] if inner else None)
        )
    if name == "abs":
        return same(_argument(call, value), "frame", "series", "array", "number", "tensor")
    if name == "round":
        argument = _argument(call, value)
        return argument if argument in ("frame", "series", "array", UNREACHED) else "number"
    return tables.BUILTINS.get(name)


# -- attributes and methods ----------------------------------------------------------------------------------------------


def attribute(value: Fact, name: str) -> Fact:
    """What an attribute that is not called holds."""
    if not isinstance(value, str) or value == UNREACHED:
        return value if value == UNREACHED else None
    if value == "frame":
        if name in tables.SAME or name in tables.FRAME_METHODS or name.startswith("_"):
            return None
        found = tables.FRAME_ATTRIBUTES.get(name, "series")
        return Parts(("number", "number")) if name == "shape" else None if found == "unknown" else found
    if value == "series":
        place = tables.SERIES_ATTRIBUTES.get(name)
        return "series-loc" if place in ("loc", "iloc") else place
    if value == "groupby":
        known = name in tables.GROUPED or name.startswith("_") or name in _NO_COLUMNS
        return None if known else "series-groupby"
    if value == "accessor":
        return "series"
    if value in ("bunch", "framed-bunch"):
        return {
            "data": "frame" if value[0] == "f" else "array",
            "target": "series" if value[0] == "f" else "array",
            "frame": "frame",
        }.get(name)
    if value == "array":
        return tables.ARRAY_ATTRIBUTES.get(name)
    if value in ("estimator", "transformer"):
        return tables.MODEL_ATTRIBUTES.get(name)
    return tables.OTHER_ATTRIBUTES.get(value, {}).get(name)


_NO_COLUMNS = frozenset(
    "groups indices ngroups size agg aggregate apply pipe plot boxplot hist resample rolling ngroup cumcount".split()
)


def method(owner: Fact, name: str, call: ast.Call, value: Eval) -> Fact:
    """What a method gives."""
    if name in ("toPandas", "to_pandas", "to_dataframe") and not isinstance(owner, Parts):
        return "frame"
    if name == "to_numpy":
        return "array"
    if not isinstance(owner, str):
        return None
    if owner == UNREACHED:
        return UNREACHED
    if is_true(keyword(call, "inplace")):
        return "none"
    special = _METHODS.get(owner)
    if special is not None:
        return special(name, call, value)
    if owner in ("estimator", "transformer"):
        return _model_method(owner, name, call, value)
    return tables.OTHER_METHODS.get(owner, {}).get(name)


def _frame_method(name: str, call: ast.Call, value: Eval) -> Fact:
    if name in ("iterrows", "items", "iteritems"):
        return Each(Parts(("label", "series")))
    if name == "itertuples":
        return Each(None)
    if name == "sample" or name in tables.SAME:
        return "frame"
    if name == "to_dict":
        return (
            "list"
            if any(isinstance(a, ast.Constant) and a.value == "records" for a in (*call.args, keyword(call, "orient")))
            else "dict"
        )
    return tables.FRAME_METHODS.get(name)


def _series_method(name: str, call: ast.Call, value: Eval) -> Fact:
    if name == "reset_index":
        return "series" if is_true(keyword(call, "drop")) else "frame"
    if name in ("items", "iteritems"):
        return Each(Parts(("label", None)))
    if name in tables.SAME or name == "describe":
        return "series"
    found = tables.SERIES_METHODS.get(name)
    return f"series-{found}" if found in ("groupby", "window") else found


def _grouped(base: str) -> Method:
    def give(name: str, call: ast.Call, value: Eval) -> Fact:
        if name in ("size", "ngroup", "cumcount"):
            return "series"
        if name in ("agg", "aggregate"):
            return _aggregated(base, call)
        if name in ("rolling", "expanding", "resample", "ewm"):
            return "window" if base == "frame" else "series-window"
        if name == "value_counts":
            return "series"
        return base if name in tables.GROUPED else None

    return give


def _aggregated(base: str, call: ast.Call) -> Fact:
    if base == "frame":
        return "frame"
    how = call.args[0] if call.args else None
    if isinstance(how, (ast.List, ast.Dict)) or call.keywords:
        return "frame"
    return "series" if isinstance(how, (ast.Constant, ast.Lambda, ast.Attribute)) else None


def _array_method(name: str, call: ast.Call, value: Eval) -> Fact:
    found = tables.ARRAY_METHODS.get(name)
    if found != "array_or_number":
        return found
    return "array" if call.args or keyword(call, "axis") is not None else "number"


def _accessor_method(name: str, call: ast.Call, value: Eval) -> Fact:
    if name == "get_dummies" or is_true(keyword(call, "expand")):
        return "frame"
    return None if name == "extract" else "series"


def _dict_method(name: str, call: ast.Call, value: Eval) -> Fact:
    if name == "items":
        return Each(Parts((None, None)))
    return tables.OTHER_METHODS["dict"].get(name)


def _path_method(name: str, call: ast.Call, value: Eval) -> Fact:
    return Each("path") if name in ("glob", "rglob", "iterdir") else tables.OTHER_METHODS["path"].get(name)


def _splitter_method(name: str, call: ast.Call, value: Eval) -> Fact:
    return Each(Parts(("array", "array"))) if name == "split" else "number" if name == "get_n_splits" else None


def _random_method(name: str, call: ast.Call, value: Eval) -> Fact:
    return _numpy(f"random.{name}", call, value)


def _model_method(owner: str, name: str, call: ast.Call, value: Eval) -> Fact:
    if name in ("fit", "set_params", "partial_fit"):
        return owner
    if name in ("fit_resample", "fit_sample"):
        return Parts.of([same(value(item), "frame", "series", "array") for item in call.args[:2]])
    return tables.MODEL_METHODS.get(name)


_METHODS: dict[str, Method] = {
    "frame": _frame_method,
    "series": _series_method,
    "groupby": _grouped("frame"),
    "series-groupby": _grouped("series"),
    "window": _grouped("frame"),
    "series-window": _grouped("series"),
    "array": _array_method,
    "accessor": _accessor_method,
    "dict": _dict_method,
    "path": _path_method,
    "splitter": _splitter_method,
    "random": _random_method,
}
