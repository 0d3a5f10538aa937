"""Cells as pure Python, and what was in them besides."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbcritic.notebook.magics import Magic, Plain, plain


def only(source: str) -> Magic:
    (magic,) = plain(source).magics
    return magic


PYTHON = [
    "",
    "\n\n",
    "x = 1",
    "x = '%s' % y\nprint(f'{x!r}')",
    "x = '''\n%foo\n!ls\nwhat?\n'''",
    'x = r"""\\"""\ny = "%"',
    "x = f(\n    a\n    % b\n)\ny = [\n    1,\n]",
    "x = a \\\n    % b",
    "# what?\nx = 1  # really?",
    "x = {'a': 1}['a']  # !ls\n",
    "def f():\n    return 1\n\n    # end\n",
    "if x:\n    ...\n",
    "s = 'it\\'s'\nt = \"\\\"\"",
    "x = y if a != b else c",
    "pwd = 1\npwd",
    "ls = 1; ls - l",
    "time.time()",
    "history\n",
    "env = 3\nenv",
    "x = 1\n\x0c\ny = 2",
]


@pytest.mark.parametrize("source", PYTHON)
def test_python_stays_as_it_is(source: str) -> None:
    assert plain(source) == Plain(source, "python")


@pytest.mark.parametrize(
    ("source", "python"),
    [
        ("%matplotlib inline\nx = 1", "pass\nx = 1"),
        ("if x:\n    %foo\n    y", "if x:\n    pass\n    y"),
        ("!pip install \\\n  a \\\n  b\nx", "pass\n\n\nx"),
        ("x = !ls -l", "x = get_ipython().getoutput('ls -l')"),
        ("a, b = %foo c 'd'", "a, b = get_ipython().run_line_magic('foo', \"c 'd'\")"),
        ("(a,\n b) = !ls \\\n -l", "(a,\n b) = get_ipython().getoutput('ls   -l')\n"),
        ("foo.bar?\n?foo\nfoo??", "pass\npass\npass"),
        ("f(\n1).real?", "pass\n"),
        ("%time x = f(1)", "x = f(1)"),
        ("%time", "pass"),
        ("%time %time f()", "f()"),
        ("%time !ls", "pass"),
        ("%time x = !ls", "x = get_ipython().getoutput('ls')"),
        ("%time f(a, \\\n  b)", "f(a, \\\n  b)"),
        ("%time f(a,\n  b)", "pass\n  b)"),
        ("%prun -l 10 -s cum f()", "f()"),
        ("%lprun -f f -f g.h f(x)", "f(x)"),
        ("x = %time f()", "x =       f()"),
        ("%timeit -n 3 -r 2 f(x)", "pass"),
        (">>> x = 1\n>>> if x:\n...     y", "x = 1\nif x:\n    y"),
        ("In [3]: x = 1\n   ...: y", "x = 1\ny"),
        ("\n  x = 1\n  y", "\nx = 1\ny"),
        ("%%time\nx = 1", "\nx = 1"),
        ("\n\n%%capture out\n%%time\n!ls\nx", "\n\n\n\npass\nx"),
        ("%%timeit x = 1\nx + 1", "x = 1\nx + 1"),
        ("%%time", ""),
        ("%%bash\nls\npwd", "\n\n"),
        ("# why\n%%time\nx", "# why\npass\nx"),
        ("x = 1\n%%bash", "x = 1\npass"),
        ("/f a b\n,f a b\n;f a b", "pass\npass\npass"),
    ],
)
def test_the_python_of_a_cell(source: str, python: str) -> None:
    assert plain(source).source == python


@pytest.mark.parametrize(
    ("source", "magic"),
    [
        ("%matplotlib inline", Magic(1, 1, "line", "matplotlib", "inline")),
        ("x\n  %foo  a  b ", Magic(2, 3, "line", "foo", "a  b")),
        ("!ls -l", Magic(1, 1, "shell", "!", "ls -l")),
        ("!!ls", Magic(1, 1, "shell", "!!", "ls")),
        ("!cat \\\n  a", Magic(1, 1, "shell", "!", "cat    a")),
        ("x = !ls", Magic(1, 5, "assign", "!", "ls")),
        ("x = %foo a", Magic(1, 5, "assign", "foo", "a")),
        ("a.b?", Magic(1, 1, "help", "?", "a.b", reads=("a",))),
        ("??a.b", Magic(1, 1, "help", "??", "a.b", reads=("a",))),
        ("*a*?", Magic(1, 1, "help", "?", "*a*")),
        ("%foo?", Magic(1, 1, "help", "?", "%foo")),
        ("?", Magic(1, 1, "help", "?", "")),
        (",f a b", Magic(1, 1, "line", ",", "f a b", reads=("f",))),
        ("/f a b", Magic(1, 1, "line", "/", "f a b", reads=("f", "a"))),
        ("    %foo", Magic(1, 5, "line", "foo", "")),
        (">>> !ls", Magic(1, 5, "shell", "!", "ls")),
        ("%%bash -x\nls", Magic(1, 1, "cell", "bash", "-x")),
    ],
)
def test_what_stood_where(source: str, magic: Magic) -> None:
    assert only(source) == magic


def test_magics_in_magics_stand_where_they_stood() -> None:
    found = plain("%%capture out\n  %time x = !ls\n  y").magics
    assert [(magic.line, magic.column, magic.name) for magic in found] == [
        (1, 1, "capture"),
        (2, 3, "time"),
        (2, 13, "!"),
    ]


@pytest.mark.parametrize(
    ("source", "binds", "reads"),
    [
        ("!ls {a} $b {c.d} {e['f']}", (), ("a", "c", "e", "b")),
        ("!awk '{print $1}' $$x", (), ()),
        ("!echo {a:>10} {b!r}", (), ("a", "b")),
        ("%cd {path}", (), ("path",)),
        ("%time d = {a: 1}", (), ()),
        ("%timeit -n 3 [f(x) for x in y]", (), ("f", "y")),
        ("%%capture out --no-stderr\nx", ("out",), ()),
        ("%%capture --no-stderr\nx", (), ()),
        ("%%bash --out a --err b -s {c}\nx $d", ("a", "b"), ("c",)),
        ("%%script --out=a bash\nx", ("a",), ()),
        ("%%R -i a,b -o c -w 5\nx", ("c",), ("a", "b")),
        ("%R -o a x <- 1", ("a",), ()),
        ("%Rpush a b", (), ("a", "b")),
        ("%Rpull a", ("a",), ()),
        ("%%sql res <<\nselect * from t where a = :b and c = '{{d}}'", ("res",), ("b", "d")),
        ("%%sql\nres << select x::int", ("res",), ()),
        ("%sql res << select $a", ("res",), ("a",)),
        ("x = %sql select 1", (), ()),
        ("%%bigquery df --project p\nselect 1", ("df",), ()),
        ("%store -r a b", ("a", "b"), ()),
        ("%store -r", (), ()),
        ("%store a", (), ("a",)),
        ("%store -d a", (), ()),
        ("%store a > file.txt", (), ("a",)),
        ("%macro m 1-3", ("m",), ()),
        ("%%cache a.pkl x y\nx = 1", ("x", "y"), ()),
        ("%pinfo a.b", (), ("a",)),
        ("%sc a = ls", ("a",), ()),
        ("%lprun -f a.b c(d)", (), ("a",)),
        (
            "%%cython -a\nimport numpy as np\ncdef int a(x):\n    b = 1\ndef c(x): pass\ncdef class D:\n    pass\nE = 1",
            ("np", "c", "D", "E"),
            (),
        ),
        ("%%add_to A\ndef f(self): pass", (), ("A",)),
        ("%matplotlib inline", (), ()),
    ],
)
def test_names_that_the_python_does_not_show(source: str, binds: tuple[str, ...], reads: tuple[str, ...]) -> None:
    magic = plain(source).magics[0]
    assert (magic.binds, magic.reads) == (binds, reads)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("%%time", "python"),
        ("%%capture", "python"),
        ("%%prun -s cum", "python"),
        ("%%python3", "python-script"),
        ("%%script python", "python-script"),
        ("%%script /usr/bin/env python3", "python-script"),
        ("%%script bash -e", "bash"),
        ("%%script false --no-raise-error", "skipped"),
        ("%%script --no-raise-error false", "skipped"),
        ("%%script something", "unknown"),
        ("%%script", "unknown"),
        ("%%skip", "skipped"),
        ("%%skip $condition", "python"),
        ("%%sh", "bash"),
        ("%%!", "bash"),
        ("%%HTML", "html"),
        ("%%js", "javascript"),
        ("%%latex", "latex"),
        ("%%markdown", "markdown"),
        ("%%sql sqlite://", "sql"),
        ("%%R", "r"),
        ("%%perl", "perl"),
        ("%%writefile a.py", "writefile"),
        ("%%file a.py", "writefile"),
        ("%%cython", "cython"),
        ("%%nobody_knows", "unknown"),
        ("%%", "unknown"),
        ("%md", "markdown"),
        ("%md # Title", "markdown"),
        ("%sql", "sql"),
        ("%fs", "unknown"),
        ("%python", "python"),
    ],
)
def test_the_language_of_a_body(header: str, language: str) -> None:
    found = plain(f"{header}\nx = 1")
    assert found.language == language
    assert found.source == ("\nx = 1" if language == "python" else "\n")
    assert found.magics[0].kind == "cell"


@pytest.mark.parametrize(
    ("source", "name", "argument"),
    [
        ("ls", "ls", ""),
        ("pwd\n", "pwd", ""),
        ("\nls -l", "ls", "-l"),
        ("ls -la *.py", "ls", "-la *.py"),
        ("ls data/", "ls", "data/"),
        ("cd ..", "cd", ".."),
        ("cd /content/drive/MyDrive/a", "cd", "/content/drive/MyDrive/a"),
        ("ls /data", "ls", "/data"),
        ("cat /etc/hosts", "cat", "/etc/hosts"),
        ("mkdir -p runs", "mkdir", "-p runs"),
        ("mkdir /tmp/runs", "mkdir", "/tmp/runs"),
        ("rm -rf /tmp/runs", "rm", "-rf /tmp/runs"),
        ("whos", "whos", ""),
        ("cat a.txt", "cat", "a.txt"),
        ("pip install x==1.2", "pip", "install x==1.2"),
        ("conda install -y x", "conda", "install -y x"),
        ("run a.py", "run", "a.py"),
    ],
)
def test_magics_without_a_sign(source: str, name: str, argument: str) -> None:
    magic = only(source)
    assert (magic.kind, magic.name, magic.argument) == ("line", name, argument)
    assert plain(source).source.strip() == "pass"


@pytest.mark.parametrize(
    "source",
    [
        "ls = 1",
        "ls\nx",
        "# c\nls",
        "pip install x\nimport x",
        "time",
        "run",
        "env",
        "time - x",
        "ls, x",
        "ls(x)",
        "lsx",
        "ls.x",
        "ls == 3",
    ],
)
def test_words_that_are_no_magics(source: str) -> None:
    assert plain(source) == Plain(source, "python")


def test_the_statement_that_automagic_runs() -> None:
    found = plain("time f(x)")
    assert found.source == "f(x)" and found.shifts == {1: 5}


@pytest.mark.parametrize("language", ["r", "julia", "sos", "plaintext"])
def test_a_cell_in_another_language_is_blank(language: str) -> None:
    assert plain("%foo\nx <- 1\n", language) == Plain("\n\n", language)


def test_what_a_timed_cell_binds_does_not_outlive_it() -> None:
    assert plain("%%timeit -n 5\nx = 1").isolated
    assert plain("%%capture\n%%timeit\nx = 1").isolated
    assert not plain("%%time\nx = 1").isolated


@pytest.mark.parametrize(
    ("source", "line", "word"),
    [
        ("%time  f(WORD)", 1, "WORD"),
        ("if x:\n    %time f(WORD)", 2, "WORD"),
        ("  x = 1\n  WORD", 2, "WORD"),
        ("  %time f(WORD)", 1, "WORD"),
        (">>> x\n>>> f(WORD)", 2, "WORD"),
        ("In [10]: f(WORD)", 1, "WORD"),
        ("%%timeit -n 3 WORD = 1\nx", 1, "WORD"),
        ("\n%%time\n  %time f(WORD)", 3, "WORD"),
        ("x = %time f(WORD)", 1, "WORD"),
        ("WORD = !ls", 1, "WORD"),
        ("%prun -l 3 f(WORD)", 1, "WORD"),
        ("time f(WORD)", 1, "WORD"),
        ("%time %time f(WORD)", 1, "WORD"),
        ("    %%time\n    WORD", 2, "WORD"),
    ],
)
def test_columns_lead_back_to_the_cell(source: str, line: int, word: str) -> None:
    found = plain(source)
    (name,) = (node for node in ast.walk(ast.parse(found.source)) if isinstance(node, ast.Name) and node.id == word)
    assert name.lineno == line
    assert name.col_offset + found.shifts.get(line, 0) == source.split("\n")[line - 1].index(word)


def test_hostile_nesting_ends() -> None:
    assert plain("%time " * 5000 + "x").source.count("\n") == 0
    assert plain("%%time\n" * 5000 + "x").source.count("\n") == 5000


@pytest.mark.parametrize(
    "source",
    [
        "'''" * 3000 + "\n%foo\\",
        "\\'''\n" * 3000 + "%foo\\",
        "%foo (\n" * 3000,
        "x" * 30_000 + " ?",
        "%x\n" + "=" * 30_000,
        "%x\n" + "x = " * 10_000,
        "%x\n" + "(" * 30_000,
        "\n" * 30_000 + "%x",
        " " * 30_000 + "%x",
        "x = " + "\\\n" * 30_000 + "%x",
        "!" + "{" * 30_000,
        "!" + "$" * 30_000,
        "%%sql\n" + "{" * 30_000,
        "%time " + "-n 1 " * 10_000,
    ],
    ids=range(14),
)
def test_hostile_cells_end(source: str) -> None:
    assert plain(source).source.count("\n") == source.count("\n")


@given(st.text())
def test_any_text_keeps_its_lines(source: str) -> None:
    assert plain(source).source.count("\n") == source.count("\n")


@given(st.lists(st.sampled_from(PYTHON), max_size=4))
def test_python_twice_is_python_once(parts: list[str]) -> None:
    source = "\n".join(["x = 0", *parts])
    once = plain(source)
    assert once.source == source and plain(once.source) == once
