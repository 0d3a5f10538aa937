"""Passwords that no name tells: they stand where a call, or an address that is put together, has its password.

`login("me", "…")` at a mail server, `connect("db.shop.internal", "report", "…")`, `f"postgresql://report:{word}@db.shop.internal/sales"`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page, once
from nbcritic.analysis.pattern import regex

_PLACES = {
    "ftplib.FTP": 2,
    "ftplib.FTP_TLS": 2,
    "pymssql.connect": 2,
    "pymysql.connect": 2,
    "MySQLdb.connect": 2,
    "cx_Oracle.connect": 1,
    "oracledb.connect": 1,
    "neo4j.basic_auth": 1,
    "redis.Redis": 3,
    "redis.StrictRedis": 3,
    "pysftp.Connection": 3,
    "clickhouse_driver.Client": 4,
    "simple_salesforce.Salesforce": 1,
    "robin_stocks.login": 1,
    "robin_stocks.robinhood.login": 1,
    "requests.auth.HTTPBasicAuth": 1,
    "requests.auth.HTTPDigestAuth": 1,
}
"""Which argument without a keyword is the password, by the function's full name."""
_METHODS = {
    "login": (1, "smtplib.SMTP smtplib.SMTP_SSL smtplib.LMTP imaplib.IMAP4 imaplib.IMAP4_SSL ftplib.FTP ftplib.FTP_TLS".split()),
    "connect": (3, ["paramiko.SSHClient", "paramiko.client.SSHClient"]),
    "pass_": (0, ["poplib.POP3", "poplib.POP3_SSL"]),
}  # fmt: skip
_LAST = frozenset(name.rpartition(".")[2] for name in _PLACES) | _METHODS.keys() | {"connect"}
_HOST = regex(r"localhost|(?:\d{1,3}\.){3}\d{1,3}|[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.I)
_ACCOUNT = regex(r"[\w.@+-]{1,60}")
_SLOT = regex("://[^/@\\s\0]*(?:\0\\w*\0)?[^/@\\s\0:]*:\0(?P<name>\\w+)\0@(?P<host>[\\w.-]*)")
_UNKNOWN = "\0\0"
_DEEPEST, _MOST = 6, 60
"""An address is put together of few pieces."""
_HOLES = regex(r"%s|%\((?P<key>\w+)\)s|\{(?P<name>\w*)\}")


class Place(NamedTuple):
    """What stands at the place of a password, and the host that it opens, where that is told."""

    node: ast.expr
    host: str = ""


def places(page: Page, cell: CodeCell) -> Iterator[Place]:
    """Every argument of a cell's calls that is a password by its place alone."""
    if page.called_words.isdisjoint(_LAST):
        return
    for call in cell.nodes(ast.Call):
        function = call.func
        last = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        if last in _LAST and call.args and last not in page.names.functions:
            yield from _of_call(page, call, last)


def _of_call(page: Page, call: ast.Call, last: str) -> Iterator[Place]:
    position = _PLACES.get(page.qualified(call.func) or "")
    if position is None and last in _METHODS and isinstance(call.func, ast.Attribute):
        at, makers = _METHODS[last]
        position = at if _made_by(page, call.func.value) & frozenset(makers) else None
    if position is not None and position < len(call.args):
        yield Place(call.args[position], _host(call.args[0]))
    elif position is None and last == "connect" and 3 <= len(call.args) <= 5 and _host(call.args[0]):
        account = call.args[1]
        if isinstance(account, ast.Name) or (_text(account) and _ACCOUNT.fullmatch(_text(account))):
            yield Place(call.args[2], _host(call.args[0]))


def _made_by(page: Page, node: ast.expr) -> frozenset[str]:
    """The full names of the functions that may have made an object."""
    if isinstance(node, ast.Call):
        return frozenset({page.qualified(node.func) or ""})
    return _makers(page).get(node.id, frozenset()) if isinstance(node, ast.Name) else frozenset()


@once
def _makers(page: Page) -> Mapping[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for cell in page.code:
        pairs: list[tuple[ast.expr | None, ast.expr]] = [
            (target, assign.value) for assign in cell.nodes(ast.Assign) for target in assign.targets
        ]
        pairs += [(item.optional_vars, item.context_expr) for block in cell.nodes(ast.With) for item in block.items]
        for target, value in pairs:
            if isinstance(target, ast.Name) and isinstance(value, ast.Call):
                made = frozenset({page.qualified(value.func) or ""})
                found[target.id] = found.get(target.id, frozenset()) | made
    return found


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _host(node: ast.expr) -> str:
    return text if _HOST.fullmatch(text := _text(node)) else ""


@once
def proven(page: Page) -> Mapping[str, str]:
    """The names that stand where a password does, each with the host that it opens ("" where that is not told).

    A name that is bound to anything but literals is none: a sample value may have given way to a real one that is asked for.
    """
    found: dict[str, str] = {}
    for cell in page.code:
        for place in places(page, cell):
            if isinstance(place.node, ast.Name):
                found[place.node.id] = place.host
        if "://" in cell.source:
            for node in cell.nodes(ast.JoinedStr, ast.BinOp, ast.Call):
                inner = isinstance(node, ast.BinOp) and isinstance(cell.parent(node), ast.BinOp)
                if not inner and (slot := _SLOT.search(_template(node))):
                    found[slot["name"]] = slot["host"]
    return {name: host for name, host in found.items() if _is_literal(page, name)}


def _is_literal(page: Page, name: str) -> bool:
    """Is the name bound to literals alone?"""
    literal = sum(
        isinstance(assign.value, ast.Constant) and any(getattr(t, "id", "") == name for t in assign.targets)
        for cell in page.code
        for assign in cell.nodes(ast.Assign)
    )
    return literal == len(page.names.bindings.get(name, ()))


def _template(node: ast.AST, depth: int = _DEEPEST) -> str:
    """A text that is put together, with the names in it between two null characters."""
    if isinstance(node, ast.Constant):
        return str(node.value) if isinstance(node.value, (str, int)) else _UNKNOWN
    if isinstance(node, ast.Name):
        return f"\0{node.id}\0"
    if not depth:
        return _UNKNOWN
    if isinstance(node, ast.JoinedStr):
        return "".join(_template(part, depth - 1) for part in node.values)
    if isinstance(node, ast.FormattedValue):
        return _template(node.value, depth - 1)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        terms: list[ast.AST] = []
        while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and len(terms) < _MOST:
            terms.append(node.right)
            node = node.left
        return "".join(_template(term, depth - 1) for term in reversed([*terms, node]))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        given = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
        return _filled(_template(node.left, depth - 1), given, {}, depth)
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr == "format":
            named = {word.arg: word.value for word in node.keywords if word.arg}
            return _filled(_template(node.func.value, depth - 1), node.args, named, depth)
        if len(node.args) == 1 and not node.keywords:
            return _template(node.args[0], depth - 1)  # `quote_plus(word)`, `str(word)`
    return _UNKNOWN


def _filled(text: str, given: list[ast.expr], named: Mapping[str, ast.expr], depth: int) -> str:
    """The text with what it is given put into its holes."""
    rest = iter(given)

    def fill(hole: re.Match[str]) -> str:
        name = hole["name"] or hole["key"] or ""
        if name.isdigit():
            node = given[int(name)] if int(name) < len(given) else None
        else:
            node = named.get(name) if name else next(rest, None)
        return _template(node, depth - 1) if node is not None else _UNKNOWN

    return _HOLES.sub(fill, text)
