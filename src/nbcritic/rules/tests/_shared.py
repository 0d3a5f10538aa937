"""What the rules on tests ask of a page: where it asserts, where data enter, what it hands on, and where it only looks."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeAlias

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.page import Page, once

Place: TypeAlias = tuple[CodeCell, ast.AST]

VALIDATORS = frozenset({"pandera", "great_expectations", "pydantic", "pytest", "unittest", "ipytest", "doctest", "schema", "cerberus", "hypothesis", "tdda", "deepchecks"})  # fmt: skip
VALIDATING = (
    "expect_",
    "assert_",
    "assertEqual",
    "assertTrue",
    "assertAlmost",
    "assertRaises",
    "validate",
    "check_array",
    "check_X_y",
)
READERS = frozenset(
    [f"pandas.read_{name}" for name in "csv table excel json parquet feather sql sql_query sql_table fwf hdf stata sas spss orc gbq xml html".split()]
    + [f"{library}.read_{name}" for library in ("polars", "dask.dataframe", "cudf", "geopandas", "modin.pandas", "pyspark.pandas")
       for name in "csv excel json parquet feather file sql table database ipc".split()]
    + ["polars.scan_csv", "polars.scan_parquet", "numpy.loadtxt", "numpy.genfromtxt", "json.load", "csv.reader", "csv.DictReader",
       "openpyxl.load_workbook", "xarray.open_dataset", "pyreadstat.read_sav", "fastparquet.ParquetFile", "pyarrow.parquet.read_table"]
)  # fmt: skip
SPARK = frozenset("csv json parquet orc table load jdbc text".split())
TYPED = frozenset({"dtype", "schema", "dtypes", "converters", "schema_overrides"})
EXPORTERS = frozenset(
    "to_csv to_excel to_parquet to_sql to_json to_pickle to_feather to_gbq to_hdf to_stata save_model save_pretrained saveAsTable "
    "write_csv write_parquet export_model log_model register_model insertInto".split()
)
DUMPERS = frozenset(
    "joblib.dump pickle.dump json.dump torch.save numpy.save numpy.savez numpy.savez_compressed numpy.savetxt dill.dump cloudpickle.dump "
    "sklearn.externals.joblib.dump tensorflow.saved_model.save tensorflow.keras.models.save_model keras.models.save_model".split()
)
_ENTERING = frozenset({name.rpartition(".")[2] for name in READERS} | SPARK)
_LEAVING = frozenset({name.rpartition(".")[2] for name in DUMPERS} | EXPORTERS | {"save"})
"""The last words of what may bring in data, and of what may write them."""
NO_METRICS = frozenset({"make_scorer", "pairwise_distances"})
GATES = frozenset("shape columns empty equals isnull isna notna notnull duplicated is_unique index".split())
LOOKS = frozenset("info describe isnull isna notnull notna duplicated shape dtypes".split())


def is_assertion(page: Page, node: ast.AST) -> bool:
    """Is it an assertion, a validating call, or a guard that raises?"""
    if isinstance(node, ast.Assert):
        return not (isinstance(node.test, ast.Constant) and node.test.value)
    if isinstance(node, ast.Call):
        name = _last(node.func)
        qualified = page.qualified(node.func) or ""
        return name.startswith(VALIDATING) or qualified.startswith(
            ("numpy.testing.", "pandas.testing.", "tensorflow.debugging.assert")
        )
    return isinstance(node, ast.Raise)


@once
def assertions(page: Page) -> tuple[Place, ...]:
    """Every place that stops (or complains) when the data or a result are not as they should be."""
    return tuple(_assertions(page))


def _assertions(page: Page) -> Iterator[Place]:
    for cell in page.code:
        for assertion in cell.nodes(ast.Assert):
            if is_assertion(page, assertion):
                yield cell, assertion
        for call in cell.nodes(ast.Call):
            if is_assertion(page, call) or any(
                _is_true(word) for word in call.keywords if word.arg in ("validate", "verify_integrity")
            ):
                yield cell, call
        for guard in cell.nodes(ast.Raise):
            if isinstance(guard.exc, ast.Call) and any(isinstance(parent, ast.If) for parent in cell.ancestors(guard)):
                yield cell, guard
        for gate in cell.nodes(ast.If):
            if _compares_data(gate.test) and any(
                _is_export(page, node) for part in gate.body for node in nodes_in(part)
            ):
                yield cell, gate


def _compares_data(test: ast.expr) -> bool:
    """Is a length, a set of columns, a count of nulls asked for?"""
    for node in nodes_in(test):
        if isinstance(node, ast.Attribute) and node.attr in GATES:
            return True
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("len", "set"):
            return True
    return False


def _is_true(word: ast.keyword) -> bool:
    return isinstance(word.value, ast.Constant) and bool(word.value.value)


def validates(page: Page) -> bool:
    """Does the notebook assert anything, or use a library that does?"""
    if assertions(page):
        return True
    return any(origin.partition(".")[0] in VALIDATORS for origin in page.names.imports.values())


@once
def entries(page: Page) -> tuple[tuple[CodeCell, ast.Call], ...]:
    """Every call that brings in data from outside, in document order."""
    found = [(cell, call) for cell, call in page.calls_named(_ENTERING) if _enters(page, call)]
    written = _written(page) if found else frozenset()
    return tuple((cell, call) for cell, call in found if not _is_own(call, written))


def _enters(page: Page, call: ast.Call) -> bool:
    qualified = page.qualified(call.func)
    if qualified in READERS:
        first = call.args[0] if call.args else None
        text = isinstance(first, ast.Call) and _last(first.func) in ("StringIO", "BytesIO")
        return not text and not (qualified == "json.load" and _is_settings(call))
    function = call.func
    if not isinstance(function, ast.Attribute):
        return False
    if function.attr == "json" and not call.args:
        # requests.get(...).json(), also through a name
        source = page.values.source(function.value) if isinstance(function.value, ast.Name) else function.value
        return isinstance(source, ast.Call) and (page.qualified(source.func) or "").startswith(("requests.", "httpx."))
    if function.attr in SPARK:
        return any(
            isinstance(node, ast.Attribute) and node.attr in ("read", "readStream") for node in _chain(function.value)
        )
    return False


def _is_settings(call: ast.Call) -> bool:
    words = {inner.id.lower() for inner in nodes_in(call, ast.Name)}
    words |= {str(inner.value).lower() for inner in nodes_in(call, ast.Constant)}
    return any(
        part in word for word in words for part in ("config", "setting", "param", "secret", "cred", "meta", "ipynb")
    )


def _chain(node: ast.AST) -> Iterator[ast.AST]:
    """`a.b(..).c` from right to left."""
    for _ in range(30):
        yield node
        if isinstance(node, (ast.Attribute, ast.Subscript)):
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        else:
            return


def _written(page: Page) -> frozenset[str]:
    """The files that the notebook writes itself, as literals."""
    names = [_literal(call) for _, call in exports(page)]
    return frozenset(name for name in names if name)


def _is_own(call: ast.Call, written: frozenset[str]) -> bool:
    return _literal(call) in written


def _literal(call: ast.Call) -> str:
    """The first literal string among the arguments of a call."""
    return next((a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)), "")


@once
def exports(page: Page) -> tuple[tuple[CodeCell, ast.Call], ...]:
    """Every call that writes data or a model for somebody else."""
    return tuple((cell, call) for cell, call in page.calls_named(_LEAVING) if _is_export(page, call))


def _is_export(page: Page, call: ast.AST) -> bool:
    if not isinstance(call, ast.Call):
        return False
    function = call.func
    if isinstance(function, ast.Attribute) and function.attr in EXPORTERS and (call.args or call.keywords):
        return function.attr not in ("to_json", "to_csv") or _has_target(call)
    return page.qualified(function) in DUMPERS or (
        isinstance(function, ast.Attribute)
        and function.attr == "save"
        and page.values.kind(function.value) == "estimator"
    )


def _has_target(call: ast.Call) -> bool:
    """Without a path `to_csv` and `to_json` return text."""
    return bool(call.args) or any(word.arg in ("path_or_buf", "path") for word in call.keywords)


def fits(page: Page) -> Iterator[tuple[CodeCell, ast.Call]]:
    """Every call that trains a model."""
    for cell, call in page.calls_named({"fit"}):
        function = call.func
        if not isinstance(function, ast.Attribute) or function.attr != "fit" or not (call.args or call.keywords):
            continue
        if page.values.kind(function.value) not in ("transformer", "list", "dict", "str"):
            yield cell, call


def metrics(page: Page) -> Iterator[tuple[CodeCell, ast.Call]]:
    """Every call that scores a model."""
    for cell in page.code:
        for call in cell.nodes(ast.Call):
            qualified = page.qualified(call.func) or ""
            name = _last(call.func)
            if (qualified.startswith("sklearn.metrics.") and name not in NO_METRICS) or (
                name in ("cross_val_score", "cross_validate") and qualified.startswith("sklearn.")
            ):
                yield cell, call
            elif isinstance(call.func, ast.Attribute) and name in ("score", "evaluate") and call.args:
                scores = page.values.kind(call.func.value) == "estimator"
                yield from [(cell, call)] if scores else []


def uses_samples(page: Page) -> bool:
    """Does the notebook work on data that ship with a library, as lessons do?"""
    origins = page.names.imports.values()
    return (
        any(".datasets" in origin for origin in origins) or next(page.calls("seaborn.load_dataset"), None) is not None
    )


def looks(page: Page) -> Iterator[tuple[CodeCell, ast.expr, ast.expr]]:
    """Every place that shows counts, nulls, types or ranges of a frame: the cell, the expression, and the frame."""
    for cell in page.code:
        for shown in shown_expressions(page, cell):
            for node in _chain(shown):
                if isinstance(node, ast.Attribute) and node.attr in LOOKS:
                    yield cell, shown, node.value
                    break
                if isinstance(node, ast.Call) and page.qualified(node.func) == "len" and len(node.args) == 1:
                    if page.values.kind(node.args[0]) in ("frame", "series"):
                        yield cell, shown, node.args[0]
                    break


def shown_expressions(page: Page, cell: CodeCell) -> Iterator[ast.expr]:
    """What a cell shows: the expression at its end, and what `print` and `display` are given."""
    assert cell.tree is not None
    for statement in cell.nodes(ast.Expr):
        value = statement.value
        if isinstance(value, ast.Call) and page.qualified(value.func) in (
            "print",
            "display",
            "IPython.display.display",
        ):
            for argument in value.args:
                if isinstance(argument, ast.JoinedStr):
                    yield from (part.value for part in argument.values if isinstance(part, ast.FormattedValue))
                else:
                    yield argument
        elif (cell.tree.body and statement is cell.tree.body[-1]) or (
            isinstance(value, ast.Call) and _last(value.func) == "info"
        ):
            yield value


def _last(function: ast.AST) -> str:
    return (
        function.id if isinstance(function, ast.Name) else function.attr if isinstance(function, ast.Attribute) else ""
    )
