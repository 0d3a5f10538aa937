"""Literals of Python code that are given to a name which says that it holds a credential."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page
from nbcritic.analysis.secrets import Family, Leak, is_credential, telling

_POSITIONS: dict[str, tuple[tuple[int, Family], ...]] = {
    "tweepy.OAuthHandler": ((0, "key"), (1, "key")),
    "tweepy.OAuth1UserHandler": ((0, "key"), (1, "key")),
    "tweepy.AppAuthHandler": ((0, "key"), (1, "key")),
    "tweepy.Client": ((0, "key"),),
    "requests.auth.HTTPBasicAuth": ((1, "password"),),
    "requests.auth.HTTPDigestAuth": ((1, "password"),),
    "requests_oauthlib.OAuth1": ((0, "key"), (1, "key"), (2, "key"), (3, "key")),
    "pymysql.connect": ((2, "password"),),
    "MySQLdb.connect": ((2, "password"),),
    "cx_Oracle.connect": ((1, "password"),),
    "chart_studio.plotly.sign_in": ((1, "key"),),
    "plotly.plotly.sign_in": ((1, "key"),),
    "huggingface_hub.login": ((0, "key"),),
    "huggingface_hub.HfApi": ((1, "key"),),
    "wandb.login": ((1, "key"),),
    "sodapy.Socrata": ((1, "key"),),
    "census.Census": ((0, "key"),),
    "fredapi.Fred": ((0, "key"),),
    "newsapi.NewsApiClient": ((0, "key"),),
    "googlemaps.Client": ((0, "key"),),
    "binance.client.Client": ((0, "key"), (1, "key")),
    "alpaca_trade_api.REST": ((0, "key"), (1, "key")),
    "opencage.geocoder.OpenCageGeocode": ((0, "key"),),
    "pyowm.OWM": ((0, "key"),),
    "github.Github": ((0, "key"),),
    "telegram.Bot": ((0, "key"),),
    "notion_client.Client": ((0, "key"),),
    "pinecone.Pinecone": ((0, "key"),),
}
"""Arguments without a keyword that are credentials, by the function's full name."""
_METHODS: dict[str, tuple[tuple[int, Family], ...]] = {
    "set_access_token": ((0, "key"), (1, "key")),
    "authenticate_user": ((1, "password"),),
}
_BY_NAME = frozenset({"getenv", "get", "setdefault", "putenv", "setenv"})
"""`os.environ.get("API_KEY", "…")`: the name is an argument."""
_HARMLESS = frozenset(
    "print len str repr hash input sha256 md5 sha1 sha512 encode upper lower isalpha isdigit check set list sorted enumerate range dict format "
    "test validate match search fullmatch findall hashpw gensalt".split()
)
_ACCOUNT = frozenset("user username user_name login email mail uid host hostname server database db dbname account port driver".split())


def literals(page: Page, cell: CodeCell) -> Iterator[tuple[ast.Constant, Leak]]:
    """Each such literal of a cell, with what it leaks (its offsets are not set)."""
    for node, name, family, sure in _given(page, cell):
        value = node.value.decode("latin-1") if isinstance(node.value, bytes) else node.value
        if isinstance(value, str) and is_credential(value, family, sure=sure) and value.lower() != name.lower():
            yield node, Leak(0, 0, f"a {family}", name)


def _given(page: Page, cell: CodeCell) -> Iterator[tuple[ast.Constant, str, Family, bool]]:
    """Literal, the name it is given to, what that name promises, and whether it is sure to be used as such."""
    for assign in cell.nodes(ast.Assign):
        for target in assign.targets:
            yield from _assigned(page, target, assign.value)
    for annotated in cell.nodes(ast.AnnAssign):
        if annotated.value is not None:
            yield from _assigned(page, annotated.target, annotated.value)
    for call in cell.nodes(ast.Call):
        yield from _called(page, call)
    for literal in cell.nodes(ast.Dict):
        yield from _keyed(literal)
    for arguments in cell.nodes(ast.arguments):
        named = [*arguments.posonlyargs, *arguments.args]
        pairs = [*zip(reversed(named), reversed(arguments.defaults), strict=False), *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=False)]
        for argument, default in pairs:
            if isinstance(default, ast.Constant) and (family := telling(argument.arg)):
                yield default, argument.arg, family, False


