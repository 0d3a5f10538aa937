"""Where a notebook's code, magics and shell lines name places of a machine."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page, once
from nbcritic.analysis.pattern import regex
from nbcritic.model import Related, Span
from nbcritic.notebook.magics import Magic
from nbcritic.rules.environment._paths import STARTS, Kind, Place, has_extension, place
from nbcritic.rules.environment._purpose import Purpose, purpose, yes

_USED = Purpose()
SHOWN = 20
"""So many places of one finding are listed."""


@dataclass(frozen=True, slots=True)
class PathUse:
    """One path in the notebook. `text` is what a message shows of it."""

    at: Span
    text: str
    place: Place
    import_path: bool = False
    """It is put on `sys.path`."""
    purpose: Purpose = _USED


_SPEAKING = regex(
    r"(?:print|log|debug|info|warning|error|write_text|input|markdown|display|compile|match|fullmatch|search|findall|finditer|sub|"
    r"split|rsplit|partition|rpartition|replace|startswith|endswith|strip|lstrip|rstrip|removeprefix|removesuffix|find|rfind|index|count|"
    r"route|urljoin|xpath|find_element\w*|find_elements\w*|select|select_one|css|post|put|patch|delete|request|add_url_rule|"
    r"reference|child|title|set_title|suptitle|xlabel|ylabel|text|annotate|HTML|Markdown|Latex|raises|warn|assertEqual)$"
)
"""What is handed to these is words, a pattern or a route."""
_READING = regex(
    r"(?:open|Path|PurePath|PosixPath|WindowsPath|imread|imwrite|imsave|savefig|listdir|i?glob|rglob|walk|scandir|exists|isfile|isdir|join|"
    r"chdir|makedirs|mkdir|copy\w*|move|rename|replace|remove|unlink|rmtree|getsize|abspath|realpath|expanduser|fromfile|tofile|loadtxt|"
    r"savetxt|genfromtxt|ExcelFile|ExcelWriter|HDFStore|File|ZipFile|flow_from_directory|ImageFolder|DatasetFolder|extractall|"
    r"mount|image_dataset_from_directory|unpack_archive|textFile|parquet|csv|from_file|from_pretrained|save_pretrained|addsitedir|init|"
    r"read_\w+|to_(?:csv|excel|pickle|parquet|json|feather|hdf|stata|sql|html|file)|load\w*|save\w*|open_\w+|write_\w+|dump|imsave|Image|"
    r"append|insert|ImageDataGenerator|Dataset|get_data_home|urlretrieve|Popen|run|call|check_call|check_output|system)$"
)
_SECOND = regex(r"(?:dump|save|copy\w*|move|rename|insert|symlink|urlretrieve|imsave|replace)$")
_NAMED_PATH = regex(
    r"path|dir\b|_dir|directory|folder|file|fname|root|base|data|location|home|src|dest|input|output|save|cache|store|train|test|wd$",
    re.I,
)
_NAMED_ELSE = regex(
    r"url|uri|endpoint|route|api|href|link|xpath|selector|regex|pattern|query|key|host|topic|label|title|text|msg", re.I
)
_QUOTED = regex(r"""(?P<quote>["'])(?P<text>(?:/|[A-Za-z]:[\\/])[^"'\n]{3,300})(?P=quote)""")
_ARGUMENT = regex(
    r"""(?<![^\s"'=>(:,])(?:"(?P<d>[^"\n]*)"|'(?P<s>[^'\n]*)'|(?P<w>(?:file:|dbfs:)?(?:/|[A-Za-z]:[\\/])(?:\\[ ]|[^\s"'|;&<>(){}$`])+))"""
)
_INSTALLS = regex(r"\b(?:pip\d?|conda|mamba|uv|apt|apt-get|dpkg)\s")
_ASKS = regex(r"\[\s*!?\s*-[defs]\s|^\s*!?\s*(?:ls|du|find|test|stat)\s")
_RUNS_PYTHON = frozenset("time timeit prun memit lprun mprun snakeviz pyinstrument scalene".split())
_ESCAPES = {ord(mark): "\\" + letter for mark, letter in zip("\a\b\t\n\v\f\r", "abtnvfr", strict=True)}
"""`"C:\\new"` written with one backslash holds a line break; the path that was meant does not."""

_MANY = 500


@once
def path_uses(page: Page) -> tuple[PathUse, ...]:
    """Every path of one machine, person or host, in the order of the page."""
    return tuple(sorted(_find(page), key=lambda use: use.at))


def that_matter(page: Page, kind: Kind) -> dict[tuple[str, bool], list[PathUse]]:
    """The paths of a kind that somebody needs, for each owner those of `sys.path` and the others.

    A name that nobody reads breaks nothing, nor does a place that is tried before another or can be said from outside.
    """
    groups: dict[tuple[str, bool], list[PathUse]] = {}
    for use in path_uses(page):
        if use.place.kind == kind and use.purpose.live and not use.purpose.alternative:
            groups.setdefault((use.place.owner, use.import_path), []).append(use)
    return groups


def told(uses: list[PathUse]) -> tuple[str, tuple[Related, ...]]:
    """The paths of one finding as a message names them, and the places of all but the first."""
    first, *others = uses
    also = f" and {len(others)} more path{'s' * (len(others) > 1)}" if others else ""
    return f"`{first.text}`{also}", tuple(Related(use.at, f"`{use.text}`") for use in others[:SHOWN])


def _find(page: Page) -> Iterator[PathUse]:
    databricks = on_databricks(page)
    for cell in page.cells:
        if cell.tree is not None:
            for node in cell.nodes(ast.Constant):
                if isinstance(node.value, str) and STARTS.match(node.value):
                    yield from _in_code(page, cell, node, databricks)
        elif cell.language == "bash":
            for number, line in enumerate(cell.lines, 1):
                if number > 1 or not line.startswith("%%"):
                    yield from _in_shell(cell, number, line, 0, databricks)
        elif cell.language in ("python", "r", "julia", "python-script"):
            yield from _in_text(cell)
        for magic in cell.magics:
            if magic.kind != "help" and magic.name not in _RUNS_PYTHON:
                yield from _in_magic(cell, magic, databricks)


def on_databricks(page: Page) -> bool:
    """Is the page written for a workspace of Databricks?"""
    if "application/vnd.databricks.v1+notebook" in page.notebook.metadata:
        return True
    # A session that nothing on the page makes is given by the workspace.
    if "spark" in page.names.mentioned and "spark" not in page.names.bindings:
        return True
    return any("dbutils" in cell.source or "dbfs:" in cell.source for cell in page.cells)


# -- Python --------------------------------------------------------------------------------------------------------------


def _in_code(page: Page, cell: CodeCell, node: ast.Constant, databricks: bool) -> Iterator[PathUse]:
    whole = _start_of(cell, node)
    if whole is None or node.end_lineno != node.lineno:
        return
    shown = str(node.value).translate(_ESCAPES)
    found = place(shown, databricks)
    if found is None or (shown != node.value and not has_extension(shown)):
        return
    context = _context(cell, whole)
    if context == "words" or (not found.plain and not _is_path(found, shown, context)):
        return
    shown = _short(shown if whole is node else shown + "…")
    at = cell.at(cell.parent(node) if isinstance(cell.parent(node), ast.JoinedStr) else node)
    yield PathUse(at, shown, found, context == "import path", purpose(page, cell, node))


def _is_path(found: Place, text: str, context: str) -> bool:
    if context in ("read", "import path"):
        return True
    if context == "named":
        return found.sure or text.count("/") >= 4
    return context == "unknown" and found.sure and has_extension(text)


def _start_of(cell: CodeCell, node: ast.Constant) -> ast.expr | None:
    """The expression that starts with this string; None where the string stands in the middle of one."""
    whole: ast.expr = node
    while True:
        parent = cell.parent(whole)
        if isinstance(parent, ast.JoinedStr):
            if parent.values[0] is not whole or isinstance(cell.parent(parent), ast.FormattedValue):
                return None
            whole = parent
        elif isinstance(parent, ast.BinOp) and isinstance(parent.op, (ast.Add, ast.Mod, ast.Div)):
            if parent.left is not whole:
                return None
            whole = parent
        elif (
            isinstance(parent, ast.Attribute)
            and parent.attr == "format"
            and isinstance(call := cell.parent(parent), ast.Call)
        ):
            whole = call
        elif isinstance(parent, (ast.IfExp, ast.Starred)):
            whole = parent
        elif isinstance(parent, ast.FormattedValue):
            return None
        else:
            return whole


def _context(cell: CodeCell, whole: ast.expr) -> str:
    """What becomes of the string: `read`, `import path`, `named`, `unknown`, or `words` where it is no path."""
    parent = cell.parent(whole)
    while isinstance(parent, (ast.List, ast.Tuple, ast.Set)):
        whole, parent = parent, cell.parent(parent)
    if isinstance(parent, ast.Call):
        return _handed_to(parent, whole)
    if isinstance(parent, ast.keyword):
        return _named(parent.arg or "")
    if isinstance(parent, ast.Assign):
        return _named(_name_of(parent.targets[0]))
    if isinstance(parent, (ast.AnnAssign, ast.NamedExpr)):
        return _named(_name_of(parent.target))
    if isinstance(parent, ast.Dict):
        if whole in parent.keys:
            return "words"
        if len(parent.values) > _MANY:
            return "unknown"
        key = parent.keys[parent.values.index(whole)] if whole in parent.values else None
        return _named(str(key.value)) if isinstance(key, ast.Constant) else "unknown"
    if isinstance(parent, ast.arguments):
        return "named"
    if isinstance(parent, ast.Subscript) and parent.value is whole:
        return "unknown"
    return (
        "words"
        if isinstance(parent, (ast.Expr, ast.Attribute, ast.Compare, ast.Subscript, ast.Slice, ast.MatchValue))
        else "unknown"
    )


def _name_of(target: ast.AST) -> str:
    if isinstance(target, ast.Subscript):
        return str(target.slice.value) if isinstance(target.slice, ast.Constant) else ""
    return target.id if isinstance(target, ast.Name) else target.attr if isinstance(target, ast.Attribute) else ""


def _named(name: str) -> str:
    if _NAMED_ELSE.search(name) and not re.search(r"path|file|dir|folder", name, re.I):
        return "named otherwise"
    return "named" if _NAMED_PATH.search(name) else "unknown"


def _handed_to(call: ast.Call, whole: ast.expr) -> str:
    function = call.func
    name = (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )
    if name in ("append", "insert") and isinstance(function, ast.Attribute) and _is_sys_path(function.value):
        return "import path"
    if name in ("append", "insert", "get"):
        return "unknown"
    if name == "join" and isinstance(function, ast.Attribute) and isinstance(function.value, ast.Constant):
        return "words"
    if _SPEAKING.match(name):
        return "words"
    position = call.args.index(whole) if whole in call.args else 0
    if _READING.match(name) and (position == 0 or (position == 1 and _SECOND.match(name))):
        return "read"
    return "unknown"


def _is_sys_path(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and node.attr == "path"
        and isinstance(node.value, ast.Name)
        and node.value.id == "sys"
    )


# -- everything else -------------------------------------------------------------------------------------------------------


def _in_text(cell: CodeCell) -> Iterator[PathUse]:
    """A cell without a tree (Python 2, R): only what can be nothing but a path."""
    for number, line in enumerate(cell.lines, 1):
        if line.lstrip().startswith("#") or re.match(r"\s*print\b", line):
            continue
        for found in _QUOTED.finditer(line):
            text = found["text"].replace("\\\\", "\\")
            what = place(text)
            if what is not None and what.plain:
                yield PathUse(cell.at_line(number, *found.span("text")), _short(text), what)


def _in_magic(cell: CodeCell, magic: Magic, databricks: bool) -> Iterator[PathUse]:
    number, start = magic.line, magic.column - 1
    command = cell.lines[number - 1][start:]
    yield from _in_shell(cell, number, command, start, databricks)
    while cell.lines[number - 1].endswith("\\") and number < len(cell.lines):
        number += 1
        yield from _in_shell(cell, number, command, 0, databricks)


def _in_shell(cell: CodeCell, number: int, command: str, start: int, databricks: bool) -> Iterator[PathUse]:
    """The paths of one line, which belongs to a command that may have begun some lines above."""
    line = cell.lines[number - 1]
    if line.lstrip().startswith("#"):
        return
    what_for = Purpose("used")
    if _INSTALLS.search(command):
        what_for = Purpose("installed")
    elif _ASKS.search(command):
        what_for = Purpose("sought", is_guarded=yes)
    for found in _ARGUMENT.finditer(line, start):
        group = found.lastgroup or "w"
        text = found[group].replace("\\ ", " ")
        what = place(text, databricks) if STARTS.match(text) else None
        if what is not None and (what.plain or what.sure):
            yield PathUse(cell.at_line(number, *found.span(group)), _short(text), what, purpose=what_for)


def _short(text: str, limit: int = 60) -> str:
    text = " ".join(text.replace("`", "'").split())
    return text if len(text) <= limit else text[: limit - 1].rstrip("…") + "…"
