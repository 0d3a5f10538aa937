"""Which names a magic or shell line binds and reads, from its name and its argument."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable, Iterable
from keyword import iskeyword
from typing import TypeAlias

Names: TypeAlias = tuple[str, ...]
Flow: TypeAlias = tuple[Iterable[str], Iterable[str]]
"""Names bound, names read."""

RUNNERS = {
    "time": "",
    "timeit": "nrpv",
    "prun": "lsTD",
    "memit": "rti",
    "lprun": "fmDTsu",
    "mprun": "fmT",
    "snakeviz": "f",
    "pyinstrument": "",
    "scalene": "",
}
"""Line magics that run a Python statement, each with its one-letter options that take a value."""

_DOLLAR = re.compile(r"(?<![\\$])\$([^\W\d]\w*)")
_BRACES = re.compile(r"(?<!\{)\{([^{}]+)\}")
_SQL_NAME = re.compile(r"(?<![:\w]):([^\W\d]\w*)|\{\{\s*([^\W\d]\w*)|(?<!\{)\{([^\W\d]\w*)\}|(?<![\\$])\$([^\W\d]\w*)")
_SQL_RESULT = re.compile(r"(?:^|\s)([^\W\d]\w*)\s*=?<<")
_CYTHON_NAME = re.compile(
    r"^(?:(?:cdef\s+)?class|def|cpdef)\s+(?:[\w\[\], ]+\s+)?(?P<made>\w+)\s*[(:]"
    r"|^(?P<set>\w+)\s*=(?!=)"
    r"|^(?:from\s+[\w.]+\s+)?import\s+(?P<imported>\w+)(?:\s+as\s+(?P<renamed>\w+))?",
    re.MULTILINE,
)
_OPTION = re.compile(r"\s*(--?[A-Za-z][\w-]*)(?:=\S+)?(?=\s|$)")
_WORD = re.compile(r"\s*\S+")


def statement_offset(name: str, argument: str) -> int:
    """Where the statement starts in the argument of one of `RUNNERS`: behind its options."""
    with_value, at = RUNNERS[name], 0
    while option := _OPTION.match(argument, at):
        at = option.end()
        letter = option[1][1:]
        if len(letter) == 1 and letter in with_value and (value := _WORD.match(argument, at)):
            at = value.end()
    return len(argument) - len(argument[at:].lstrip(" \t\f"))


def parsed(code: str) -> ast.Module | None:
    """The tree of a piece of Python, None where it is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def names_read(code: str) -> Names:
    """The names that a piece of Python needs from outside; none where it does not parse."""
    tree = parsed(code.strip())
    nodes = list(ast.walk(tree)) if tree is not None else []
    names = [node for node in nodes if isinstance(node, ast.Name)]
    own = {node.id for node in names if not isinstance(node.ctx, ast.Load)}
    own.update(node.arg for node in nodes if isinstance(node, ast.arg))
    return tuple(dict.fromkeys(node.id for node in names if node.id not in own))


def expansions(text: str) -> Names:
    """The names whose values IPython would put into a shell or magic line: `$name`, `{name}`, `{call(name)}`.

    A name that does not exist is left standing by IPython: a shell has variables of its own.
    """
    names: list[str] = []
    for found in _BRACES.finditer(text):
        names += names_read(found[1]) or names_read(re.split(r"[!:]", found[1], maxsplit=1)[0])
    return tuple(dict.fromkeys([*names, *_DOLLAR.findall(text)]))


def flow_of(name: str, argument: str, body: str = "") -> tuple[Names, Names]:
    """The names that a magic binds and reads beyond the Python that it runs; `body` is what follows a cell magic's line."""
    handler = _HANDLERS.get(name.lower())
    binds, reads = handler(argument, body) if handler else ((), ())
    expanded = () if name in RUNNERS else expansions(argument)  # a statement is not expanded: its braces are its own
    return _identifiers(binds), _identifiers([*reads, *expanded])


def _identifiers(words: Iterable[str]) -> Names:
    return tuple(dict.fromkeys(word for word in words if word.isidentifier() and not iskeyword(word)))


def _plain(argument: str) -> list[str]:
    return [word for word in argument.split() if not word.startswith("-")]


def _roots(argument: str) -> list[str]:
    """The first part of each dotted word."""
    return [re.split(r"[.\[(]", word, maxsplit=1)[0] for word in _plain(argument)]


def _valued(argument: str, *options: str) -> list[str]:
    """The names given to these options, as `-i a,b`, `-ia` or `--input=a`."""
    names: list[str] = []
    words = argument.split()
    for word, following in zip(words, [*words[1:], ""][: len(words)], strict=True):
        for option in options:
            if word == option:
                names += following.split(",")
            elif word.startswith(option + "=") or (len(option) == 2 and word.startswith(option)):
                names += word[len(option) :].lstrip("=").split(",")
    return names


def _script(argument: str, body: str) -> Flow:
    return _valued(argument, "--out", "--err", "--proc"), ()


def _foreign(argument: str, body: str) -> Flow:
    return _valued(argument, "-o", "--output"), _valued(argument, "-i", "--input")


def _sql(argument: str, body: str) -> Flow:
    line = _SQL_RESULT.search(argument)
    first = body.partition("\n")[0]
    result = line or _SQL_RESULT.match(first)
    names = ("".join(groups) for groups in _SQL_NAME.findall(argument + "\n" + body))
    return [*([result[1]] if result else []), *_valued(argument, "-o", "--output")], names


def _stored(argument: str, body: str) -> Flow:
    words = argument.split()
    if "-r" in words:
        return _plain(argument), ()
    return (), [] if any(word in ("-d", "-z") for word in words) else _plain(argument.partition(">")[0])


def _cython(argument: str, body: str) -> Flow:
    return [found["renamed"] or found[found.lastgroup or 0] for found in _CYTHON_NAME.finditer(body)], ()


_HANDLERS: dict[str, Callable[[str, str], Flow]] = {
    **dict.fromkeys(("script", "bash", "sh", "perl", "ruby", "python", "python2", "python3", "pypy", "cmd"), _script),
    **dict.fromkeys(
        ("r", "octave", "julia", "matlab", "stata", "sas", "spark", "pyspark", "send_to_spark", "dql"), _foreign
    ),
    **dict.fromkeys(("sql", "sqlcmd"), _sql),
    **dict.fromkeys(("rpush", "octave_push"), lambda argument, body: ((), _plain(argument))),
    **dict.fromkeys(("rpull", "rget", "octave_pull"), lambda argument, body: (_plain(argument), ())),
    **dict.fromkeys(
        ("pinfo", "pinfo2", "pdoc", "pdef", "psource", "pfile", "xdel", "add_to"),
        lambda argument, body: ((), _roots(argument)),
    ),
    **dict.fromkeys(("lprun", "mprun"), lambda argument, body: ((), _roots(" ".join(_valued(argument, "-f"))))),
    "timeit": lambda argument, body: ((), names_read(argument[statement_offset("timeit", argument) :])),
    "store": _stored,
    "sc": lambda argument, body: (argument.partition("=")[0].split()[-1:], ()),
    "macro": lambda argument, body: (_plain(argument)[:1], ()),
    "capture": lambda argument, body: (_plain(argument)[:1], ()),
    "bigquery": lambda argument, body: (_plain(argument)[:1], ()),
    "cache": lambda argument, body: (_plain(argument)[1:], ()),
    "cython": _cython,
}
