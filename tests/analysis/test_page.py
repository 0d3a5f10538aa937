"""A page's own small questions."""

from nbcritic.analysis.page import Page, once
from nbcritic.notebook import percent


def _page(text: str) -> Page:
    return Page(percent.read(text, "example.ipynb", history=True))


def _called(page: Page, *qualified: str) -> list[str]:
    return [f"{cell.number}:{call.lineno} {cell.segment(call)}" for cell, call in page.calls(*qualified)]


def test_calls_are_found_under_every_name_that_they_go_by() -> None:
    page = _page(
        "# %%\nimport os\nimport os as system\nfrom os import chdir, chdir as go\nimport os.path as path\n"
        "# %%\nos.chdir('a')\nsystem.chdir('b')\nchdir('c')\ngo('d')\npath.join('e', 'f')\nother.chdir('g')\n"
    )
    assert _called(page, "os.chdir") == [
        "2:1 os.chdir('a')",
        "2:2 system.chdir('b')",
        "2:3 chdir('c')",
        "2:4 go('d')",
    ]
    assert _called(page, "os.path.join") == ["2:5 path.join('e', 'f')"]


def test_calls_of_several_functions_come_in_document_order() -> None:
    page = _page("# %%\nprint(open(input()))\n# %%\ninput()\nprint()\n")
    assert _called(page, "input", "print") == ["1:1 print(open(input()))", "1:1 input()", "2:1 input()", "2:2 print()"]


def test_a_name_that_the_page_binds_is_no_builtin() -> None:
    assert not _called(_page("# %%\ndef open(path): return path\n# %%\nopen('a')\n"), "open")
    assert not _called(_page("# %%\nimport os\nos = None\nos.chdir('a')\n"), "os.chdir")


def test_what_is_called_but_has_no_name_is_nobodys_call() -> None:
    assert not _called(_page("# %%\nmakers[0]('a')\nmake()('b')\n(lambda x: x)('c')\n"), "open", "os.chdir")


def test_a_question_is_answered_once_a_page() -> None:
    asked: list[tuple[str, int]] = []

    @once
    def ask(page: Page, number: int) -> int:
        asked.append((page.path, number))
        return 2 * number

    page, other = _page("# %%\nx = 1\n"), _page("# %%\nx = 1\n")
    assert [ask(page, 1), ask(page, 1), ask(page, 2), ask(other, 1)] == [2, 2, 4, 2]
    assert [number for _, number in asked] == [1, 2, 1]


def test_calls_are_found_by_their_last_word_here_or_where_it_comes_from() -> None:
    page = _page("# %%\nfrom pandas import merge as m\n# %%\nm(a, b)\na.merge(b)\nmerged(c)\n")
    assert [call.lineno for _, call in page.calls_named({"merge"})] == [1, 2]
