"""The text for people: what comes first, what is folded, what is counted, and nothing that could steer a terminal."""

import re
from collections.abc import Callable, Iterator

import pytest

from nbcritic.model import CellHead, Finding, Related, Report, Skipped, Span
from nbcritic.report import render
from nbcritic.report.terminal import width

Make = Callable[..., Finding]
MakeReport = Callable[..., Report]


def text(*reports: Report, color: bool = False, columns: int = 100, brief: bool = False) -> str:
    return "".join(render(reports, color=color, width=columns, brief=brief))


def line_with(needle: str, said: str) -> str:
    return next(line for line in said.splitlines() if needle in line)


def test_start_here_says_what_why_where_and_the_remedy_before_the_rest(finding: Make, report: MakeReport) -> None:
    leak = finding(14, code="NBC501", name="preprocessing-leakage", severity="blocker", message="fits on the test rows")
    star = finding(2)
    said = text(report(leak, star, start=1))
    head, _, tail = said.partition("Then, cell by cell")
    for needle in ("fits on the test rows", "NBC501 preprocessing-leakage", "cell 14 · In[7]", leak.why, leak.remedy):
        assert needle in head
    assert "NBC114 star-import" in tail
    assert "NBC501" not in tail, "what stands at the top is not said again"


def test_a_cell_is_named_as_a_person_finds_it(finding: Make, report: MakeReport) -> None:
    assert "cell 5 · In[7] · first line of 5" in text(report(finding(5)))


def test_markdown_and_unrun_cells_are_named_so(finding: Make) -> None:
    heads = (CellHead(1, "markdown", None, "# Title"), CellHead(2, "code", None, "x = 1"))
    said = text(Report("a.ipynb", (finding(1), finding(2, code="NBC105")), heads=heads))
    assert "cell 1 · Markdown · # Title" in said
    assert "cell 2 · In[ ] · x = 1" in said


def test_a_finding_about_everything_names_the_notebook(finding: Make, report: MakeReport) -> None:
    assert "the whole notebook" in text(report(finding(0, 0, code_line="")))


def test_a_script_is_found_by_its_lines(finding: Make, report: MakeReport) -> None:
    said = text(report(finding(2, 3, file_line=12), path="load.py"))
    assert "cell 2 · from line 10" in said


def test_the_marks_stand_under_the_span(finding: Make, report: MakeReport) -> None:
    said = text(report(finding(code_line="x = list(values)", column=5, end_column=9)))
    lines = said.splitlines()
    code = next(index for index, line in enumerate(lines) if "x = list(values)" in line)
    assert lines[code].index("list") == lines[code + 1].index("^^^^")
    assert lines[code + 1].count("^") == 4


def test_repeats_of_a_rule_are_one_entry_with_its_places(finding: Make, report: MakeReport) -> None:
    said = text(report(finding(2), *(finding(cell, 3) for cell in (4, 6)), finding(8, 0)))
    assert said.count("NBC114") == 1
    assert "and 3 more places: cells 4:3, 6:3, 8" in said
    assert "4 minor" in said, "each place counts"


def test_the_gravest_place_of_a_rule_leads(finding: Make, report: MakeReport) -> None:
    said = text(report(finding(2), finding(9, severity="major", message="the grave one")))
    assert "the grave one" in said
    assert "and 1 more place: cell 2, line 1" in said


def test_many_places_end_in_an_ellipsis_within_the_width(finding: Make, report: MakeReport) -> None:
    said = text(report(*(finding(cell) for cell in range(1, 200))), columns=80)
    line = line_with("and 198 more places", said)
    assert line.endswith("…")
    assert len(line) <= 80


def test_related_places_are_shown(finding: Make, report: MakeReport) -> None:
    related = (Related(Span(9, 4, 1, 4, 5), "here it is used"), Related(Span(), "everywhere"))
    said = text(report(finding(related=related)))
    assert "→ cell 9, line 4: here it is used" in said
    assert "→ everywhere" in said


def test_doubt_is_said(finding: Make, report: MakeReport) -> None:
    assert "possible" in text(report(finding(confidence="possible")))
    assert "possible" not in text(report(finding(confidence="likely")))


def test_the_summary_counts_what_is_shown_hidden_and_unjudged(finding: Make, report: MakeReport) -> None:
    skipped = (Skipped("cell 3", "in bash, not Python"),)
    said = text(report(finding(), finding(3, code="X1", severity="blocker"), suppressed=2, skipped=skipped))
    assert "✖ 1 blocker · ● 1 minor · 2 suppressed" in said
    assert "not judged: cell 3 (in bash, not Python)" in said


def test_a_clean_notebook_is_one_line(report: MakeReport) -> None:
    assert text(report()) == "✔ a.ipynb: no findings\n"
    assert text(report(suppressed=3)) == "✔ a.ipynb: no findings · 3 suppressed\n"


