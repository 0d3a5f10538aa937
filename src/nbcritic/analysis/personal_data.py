"""What saved outputs show of people: addresses, telephone and account numbers in tables that are about persons.

A fact is a column's title, its kind and how many values it shows; the values themselves never leave this module.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Literal, TypeAlias

from nbcritic.analysis.pattern import regex
from nbcritic.notebook.outputs import Output

Kind: TypeAlias = Literal[
    "e-mail addresses",
    "telephone numbers",
    "card numbers",
    "social security numbers",
    "account numbers",
    "tax numbers",
    "full names",
]

_MOST = 1_000_000
_ROWS = 300
_COLUMNS = 200
_ROW = regex(r"<tr[^>]{0,400}>", re.I)
_CELL = regex(r"<t[hd][^>]{0,400}>", re.I)
_TAG = regex(r"<[^<>]{0,400}>")

EMAIL = regex(r"[A-Za-z0-9._%+'-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,6}[A-Za-z]{2,24}")
_PHONE = regex(r"\+?\(?\d[\d\s().x/-]{5,22}\d(?:\.0)?")
_SOCIAL = regex(r"(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}")
_CARD = regex(r"[3-6]\d{3}[ -]?(?:\d[ -]?){8,14}\d")
_IBAN = regex(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b")
_TAX = regex(r"\d{3}\.?\d{3}\.?\d{3}-?\d{2}")
_LENGTHS = {
    "AT": 20, "BE": 16, "CH": 21, "CZ": 24, "DE": 22, "DK": 18, "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GR": 27, "HU": 28, "IE": 22,
    "IT": 27, "LU": 20, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "SE": 24, "SK": 24, "TR": 26, "SA": 24, "AE": 23, "IL": 23,
}  # fmt: skip
_NOBODYS = regex(
    r"@(?:[\w.-]*\.)?(?:example|test|invalid|localhost|domain|email|mail|company|foo|bar|acme|xyz|abc)\.\w+$|noreply|no-reply|"
    r"^(?:info|contact|support|sales|admin|office|hello|enquir\w*|help|service|team|press|webmaster|postmaster|hr|jobs|marketing|user\d*|"
    r"test\d*|foo|bar|name|someone|me|you|john\.?doe|jane\.?doe|abc|xyz|x+)@",
    re.I,
)
"""Addresses of documentation, of roles and of nobody."""
_PERSON = regex(
    r"(?:first|last|full|sur|given|family|middle|maiden|customer|patient|employee|student|passenger|member|client|user)[ _-]?name|"
    r"\bbirth|\bdob\b|\bgender\b|\bsex\b|\bage\b|^name$|salary|salutation|marital|nombre|apellido|nachname|vorname",
    re.I,
)
_TRADE = regex(
    r"author|maintainer|package|repo|restaurant|store|shop|hospital|school|business|compan|facility|provider|agency|branch|venue|hotel|"
    r"organi[sz]ation|office|website|url|cuisine|rating|publisher|station|library|clinic|vendor|supplier|categor",
    re.I,
)


_REVIEWED = regex(r"\breviews?\b|review_?(?:text|body|content|comment)|\bcomments?\b|opini[oó]n", re.I)
"""Who wrote a review is a customer; who wrote a book is not."""
_FULL_NAME = regex(r"[^\W\d_a-z][^\W\d_]+(?:[ '-][^\W\d_]{1,20}\.?){0,2} [^\W\d_a-z][^\W\d_]+")
_FEWEST_NAMES = 3


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a shown table that holds personal data: its title, their kind, and how many different values it shows."""

    title: str
    kind: Kind
    count: int

    @property
    def checked(self) -> bool:
        """Do the values carry check digits, and are those right?"""
        return self.kind in ("card numbers", "account numbers", "tax numbers")


def _luhn(text: str) -> bool:
    """The check digit of cards (ISO/IEC 7812)."""
    digits = [int(c) for c in text if c.isdigit()]
    if not 13 <= len(digits) <= 19 or len(set(digits)) < 4:
        return False
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _iban(text: str) -> bool:
    """The check digits of account numbers (ISO 13616): 97 divides the rearranged number with a remainder of 1."""
    text = text.replace(" ", "")
    if _LENGTHS.get(text[:2]) != len(text):
        return False
    return int("".join(str(int(c, 36)) for c in text[4:] + text[:4])) % 97 == 1


def _cpf(text: str) -> bool:
    """The two check digits of a Brazilian taxpayer's number."""
    digits = [int(c) for c in text if c.isdigit()]
    if len(digits) != 11 or len(set(digits)) < 3:
        return False
    checks = (
        sum(d * w for d, w in zip(digits, range(size + 1, 1, -1), strict=False)) * 10 % 11 % 10 for size in (9, 10)
    )
    return list(checks) == digits[9:]


