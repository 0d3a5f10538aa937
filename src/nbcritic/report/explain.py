"""One rule, or all of them, in words and as JSON."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from nbcritic import rules
from nbcritic.model import NbcriticError
from nbcritic.report.terminal import Style, width, wrap
from nbcritic.report.totals import MARKS, PAINT
from nbcritic.rule import FLAG, Example, Rule

_RUFF = re.compile(r"(?!NBC)[A-Z]{1,6}\d{1,4}")


def find(key: str) -> Rule:
    """The rule with this code or name. Raises NbcriticError, with the nearest name, where there is none."""
    rule = rules.find(key.strip())
    if rule is not None:
        return rule
    code = key.strip().upper()
    if _RUFF.fullmatch(code):
        raise NbcriticError(f"{code} is a rule of ruff's: `ruff rule {code}` explains it")
    known = {name.lower(): name for rule in rules.load().values() for name in (rule.code, rule.name)}
    near = difflib.get_close_matches(key.strip().lower(), known, 1)
    hint = f"; did you mean {known[near[0]]}?" if near else "; `nbcritic rules` lists them all"
    raise NbcriticError(f"there is no rule {key!r}{hint}")


def page(rule: Rule, *, color: bool = False, width: int = 100) -> str:
    """The documentation of a rule for a terminal."""
    style = Style(color)
    limit = min(width, 100)
    mark = style(f"{MARKS[rule.severity]} {rule.severity}", *PAINT[rule.severity])
    lines = [
        style(f"{rule.code} {rule.name}", "bold"),
        *wrap(rule.summary, limit),
        "",
        f"{mark} · {rule.family} · {rule.category} · from profile {rule.profile} · {rule.confidence}",
    ]
    if rule.covers:
        lines.append(f"Says it instead of {', '.join(rule.covers)}.")
    for text in (rule.why, rule.remedy):
        if text:
            lines += ["", *(style.quoted(line) for line in wrap(text, limit))]
    for example in rule.examples:
        lines += ["", style(_title(example), "bold"), "", *_code(example, style)]
    if rule.options:
        lines += ["", style(f"Options, in [tool.nbcritic.rules.{rule.name}]", "bold"), ""]
        lines += [f"  {name.replace('_', '-')} = {toml(value)}" for name, value in rule.options.items()]
    lines += ["", style(f"To silence it: # nbcritic: ignore[{rule.name}]", "dim")]
    return "\n".join(lines) + "\n"


def _title(example: Example) -> str:
    options = ", ".join(f"{name}={value!r}" for name, value in example.options.items())
    return example.kind + (f" ({options})" if options else "")


def _code(example: Example, style: Style) -> list[str]:
    lines = []
    for line in example.text.rstrip("\n").split("\n"):
        code, flag, rest = line.partition(FLAG)
        lines.append(
            f"    {style(code, 'dim') if code.startswith('# %%') else code}{style(flag, 'red')}{rest}".rstrip()
        )
    return lines


def toml(value: object) -> str:
    """A default as one would write it in pyproject.toml."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (tuple, list, set, frozenset)):
        return f"[{', '.join(map(toml, value))}]"
    return f'"{value}"' if isinstance(value, str) else str(value)


def record(rule: Rule) -> dict[str, Any]:
    """All that a rule says about itself, for other tools."""
    return {
        **brief(rule),
        "why": rule.why,
        "remedy": rule.remedy,
        "options": {
            name: list(value) if isinstance(value, (tuple, set, frozenset)) else value
            for name, value in rule.options.items()
        },
        "examples": [
            {"kind": example.kind, "text": example.text, "options": dict(example.options)} for example in rule.examples
        ],
    }


def brief(rule: Rule) -> dict[str, Any]:
    """One row of the list of rules."""
    return {
        "code": rule.code,
        "name": rule.name,
        "family": rule.family,
        "category": rule.category,
        "severity": rule.severity,
        "confidence": rule.confidence,
        "profile": rule.profile,
        "covers": list(rule.covers),
        "any_language": rule.any_language,
        "fixable": rule.fixable,
        "summary": rule.summary,
    }


def table(listed: Iterable[Rule], *, color: bool = False, width: int = 100) -> str:
    """The rules by family, one a line."""
    style = Style(color)
    shown = list(listed)
    size = max((len(rule.name) for rule in shown), default=0)
    lines: list[str] = []
    for family, group in groupby(shown, key=lambda rule: rule.family):
        lines += [style(family, "bold", "magenta"), *(_row(rule, size, style, width) for rule in group), ""]
    return "\n".join([*lines, _legend(shown, style)]) + "\n"


def _row(rule: Rule, size: int, style: Style, limit: int) -> str:
    mark = style(MARKS[rule.severity], *PAINT[rule.severity])
    head = f"  {rule.code} {rule.name:<{size}}  {rule.profile:<10}  "
    first, *more = wrap(rule.summary, max(limit - width(head) - 2, 30))
    indent = " " * (width(head) + 2)
    return "\n".join([f"  {mark} {head[2:]}{first}", *(indent + line for line in more)])


def _legend(shown: Sequence[Rule], style: Style) -> str:
    marks = "  ".join(style(f"{mark} {severity}", *PAINT[severity]) for severity, mark in MARKS.items())
    return f"{len(shown)} rules   {marks}\nnbcritic explain NAME says why one matters, with examples."