def _assigned(page: Page, target: ast.expr, value: ast.expr) -> Iterator[tuple[ast.Constant, str, Family, bool]]:
    if isinstance(target, ast.Tuple | ast.List) and isinstance(value, ast.Tuple | ast.List) and len(target.elts) == len(value.elts):
        for inner, item in zip(target.elts, value.elts, strict=True):
            yield from _assigned(page, inner, item)
    elif isinstance(value, ast.Constant):
        if isinstance(target, ast.Name) and (family := telling(target.id)):
            used = family == "key" or _is_used(page, target.id)
            if used:
                yield value, target.id, family, False
        elif isinstance(target, ast.Attribute) and (family := telling(target.attr)):
            yield value, target.attr, family, not (isinstance(target.value, ast.Name) and target.value.id == "self")
        elif isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
            name = str(target.slice.value)
            if family := telling(name):
                yield value, name, family, page.qualified(target.value) == "os.environ"


def _called(page: Page, call: ast.Call) -> Iterator[tuple[ast.Constant, str, Family, bool]]:
    function = call.func
    last = function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    own = last in page.names.functions
    for word in call.keywords:
        if isinstance(word.value, ast.Constant) and word.arg and (family := telling(word.arg)):
            yield word.value, word.arg, family, not own and last not in _HARMLESS
    if not call.args:
        return
    name = page.qualified(function)
    for position, family in _POSITIONS.get(name or "", _METHODS.get(last, ())):
        if position < len(call.args) and isinstance(value := call.args[position], ast.Constant):
            yield value, last, family, True
    if last in _BY_NAME and len(call.args) == 2:
        key, default = call.args
        if isinstance(key, ast.Constant) and isinstance(default, ast.Constant) and (family := telling(str(key.value))):
            yield default, str(key.value), family, last != "get" or name == "os.environ.get"
    for word in call.keywords:
        if word.arg in ("auth", "http_auth", "basic_auth") and isinstance(word.value, ast.Tuple) and len(word.value.elts) == 2:
            if isinstance(second := word.value.elts[1], ast.Constant):
                yield second, word.arg, "password", True


def _keyed(literal: ast.Dict) -> Iterator[tuple[ast.Constant, str, Family, bool]]:
    names = [str(key.value) if isinstance(key, ast.Constant) else "" for key in literal.keys]
    account = any(name.lower() in _ACCOUNT or name.lower().endswith(("user", "username")) for name in names)
    for name, value in zip(names, literal.values, strict=True):
        if isinstance(value, ast.Constant) and (family := telling(name)):
            if family == "key" or account:
                yield value, name, family, False


def _is_used(page: Page, name: str) -> bool:
    """Is the name handed to something that could connect with it, or put into an address?"""
    for cell in page.code:
        for node in cell.nodes(ast.Name):
            if node.id == name and isinstance(node.ctx, ast.Load) and _connects(page, cell, node):
                return True
    return False


def _connects(page: Page, cell: CodeCell, node: ast.Name) -> bool:
    for parent in cell.ancestors(node):
        if isinstance(parent, ast.Compare | ast.stmt | ast.comprehension):
            return False
        if isinstance(parent, ast.Call) and node is not parent.func:
            function = parent.func
            last = function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
            if last not in _HARMLESS:
                return last not in page.names.functions or any(word.arg and telling(word.arg) for word in parent.keywords)
            return False
        if isinstance(parent, ast.JoinedStr) and "://" in cell.segment(parent, 300):
            return True
        if isinstance(parent, ast.BinOp) and "://" in cell.segment(parent, 300):
            return True
        if isinstance(parent, ast.Dict) and any(k is not None and isinstance(k, ast.Constant) and telling(str(k.value)) for k in parent.keys):
            return True
    return False
