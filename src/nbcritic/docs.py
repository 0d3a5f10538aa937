"""What readers see about the rules, made from the rules: `python -m nbcritic.docs` writes it, `--check` only compares.

Writes `docs/rules/`, `docs/report.schema.json` and the table of rules in `README.md`, under the folder that is the current one.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from importlib import resources
from itertools import groupby
from pathlib import Path

from nbcritic import rules
from nbcritic.report.explain import toml
from nbcritic.rule import Example, Rule

TABLE = re.compile(r"(?<=<!-- rules:begin -->\n).*?(?=<!-- rules:end -->)", re.S)
RULES = Path("docs/rules")

ABOUT = {
    "suppression": "what the notebook says to nbcritic itself",
    "hidden-state": "will it say the same after Restart & Run All?",
    "environment": "paths, installs and secrets that belong to one machine or one person",
    "tests": "what would notice that it went wrong",
    "packaging": "logic that wants to be code",
    "leakage": "is the score worth believing?",
    "data-handling": "pandas, NumPy and SQL",
    "narrative": "can somebody else read it?",
    "execution": "evidence from a run",
}
"""Each family in a few words."""


def main(args: Sequence[str] = ()) -> int:
    """Write the generated files, or with `--check` say which of them are out of date. Returns the exit code."""
    root = Path()
    stale = out_of_date(root)
    if "--check" in args:
        for path in stale:
            print(f"{path} is out of date: run `make docs`", file=sys.stderr)
        return 1 if stale else 0
    wanted = files(root)
    for path in stale:
        if path in wanted:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[path], "utf-8", newline="\n")
        else:
            path.unlink()
        print(path)
    return 0


def out_of_date(root: Path) -> list[Path]:
    """The generated files that are missing, differ, or belong to no rule any more."""
    wanted = files(root)
    differ = [path for path, text in wanted.items() if not path.is_file() or path.read_text("utf-8") != text]
    return differ + [path for path in sorted((root / RULES).glob("*.md")) if path not in wanted]


def files(root: Path) -> dict[Path, str]:
    """Each generated file and what it must contain."""
    listed = list(rules.load().values())
    readme = root / "README.md"
    schema = (resources.files("nbcritic.report") / "schema.json").read_text("utf-8")
    return {
        **{root / RULES / f"{rule.name}.md": page(rule) for rule in listed},
        root / RULES / "README.md": index(listed),
        root / "docs/report.schema.json": schema,
        readme: TABLE.sub(lambda _: table(listed, "docs/rules/"), readme.read_text("utf-8")),
    }


def index(listed: Iterable[Rule]) -> str:
    """The page of all rules, by family."""
    parts = [
        "# Rules\n",
        "Made by `make docs` from the rules themselves. Severity: **blocker**, a number or decision is wrong or a secret is exposed; "
        "**major**, will break or mislead in production; **minor**, costs maintenance; **nit**, taste. The profile is the first one "
        "that looks for the fault: `explore` ⊂ `review` (the default) ⊂ `production`.\n",
    ]
    for family, group in groupby(listed, key=lambda rule: rule.family):
        parts += [f"## {family}: {ABOUT[family]}\n", table(group, "")]
    return "\n".join(parts)


def table(listed: Iterable[Rule], folder: str) -> str:
    """A Markdown table of rules with links to their pages."""
    rows = (
        f"| [{rule.code}]({folder}{rule.name}.md) | {rule.name} | {rule.severity} | {rule.profile} | {_cell(rule.summary)} |\n"
        for rule in listed
    )
    return "| Code | Name | Severity | Profile | What it says |\n| --- | --- | --- | --- | --- |\n" + "".join(rows)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def page(rule: Rule) -> str:
    """The page of one rule."""
    parts = [
        f"# {rule.name} ({rule.code})\n",
        f"{rule.summary}\n",
        _facts(rule),
        f"## Why it matters\n\n{rule.why}\n",
        f"## What to do\n\n{rule.remedy}\n",
        "## Examples\n",
        "A `# %%` line starts a cell; `In[7]` is its execution count, `#>` saved output, `#!` a saved error. "
        "`# <- flagged` marks the line, or the cell, that the rule names.\n",
        *(_example(example) for example in rule.examples),
    ]
    if rule.options:
        options = "\n".join(f"{name.replace('_', '-')} = {toml(value)}" for name, value in rule.options.items())
        parts.append(
            f"## Options\n\nWith their defaults:\n\n```toml\n[tool.nbcritic.rules.{rule.name}]\n{options}\n```\n"
        )
    parts.append(
        f"## Silence\n\n`# nbcritic: ignore[{rule.name}]` at the end of a line, or alone on its line for the whole cell; "
        f"or the cell tag `nbcritic:ignore={rule.name}`. [More ways](../configuration.md#silence).\n"
    )
    return "\n".join(parts)


def _facts(rule: Rule) -> str:
    covers = ", ".join(f"`{code}`" for code in rule.covers)
    rows = [
        ("Severity", rule.severity),
        ("Confidence", rule.confidence),
        ("Profile", f"from `{rule.profile}` on"),
        ("Family", rule.family),
        ("Category", rule.category),
        ("Notebooks", "of any language" if rule.any_language else "in Python"),
        *([("Says it instead of", covers)] if covers else []),
    ]
    return "| | |\n| --- | --- |\n" + "".join(f"| {name} | {value} |\n" for name, value in rows)


def _example(example: Example) -> str:
    options = ", ".join(f"`{name} = {toml(value)}`" for name, value in example.options.items())
    title = f"### {example.kind}" + (f", with {options}" if options else "")
    fence = "````" if "```" in example.text else "```"
    return f"{title}\n\n{fence}python\n{example.text.strip()}\n{fence}\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
