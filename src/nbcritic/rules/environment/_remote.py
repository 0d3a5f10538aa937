"""What a notebook fetches from the internet: in code, in shell lines, and under which name it keeps it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.page import Page, once
from nbcritic.analysis.pattern import regex
from nbcritic.model import Span

_READS = frozenset(
    "read_csv read_table read_json read_excel read_parquet read_feather read_pickle read_file read_stata read_spss read_fwf read_sas "
    "read_hdf loadtxt genfromtxt open_dataset urlretrieve download get_file retrieve load_state_dict_from_url".split()
)
"""Functions that take an address of data, whatever library they are of."""
_ASKS = frozenset({"get", "urlopen"})
"""Functions that take any address: only what looks like a file is one."""
_ADDRESS = frozenset("url origin filepath_or_buffer filename fname path path_or_buf io".split())
_KEPT = frozenset("out output fname filename path_or_buf dst".split())
_CHECKED = frozenset("file_hash md5_hash known_hash check_hash hash_prefix sha256 md5".split())
_DATA = regex(
    r"\.(?:csv|tsv|txt|json[l]?|geojson|xlsx?|parquet|feather|pkl|pickle|joblib|np[yz]|h5|hdf5|nc|zip|gz|bz2|xz|7z|tar|tgz|dat|data|arff|"
    r"sav|dta|sas7bdat|db|sqlite|bin|pth?|ckpt|safetensors|onnx|shp|gpkg|mat|xml)(?=$|[?#&])",
    re.I,
)
_TOOL = regex(r"\b(?P<tool>wget|curl|aria2c|axel|gdown)\b(?P<rest>[^\n;|&]*)")
_WEB = regex(r"(?:https?|ftp)://[^\s\"'<>|;)]+")
_SAVED = regex(r"(?:^|\s)(?:-[A-Za-z]*[oO]|--output(?:-document)?)[ =]*[\"']?(?P<name>[^\s\"'-][^\s\"']*)")
_NO_CLOBBER = regex(r"\s(?:-nc|--no-clobber|-N|--timestamping)\b|\[\s+!?\s*-[ef]\s")
_LOOKS = frozenset("exists isfile is_file isdir is_dir listdir lexists".split())
"""What tells whether a file is there."""
_DEEP = 6


@dataclass(frozen=True, slots=True)
class Fetch:
    """One thing that is fetched: `saved` is the name that it is kept under, without folders; `checked` says against a hash.

    `once`: only where no file of it is there yet.
    """

    at: Span
    url: str
    how: str
    saved: str
    checked: bool = False
    once: bool = False


@once
def fetches(page: Page) -> tuple[Fetch, ...]:
    """Everything that the page fetches by an address that it spells out, in the order of the page."""
    return tuple(sorted(_find(page), key=lambda fetch: fetch.at))


def text_of(page: Page, node: ast.expr, depth: int = 0) -> str:
    """The text of an expression as far as the page spells it out, `…` in place of what it does not."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if depth > _DEEP:
        return "…"
    if isinstance(node, ast.Name):
        source = page.values.source(node)
        return text_of(page, source, depth + 1) if source is not None else "…"
    if isinstance(node, ast.JoinedStr):
        return "".join(text_of(page, value, depth + 1) for value in node.values)
    if isinstance(node, ast.FormattedValue):
        return text_of(page, node.value, depth + 1)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return text_of(page, node.left, depth + 1) + text_of(page, node.right, depth + 1)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("format", "strip"):
        return text_of(page, node.func.value, depth + 1)
    return "…"


def file_name(text: str) -> str:
    """The last part of a path or address."""
    return re.split(r"[?#]", text)[0].rstrip("/").replace("\\", "/").rpartition("/")[2]


def _find(page: Page) -> Iterator[Fetch]:
    for cell in page.cells:
        if cell.tree is not None:
            for call in cell.nodes(ast.Call):
                yield from _called(page, cell, call)
        shell = {magic.line for magic in cell.magics if magic.kind in ("shell", "assign")}
        lines = range(1, len(cell.lines) + 1) if cell.language == "bash" else sorted(shell)
        for number in lines:
            yield from _told(cell, number)


def _called(page: Page, cell: CodeCell, call: ast.Call) -> Iterator[Fetch]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name not in _READS and name not in _ASKS:
        return
    given = [*call.args[:2], *(word.value for word in call.keywords if word.arg in _ADDRESS)]
    for node in given:
        url = text_of(page, node)
        if _WEB.match(url) and (name in _READS or _DATA.search(url)):
            names = [text_of(page, other) for other in (*call.args[:2], *_keywords(call, _KEPT)) if other is not node]
            saved = next((file_name(other) for other in names if other not in ("", "…", "None")), file_name(url))
            checked = any(not isinstance(v, ast.Constant) or v.value for v in _keywords(call, _CHECKED))
            yield Fetch(cell.at(call), url, name, saved, checked, _is_once(cell, call.lineno))
            return


def _keywords(call: ast.Call, names: frozenset[str]) -> Iterator[ast.expr]:
    return (word.value for word in call.keywords if word.arg in names)


def _told(cell: CodeCell, number: int) -> Iterator[Fetch]:
    line = cell.lines[number - 1]
    if line.lstrip().startswith("#"):
        return
    for found in _TOOL.finditer(line):
        url, kept = _WEB.search(found["rest"]), _SAVED.search(found["rest"])
        if url is None:
            continue
        # Without a file to write to, curl only shows what it is told.
        if found["tool"] == "curl" and not kept and not re.search(r"\s-\w*O|--remote-name|>", found["rest"]):
            continue
        name = kept["name"] if kept and not _WEB.match(kept["name"]) else url[0]
        only = _NO_CLOBBER.search(line) is not None or _is_once(cell, number)
        yield Fetch(cell.at_line(number, *found.span()), url[0], found["tool"], file_name(name), once=only)


def _is_once(cell: CodeCell, line: int) -> bool:
    """Does a branch around a line, or a return above it, look whether the file is there already?"""
    for branch in cell.nodes(ast.If) if cell.tree is not None else ():
        looks = {getattr(node, "attr", getattr(node, "id", "")) for node in nodes_in(branch.test)}
        if looks & _LOOKS and branch.lineno <= line:
            around, end = cell.function(branch), branch.end_lineno or 0
            returns = isinstance(around, ast.FunctionDef) and line <= (around.end_lineno or 0)
            if line <= end or (returns and any(nodes_in(row, ast.Return) for row in branch.body)):
                return True
    return False
