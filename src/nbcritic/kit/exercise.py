"""What is practised on: a scenario with a key that people wrote, or any notebook, whose key is what nbcritic finds."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from nbcritic.kit.grade import Scorecard, grade
from nbcritic.kit.remark import Key, Remark
from nbcritic.kit.scenario import Scenario, load
from nbcritic.model import SEVERITIES, Finding, NbcriticError, Notebook

MOST = 14
"""Remarks of a key that the tool makes: as many as a person's."""
_SMALL = frozenset(
    "a an and are as at by for from in into is it its no not of on or that the their this to with without one".split()
)


@dataclass(frozen=True)
class Exercise:
    """One notebook and the key that a critique of it is graded by."""

    name: str
    title: str
    notebook: Notebook
    key: Key
    minutes: int
    scenario: Scenario | None = None
    """None where the key is the tool's own findings."""

    def under(self, lens: str) -> Exercise:
        """The same, with only the Remarks of one category."""
        kept = tuple(remark for remark in self.key.remark if remark.category == lens)
        if not kept:
            there = sorted({remark.category for remark in self.key.remark})
            raise NbcriticError(f"nothing of {self.name} is about {lens}; there is {', '.join(there)}")
        return replace(self, key=Key(kept, self.key.decoy))

    def floor(self) -> Scorecard | None:
        """What nbcritic alone scores on this key; None where the key is made of what it finds."""
        from nbcritic.kit import floor

        if self.scenario is None:
            return None
        return grade(self.key, floor.answers(floor.report(self.notebook)), self.notebook)


def of_scenario(slug: str) -> Exercise:
    """The exercise of a scenario.

    Raises:
        NbcriticError: There is no such scenario, or it cannot be read.
    """
    scenario = load(slug)
    key = _legible(scenario.key, scenario.notebook)
    return Exercise(slug, scenario.facts.title, scenario.notebook, key, scenario.facts.minutes, scenario)


def _legible(key: Key, notebook: Notebook) -> Key:
    """The key with its cells named so that they can be found: authors write a cell's id, which no notebook editor shows.

    `load-month` becomes `cell 14`; a name that is a name of the code as well, `sky`, stays and gets its cell: `sky` (cell 9).
    """
    numbers = {cell.id: cell.number for cell in notebook.cells if cell.id}
    code = "\n".join(cell.source for cell in notebook.cells if cell.kind == "code")

    def shown(found: re.Match[str]) -> str:
        number = numbers.get(found[1])
        if number is None:
            return found[0]
        if re.search(rf"\b{re.escape(found[1])}\b", code) is None:
            begins = found.string[: found.start()].rstrip()[-1:] in ("", *".?!")
            return f"{'Cell' if begins else 'cell'} {number}"
        counted = found.string.startswith(" (In[", found.end())
        return found[0] if counted else f"{found[0]} (cell {number})"

    def text(said: str) -> str:
        return re.sub(r"`([a-z0-9-]+)`", shown, said)

    def remark(one: Remark) -> Remark:
        first, second, third = one.hints
        return msgspec.structs.replace(
            one,
            what=text(one.what),
            why=text(one.why),
            fix=text(one.fix),
            hints=(text(first), text(second), text(third)),
        )

    return msgspec.structs.replace(key, remark=tuple(remark(one) for one in key.remark))


def of_notebook(path: Path) -> Exercise:
    """An exercise of any notebook. Cells without ids get some, so that places can be named.

    Raises:
        NbcriticError: It cannot be read, or nbcritic finds nothing in it to practise on.
    """
    from nbcritic import read
    from nbcritic.kit import floor

    notebook = named(read(path))
    findings = [finding for finding in floor.report(notebook).findings if finding.tool == "nbcritic"]
    remarks = _remarks(findings, notebook)
    if not remarks:
        raise NbcriticError(
            f"{path}: nbcritic finds nothing in it, so there is no key to practise by; take another notebook"
        )
    return Exercise(path.stem, path.name, notebook, Key(remarks), 45)


def named(notebook: Notebook) -> Notebook:
    """The notebook with an id for every cell."""
    taken = {cell.id for cell in notebook.cells}
    ids = (cell.id or _free(f"cell-{cell.number}", taken) for cell in notebook.cells)
    return replace(notebook, cells=tuple(replace(cell, id=id_) for cell, id_ in zip(notebook.cells, ids, strict=True)))


def _free(name: str, taken: set[str | None]) -> str:
    return name if name not in taken else _free(f"{name}-x", taken)


def _remarks(findings: Iterable[Finding], notebook: Notebook) -> tuple[Remark, ...]:
    """The gravest findings as Remarks, one for each rule; the other places of a rule are as good as the first."""
    by_rule: dict[str, list[Finding]] = {}
    for finding in sorted(findings, key=lambda one: (SEVERITIES.index(one.severity), one.at)):
        by_rule.setdefault(finding.code, []).append(finding)
    return tuple(_remark(group, notebook) for group in list(by_rule.values())[:MOST])


def _remark(group: list[Finding], notebook: Notebook) -> Remark:
    from nbcritic import rules
    from nbcritic.kit.remark import Place

    lead = group[0]
    places = [_id(finding.at.cell, notebook) for finding in group]
    summary = next((rule.summary for rule in rules.load().values() if rule.code == lead.code), lead.message)
    here = f"cell {lead.at.cell}" if lead.at.cell else "the notebook as a whole"
    return Remark(
        id=lead.name,
        cell=places[0],
        also=tuple(Place(place) for place in dict.fromkeys(places[1:])),
        title=summary.rstrip("."),
        category=lead.category,
        severity=lead.severity,
        what=lead.message,
        why=lead.why,
        fix=lead.remedy or lead.message,
        rules=(lead.code,),
        concepts=(_words(lead.name.replace("-", " ")), _words(f"{summary} {lead.message}")),
        impact=_words(lead.why),
        remedy=_words(lead.remedy or lead.message),
        hints=(
            f"Something about {lead.category.replace('-', ' ')} is still open.",
            f"Read {here} again.",
            f"In {here}: {summary}",
        ),
    )


def _id(number: int, notebook: Notebook) -> str:
    return (notebook.cells[number - 1].id or "") if number else ""


def _words(text: str) -> tuple[str, ...]:
    """The words that carry the meaning."""
    words = (word.lower() for word in re.findall(r"[^\W\d]\w{2,}", text))
    return tuple(dict.fromkeys(word for word in words if word not in _SMALL))
