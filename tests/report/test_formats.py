"""What holds for every format: nothing raw, nothing lost, nothing later than need be."""

import re
from collections.abc import Callable, Iterator
from typing import get_args

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbcritic.cli import check
from nbcritic.model import NbcriticError, Related, Report, Skipped, Span
from nbcritic.report import FORMATS, Format, render

MakeReport = Callable[..., Report]
Make = Callable[..., object]

HOSTILE = [
    "\x1b]0;owned\x07\x1b[2Jx\r\n\u202egnp.exe\u2066\u200b\x9b31m\ud83d\u2028end\0",
    "]]></failure><script>alert(1)</script>",
    "\n::error::owned\r\n::set-env name=PATH::/tmp",
    "##[add-mask]a ::stop-commands::x %0A%0D",
    "a,line=1,title=x::owned",
    '"},{"ruleId":"owned"',
    "\ufffe\uffff\ud800 \x00\x0b\x0c",
]


@pytest.fixture
def hostile(finding: Callable[..., object], report: MakeReport) -> Callable[[str], Report]:
    """A report in which everything that can come from a notebook is this text."""

    def make(text: str) -> Report:
        words = {"message": text, "code_line": text, "why": text, "remedy": text, "cell_id": text, "name": text}
        related = (Related(Span(9, 4, 2, 4, 5), text), Related(Span(), text))
        bad = finding(**words, code="F841", tool="ruff", related=related)
        skipped = (Skipped(text, text),)
        return report(bad, finding(), start=1, path=f"{text}.ipynb", skipped=skipped, problem=text)

    return make


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("text", HOSTILE)
def test_no_character_of_a_notebook_can_steer_anything(
    hostile: Callable[[str], Report], text: str, format: str
) -> None:
    said = "".join(render([hostile(text)], format))
    assert all(char.isprintable() or char == "\n" for char in said)
    said.encode("utf-8")


@pytest.mark.parametrize("format", FORMATS)
@given(text=st.text(st.characters(codec=None, exclude_categories=()), max_size=40))
def test_any_text_at_all_can_be_said(format: str, text: str) -> None:
    said = "".join(render([Report(f"a{text}.ipynb", problem=text, skipped=(Skipped(text, text),))], format))
    assert all(char.isprintable() or char == "\n" for char in said)


@pytest.mark.parametrize("format", FORMATS)
def test_what_could_not_be_judged_is_said(report: MakeReport, format: str) -> None:
    one = report(skipped=(Skipped("cell 3", "in bash, no Python"),), problem="is not JSON")
    said = "".join(render([one], format))
    for words in ("cell 3", "in bash, no Python", "is not JSON"):
        assert words in said


@pytest.mark.parametrize("format", FORMATS)
def test_a_finding_is_named_with_its_rule_and_place(
    finding: Callable[..., object], report: MakeReport, format: str
) -> None:
    said = "".join(render([report(finding(5, 3, message="a plain message"))], format))
    for words in ("star-import", "a plain message", "a.ipynb", "5"):
        assert words in said


@pytest.mark.parametrize("format", sorted({*FORMATS} - {"markdown", "html"}))
def test_the_words_come_as_the_reports_come(finding: Callable[..., object], report: MakeReport, format: str) -> None:
    drawn: list[int] = []

    def reports() -> Iterator[Report]:
        for number in range(3):
            drawn.append(number)
            yield report(finding(), path=f"{number}.ipynb")

    assert "0.ipynb" in next(render(reports(), format))
    assert drawn == [0]


@pytest.mark.parametrize("format", FORMATS)
def test_an_error_before_the_first_report_leaves_nothing_written(format: str) -> None:
    def reports() -> Iterator[Report]:
        yield Report(str(int("no number")))

    with pytest.raises(ValueError):
        next(render(reports(), format))


def test_the_command_line_offers_every_format() -> None:
    (option,) = (parameter for parameter in check.command.params if parameter.name == "format")
    assert isinstance(option.type, click.Choice)
    assert tuple(option.type.choices) == FORMATS == get_args(Format)


@pytest.mark.parametrize("format", sorted({*FORMATS} - {"text", "json"}))
def test_statistics_in_a_format_that_has_none_is_an_error(format: str) -> None:
    with pytest.raises(NbcriticError, match=re.escape(format)):
        render([], format, statistics=True)
