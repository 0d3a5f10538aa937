"""Markdown for a pull request, rendered, and looked at as a browser and a code host would."""

import re
from collections.abc import Callable
from html.parser import HTMLParser

import mistune
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbcritic.model import CellHead, Finding, Related, Report, Skipped, Span
from nbcritic.report import markdown, render

Make = Callable[..., Finding]
MakeReport = Callable[..., Report]

MAX = 65_536
HTML = mistune.create_markdown(
    escape=False, plugins=["strikethrough", "footnotes", "table", "url", "task_lists", "math", "mark", "superscript"]
)
OURS = {"p", "h3", "ol", "ul", "li", "strong", "a", "code", "details", "summary"}
ADDRESS = re.compile(r"https://(github\.com/nbcritic|docs\.astral\.sh/ruff)/")
CALL = re.compile(r"[@#!%~$&]\w|://|www\.|\bGH-\d")


class _Seen(HTMLParser):
    """The tags, the addresses and the words outside code."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags = set[str]()
        self.links = list[str]()
        self.words = ""
        self.code = ""
        self._in_code = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for key, value in attrs if key in ("href", "src")]
        self._in_code = tag == "code"

    def handle_endtag(self, tag: str) -> None:
        self._in_code = False

    def handle_data(self, data: str) -> None:
        if self._in_code:
            self.code += data
            self.words += " "
        else:
            self.words += data

    def handle_comment(self, data: str) -> None:
        self.tags.add("<!--")


def said(*reports: Report) -> str:
    return "".join(render(reports, "markdown"))


def seen(text: str) -> _Seen:
    parser = _Seen()
    html = HTML(text)
    assert isinstance(html, str)
    parser.feed(html)
    parser.close()
    return parser


def harmless(text: str) -> _Seen:
    """What is seen of the text, in which only what is ours acts."""
    found = seen(text)
    assert found.tags <= OURS
    assert all(ADDRESS.match(link) for link in found.links)
    assert not CALL.search(found.words)
    return found


def test_no_notebook_is_said() -> None:
    assert "no notebooks found" in said()


def test_clean_notebooks_are_only_counted(report: MakeReport) -> None:
    assert said(report(path="a.ipynb"), report(path="b.ipynb")).strip() == "**nbcritic**: no findings in 2 notebooks"


def test_the_first_line_counts(finding: Make, report: MakeReport) -> None:
    text = said(report(finding(severity="blocker"), suppressed=3), report(path="b.ipynb", problem="is not JSON"))
    assert text.splitlines()[0] == "**nbcritic**: ✖ 1 blocker in 2 notebooks · 3 suppressed · 1 with a problem"
    assert "is not JSON" in text


def test_start_here_has_the_code_and_the_remedy_and_the_rest_is_folded(finding: Make, report: MakeReport) -> None:
    leak = finding(14, code="NBC501", name="preprocessing-leakage", severity="blocker", message="fits on the test rows")
    text = said(report(leak, finding(2), start=1))
    head, _, tail = text.partition("<details>")
    for needle in ("fits on the test rows", "NBC501", "cell 14, line 1 (In[7])", "`from numpy import *`", leak.remedy):
        assert needle in head
    assert "NBC114" in tail
    assert "1 more" in tail
    harmless(text)


def test_repeats_of_a_rule_are_one_entry(finding: Make, report: MakeReport) -> None:
    text = said(report(*(finding(cell) for cell in range(2, 20))))
    assert text.count("NBC114") == 1
    assert "and 17 more places: cells 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, …" in text


def test_what_was_not_judged_is_said(report: MakeReport) -> None:
    assert "Not judged: cell 3 (in bash)" in said(report(skipped=(Skipped("cell 3", "in bash"),)))


HOSTILE = [
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "</details></summary><h1>owned</h1><!-- -->",
    "[press](javascript:alert(1)) ![x](http://evil/x.png) <http://evil>",
    "http://evil.example www.evil.example ftp://evil.example a@evil.example",
    '@everyone @team/all #1 GH-12 owner/repo#3 !4 $5 %6 ~7 &8 ~"bug"',
    "**bold** _it_ ~~gone~~ `code` ``` # head | a | b |",
    "| --- | --- |",
    "[^1] [1]: http://evil $x^2$ $$y$$ ==mark== ^up^",
    "` @everyone <b>",
    "`` @everyone ` <b> ``",
    "`@everyone` and `<b>` and [`a`](http://evil)",
    "\n\n# Heading\n\n- [x] done\n\n```\nfence",
    "&lt;b&gt; &#60;b&#62; \\<b\\>",
    "1. one\n2. two",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_from_a_notebook_acts(finding: Make, text: str) -> None:
    words = {"message": text, "code_line": text, "why": text, "remedy": text, "name": text}
    bad = finding(**words, code="F841", tool="ruff", related=(Related(Span(3), text),))
    heads = (CellHead(2, "code", 1, text),)
    rest = finding(3, message=text)
    one = Report(f"{text}.ipynb", (bad, rest), (bad,), 0, (Skipped(text, text),), text, heads)
    assert "h1" not in harmless(said(one)).tags


@given(st.text(st.sampled_from("`@#!$%~&<>[]()|*_\\^=:/.w-+ a1\n\"'{}"), max_size=60))
def test_whatever_is_quoted_stays_words(text: str) -> None:
    found = harmless(f"before: {markdown.quoted(text)}")
    assert found.tags <= {"p", "code"}


@given(st.text(st.sampled_from("`@#<>[]| a\\&;"), max_size=40))
def test_code_comes_through_as_it_is(text: str) -> None:
    shown = " ".join(text.split())
    found = seen(f"before: {markdown.code(text)} after")
    assert found.tags <= {"p", "code"}
    assert found.code.strip() == shown


def test_code_in_a_message_stays_code() -> None:
    assert markdown.quoted("`a_b` is | not *this*") == "`a_b` is &#124; not &#42;this&#42;"


def test_a_comment_is_never_longer_than_github_takes(finding: Make, report: MakeReport) -> None:
    def one(number: int) -> Report:
        long = [finding(cell, code=f"F{cell}", message="&#@a" * 500, code_line="日" * 900) for cell in range(1, 60)]
        return report(*long, start=3, path=f"{number}.ipynb")

    text = said(*map(one, range(40)))
    assert len(text.encode()) < MAX
    assert "more" in text
    left_out = re.search(r"… and (\d+) notebooks with ([\d,]+) findings for which there is no room", text)
    assert left_out
    kept = text.count("### ")
    assert kept >= 1
    assert int(left_out[1]) == 40 - kept
    assert int(left_out[2].replace(",", "")) == 59 * (40 - kept)
    harmless(text)


def test_the_worst_notebook_fits_by_itself(finding: Make) -> None:
    text = "#a" * 2_000
    words = {"message": text, "code_line": text, "why": text, "remedy": text}
    related = tuple(Related(Span(3), text) for _ in range(9))
    bad = [finding(n, code=f"F{n}", tool="ruff", **words, related=related) for n in range(1, 30)]
    one = Report(f"{text}.ipynb", tuple(bad), tuple(bad[:3]), 0, (Skipped(text, text),), text)
    shown = said(one)
    assert len(shown.encode()) < MAX
    assert "no room" not in shown


def test_the_gravest_notebooks_stay(finding: Make, report: MakeReport) -> None:
    many = [
        report(*(finding(n, code=f"X{n}", message="m" * 300) for n in range(1, 40)), path=f"{number}.ipynb")
        for number in range(30)
    ]
    grave = report(finding(severity="blocker"), path="grave.ipynb")
    text = said(*many[:15], grave, *many[15:])
    assert "`grave.ipynb`" in text
    order = re.findall(r"### `(\d+)\.ipynb`", text)
    assert order == sorted(order, key=int), "in the order of the notebooks"
