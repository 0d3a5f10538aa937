"""A code cell as Python: trees, the index of nodes, and places in the author's own text."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.model import Cell


def cell(source: str) -> CodeCell:
    return CodeCell(Cell(3, "code", source))


def test_nodes_of_one_type_come_in_document_order() -> None:
    found = cell("f(g(1), h)\nfor x in k():\n    m()\n").nodes(ast.Call)
    assert [node.func.id for node in found if isinstance(node.func, ast.Name)] == ["f", "g", "k", "m"]


SOURCES = [
    "x = [i for i in f(y) if i]",
    "class A(B):\n    def m(self, a=1, *b): return lambda: a",
    "f'{x!r:>{w}}'",
    "a[1:2].b += -c",
]


@pytest.mark.parametrize("source", SOURCES)
def test_the_index_holds_what_ast_walk_finds(source: str) -> None:
    tree = cell(source)
    contexts = ast.Load | ast.Store | ast.Del | ast.operator | ast.unaryop | ast.boolop | ast.cmpop | ast.alias
    assert tree.tree is not None
    for node in ast.walk(tree.tree):
        if not isinstance(node, contexts):
            assert node in tree.nodes(type(node)), ast.dump(node)


@pytest.mark.parametrize("source", SOURCES)
def test_what_stands_in_a_node_is_the_same_with_and_without_an_index(source: str) -> None:
    bare, indexed = cell(source), cell(source)
    assert bare.tree is not None and indexed.tree is not None
    assert indexed.kinds
    for one, other in zip(ast.walk(bare.tree), ast.walk(indexed.tree), strict=True):
        expected = sorted(ast.dump(node, include_attributes=True) for node in nodes_in(one))
        assert sorted(ast.dump(node, include_attributes=True) for node in nodes_in(other)) == expected
        kinds: set[type[ast.AST]] = {ast.Name, ast.Constant, ast.Call, ast.Lambda, *indexed.kinds}
        for kind in kinds:
            found = [ast.dump(node) for node in nodes_in(one, kind)]
            assert sorted(found) == sorted(ast.dump(node) for node in nodes_in(other, kind))
            assert len(found) == sum(type(node) is kind for node in nodes_in(other))


@pytest.mark.parametrize("source", SOURCES)
def test_nodes_in_a_tree_are_those_of_the_index_with_parents_first(source: str) -> None:
    tree = cell(source)
    assert tree.tree is not None
    place = {node: at for at, node in enumerate(nodes_in(tree.tree))}
    assert place.keys() == {node for kind in tree.kinds for node in tree.nodes(kind)}
    assert all(place[parent] < place[node] for node, parent in tree.parents.items())


def test_a_saved_error_is_one_of_an_output() -> None:
    outputs = b'[{"output_type": "error", "ename": "KeyError", "evalue": "1", "traceback": []}]'
    assert CodeCell(Cell(1, "code", "x", outputs=outputs)).has_error
    quoted = b'[{"output_type": "stream", "name": "stdout", "text": "error"}]'
    assert not CodeCell(Cell(1, "code", "x", outputs=quoted)).has_error


def test_columns_are_code_points_and_the_end_is_exclusive() -> None:
    here = cell("s = 'ä😀'; total = 1")
    node = here.nodes(ast.Name)[1]
    at = here.at(node)
    assert (at.cell, at.line) == (3, 1)
    assert here.lines[0][at.column - 1 : at.end_column - 1] == "total"


def test_columns_behind_a_magic_are_those_of_the_author() -> None:
    here = cell("%time result = train(x)")
    at = here.at(here.nodes(ast.Call)[0])
    assert here.lines[0][at.column - 1 : at.end_column - 1] == "train(x)"


def test_magics_keep_the_line_numbers() -> None:
    here = cell("!pip install x \\\n  y\n%matplotlib inline\nplot()")
    assert here.at(here.nodes(ast.Call)[-1]).line == 4


def test_a_broken_cell_says_why_and_where() -> None:
    here = cell("x = 1\nprint 'a'\n")
    assert here.tree is None
    assert here.error
    assert here.error_line == 2
    assert here.nodes(ast.Call) == []


@pytest.mark.parametrize(
    "source", ["x = " + "+".join("1" * 20_000), "x = " + "(" * 900 + ")" * 900, "-" * 30_000 + "1"]
)
def test_what_is_nested_too_deeply_is_not_called_broken(source: str) -> None:
    here = cell(source)
    assert here.tree is not None or here.too_deep


def test_a_cell_in_another_language_has_no_tree_and_no_error() -> None:
    here = cell("%%bash\nls -l | grep x\n")
    assert (here.language, here.tree, here.error) == ("bash", None, None)


def test_context_of_a_node() -> None:
    here = cell("def f():\n    return g(1)\nh(2)\n")
    inner, outer = here.nodes(ast.Call)
    assert (here.in_function(inner), here.in_function(outer)) == (True, False)
    assert isinstance(here.statement(inner), ast.Return)
    assert here.segment(inner) == "g(1)"


@given(st.text(max_size=60))
def test_any_text_is_a_cell(source: str) -> None:
    here = cell(source)
    for node in here.nodes(ast.Name):
        at = here.at(node)
        assert at.column - 1 <= len(here.lines[at.line - 1])
