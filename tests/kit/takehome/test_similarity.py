"""Who wrote the same, apart from what everybody was given?"""

from nbcritic.kit.takehome.similarity import pairs

GIVEN = {
    "README.md": b"Read the notebook as you would read the work of a colleague before it goes live. Write what is wrong or risky, where, "
    b"why it matters for this decision, and what you would do instead; the most important first, and what is good about it too."
}
ONE = {
    "critique.md": b"The split is random although flights have an order in time, so the model sees the future of the very days on "
    b"which it is judged; train on everything before October, test on what comes after, and keep whole days together. "
    * 2,
}


def test_a_copy_with_a_few_words_changed_is_seen() -> None:
    copy = {"critique.md": ONE["critique.md"].replace(b"October", b"November").replace(b"whole days", b"entire days")}
    other = {"critique.md": b"Nothing checks the tables that come in: a doubled day, a wrong unit or an empty column would pass and "
             b"nobody would notice until the crews stand in the wrong place on a Monday morning in the rain of November."}  # fmt: skip
    found = pairs({"one": ONE, "copy": copy, "other": other}, [GIVEN])
    assert [(pair.one, pair.other) for pair in found] == [("copy", "one")]
    assert found[0].share > 0.35
    assert "order in time" in found[0].passages[0]


def test_what_everybody_was_given_does_not_count() -> None:
    assert pairs({"one": GIVEN, "other": dict(GIVEN)}, [GIVEN]) == []
    assert pairs({"one": GIVEN, "other": dict(GIVEN)}, []) != []


def test_code_is_compared_without_layout_and_comments() -> None:
    source = "\n".join(
        f"def load_{name}(path, limit):\n    return read(path)[:limit] + {name!r}\n" for name in "abcdefgh"
    )
    laid_out = source.replace("    return", "    # mine\n    return").replace("(path, limit)", "(path,\n    limit)")
    [pair] = pairs({"one": {"a.py": source.encode()}, "other": {"b.py": laid_out.encode()}}, [])
    assert pair.share == 1.0


def test_broken_code_and_notebooks_are_read_as_words() -> None:
    broken = {"a.py": b"def f(:\n  '''", "b.ipynb": b"{not json", "c.ipynb": b'{"cells": [{"source": ["x = 1"]}]}'}
    assert pairs({"one": broken, "other": broken}, []) == []
