"""What is said about a rule."""

import pytest

import nbcritic
from nbcritic import rules
from nbcritic.model import NbcriticError
from nbcritic.report.explain import find, page, record, table, toml
from nbcritic.rule import Rule


@pytest.mark.parametrize("key", ["NBC114", "nbc114", "star-import", " Star-Import "])
def test_a_rule_is_found_by_code_or_name(key: str) -> None:
    assert find(key).code == "NBC114"


@pytest.mark.parametrize(
    "key, hint",
    [
        ("star-inport", "did you mean star-import?"),
        ("zzzz", "`nbcritic rules` lists them all"),
        ("F841", "`ruff rule F841`"),
        ("pd901", "`ruff rule PD901`"),
    ],
)
def test_any_other_key_is_refused_with_a_hint(key: str, hint: str) -> None:
    with pytest.raises(NbcriticError) as error:
        find(key)
    assert hint in str(error.value)


@pytest.mark.parametrize("rule", rules.load().values(), ids=lambda rule: rule.name)
def test_the_page_says_everything(rule: Rule) -> None:
    said = " ".join(page(rule).split())
    for part in (rule.code, rule.name, rule.summary, rule.why, rule.remedy, rule.severity, rule.profile):
        assert " ".join(part.split()) in said
    for example in rule.examples:
        assert " ".join(example.text.split()) in said
    for option in rule.options:
        assert option.replace("_", "-") in said


def test_the_record_is_plain_data() -> None:
    said = record(find("star-import"))
    assert said["covers"] == ["F403", "F405"]
    assert [example["kind"] for example in said["examples"]] == [
        example.kind for example in find("star-import").examples
    ]


def test_the_table_has_a_line_for_each_rule() -> None:
    said = table(rules.load().values(), width=200)
    assert all(f"{rule.code} {rule.name}" in said for rule in rules.load().values())
    assert f"{len(rules.load())} rules" in said


def test_defaults_are_shown_as_toml() -> None:
    assert [toml(value) for value in (True, 3, 0.5, "a", ("a", "b"))] == ["true", "3", "0.5", '"a"', '["a", "b"]']


def test_the_public_name() -> None:
    assert nbcritic.explain("NBC114").startswith("NBC114 star-import")
