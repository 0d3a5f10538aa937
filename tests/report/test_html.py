"""The HTML report says what the text says, loads nothing, and shows nothing that could act."""

import base64
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.report.hostile import CELLS, MARKDOWN, OUTPUTS, notebook

import nbcritic
from nbcritic.cli.check import command
from nbcritic.model import NbcriticError, Report
from nbcritic.report.html import render
from nbcritic.report.html.cells import safe
from nbcritic.report.html.trend import Previous

pytest.importorskip("nh3")
SHIPPED = Path(__file__).parents[2] / "notebooks/flight-delay/flight-delay.ipynb"
PIXEL = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"0" * 30).decode()


class Page(HTMLParser):
    """All tags with their attributes, and the text outside of styles and scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._silent = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._silent = tag in ("style", "script")

    def handle_endtag(self, tag: str) -> None:
        self._silent = False

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def page_of(path: Path, cells: list[dict[str, Any]], **more: Any) -> Page:
    path.write_text(json.dumps(notebook(cells)), encoding="utf-8")
    return Page("".join(render([nbcritic.critique(path)], **more)))


def code(source: str, *outputs: dict[str, Any], count: int | None = 1) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "metadata": {}, "execution_count": count, "outputs": list(outputs)}


def result(**data: str) -> dict[str, Any]:
    kinds = {name.replace("_", "/"): value for name, value in data.items()}
    return {"output_type": "display_data", "metadata": {}, "data": kinds}


def test_every_finding_of_the_shipped_notebook_is_on_its_page() -> None:
    report = nbcritic.critique(SHIPPED)
    page = Page("".join(render([report])))
    plain = page.text.replace(" ", "")
    for finding in report.findings:
        assert finding.message.replace("`", "").replace(" ", "") in plain
        assert finding.code in page.text
    assert {f"cell-{n}" for n in range(1, 49)} <= {attributes.get("id") for attributes in page.all("section")}


def test_the_page_stands_alone() -> None:
    page = Page("".join(render([nbcritic.critique(SHIPPED)])))
    policy = next(m["content"] for m in page.all("meta") if m.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.startswith("default-src 'none'; img-src data:;")
    assert not page.all("iframe") + page.all("object") + page.all("embed") + page.all("form")
    assert [link["href"] for link in page.all("link")] == ["data:,"]
    assert all((image["src"] or "").startswith("data:image/") for image in page.all("img"))
    assert len(page.all("script")) == 1
    assert "src" not in page.all("script")[0]


@pytest.mark.parametrize("text", [*MARKDOWN, *OUTPUTS])
def test_hostile_html_loses_all_that_acts(text: str) -> None:
    page = Page(str(safe(text)))
    for tag, attributes in page.tags:
        assert tag not in {
            "script",
            "style",
            "iframe",
            "object",
            "embed",
            "form",
            "input",
            "meta",
            "link",
            "base",
            "svg",
            "math",
        }
        assert not any(
            name.startswith("on") or name in {"style", "id", "name", "srcset", "formaction"} for name in attributes
        )
        for name in ("href", "src"):
            assert (attributes.get(name) or "").split(":")[0].strip().lower() in {"", "http", "https", "mailto", "data"}
        assert not (attributes.get("src") or "data:image/").startswith("http")


@pytest.mark.parametrize("source", CELLS)
def test_hostile_sources_are_text(tmp_path: Path, source: str) -> None:
    page = page_of(tmp_path / "n.ipynb", [code(source)])
    assert len(page.all("script")) == 1
    assert not page.all("img") + page.all("iframe") + page.all("svg")


def test_outputs_are_shown_in_their_richest_harmless_form(tmp_path: Path) -> None:
    page = page_of(
        tmp_path / "n.ipynb",
        [
            code(
                "x",
                {"output_type": "stream", "name": "stdout", "text": ["\x1b[31mred\x1b[0m ", "<b>text</b>"]},
                result(text_plain="a frame", text_html="<table><tr><td onclick=x>41</td></tr></table>"),
                result(image_png=PIXEL, text_plain="<Figure>"),
                result(text_plain="only text"),
                result(application_widget="{}"),
                {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["Traceback here"]},
            )
        ],
    )
    assert "red <b>text</b>" in page.text
    assert "41" in page.text and "a frame" not in page.text
    assert [image["src"] for image in page.all("img")] == [f"data:image/png;base64,{PIXEL}"]
    assert all(words in page.text for words in ("only text", "not shown here (application/widget)", "Traceback here"))
    assert {"class": "ansi-red-fg"} in page.all("span")


def test_long_outputs_are_cut_and_the_cut_is_said(tmp_path: Path) -> None:
    long = {"output_type": "stream", "name": "stdout", "text": "x" * 25_000}
    page = page_of(tmp_path / "n.ipynb", [code("x", long), code("y", *[result(text_plain="z")] * 65, count=2)])
    assert "5,000 more characters" in page.text
    assert "5 more outputs" in page.text


def test_no_credential_is_shown(tmp_path: Path) -> None:
    token = "ghp_" + "".join("aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dE3fG5"[:36])
    outputs = [
        {"output_type": "stream", "name": "stdout", "text": f"token {token}\n"},
        result(text_html=f"<p>{token}</p>"),
    ]
    cells = [code(f'KEY = "{token}"', *outputs), {"cell_type": "markdown", "source": f"use {token}", "metadata": {}}]
    assert token not in page_of(tmp_path / "n.ipynb", cells).text


def test_one_rule_in_one_cell_is_one_note() -> None:
    report = nbcritic.critique(SHIPPED)
    again = [replace(finding, fingerprint=f"{number}") for number in range(2) for finding in report.findings[-1:]]
    report = replace(report, findings=(*report.findings, *again))
    page = Page("".join(render([report])))
    assert len(page.all("article")) == len({(finding.code, finding.at.cell) for finding in report.findings})
    assert "2 more in this cell" in page.text


def test_an_unreadable_notebook_is_a_page_that_says_so(tmp_path: Path) -> None:
    (tmp_path / "n.ipynb").write_text("{")
    (report,) = nbcritic.scan([tmp_path / "n.ipynb"])
    page = Page("".join(render([report])))
    assert report.problem is not None
    assert report.problem in page.text


def test_several_notebooks_make_an_index_and_a_page_each(tmp_path: Path) -> None:
    for name, source in (("a.ipynb", "x = 1"), ("deep/A.ipynb", "from numpy import *"), ("b.ipynb", "print(y)")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(json.dumps(notebook([code(source)])))
    reports = list(nbcritic.scan([tmp_path]))
    index = Page("".join(render(reports, target=str(tmp_path / "out.html"))))
    links = [str(link["href"]) for link in index.all("a")]
    assert len(links) == len({name.lower() for name in links}) == 3
    assert sorted(path.name for path in (tmp_path / "out_pages").iterdir()) == sorted(Path(link).name for link in links)
    back = Page((tmp_path / links[0]).read_text(encoding="utf-8"))
    assert back.all("a")[1]["href"] == "../out.html"
    with pytest.raises(NbcriticError, match="--output"):
        list(render(reports))


def test_the_trend_names_what_is_new_and_what_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "n.ipynb"
    path.write_text(json.dumps(notebook([code("from numpy import *")])))
    (tmp_path / "old.json").write_text("".join(nbcritic.render(nbcritic.scan([path]), "json")))
    path.write_text(json.dumps(notebook([code('a = open("/home/ann/a.csv")')])))
    (report,) = nbcritic.scan([path])
    page = Page("".join(render([report], previous=Previous.read(tmp_path / "old.json"))))
    found = re.search(r"(\d+) new, (\d+) gone", page.text)
    assert found is not None
    assert int(found[1]) == len({finding.fingerprint for finding in report.findings}) > 0
    assert int(found[2]) > 0
    with pytest.raises(NbcriticError, match="is no JSON report"):
        Previous.read(path)


def test_a_report_that_the_previous_one_did_not_know_has_no_trend() -> None:
    assert Previous({}).change(Report("n.ipynb")) is None


def test_the_command_line_writes_the_page_and_compares(tmp_path: Path) -> None:
    path, old, page = tmp_path / "n.ipynb", tmp_path / "old.json", tmp_path / "page.html"
    path.write_text(json.dumps(notebook([code("from numpy import *")])))
    run = CliRunner().invoke
    assert run(command, ["--format", "json", "-o", str(old), str(path)]).exit_code == 0
    done = run(command, ["--format", "html", "--compare", str(old), "-o", str(page), str(path)])
    assert done.exit_code == 0
    assert "0 new, 0 gone" in Page(page.read_text(encoding="utf-8")).text
    refused = run(command, ["--compare", str(old), str(path)])
    assert refused.exit_code == 2
    assert "--compare goes with --format html" in refused.output


def test_outputs_that_only_a_repair_can_read_are_shown(tmp_path: Path) -> None:
    path = tmp_path / "n.ipynb"
    path.write_bytes(
        json.dumps(notebook([code("x", result(text_plain="half a pair: HALF"))])).encode().replace(b"HALF", rb"\ud800")
    )
    assert "half a pair" in Page("".join(render([nbcritic.critique(path)]))).text