def test_what_was_not_judged_is_no_praise(report: MakeReport) -> None:
    said = text(report(skipped=(Skipped("rules for Python", "the notebook's language is r"),)))
    assert "✔" not in said
    assert "the notebook's language is r" in said


def test_what_was_not_judged_is_not_counted_as_clean(report: MakeReport) -> None:
    said = text(report(skipped=(Skipped("rules for Python", "the notebook's language is r"),)), report())
    assert "0 with findings · 1 clean · 1 without findings, but not judged in full" in said
    assert "not judged (1×): the notebook's language is r" in said


def test_no_notebook_at_all_is_said() -> None:
    assert text().startswith("No notebooks found.")


def test_clean_ones_among_many_are_only_counted(finding: Make, report: MakeReport) -> None:
    said = text(report(path="clean.ipynb"), report(finding(), path="bad.ipynb"), report(path="also.ipynb"))
    assert "clean.ipynb" not in said
    assert "1 with findings · 2 clean" in said
    assert "3 notebooks" in said


def test_problems_are_repeated_at_the_end_where_they_are_seen(finding: Make, report: MakeReport) -> None:
    said = text(report(path="x.ipynb", problem="is not JSON"), report(finding()))
    assert "problem: is not JSON" in said
    assert "problem: x.ipynb" in said.partition("2 notebooks")[2]
    assert "1 with a problem" in said


def test_a_crashed_rule_does_not_hide_what_the_others_found(finding: Make, report: MakeReport) -> None:
    said = text(report(finding(), problem="NBC199 crasher crashed"))
    assert "NBC199 crasher crashed" in said
    assert "NBC114" in said


def test_text_comes_out_as_reports_come_in(finding: Make, report: MakeReport) -> None:
    drawn: list[int] = []

    def reports() -> Iterator[Report]:
        for number in range(3):
            drawn.append(number)
            yield report(finding(), path=f"{number}.ipynb")

    pieces = render(reports())
    assert "0.ipynb" in next(pieces)
    assert drawn == [0]


def test_brief_is_a_line_for_each_notebook(finding: Make, report: MakeReport) -> None:
    said = text(report(finding(), finding(3)), report(path="b.ipynb", problem="is not JSON"), brief=True)
    assert said.splitlines()[:3] == ["a.ipynb: ● 2 minor", "b.ipynb", "  problem: is not JSON"]


def test_colour_changes_nothing_but_the_colour(finding: Make, report: MakeReport) -> None:
    reports = [report(finding(), finding(4, code="NBC501", severity="blocker"), start=1), report(problem="broken")]
    colored = text(*reports, color=True)
    assert "\x1b[" in colored
    assert re.sub(r"\x1b\[[\d;]*m", "", colored) == text(*reports)


HOSTILE = "\x1b]0;owned\x07\x1b[2Jx\r\n\u202egnp.exe\u2066\u200b\x9b31m\ud83d\u2028end\0"


@pytest.mark.parametrize("color", [True, False])
def test_nothing_from_a_notebook_reaches_the_terminal_raw(finding: Make, color: bool) -> None:
    bad = finding(
        message=HOSTILE,
        code_line=HOSTILE,
        why=HOSTILE,
        remedy=HOSTILE,
        name=HOSTILE,
        related=(Related(Span(2, 1), HOSTILE),),
    )
    report = Report(
        f"{HOSTILE}.ipynb",
        (bad, finding(3, code="NBC9")),
        (bad,),
        skipped=(Skipped(HOSTILE, HOSTILE),),
        problem=HOSTILE,
        heads=(CellHead(2, "code", 1, HOSTILE),),
    )
    for brief in (True, False):
        said = re.sub(r"\x1b\[[\d;]*m", "", text(report, report, color=color, brief=brief))
        assert all(char.isprintable() or char == "\n" for char in said)
        assert "\\x1b" in said
        assert "\\u202e" in said


def test_lines_keep_to_the_width(finding: Make, report: MakeReport) -> None:
    long = finding(
        message="日本語の長い文 " * 30,
        code_line="    df = " + "読み込み(" * 60 + ")" * 60,
        column=10,
        end_column=400,
        why="words " * 60,
        related=(Related(Span(2, 1), "more " * 60),),
    )
    for columns in (50, 60, 100):
        said = text(report(long, finding(3, code="NBC2", message="x" * 500), start=1), columns=columns)
        assert max(width(line) for line in said.splitlines()) <= columns


def test_a_whole_cell_has_no_line_to_show(finding: Make, report: MakeReport) -> None:
    assert "│" not in text(report(finding(2, 0, code_line="")))


def test_readiness_names_the_families_below_a_hundred(finding: Make, report: MakeReport) -> None:
    said = "".join(render([report(finding(), readiness=(("tests", 100), ("leakage", 43), ("narrative", 90)))]))
    assert "\nreadiness: leakage 43 · narrative 90\n" in said
    assert "readiness" not in "".join(render([report(finding(), readiness=(("tests", 100),))]))
