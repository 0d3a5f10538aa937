"""NBC212."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import islice

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit, Related, Severity
from nbcritic.rule import rule
from nbcritic.rules.environment._links import links
from nbcritic.rules.environment._remote import fetches, file_name
from nbcritic.rules.environment._shared import SHOWN

_PICKLES = frozenset(
    "pickle.load pickle.loads cPickle.load _pickle.load dill.load dill.loads cloudpickle.load joblib.load sklearn.externals.joblib.load "
    "pandas.read_pickle".split()
)
_CALLS_OUT = frozenset("urllib.request.urlopen requests.get httpx.get urllib.urlopen urllib2.urlopen".split())
_HTTP = frozenset("get post put patch delete head options request Session Client AsyncClient".split())
_APPLIES = frozenset("apply map applymap transform".split())
_WORDS = (
    _HTTP
    | _APPLIES
    | {*(name.rpartition(".")[2] for name in _PICKLES), "load_all", "unsafe_load", "unsafe_load_all", "eval", "exec"}
)
"""The last words of the calls that are looked at."""
_HOME = regex(
    r"https?://(?:localhost|127\.|0\.0\.0\.0|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|[\w-]+(?::\d+)?/|[\w.-]+\.(?:local|internal|lan|test))"
)
_OWN = regex(r"conf|cfg|param|setting|option|args|env", re.I)
_MANY = 400


@rule(
    "NBC212",
    name="unsafe-load",
    severity="major",
    category="security-and-privacy",
    covers=("S501", "S506", "S307", "S301"),
)
def check(page: Page) -> Iterator[Hit]:
    r"""Data from outside may run code here, or reach you altered on the way.

    A pickle is a program: loading one that somebody else made, or that was exchanged on the way, runs what its author likes with
    your rights. `eval` on a column does the same for every cell of a table, and `verify=False` lets anybody in between answer in
    the server's place. What the notebook itself wrote, or a file of unknown origin, is not meant here.

    Instead, take a format that holds nothing but data (Parquet, JSON, safetensors), `ast.literal_eval` for lists and dicts that
    are text, `yaml.safe_load`, and the certificate of the server (`verify="company.pem"`).

    Bad:

        # %%
        import pickle
        import urllib.request
        import requests
        model = pickle.load(urllib.request.urlopen("https://models.shop.org/price.pkl"))  # <- flagged
        answer = requests.get("https://api.shop.org/orders", verify=False)  # <- flagged

    Bad:

        # %%
        !wget https://models.shop.org/price.joblib
        # %%
        import joblib
        import pandas as pd
        model = joblib.load("price.joblib")  # <- flagged
        films = pd.read_csv("films.csv")
        films["genres"] = films["genres"].apply(eval)  # <- flagged
        films["cast"] = films["cast"].map(lambda text: eval(text))

    Bad:

        # %%
        import yaml
        settings = yaml.load(open("settings.yml"))  # <- flagged
        age = eval(input("Age: "))  # <- flagged
        for index, row in films.iterrows():
            crew = eval(row["crew"])  # <- flagged

    Good:

        # %%
        import ast
        import pickle
        import requests
        import yaml
        with open("model.pkl", "rb") as file:
            model = pickle.load(file)
        films["genres"] = films["genres"].apply(ast.literal_eval)
        settings = yaml.safe_load(open("settings.yml"))
        settings = yaml.load(open("settings.yml"), Loader=yaml.SafeLoader)
        answer = requests.get("https://api.shop.org/orders", verify="company.pem")
        answer = requests.get("http://localhost:8080/orders", verify=False)

    Good:

        # %%
        import numpy as np
        model.eval()
        df.eval("price * weight")
        total = eval("1 + 2")
        for name in ["a", "b"]:
            print(eval(name))
        images = np.load("images.npy", allow_pickle=True)
    """
    fields: list[tuple[CodeCell, ast.Call]] = []
    for cell, call in page.calls_named(_WORDS):
        if said := _said(page, call):
            yield Hit(cell.at(call), said, severity=_weight(page, call))
        elif _evaluates_fields(page, call):
            fields.append((cell, call))
    for cell in page.code if "ssl" in page.names.imports.values() else ():
        for assign in cell.nodes(ast.Assign):
            if _trusts_everybody(page, assign):
                said = "no certificate is checked any more, for whatever this notebook fetches; install the host's certificates"
                yield Hit(cell.at(assign), said, severity="minor")
    if fields:
        cell, call = fields[0]
        more = f" (and {len(fields) - 1} more)" if len(fields) > 1 else ""
        yield Hit(
            cell.at(call),
            f"`{cell.segment(call, 50)}`{more} runs text of the data as code; read plain values with `ast.literal_eval`, and keep the rest as JSON",
            tuple(Related(c.at(n), "and here") for c, n in fields[1 : SHOWN + 1]),
            severity="minor",
        )


def _weight(page: Page, call: ast.Call) -> Severity | None:
    """What somebody types into their own notebook, or writes into their own file, is no attack."""
    name = page.qualified(call.func)
    if name in ("yaml.load", "yaml.load_all"):
        return "minor" if call.keywords or len(call.args) > 1 else None
    return "minor" if name in ("eval", "exec") and not _calls(page, call) & _CALLS_OUT else None


def _trusts_everybody(page: Page, assign: ast.Assign) -> bool:
    return page.qualified(assign.value) == "ssl._create_unverified_context" and any(
        page.qualified(target) == "ssl._create_default_https_context" for target in assign.targets
    )


def _said(page: Page, call: ast.Call) -> str:
    """What is wrong with a call; an empty string for nothing."""
    name = page.qualified(call.func) or ""
    last = call.func.attr if isinstance(call.func, ast.Attribute) else name
    if last in _HTTP and _is(call, "verify", False) and not _stays_home(page, call):
        return f"`verify=False` lets anybody between you and the server answer `{last}`; name the certificate to trust"
    if name in ("yaml.load", "yaml.load_all") and not _has_safe_loader(call):
        how = (
            "has no `Loader`, and fails since PyYAML 6"
            if len(call.args) < 2 and not call.keywords
            else "can build any object"
        )
        return f"`{name}` {how}; `{name.replace('load', 'safe_load')}` builds plain data only"
    if name in ("yaml.unsafe_load", "yaml.unsafe_load_all"):
        return f"`{name}` can build any object; `yaml.safe_load` builds plain data only"
    if name in ("eval", "exec"):
        return _evaluated(page, call, name)
    pickled = name in _PICKLES or (name == "torch.load" and _is(call, "weights_only", False))
    if (pickled or (name == "numpy.load" and _is(call, "allow_pickle", True))) and (origin := _origin(page, call)):
        if name == "torch.load":
            return f"`weights_only=False` has `torch.load` run whatever code is in {origin}; leave it out, it is `True` since PyTorch 2.6"
        return f"`{name}` runs whatever code is in {origin}; load a format that holds nothing but data"
    return ""


def _is(call: ast.Call, name: str, value: bool) -> bool:
    return any(w.arg == name and isinstance(w.value, ast.Constant) and w.value.value is value for w in call.keywords)


def _stays_home(page: Page, call: ast.Call) -> bool:
    return any(_HOME.match(text) for text in links(page).behind(*call.args[:2]).texts) if call.args else False


def _has_safe_loader(call: ast.Call) -> bool:
    given = [*call.args[1:2], *(word.value for word in call.keywords if word.arg in ("Loader", None))]
    if not given:
        return False
    return getattr(given[0], "attr", getattr(given[0], "id", "")) not in ("Loader", "UnsafeLoader", "CLoader")


def _evaluated(page: Page, call: ast.Call, name: str) -> str:
    """`eval` of what was typed in or fetched."""
    called = _calls(page, call)
    if called & {"input", "raw_input"}:
        return f"`{name}` runs whatever is typed in; convert it with `int` or `float`, or `ast.literal_eval`"
    if called & _CALLS_OUT:
        return f"`{name}` runs whatever the server answers; keep a copy that you have read"
    return ""


def _calls(page: Page, call: ast.Call) -> set[str | None]:
    """The functions that a call's first argument calls."""
    nodes = islice(ast.walk(call.args[0]), _MANY) if call.args else ()
    return {page.qualified(node.func) for node in nodes if isinstance(node, ast.Call)}


