"""What the guides tell people to write: it parses, its options exist, and it agrees with the files that it speaks of."""

import re
import shlex
from pathlib import Path

import click
import pytest
import yaml  # type: ignore[import-untyped]

from nbcritic import __version__
from nbcritic.cli import check
from nbcritic.report import FORMATS

ROOT = Path(__file__).parents[2]
CI = (ROOT / "docs/ci.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", CI, re.M | re.S)
COMMANDS = re.findall(r"^[\s-]*(?:run: )?nbcritic (-.*)$", CI, re.M)


@pytest.mark.parametrize("block", [text for kind, text in BLOCKS if kind == "yaml"])
def test_snippets_are_yaml(block: str) -> None:
    assert yaml.safe_load(block)


@pytest.mark.parametrize("words", COMMANDS)
def test_commands_are_understood(words: str) -> None:
    check.command.parse_args(click.Context(check.command), shlex.split(words))


def test_every_kind_of_server_has_its_command() -> None:
    assert len(COMMANDS) == 6


def test_the_hooks_and_the_version_exist() -> None:
    config = yaml.safe_load(next(text for _, text in BLOCKS if "repos:" in text))
    (repo,) = config["repos"]
    hooks = {hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))}
    assert {hook["id"] for hook in repo["hooks"]} <= hooks
    assert repo["rev"] == f"v{__version__}"
    assert f"nbcritic/nbcritic@v{__version__}" in CI


def test_the_inputs_of_the_action_are_told_with_their_defaults() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    told = dict(re.findall(r"^\| `([\w-]+)` \| (?:`([^`]*)`)? *\|", CI, re.M))
    assert told == {name: value["default"] for name, value in action["inputs"].items()}
    assert all(f"`{name}`" in CI for name in action["outputs"])


def test_every_format_is_told() -> None:
    guide = (ROOT / "docs/formats.md").read_text("utf-8").partition("\n## ")[0]
    assert tuple(re.findall(r"^\| `(\w+)` \|", guide, re.M)) == FORMATS
