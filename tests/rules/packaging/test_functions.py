"""Functions that are too long, too tangled or deaf to what they are given; the work grows with the page."""

import ast
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nbcritic
from nbcritic.analysis.page import Page
from nbcritic.model import Cell, Hit, Notebook
from nbcritic.rules.packaging import complex_function, ignored_parameter, long_cell, long_function
from nbcritic.rules.packaging._bodies import functions
from nbcritic.rules.packaging._logic import at_cell_level, at_most


def page(*sources: str) -> Page:
    return Page(Notebook("x.ipynb", tuple(Cell(number, "code", source) for number, source in enumerate(sources, 1))))


def ignored(*sources: str) -> list[str]:
    return [hit.message for hit in ignored_parameter.check.check(page(*sources))]


def test_a_global_of_a_like_name_is_named() -> None:
    (message,) = ignored("orders_df = load()\ndef mean(orders):\n    return orders_df.mean()\nmean(orders_df)")
    assert message == "`mean` never uses its parameter `orders`: it reads the global `orders_df` instead"


def test_all_of_one_function_are_said_at_once() -> None:
    assert ignored("def f(aa, bb, cc):\n    return g(aa)") == ["`f` never uses its parameters `bb`, `cc`"]


@pytest.mark.parametrize(
    "body",
    [
        "return x + 1",
        "x += 1\n    return 1",
        "del x\n    return g()",
        "return [x for _ in g()]",
        "return lambda: x",
        "def inner():\n        return x\n    return inner",
        "return frame.query('a > @x')",
        "return db.sql('select * from x').df()",
        "return f'{x}'",
        "exec(g())\n    return 1",
        "!echo {x}\n    return 1",
        "global y\n    y = x",
        "if g():\n        x = 1\n    return g(x)",
        "x = x or 1\n    return x",
    ],
)
def test_what_is_read_in_any_way_is_used(body: str) -> None:
    assert not ignored(f"def f(x):\n    {body}\n")


@pytest.mark.parametrize(
    "use", ["frame.apply(f)", "{'a': f}", "run(callback=f)", "g = f", "@register\ndef h(y):\n    return f"]
)
def test_who_is_handed_a_function_decides_what_to_give_it(use: str) -> None:
    assert not ignored("def f(x):\n    return g() + 1", use)


@pytest.mark.parametrize(
    ("call", "severity"),
    [("pass", "nit"), ("f(1)", "nit"), ("f(1, 2)", None), ("f(1, y=2)", None), ("f(*a)", None), ("f(1, **a)", None)],
)
def test_what_no_call_gives_is_a_nit(call: str, severity: str | None) -> None:
    (hit,) = ignored_parameter.check.check(page("def f(x, y=1):\n    return g(x)", call))
    assert hit.severity == severity


@given(st.integers(2, 12))
def test_a_chain_of_comparisons_is_one_table(links: int) -> None:
    chain = "".join(f"    elif x == {n}:\n        y = {n}\n" for n in range(links))
    source = f"def f(x):\n    if x == -1:\n        y = 0\n{chain}    return y"
    assert not list(complex_function.check.check(page(source), ways=3))
    tangled = source.replace("elif x ==", "elif x + g() <")
    assert list(complex_function.check.check(page(tangled), ways=links))


def test_the_depth_is_said_and_an_elif_is_not_deeper() -> None:
    flat = "def f(x):\n    if x < 1:\n        y = 1\n" + "".join(
        f"    elif x < {n}:\n        y = 1\n" for n in range(9)
    )
    (hit,) = complex_function.check.check(page(flat), ways=2)
    assert "deep" not in hit.message
    nested = "def f(x):\n" + "".join("    " * (n + 1) + f"if x > {n}:\n" for n in range(5)) + "    " * 6 + "y = 1"
    (hit,) = complex_function.check.check(page(nested), ways=2)
    assert ", 5 deep" in hit.message


def test_without_depth_stages_are_advised() -> None:
    (hit,) = complex_function.check.check(page("def f(x):\n" + "    if x: y = 1\n" * 4), ways=3)
    assert hit.message == "`f` has 5 ways through it; split it into stages"


