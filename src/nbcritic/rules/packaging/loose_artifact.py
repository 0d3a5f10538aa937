"""NBC412."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit, Related
from nbcritic.rule import rule
from nbcritic.rules.packaging._logic import last_name, root
from nbcritic.rules.tests._hosted import is_exercise

_DUMPS = ("pickle.dump", "joblib.dump", "cloudpickle.dump", "dill.dump", "torch.save")
_LOADS = frozenset({"load", "load_model", "load_weights", "from_pretrained", "read_pickle"})
_TELLS = frozenset(
    "log_model log_artifact register_model log_params log_metrics save_pretrained push_to_hub to_onnx set_experiment autolog".split()
)
"""Calls of registries and formats that keep what a bare pickle does not."""
_VERSION = regex(r"(?i)(?:^|[_\-.])v(?:er(?:sion)?)?[_\-.]?\d|\d{4}[-_]?\d{2}|\d{6,}")
_PART = regex(
    r"(?i)model|estimator|net(?:work)?$|cl(?:f|assifier)|regress|booster|pipe|module|encoder|learner|(?:^|_)best_?$"
)
"""Attributes that are a model themselves."""
_FITS = frozenset({"fit", "fit_transform", "partial_fit", "train"})


@rule("NBC412", name="loose-artifact", severity="major", category="serving-and-rollback")
def check(page: Page) -> Iterator[Hit]:
    r"""A trained model is written without version or description, over the last one.

    Whoever loads the file cannot tell which data, features and library releases it was trained with, the next run replaces it without a
    trace, and there is no way back to the model of yesterday. Counts a model that the notebook fits and pickles under a fixed name, where
    nothing else (a date or version in the name, a JSON beside it, a registry) says what it is. A file that the notebook
    loads again shows how it is done; it is passed over, and so are checkpoints in a loop. It is minor in a lesson.

    Instead, write into a folder that carries a date or version, and put a small JSON beside the model: data, features in order, score,
    library releases, and the commit; or hand it to a model registry.

    Bad:

        # %%
        import joblib
        from sklearn.linear_model import Ridge
        model = Ridge().fit(X, y)
        joblib.dump(model, "model.pkl")  # <- flagged

    Bad:

        # %%
        import pickle
        best.fit(X, y)
        # %%
        with open("final_model.pkl", "wb") as file:
            pickle.dump(best, file)  # <- flagged

    Good:

        # %%
        import joblib, json
        model.fit(X, y)
        joblib.dump(model, folder / "model.pkl")
        json.dump({"features": list(X.columns), "mae": mae}, open(folder / "model.json", "w"))

    Good:

        # %%
        import torch
        for epoch in range(10):
            net.fit(batch)
            torch.save(net.state_dict(), "checkpoint.pt")

    Good:

        # %%
        import joblib
        model.fit(X, y)
        joblib.dump(model, f"models/{today}/model.pkl")
        joblib.dump(model, "models/model_v3.pkl")

    Good:

        # %%
        import pickle
        model.fit(X, y)
        pickle.dump(model, open("model.pkl", "wb"))
        again = pickle.load(open("model.pkl", "rb"))

    Good:

        # %%
        import pickle
        words = collect(texts)
        pickle.dump(words, open("words.pkl", "wb"))
        stack.fit(X, y)
        pickle.dump(stack.importances, open("importances.pkl", "wb"))
    """
    dumped = list(page.calls(*_DUMPS))
    fitted = set(_fitted(page)) if dumped else set()
    if not fitted or page.called_words & _TELLS or any(page.calls("json.dump", "yaml.dump", "yaml.safe_dump")):
        return
    loaded = set(_loaded(page))
    found = [
        (cell, call, name, path)
        for cell, call in dumped
        if call.args
        and (name := _model(call.args[0])) in fitted
        and (path := _path(cell, call))
        and not _VERSION.search(path)
        and path not in loaded
        and not any(isinstance(around, (ast.For, ast.While)) for around in cell.ancestors(call))
    ]
    if found:
        cell, call, name, path = found[0]
        related = tuple(Related(other.at(node), f"`{path}`, too") for other, node, _, path in found[1:])
        yield Hit(
            cell.at(call),
            f"`{name}` is written over `{path}` on each run, with nothing that says which model it is",
            related,
            severity="minor" if is_exercise(page) else None,
        )


def _fitted(page: Page) -> Iterator[str]:
    """The names of what the notebook fits."""
    for cell in page.code:
        for call in cell.nodes(ast.Call):
            if isinstance(call.func, ast.Attribute) and call.func.attr in _FITS:
                if isinstance(call.func.value, ast.Name):
                    yield call.func.value.id
                parent = cell.parent(call)
                if (
                    isinstance(parent, ast.Assign)
                    and isinstance(parent.targets[0], ast.Name)
                    and call.func.attr == "fit"
                ):
                    yield parent.targets[0].id


def _loaded(page: Page) -> Iterator[str]:
    """The names of files that the notebook reads."""
    for cell in page.code:
        for call in cell.nodes(ast.Call):
            name = last_name(call.func)
            writes = any(isinstance(mode, ast.Constant) and "w" in str(mode.value) for mode in call.args[1:2])
            if name in _LOADS or (name == "open" and not writes):
                yield from (str(node.value) for node in nodes_in(call, ast.Constant))


def _model(node: ast.expr) -> str:
    """The name of what is written: `net` of `net.state_dict()`."""
    if isinstance(node, ast.Call) and last_name(node.func) == "state_dict" and isinstance(node.func, ast.Attribute):
        node = node.func.value
    if isinstance(node, ast.Attribute) and not _PART.search(node.attr):
        return ""  # what an object has found out: `stack.importances`
    return root(node) if isinstance(node, (ast.Name, ast.Attribute)) else ""


def _path(cell: CodeCell, call: ast.Call) -> str:
    """The fixed name that is written to, or an empty text."""
    target = call.args[1] if len(call.args) > 1 else None
    if isinstance(target, ast.Name):
        target = _opened_as(cell, call, target.id)
    if isinstance(target, ast.Call) and last_name(target.func) == "open" and target.args:
        target = target.args[0]
    if isinstance(target, ast.BinOp) and isinstance(target.op, (ast.Div, ast.Add)):
        target = target.right  # FOLDER / "model.pkl"
    if isinstance(target, ast.Call) and last_name(target.func) == "join" and target.args:
        target = target.args[-1]
    return target.value if isinstance(target, ast.Constant) and isinstance(target.value, str) else ""


def _opened_as(cell: CodeCell, call: ast.Call, name: str) -> ast.expr | None:
    for around in cell.ancestors(call):
        for item in around.items if isinstance(around, ast.With) else ():
            if isinstance(item.optional_vars, ast.Name) and item.optional_vars.id == name:
                return item.context_expr
    return None
