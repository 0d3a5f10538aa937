"""`init_cell` in a cell's metadata is read as a tag."""

import json

import pytest

from nbcritic.notebook.read import read


@pytest.mark.parametrize(
    "metadata, tags",
    [
        ({"init_cell": True}, ("init_cell",)),
        ({"init_cell": True, "tags": ["a"]}, ("a", "init_cell")),
        ({"init_cell": True, "tags": ["a", 3]}, ("a", "init_cell")),
        ({"init_cell": False}, ()),
        ({"init_cell": "true"}, ()),
    ],
)
def test_init_cell(metadata: dict[str, object], tags: tuple[str, ...]) -> None:
    cell: dict[str, object] = {
        "cell_type": "code",
        "source": "a",
        "metadata": metadata,
        "outputs": [],
        "execution_count": None,
    }
    file = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}
    assert read(json.dumps(file).encode(), "a.ipynb").cells[0].tags == tags


@pytest.mark.parametrize(
    ("kernel", "language"), [("R", "r"), ("Python3", "python"), ("my env", ""), (None, ""), (3, "")]
)
def test_a_cell_with_a_kernel_of_its_own(kernel: object, language: str) -> None:
    cell = {"cell_type": "code", "source": "x <- y", "metadata": {"kernel": kernel}, "outputs": []}
    file = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}
    assert read(json.dumps(file).encode(), "a.ipynb").cells[0].language == language


@pytest.mark.parametrize(
    ("language_id", "source", "language"),
    [
        ("sql", "SELECT 1", "sql"),
        ("python", "x = 1", "python"),
        ("shellscript", "%%bash\nls", ""),  # a guess of the editor's: the kernel runs it
        ("shellscript", "!ls", ""),
        ("markdown", "These are words", ""),
        ("shellscript", "x = 1", ""),
        (None, "x = 1", ""),
    ],
)
def test_a_cell_with_a_language_of_its_own(language_id: object, source: str, language: str) -> None:
    cell = {"cell_type": "code", "source": source, "metadata": {"vscode": {"languageId": language_id}}, "outputs": []}
    for odd in (dict[str, object](), {"execution_count": "none"}):  # the second is read the slow way
        file = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell | odd]}
        assert read(json.dumps(file).encode(), "a.ipynb").cells[0].language == language


def test_what_ran_was_in_the_language_of_the_kernel() -> None:
    metadata = {"vscode": {"languageId": "sql"}}
    cell = {"cell_type": "code", "source": "x = 1", "metadata": metadata, "outputs": [], "execution_count": 3}
    file = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}
    assert read(json.dumps(file).encode(), "a.ipynb").cells[0].language == ""