def test_a_comprehension_branches_only_by_its_ifs() -> None:
    source = "def f(x):\n" + "    y = [a for b in x for a in b]\n" * 4
    assert not list(complex_function.check.check(page(source), ways=1))
    assert list(complex_function.check.check(page(source.replace("in b]", "in b if a]")), ways=4))


def test_an_inner_function_is_counted_by_itself() -> None:
    inner = "        if x: y = 1\n" * 9
    found = list(
        complex_function.check.check(page(f"def outer():\n    def inner(x):\n{inner}    return inner"), ways=5)
    )
    assert [hit.at.line for hit in found] == [2]


def test_a_loop_that_is_nearly_all_is_named() -> None:
    source = "def f(rows):\n    total = 0\n    for row in rows:\n" + "".join(
        f"        a{n} = row + {n}\n" for n in range(12)
    )
    (hit,) = long_function.check.check(page(source + "    return total"), weight=9)
    assert hit.message == "`f` is 16 lines long; make the body of the loop in line 3 a function"
    assert hit.severity == "nit"  # nothing on the page calls it
    (hit,) = long_function.check.check(page(source + "    return total\nf([1])"), weight=9)
    assert hit.severity is None


def test_an_inner_function_is_named() -> None:
    source = "def f(rows):\n    def add(row):\n" + "".join(f"        a{n} = row + {n}\n" for n in range(12))
    rest = "".join(f"    b{n} = rows * {n}\n" for n in range(12))
    messages = [hit.message for hit in long_function.check.check(page(source + rest + "    return add"), weight=9)]
    assert any("move the inner function `add` out (13 lines)" in message for message in messages)


@pytest.mark.parametrize("check", [long_function, complex_function, ignored_parameter])
def test_the_work_grows_with_the_page(check: object, work: Callable[[Callable[[], object]], int]) -> None:
    def steps(size: int) -> int:
        chain = "if x == 0:\n        y = 0\n" + "".join(
            f"    elif g(x) == {n}:\n        y = {n}\n" for n in range(size // 8)
        )
        source = "".join(f"def f{n}(x, z):\n    {chain}\n" for n in range(8))
        facts = page(source)
        list(check.check.check(facts))  # type: ignore[attr-defined]
        return work(lambda: list[Hit](check.check.check(facts)))  # type: ignore[attr-defined]

    assert steps(400) < 3 * steps(200)


SOURCES = sorted(Path(nbcritic.__file__).parent.glob("analysis/*.py"))


@pytest.mark.parametrize("ways", [1, 4, 9, 14])
def test_no_function_is_passed_over_for_the_few_branches_of_its_cell(ways: int) -> None:
    bodies = [path.read_text("utf-8") for path in SOURCES]
    every = [function for body in bodies for _, function in functions(page(body))]
    expected = [function.name for function in every if complex_function._ways(function)[0] > ways]
    hits = [hit for body in bodies for hit in complex_function.check.check(page(body), ways=ways)]
    assert [hit.message.split("`")[1] for hit in hits] == expected
    assert expected


def test_logic_is_never_more_than_a_quick_count_allows() -> None:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef):
                (cell,) = page("\n".join(map(ast.unparse, node.body))).code
                assert at_cell_level(cell).statements <= at_most(cell)


def test_a_cell_that_is_long_for_one_long_function_is_said_once() -> None:
    def definition(name: str, size: int) -> str:
        body = "".join(f"    a{n} = rows.{name}_{n}({n})[{n}:] + a{n - 1 if n else 0}\n" for n in range(size))
        return f"def {name}(rows, a0):\n{body}    return a0\n"

    small = "".join(definition(f"tidy{n}", 8) for n in range(8))
    several = small + "".join(definition(f"more{n}", 8) for n in range(12))
    one = page(definition("report", 120) + small)
    assert [hit.message.split(" is ")[0] for hit in long_function.check.check(one)] == ["`report`"]
    assert list(long_cell.check.check(one)) == []
    assert len(list(long_cell.check.check(page(several)))) == 1
    assert len(list(long_cell.check.check(page(definition("report", 120) + several)))) == 1
