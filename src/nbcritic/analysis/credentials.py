"""The credentials of a page: by shape anywhere in its text, and literals that are given to telling names."""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate, islice

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page, once
from nbcritic.analysis.passwords import places, proven
from nbcritic.analysis.pattern import regex
from nbcritic.analysis.secrets import (
    MASK,
    Family,
    Leak,
    is_credential,
    leaks_by_name,
    leaks_by_shape,
    may_tell,
    redact,
    telling,
)
from nbcritic.model import Cell, Span
from nbcritic.notebook.outputs import Output

_COMMENT = regex(r"^\s*#+(?!\s*%%)")

_POSITIONS: dict[str, tuple[tuple[int, Family], ...]] = {
    "tweepy.OAuthHandler": ((0, "key"), (1, "key")),
    "tweepy.OAuth1UserHandler": ((0, "key"), (1, "key")),
    "tweepy.AppAuthHandler": ((0, "key"), (1, "key")),
    "tweepy.Client": ((0, "key"),),
    "requests_oauthlib.OAuth1": ((0, "key"), (1, "key"), (2, "key"), (3, "key")),
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
_LAST = frozenset(name.rpartition(".")[2] for name in _POSITIONS)
_METHODS: dict[str, tuple[tuple[int, Family], ...]] = {
    "set_access_token": ((0, "key"), (1, "key")),
    "authenticate_user": ((1, "password"),),
}
_GIVES = regex(r"(?:set_?|use_?|add_?)?(?:api_?(?:key|token)|(?:auth|access)_?token)", re.I)
"""Calls that are told a key and nothing else: `service.api_key("…")`."""
_BY_NAME = frozenset({"getenv", "get", "setdefault", "putenv", "setenv", "option", "config", "set"})
"""`os.environ.get("API_KEY", "…")`, `reader.option("password", "…")`: the name is an argument."""
_PLACING = _LAST | _METHODS.keys() | _BY_NAME | {"login"}
"""The last words of what takes credentials without a keyword."""
_CLIMB = 30
_SHORTEST = 6
"""Shorter values stand in other words, too."""
_PAIRS = frozenset({"auth", "http_auth", "basic_auth"})
"""Arguments that take `(user, password)`."""
_HARMLESS = frozenset(
    "print len str repr hash input sha256 md5 sha1 sha512 encode upper lower isalpha isdigit check set list sorted enumerate range dict format "
    "test validate match search fullmatch findall hashpw gensalt".split()
)
_CONNECTING = regex(r"connect|log_?in|sign_?in|(?:engine|client|session|database|auth|smtp)$", re.I)
"""Calls that use the password that they are given, by the last word of their name."""
_ACCOUNT = frozenset(
    "user username user_name login email mail uid host hostname server database db dbname account port driver".split()
)


def leaks(page: Page, cell: Cell) -> list[Leak]:
    """What leaks in one cell, at offsets in its source; none overlaps another, and a known shape goes before a name."""
    return _leaks_of(page, cell.number)


@once
def _leaks_of(page: Page, number: int) -> list[Leak]:
    cell = page.notebook.cells[number - 1]
    taken: list[Leak] = []
    for leak in sorted(_leaks(page, cell), key=lambda leak: (leak.start, not leak.sure)):
        if taken and leak.start < taken[-1].end:
            if leak.sure and not taken[-1].sure:
                taken[-1] = leak
            continue
        taken.append(leak)
    return taken


def redacted(page: Page, cell: Cell) -> str:
    """The source of a cell with its credentials masked, character by character."""
    return redact(cell.source, [(leak.start, leak.end) for leak in leaks(page, cell)])


@once
def _known(page: Page) -> frozenset[str]:
    """The credentials of a page, as they stand in it."""
    return frozenset(cell.source[leak.start : leak.end] for cell in page.notebook.cells for leak in leaks(page, cell))


def masked(page: Page, text: str) -> str:
    """A text about the page with its credentials masked, wherever they were found: beside another name they look like any word."""
    text = redact(text)
    for value in _known(page):
        bare = value.strip("'\"")
        if len(bare) >= _SHORTEST and bare in text:
            text = text.replace(bare, MASK * len(bare))
    return text


def _leaks(page: Page, cell: Cell) -> Iterator[Leak]:
    if cell.kind == "raw":
        return
    yield from leaks_by_shape(cell.source)
    if cell.kind != "code":
        return
    code, offsets = page.cell(cell.number), Offsets(cell)
    shell = {line for magic in code.magics for line in range(magic.line, magic.line + 1 + magic.argument.count("\n"))}
    if code.tree is not None:
        for node, leak in _literals(page, code):
            yield offsets.moved(leak, code.at(node))
        comments = "#" in cell.source
        looked_at = code.lines if shell or (comments and may_tell(cell.source)) else ()
        lines = [n for n, line in enumerate(looked_at, 1) if n in shell or (comments and _COMMENT.match(line))]
    else:
        lines = list(range(1, len(code.lines) + 1))
        shell |= set(lines) if code.language == "bash" else set()
    for number in lines:
        for leak in leaks_by_name(code.lines[number - 1], bare=number in shell):
            at = offsets.starts[number - 1]
            yield replace(leak, start=leak.start + at, end=leak.end + at)


_ESCAPE = regex(r"\x1b\[[0-9;?]*[A-Za-z]")
_EMBEDDED = regex(r"data:[\w/+.;=-]{1,80};base64,[A-Za-z0-9+/=\s]*")
_VARIABLE = regex(r"^(?P<name>[A-Z][A-Z0-9_]{2,60})=(?P<value>\S{4,400})$", re.M)
_MOST = 2_000_000
"""So many characters of one output are looked at."""


def shown_leaks(output: Output) -> Iterator[Leak]:
    """What a saved output shows of credentials, each value once; offsets are those of the text without terminal escapes.

    Pictures are never looked at, nor is what belongs to a page that anybody may read (public tokens of maps).
    """
    seen = set[str]()
    # A table names its values above them, not beside them.
    beside = ((output.text, True), (output.html, False), ("\n".join(output.traceback), True))
    for text, named in beside:
        if not text:
            continue
        text = _ESCAPE.sub("", _EMBEDDED.sub("", text[:_MOST]))
        for leak in (*leaks_by_shape(text), *(_named_in(text) if named else ())):
            value = text[leak.start : leak.end]
            if not leak.public and value not in seen:
                seen.add(value)
                yield leak


def _named_in(text: str) -> Iterator[Leak]:
    """Values beside a telling name: quoted, as in a printed dict, or as an environment variable on a line of its own."""
    if not may_tell(text):
        return
    # Code that is shown (in a traceback) may compare a password with an answer.
    yield from (leak for leak in leaks_by_name(text) if "==" not in text[max(leak.start - 5, 0) : leak.start])
    for found in _VARIABLE.finditer(text) if "=" in text else ():
        family = telling(found["name"])
        if family and is_credential(found["value"], family):
            yield Leak(*found.span("value"), f"a {family}", found["name"])


class Offsets:
    """Offsets of a cell's source as lines and columns."""

    def __init__(self, cell: Cell) -> None:
        self._cell = cell

    @cached_property
    def starts(self) -> list[int]:
        """The offset of each line."""
        return list(accumulate((len(line) + 1 for line in self._cell.source.split("\n")), initial=0))

    def span(self, start: int, end: int) -> Span:
        """The place of a stretch of the source."""
        line = bisect_right(self.starts, start)
        last = bisect_right(self.starts, max(start, end - 1))
        return Span(self._cell.number, line, start - self.starts[line - 1] + 1, last, end - self.starts[last - 1] + 1)

    def moved(self, leak: Leak, at: Span) -> Leak:
        """A leak that was found in the tree, at its offsets in the source."""
        start = self.starts[at.line - 1] + at.column - 1
        return replace(leak, start=start, end=self.starts[at.end_line - 1] + at.end_column - 1)


@dataclass(frozen=True, slots=True)
class _Given:
    """A literal and the name it is given to. `sure`: what takes it connects somewhere; `doubtful`: it may only show how."""

    node: ast.Constant
    name: str
    family: Family
    sure: bool = False
    doubtful: bool = False
    host: str = ""


def _literals(page: Page, cell: CodeCell) -> Iterator[tuple[ast.Constant, Leak]]:
    """Each such literal of a cell, with what it leaks (its offsets are not set)."""
    for given in _given(page, cell):
        value = given.node.value
        text = value.decode("latin-1") if isinstance(value, bytes) else value
        if not isinstance(text, str) or text.lower() == given.name.lower():
            continue
        if is_credential(text, given.family, sure=given.sure):
            yield given.node, Leak(0, 0, f"a {given.family}", given.name, doubtful=given.doubtful, host=given.host)


def _given(page: Page, cell: CodeCell) -> Iterator[_Given]:
    tells = may_tell(cell.source)
    for place in places(page, cell):
        if isinstance(place.node, ast.Constant):
            yield _Given(place.node, "", "password", sure=True, host=place.host)
    for assign in cell.nodes(ast.Assign) if tells or proven(page) else ():
        for target in assign.targets:
            yield from _assigned(page, target, assign.value)
    for annotated in cell.nodes(ast.AnnAssign) if tells else ():
        if annotated.value is not None:
            yield from _assigned(page, annotated.target, annotated.value)
    names = tells or "auth" in cell.source
    placing = not page.called_words.isdisjoint(_PLACING)
    for call in cell.nodes(ast.Call) if names or placing else ():
        if call.keywords and names:
            yield from _named(page, call)
        if placing and call.args and _last(call.func) in _PLACING:
            yield from _placed(page, call)
        elif tells and len(call.args) == 1 and not call.keywords:
            yield from _told(page, call)
    for literal in cell.nodes(ast.Dict) if tells else ():
        yield from _keyed(literal)
    for arguments in cell.nodes(ast.arguments) if tells else ():
        yield from _defaults(arguments)


def _assigned(page: Page, target: ast.expr, value: ast.expr) -> Iterator[_Given]:
    if isinstance(target, (ast.Tuple, ast.List)) and isinstance(value, (ast.Tuple, ast.List)):
        for inner, item in zip(target.elts, value.elts, strict=False):
            yield from _assigned(page, inner, item)
    elif not isinstance(value, ast.Constant):
        return
    elif isinstance(target, ast.Name) and target.id in proven(page):
        yield _Given(value, target.id, "password", sure=True, host=proven(page)[target.id])
    elif isinstance(target, ast.Name):
        if (family := telling(target.id)) and (family == "key" or _is_used(page, target.id)):
            yield _Given(value, target.id, family, sure=family == "password" and _is_handed_over(page, target.id))
    elif isinstance(target, ast.Attribute):
        if family := telling(target.attr):
            own = isinstance(target.value, ast.Name) and target.value.id == "self"
            yield _Given(value, target.attr, family, sure=not own)
    elif isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
        name = str(target.slice.value)
        if family := telling(name):
            known = page.qualified(target.value) == "os.environ"
            yield _Given(value, name, family, sure=known, doubtful=not known and family == "password")


def _named(page: Page, call: ast.Call) -> Iterator[_Given]:
    """Keyword arguments: of a function of the notebook's own, a password may be anything."""
    last = _last(call.func)
    own = last in page.names.functions
    for word in call.keywords:
        value = word.value
        if word.arg is None:
            continue
        family = telling(word.arg)
        if isinstance(value, ast.Constant) and (family == "key" or (family and not own)):
            yield _Given(value, word.arg, family, sure=not own and last not in _HARMLESS, doubtful=last == "dict")
        elif word.arg in _PAIRS and isinstance(value, ast.Tuple):
            second = [item for item in value.elts[1:2] if isinstance(item, ast.Constant)]
            yield from (_Given(item, word.arg, "password", sure=True) for item in second)


def _placed(page: Page, call: ast.Call) -> Iterator[_Given]:
    """Arguments that only their position names."""
    last = _last(call.func)
    name = page.qualified(call.func) if last in _LAST or last in _BY_NAME else None
    for position, family in _POSITIONS.get(name or "", _METHODS.get(last, ())):
        if position < len(call.args) and isinstance(value := call.args[position], ast.Constant):
            yield _Given(value, last, family, sure=True)
    if last == "login" and len(call.args) == 2 and _is_address(call.args[0]):
        yield from (
            _Given(node, "login", "password", sure=True) for node in call.args[1:] if isinstance(node, ast.Constant)
        )
    if last in _BY_NAME and len(call.args) == 2:
        key, default = call.args
        said = str(key.value) if isinstance(key, ast.Constant) else ""
        if isinstance(default, ast.Constant) and (found := telling(said)):
            yield _Given(default, said, found, sure=last != "get" or name == "os.environ.get")


def _told(page: Page, call: ast.Call) -> Iterator[_Given]:
    """The argument of a call that is named after it: `service.api_key("…")`."""
    name, value = _last(call.func), call.args[0]
    if isinstance(value, ast.Constant) and _GIVES.fullmatch(name) and name not in page.names.functions:
        yield _Given(value, name, "key")


def _is_address(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and "@" in node.value


def _keyed(literal: ast.Dict) -> Iterator[_Given]:
    names = [str(key.value) if isinstance(key, ast.Constant) else "" for key in literal.keys]
    account = any(name.lower() in _ACCOUNT or name.lower().endswith(("user", "username")) for name in names)
    for name, value in zip(names, literal.values, strict=True):
        family = telling(name)
        if isinstance(value, ast.Constant) and (family == "key" or (family and account)):
            yield _Given(value, name, family, doubtful=family == "password")


def _defaults(arguments: ast.arguments) -> Iterator[_Given]:
    named = [*arguments.posonlyargs, *arguments.args]
    pairs = [
        *zip(reversed(named), reversed(arguments.defaults), strict=False),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=False),
    ]
    for argument, default in pairs:
        if isinstance(default, ast.Constant) and (family := telling(argument.arg)):
            yield _Given(default, argument.arg, family, doubtful=family == "password")


def _last(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _is_used(page: Page, name: str) -> bool:
    """Is the name handed to something that could connect with it, or put into an address?"""
    return any(_connects(page, cell, node) for cell, node in _read(page).get(name, ()))


@once
def _read(page: Page) -> dict[str, list[tuple[CodeCell, ast.Name]]]:
    """By name, where it is read."""
    found: dict[str, list[tuple[CodeCell, ast.Name]]] = {}
    for cell in page.code:
        for node in cell.nodes(ast.Name):
            if isinstance(node.ctx, ast.Load):
                found.setdefault(node.id, []).append((cell, node))
    return found


def _is_handed_over(page: Page, name: str) -> bool:
    """Does a call that connects take the name, bound only once, as its password: `connect(password=name)`?"""
    if len(page.names.bindings.get(name, ())) > 1:
        return False  # a sample value may have given way to a real one that is asked for
    return name in _handed_over(page)


@once
def _handed_over(page: Page) -> frozenset[str]:
    """Every name that a call which connects takes as its password."""
    return frozenset(
        word.value.id
        for cell in page.code
        for call in cell.nodes(ast.Call)
        if call.keywords and _CONNECTING.search(last := _last(call.func)) and last not in page.names.functions
        for word in call.keywords
        if isinstance(word.value, ast.Name) and telling(word.arg or "") == "password"
    )


def _connects(page: Page, cell: CodeCell, node: ast.Name) -> bool:
    for parent in islice(cell.ancestors(node), _CLIMB):
        if isinstance(parent, (ast.Compare, ast.stmt, ast.comprehension)):
            return False
        if isinstance(parent, ast.Call) and node is not parent.func:
            last = _last(parent.func)
            return last not in _HARMLESS and last not in page.names.functions
        if isinstance(parent, (ast.JoinedStr, ast.BinOp)) and "://" in cell.segment(parent, 300):
            return True
        if isinstance(parent, ast.Dict):
            return any(isinstance(key, ast.Constant) and telling(str(key.value)) for key in parent.keys)
    return False
