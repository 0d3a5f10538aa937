"""What a notebook says in words: its Markdown, and comments that a host shows as Markdown."""

from __future__ import annotations

import re

from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Cell

_WRITES_WORDS = regex(r"\s*%%(?:markdown|md|html|HTML)\b|\s*%md\b")
_FORM_TITLE = regex(r"^[ ]*#[ ]*@(?:title|markdown)[ ]+\S", re.M)
"""Colab shows these comments as headings and text."""
_MARKUP = regex(r"!\[[^\]]*\]\([^)]*\)|<[^>]*>|\[!\[.*?\]\(.*?\)\]\(.*?\)")
_WORD = regex(r"[^\W\d_]{2,}")


def says(cell: Cell) -> bool:
    """Does the cell hold words for a reader?"""
    if cell.kind == "code":
        return bool(_WRITES_WORDS.match(cell.source) or _FORM_TITLE.search(cell.source))
    return cell.kind == "markdown" and bool(_WORD.search(_MARKUP.sub(" ", cell.source)))


def works(cell: Cell) -> bool:
    """Does the cell hold code?"""
    return (
        cell.kind == "code"
        and not _WRITES_WORDS.match(cell.source)
        and any(line.strip() and not line.lstrip().startswith("#") for line in cell.source.split("\n"))
    )


def has_words(page: Page) -> bool:
    """Does any cell of the notebook hold words?"""
    return any(says(cell) for cell in page.notebook.cells)