def _is_phone(text: str) -> bool:
    digits = sum(c.isdigit() for c in text.removesuffix(".0"))
    return (
        9 <= digits <= 15
        and (digits != len(text) or digits in (10, 11))
        and not re.fullmatch(r"\d{4}-\d\d-\d\d.*", text)
    )


def _is_own(text: str) -> bool:
    return _NOBODYS.search(text) is None


def _is_title(text: str) -> bool:
    """A title is shown, so it must not be the first row of a table without one."""
    return "@" not in text and len(text) <= 40 and sum(c.isdigit() for c in text) < 4


_KINDS: tuple[tuple[Kind, re.Pattern[str], re.Pattern[str], Callable[[str], bool]], ...] = (
    ("e-mail addresses", regex(r"e[-_ ]?mail|correo|courriel", re.I), EMAIL, _is_own),
    ("telephone numbers", regex(r"phone|mobile|\bcell\b|\btel\b|telefon", re.I), _PHONE, _is_phone),
    ("card numbers", regex(r"card|credit|\bcc\b|cc_?num|\bpan\b", re.I), _CARD, _luhn),
    ("social security numbers", regex(r"\bssn\b|social[ _-]?sec|_ssn|ssn_", re.I), _SOCIAL, bool),
    ("account numbers", regex(r"iban|account|konto|bank", re.I), _IBAN, _iban),
    ("full names", regex(r"^(?:author|reviewer)(?:[ _-]?name)?$", re.I), _FULL_NAME, bool),
    ("tax numbers", regex(r"\bcpf\b|tax[ _-]?(?:id|no|num)", re.I), _TAX, _cpf),
)
_NAMED_BY = tuple(
    "mail correo courriel phone mobile cell tel card cc pan ssn social credit iban account konto bank cpf tax author reviewer".split()
)
"""One of these stands in every title that the patterns above find."""
_GAP = regex(r"\s{2,}|\t|\s*\|\s*")
_FEWEST = 2


def personal_columns(output: Output) -> Iterator[Column]:
    """The columns of the tables that an output shows which hold data of persons, by their titles, their values and their neighbours."""
    tables = _html_tables(output.html[:_MOST]) if "<table" in output.html else _text_tables(output.text[:_MOST])
    for titles, rows in tables:
        about = " | ".join(titles)
        trade, person, reviewed = _TRADE.search(about), _PERSON.search(about), _REVIEWED.search(about)
        for place, title in enumerate(titles):
            values = {row[place].strip() for row in rows if place < len(row)}
            for kind, named, shape, check in _KINDS:
                if (
                    not _is_title(title)
                    or not named.search(title)
                    or (kind == "full names" and not reviewed)
                    or (kind in ("e-mail addresses", "telephone numbers") and (trade or not person))
                ):
                    continue
                held = {value for value in values if shape.fullmatch(value) and check(value)}
                fewest = _FEWEST_NAMES if kind == "full names" else _FEWEST
                if len(held) >= fewest and len(held) * 2 >= len(
                    {v for v in values if v not in ("", "NaN", "None", "...")}
                ):
                    yield Column(title, kind, len(held))


def _html_tables(html: str) -> Iterator[tuple[Sequence[str], list[list[str]]]]:
    # Split, not matched from tag to tag: a tag that is never closed would be looked for again and again.
    for table in html.split("</table>")[:-1]:
        titles, *lines = _ROW.split(table, _ROWS + 1)[1 : _ROWS + 1] or [""]
        # The titles are looked at first: few tables speak of persons.
        if len(lines) >= _FEWEST and _is_named(named := _cells(titles)):
            yield named, [_cells(line) for line in lines]


def _cells(line: str) -> list[str]:
    return [_plain(cell) for cell in _CELL.split(line)[1 : _COLUMNS + 1]]


def _is_named(titles: Sequence[str]) -> bool:
    # One look at all titles spares most tables six for each.
    lower = "\n".join(titles).lower()
    if not any(name in lower for name in _NAMED_BY):
        return False
    return any(named.search(title) for title in titles for _, named, _, _ in _KINDS)


def _plain(cell: str) -> str:
    return unescape(_TAG.sub("", cell.partition("</t")[0])).strip()


def _text_tables(text: str) -> Iterator[tuple[Sequence[str], list[list[str]]]]:
    """A frame that was printed: columns are what two blanks or more keep apart; the index may have no title."""
    lines = text.split("\n", _ROWS)[:_ROWS]
    lower = "\n".join(lines).lower()
    names = [name for name in _NAMED_BY if name in lower]
    for start, line in enumerate(lines if names else ()):
        lower = line.lower()
        if any(name in lower for name in names) and len(titles := _GAP.split(line.strip())) > 1 and _is_named(titles):
            below = [_GAP.split(row.strip()) for row in lines[start + 1 :]]
            yield titles[:_COLUMNS], [row[-len(titles) :] for row in below if 0 <= len(row) - len(titles) <= 1]
            return
