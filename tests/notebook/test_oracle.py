"""IPython itself is the judge of what is a magic: its own transformer against ours."""

from __future__ import annotations

import ast
import re
import warnings
from itertools import zip_longest

from hypothesis import given, settings
from hypothesis import strategies as st
from IPython.core.inputtransformer2 import TransformerManager

from nbcritic.notebook.magics import plain

# fmt: off
LINES = [
    "x = 1", "", "   ", "    y = 2", "if x:", "else:", "def f():", "    return 1", "class A:", "# what is this?",
    "pass", "x = '''", '"""', "'''", "text %foo", "x = (", "[", ")", "]", "y,", "x = f(a,", "  b)", "x = 5 \\",
    "  + 3", "\\", "%foo", "%foo bar baz", "    %foo bar", "  %foo", "!ls", "    !ls -l", "!!ls", "!ls \\", "  -l",
    "! ls 'a", '!echo "it', "!ls (a", "x = %foo", "x = !ls", "a, b = %foo c", "x=!ls", "x == %foo", "x += !ls",
    "f(x=!ls)", "x = y = !ls", "x: int = %foo", "x = !ls \\", "if x: y = !ls", "x = 'a' if y else !ls", "x = \\",
    "  %foo", "(a,", " b) = !ls", "x['='] = %foo", "x = y % foo", "x % foo", "x != y", "foo?", "foo??", "?foo",
    "??foo", "foo.bar?", "foo[0]?", "foo()?", "*foo*?", "%foo?", "%%foo?", "x = foo?", "    foo?", "?", "??",
    "foo ?", "'a?'", "f('?')", "# foo?", "foo? # x", "!ls foo?", "!ls # foo?", ",f a b", ";f a b", "/f a b", "/f",
    ",", ";", "/", "/ f", "%%foo", "%%foo bar", "    %%foo", "%", "%%", "%%%foo", ">>> x = 1", ">>> !ls", "... y",
    "    >>> x", "In [1]: x = 1", "   ...: y", 'x = "%foo"', "'%s' % x", "print('''a", "%foo b''')", "x = {'a': 1}",
    "lambda x: x", "x //= 2", "x %= 3", "%=", "/= 3", "!= 3", "f'{x!r}'", "f\"{x['?']}\"", "@foo", "try:",
    "except: pass", "x = [", "  !ls", "  ?", "]?", "x.", "1_0", "0x", "a b", "=!ls", "= %x",
]
# fmt: on
SIGNS = st.text(st.sampled_from(list("%!?,;/='\"()[]{}\\# \nabx0.=>")), max_size=40)


def parsed(code: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(code)
    except (SyntaxError, ValueError):
        return None


def transformed(cell: str) -> str | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            manager = TransformerManager()  # type: ignore[no-untyped-call]
            return str(manager.transform_cell(cell))
    except (SyntaxError, AssertionError, IndexError, RuntimeError):
        return None


def calls(code: str) -> list[tuple[str, ...]]:
    """What a transformed cell asks IPython to do: the method and, of a magic, its name."""
    tree = parsed(code)
    assert tree is not None
    found = []
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and ast.unparse(node.func.value) == "get_ipython()"
        ):
            magic = [ast.literal_eval(node.args[0])] if node.func.attr.startswith("run_") else []
            found.append((node.lineno, node.col_offset, node.func.attr, *magic))
    return [tuple(map(str, item[2:])) for item in sorted(found)]


def ours(cell: str) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for magic in plain(cell).magics:
        if magic.name in (",", ";", "/"):
            continue
        if magic.kind == "help":
            name = "pinfo2" if magic.name == "??" else "psearch" if "*" in magic.argument else "pinfo"
            found.append(("run_line_magic", name) if magic.argument else ("show_usage",))
        elif magic.kind == "shell" or (magic.kind, magic.name) == ("assign", "!"):
            found.append(("system",) if magic.name == "!" and magic.kind == "shell" else ("getoutput",))
        else:
            found.append(("run_cell_magic" if magic.kind == "cell" else "run_line_magic", magic.name))
    return found


def outside(cell: str) -> bool:
    """Does the cell hold what IPython itself gets wrong and we leave alone?

    It looks for the `?` of a help request far behind an open bracket of a shell line, and transforms the call that it made of
    `;?x` once more. Versions of Python differ on where a broken number, quote or bracket ends.
    """
    return (
        re.search(r"^\s*[%!,;/?\\].*[(\[{]", cell, re.MULTILINE) is not None
        or re.search(
            r"[,;/] *[%!?,;/]|[(\[{][^?]*\?|['\"].*\?$|[%/][,;/\\]|[,;/].*[#=]|\d[a-z]|\\[^\n]|^[^(\[{\n]*[)\]}].*\?$|\\\s*\Z",
            cell,
            re.MULTILINE,
        )
        is not None
    )


def compare(cell: str) -> None:
    if outside(cell):
        return
    expected = transformed(cell)
    result = plain(cell)
    assert result.source.count("\n") == cell.count("\n")
    if expected is None or parsed(expected) is None:
        if result.language == "python":
            assert parsed(result.source) is None, (cell, expected, result.source)
        return
    assert result.language != "python" or parsed(result.source) is not None, (cell, expected, result.source)
    for theirs, own in zip_longest(calls(expected), ours(cell)):
        assert theirs == own or theirs == ("run_line_magic", ""), (cell, expected, result)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(LINES), max_size=7))
def test_cells_of_likely_lines(lines: list[str]) -> None:
    compare("\n".join(lines))


@settings(max_examples=300, deadline=None)
@given(SIGNS)
def test_cells_of_likely_signs(cell: str) -> None:
    compare(cell)
