"""Columns of persons in shown tables: which count, which do not, and that no value gets out. Everybody here is made up."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbcritic import rules
from nbcritic.analysis.page import Page
from nbcritic.analysis.personal_data import Column, personal_columns
from nbcritic.config import Config
from nbcritic.engine import critique
from nbcritic.model import Cell, Notebook
from nbcritic.notebook.outputs import Output
from nbcritic.report import FORMATS, render

CHANCE = random.Random(7)
NAMES = ["Sundqvist", "Kaplan", "Okafor"]


def with_check_digit(start: str, length: int) -> str:
    """A card number: the last digit makes the sum of the doubled row divisible by ten."""
    body = start + "".join(CHANCE.choice("123456789") for _ in range(length - len(start) - 1))
    row = [int(c) for c in reversed(body)]
    total = sum(sum(divmod(2 * d, 10)) if i % 2 == 0 else d for i, d in enumerate(row))
    return body + str(-total % 10)


def account(country: str, body: str) -> str:
    number = int("".join(str(int(c, 36)) for c in body + country + "00"))
    return f"{country}{98 - number % 97:02d}{body}"


def html(titles: list[str], rows: list[list[str]]) -> Output:
    head = "".join(f"<th>{title}</th>" for title in titles)
    body = "".join("<tr>" + "".join(f"<td>{value}</td>" for value in row) + "</tr>" for row in rows)
    return Output("result", "", html=f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")


def printed(titles: list[str], rows: list[list[str]]) -> Output:
    return Output("stream", "\n".join("  ".join(row) for row in [titles, *rows]))


MAIL = [f"{name.lower()}.{n}@fjordpost.no" for n, name in enumerate(NAMES)]
PHONES = [f"+47 412 5{n} 318" for n in range(3)]
CARDS = [with_check_digit("45", 16) for _ in NAMES]
ACCOUNTS = [account("DE", "".join(CHANCE.choice("123456789") for _ in range(18))) for _ in NAMES]
SOCIAL = [f"{213 + n}-4{n}-18{n}7" for n in range(3)]


@pytest.mark.parametrize("shown", [html, printed])
@pytest.mark.parametrize(
    "title, kind, values",
    [
        ("email", "e-mail addresses", MAIL),
        ("E-Mail Address", "e-mail addresses", MAIL),
        ("phone_number", "telephone numbers", PHONES),
        ("credit_card", "card numbers", CARDS),
        ("IBAN", "account numbers", ACCOUNTS),
        ("ssn", "social security numbers", SOCIAL),
    ],
)
def test_found(shown: object, title: str, kind: str, values: list[str]) -> None:
    rows = [[name, value] for name, value in zip(NAMES, values, strict=True)]
    (column,) = personal_columns(shown(["last_name", title], rows))  # type: ignore[operator]
    assert column == Column(title, kind, 3)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "titles, values",
    [
        (["package", "author_email"], MAIL),
        (["restaurant", "phone"], PHONES),
        (["last_name", "email"], [f"user{n}@example.com" for n in range(3)]),
        (["last_name", "email"], ["info@fjordpost.no", "sales@seepost.de", "support@shop.org"]),
        (["last_name", "email"], ["yes", "no", "yes"]),
        (["last_name", "email_opened"], ["1", "0", "1"]),
        (["last_name", "mobile"], ["Samsung", "Nokia", "Apple"]),
        (["last_name", "phone"], ["1", "2", "3"]),
        (["last_name", "credit_card"], ["4111222233334445", "4222333344445556", "4333444455556667"]),
        (["last_name", "account"], ["DE00123456781234567890", "DE01123456781234567890", "GB1"]),
        (["last_name", "ssn"], ["000-12-3456", "666-12-3456", "912-12-3456"]),
        (["last_name", "birth_date"], ["1990-01-02", "1991-03-04", "1992-05-06"]),
        (["last_name", "commit"], ["9f3c61d", "07be24a", "85b1e6d"]),
        (["city", "email"], MAIL),
    ],
)
def test_look_alikes(titles: list[str], values: list[str]) -> None:
    rows = [[name, value] for name, value in zip(NAMES, values, strict=True)]
    assert not list(personal_columns(html(titles, rows)))
    assert not list(personal_columns(printed(titles, rows)))


def test_the_first_row_is_no_title() -> None:
    rows = [[name, value] for name, value in zip(NAMES, MAIL, strict=True)]
    assert not list(personal_columns(html(["Marit Solberg", "marit@email.no"], rows)))


@pytest.mark.parametrize("format", FORMATS)
def test_no_report_shows_a_value(format: str) -> None:
    lines = ["last_name  email  phone  iban", *map("  ".join, zip(NAMES, MAIL, PHONES, ACCOUNTS, strict=True))]
    outputs = b'[{"output_type": "stream", "name": "stdout", "text": "%s"}]' % "\\n".join(lines).encode()
    page = Page(Notebook("x.ipynb", (Cell(1, "code", "people.head()", execution_count=1, outputs=outputs),)))
    report = critique(page, Config())
    text = "".join(render([report], format))
    assert "NBC207" in text or "personal-data-in-output" in text
    assert not [value for value in (*NAMES, *MAIL, *PHONES, *ACCOUNTS) if value in text + repr(report)]


@given(st.text(), st.text())
def test_any_output_survives(text: str, table: str) -> None:
    list(personal_columns(Output("result", text)))
    list(personal_columns(Output("result", text, html=f"<table><tr><th>email</th></tr>{table}</table>")))


@pytest.mark.parametrize("unit", ["<table>", "<tr><td>", "email  ", "a@b.", "4111 ", "+47 ", "DE12 3456 "])
def test_long_outputs_take_no_time(unit: str) -> None:
    text = unit * (200_000 // len(unit))
    list(personal_columns(Output("result", text)))
    list(personal_columns(Output("result", "", html=text + "</table>")))
    list(personal_columns(Output("result", "", html="<table>" + text)))


def test_public_data_are_no_secret() -> None:
    lines = ["last_name  email", *map("  ".join, zip(NAMES, MAIL, strict=True))]
    outputs = b'[{"output_type": "stream", "name": "stdout", "text": "%s"}]' % "\\n".join(lines).encode()
    source = 'people = pd.read_csv("/kaggle/input/people.csv")'
    page = Page(Notebook("x.ipynb", (Cell(1, "code", source, outputs=outputs),)))
    assert not list(rules.load()["NBC207"].check(page))