def _evaluates_fields(page: Page, call: ast.Call) -> bool:
    """Is text of a table or record run: `column.apply(eval)`, `eval(row["crew"])`?"""
    if len(call.args) != 1:
        return False
    given = call.args[0]
    if page.qualified(call.func) == "eval":
        return _is_field(given)
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in _APPLIES:
        return False
    if isinstance(given, ast.Lambda):
        return _evaluates_its_argument(page, given)
    return isinstance(given, ast.Name) and page.qualified(given) == "eval"


def _evaluates_its_argument(page: Page, function: ast.Lambda) -> bool:
    own = {argument.arg for argument in function.args.args}
    return any(
        isinstance(node, ast.Call)
        and page.qualified(node.func) == "eval"
        and len(node.args) == 1
        and isinstance(node.args[0], ast.Name)
        and node.args[0].id in own
        for node in islice(ast.walk(function.body), _MANY)
    )


def _is_field(node: ast.expr) -> bool:
    """A field of a row or record, `row["crew"]`, that is no setting of the author's own."""
    if not (
        isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str)
    ):
        return False
    return not any(isinstance(inner, ast.Name) and _OWN.search(inner.id) for inner in islice(ast.walk(node), _MANY))


def _origin(page: Page, call: ast.Call) -> str:
    """Where on the internet the file of a call comes from; an empty string where the page does not tell."""
    given = [
        *call.args[:1],
        *(word.value for word in call.keywords if word.arg in ("file", "f", "filepath_or_buffer", "filename")),
    ]
    nodes = [node for expression in given for node in islice(ast.walk(expression), _MANY)]
    if any(isinstance(node, ast.Call) and page.qualified(node.func) in _CALLS_OUT for node in nodes):
        return "what the server answers"
    texts = links(page).behind(*given).texts if given else ()
    if any(text.startswith(("http://", "https://", "ftp://")) for text in texts):
        return "a file of the internet"
    saved = {fetch.saved for fetch in fetches(page)} - {""}
    name = next((file_name(text) for text in texts if file_name(text) in saved), "")
    return f"`{name}`, which comes from the internet" if name else ""
