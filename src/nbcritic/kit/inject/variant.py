"""One variant of a base: drawn by a seed, proven by running it.

Each flaw has to bite and to do nothing else. Proven is, for a flaw that

- leaves the results alone: all such flaws together, run on the clean notebook, give every number that the clean notebook gives;
- moves the results: alone on the clean notebook, it moves a number; which one and how far goes into its Remark;
- shows in the order of the run: from top to bottom the notebook stops, or gives other numbers than those it was saved with;
- does neither: one of its rules of nbcritic speaks up, or what it takes away or adds is counted on the page (`counts.py`);

no rule of nbcritic speaks up that the operator does not name;

and for the whole: it runs in its author's order, every cell that no flaw names has the bytes of the clean one, every quote stands.
A flaw that fails is put back, and the next one is tried; the reasons are kept.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

from nbcritic import critique
from nbcritic.analysis.page import Page
from nbcritic.config import Config
from nbcritic.kit.inject.base import Base
from nbcritic.kit.inject.bench import Bench, Ran, place
from nbcritic.kit.inject.counts import COUNTS
from nbcritic.kit.inject.draft import Draft, Flaw, plant, start
from nbcritic.kit.inject.operator import Operator, operators
from nbcritic.kit.inject.slice import sliced
from nbcritic.kit.remark import Key, Remark
from nbcritic.model import NbcriticError, Notebook, Replace

FLAWS = 8
SAME = 1e-9
"""Relative difference up to which two numbers are the same."""


@dataclass(frozen=True)
class Proof:
    """How a flaw was proven: the rules that see it, and the numbers that it moves, clean and flawed."""

    name: str
    rules: tuple[str, ...]
    moved: tuple[tuple[str, float, float], ...] = ()
    stops: str = ""
    """The error with which a run from the top ends."""
    counted: tuple[str, int, int] | None = None
    """What was counted on the page, clean and flawed."""

    @property
    def bites(self) -> bool:
        """Does anything show that the flaw is there?"""
        return bool(self.rules or self.moved or self.stops or (self.counted and self.counted[1] != self.counted[2]))


@dataclass(frozen=True)
class Variant:
    """A flawed notebook with its own key."""

    base: Base
    seed: int
    draft: Draft
    ran: Ran
    """The author's run, whose outputs are saved in the page."""
    proofs: tuple[Proof, ...]
    refused: tuple[tuple[str, str], ...]
    """Operators that were tried and do not apply, with the reason."""
    data: tuple[tuple[str, bytes], ...]
    """Tables of which this variant has a part, by file name."""

    @property
    def flaws(self) -> tuple[str, ...]:
        """Names of the planted flaws, in alphabetical order."""
        return tuple(sorted(flaw.name for flaw in self.draft.flaws))

    @property
    def key(self) -> Key:
        """The Remarks of what was planted, gravest first, then those that hold for every variant."""
        proofs = {proof.name: proof for proof in self.proofs}
        planted = [_remark(flaw, proofs[flaw.name], self.base.roles.scores) for flaw in self.draft.flaws]
        weight = ("blocker", "major", "minor", "nit").index
        ordered = sorted((*planted, *self.draft.remarks), key=lambda remark: weight(remark.severity))
        return Key(tuple(ordered), self.draft.decoys)


def _remark(flaw: Flaw, proof: Proof, scores: Sequence[str]) -> Remark:
    import msgspec

    remark = flaw.operator.remark(flaw.plant)
    wanted = [number for number in proof.moved if number[0] in scores] or list(proof.moved)
    told = [f"`{name}` goes from {_short(clean)} to {_short(flawed)}" for name, clean, flawed in wanted[:2]]
    if told:
        remark = msgspec.structs.replace(remark, why=f"{remark.why} Alone, in this notebook: {'; '.join(told)}.")
    seen = tuple(rule for rule in remark.rules if rule in proof.rules)
    return msgspec.structs.replace(remark, rules=seen)


def _short(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:.3g}"


def make(base: Base, seed: int, bench: Bench, flaws: int = FLAWS, only: Sequence[str] = ()) -> Variant:
    """Draw and prove the variant of this seed; the same seed gives the same bytes.

    Raises:
        NbcriticError: The clean notebook itself does not run, or no flaw can be planted into it.
    """
    data = sliced(base, Random(f"{seed}/data"))
    place(bench.folder / (base.data.name if base.data else "data"), data)
    clean = start(base, Random(f"{seed}/names"))
    ran = bench.run(clean)
    if ran.failed:
        raise NbcriticError(f"the clean notebook does not run: {ran.failed}")
    trial = _Trial(bench, clean, ran, seed)
    wanted, refused = _order(Random(f"{seed}/flaws"), only), dict[str, str]()
    while True:
        draft, proofs = _filled(trial, [one for one in wanted if one.name not in refused], flaws, refused)
        final = trial.together(draft, refused)
        if final is not None:
            break
    if not proofs:
        reasons = "; ".join(f"{name}: {why}" for name, why in refused.items())
        raise NbcriticError(f"no flaw can be planted into {base.notebook.path}: {reasons}")
    return Variant(base, seed, draft, final, tuple(proofs), tuple(refused.items()), data)


def _order(chance: Random, only: Sequence[str]) -> list[Operator]:
    """All operators, one of each family in turn; leakage first, the other families and the flaws in each by luck."""
    known = operators()
    if unknown := [name for name in only if name not in known]:
        raise NbcriticError(f"no flaw is called {', '.join(unknown)}; there are {', '.join(known)}")
    families: dict[str, list[Operator]] = {}
    for operator in known.values():
        if not only or operator.name in only:
            families.setdefault(operator.family, []).append(operator)
    for members in families.values():
        chance.shuffle(members)
    others = sorted(set(families) - {"leakage"})
    chance.shuffle(others)
    turns = [families[name] for name in ("leakage", *others) if name in families]
    return [members[turn] for turn in range(max(map(len, turns))) for members in turns if turn < len(members)]


def _filled(
    trial: _Trial, wanted: Iterable[Operator], number: int, refused: dict[str, str]
) -> tuple[Draft, list[Proof]]:
    """The clean draft with so many flaws, each proven alone; why others were refused is added."""
    draft, proofs = trial.clean, list[Proof]()
    for operator in wanted:
        if len(proofs) == number:
            break
        after = plant(draft, operator, trial.chance(operator))
        proof = trial.proven(operator) if isinstance(after, Draft) else after
        if isinstance(after, Draft) and isinstance(proof, Proof):
            draft = after
            proofs.append(proof)
        else:
            refused[operator.name] = str(proof)
    return draft, proofs


class _Trial:
    """Proves flaws one by one against the clean notebook and what it gave."""

    def __init__(self, bench: Bench, clean: Draft, ran: Ran, seed: int) -> None:
        self.bench = bench
        self.clean = clean
        self.ran = ran
        self.seed = seed
        self._codes = _codes(clean.notebook)
        self._known: dict[str, Proof | str] = {}

    def chance(self, operator: Operator) -> Random:
        """The luck of one operator: the same alone and among others."""
        return Random(f"{self.seed}/{operator.name}")

    def proven(self, operator: Operator) -> Proof | str:
        """The proof that a flaw alone bites, or what is wrong with it."""
        if operator.name not in self._known:
            self._known[operator.name] = self._prove(operator)
        return self._known[operator.name]

    def _prove(self, operator: Operator) -> Proof | str:
        alone = plant(self.clean, operator, self.chance(operator))
        if isinstance(alone, str):
            return alone
        if strangers := _strangers(self.clean, alone):
            return strangers
        if operator.effect == "order":
            return self._by_order(operator, alone)
        rules = self._rules(operator, alone.notebook)
        if isinstance(rules, str):
            return rules
        proof = Proof(operator.name, rules, counted=self._counted(operator, alone))
        if operator.effect != "same":
            ran = self.bench.run(alone)
            if ran.failed:
                return f"the notebook does not run with it: {ran.failed}"
            # By chance: what a seed fixed before now differs from run to run.
            other = self.bench.run(alone, seed=1) if operator.effect == "chance" else self.ran
            proof = replace(proof, moved=_moved(other.facts, ran.facts))
            if operator.effect in ("moves", "chance") and not proof.moved:
                return "it moves no number of this notebook"
        return proof if proof.bites else "nothing shows that it is there: no rule, no number and no count"

    def _counted(self, operator: Operator, alone: Draft) -> tuple[str, int, int] | None:
        if operator.name not in COUNTS:
            return None
        what, count = COUNTS[operator.name]
        return what, count(Page(self.clean.notebook)), count(Page(alone.notebook))

    def _by_order(self, operator: Operator, alone: Draft) -> Proof | str:
        ran = self.bench.run(alone)
        if ran.failed:
            return f"the notebook does not run with it: {ran.failed}"
        rules = self._rules(operator, saved(alone, ran))
        if isinstance(rules, str):
            return rules
        top = self.bench.run(alone, from_the_top=True)
        moved = _moved(top.facts, ran.facts) if not top.failed else ()
        if not top.failed and not moved:
            return "a run from the top gives the same"
        return Proof(operator.name, rules, moved, top.failed)

    def _rules(self, operator: Operator, notebook: Notebook) -> tuple[str, ...] | str:
        """The rules that speak up because of it, or why that will not do."""
        new = sorted(_codes(notebook) - self._codes)
        expected = set(operator.rules)
        if strange := [code for code in new if code not in expected | operator.allows]:
            return f"it would also be seen by {', '.join(strange)}"
        return tuple(code for code in new if code in expected)

    def together(self, draft: Draft, refused: dict[str, str]) -> Ran | None:
        """The run of the finished draft; None where flaws had to be refused, and others should be tried."""
        quiet = [flaw.operator for flaw in draft.flaws if flaw.operator.effect == "same"]
        if quiet and self._disturbs(quiet):
            culprits = {operator.name: why for operator in quiet if (why := self._disturbs([operator]))}
            refused.update(culprits or {quiet[-1].name: "does not go with the others"})
            return None
        ran = self.bench.run(draft, quiet=False)
        problem = ran.failed or _strangers(self.clean, draft)
        if not problem:
            return ran
        if not draft.flaws:
            raise NbcriticError(f"the notebook does not run: {problem}")
        refused[draft.flaws[-1].name] = f"does not go with the others: {problem}"
        return None

    def _disturbs(self, quiet: Sequence[Operator]) -> str:
        """What flaws change that should leave every result alone; empty where they do."""
        draft = self.clean
        for operator in quiet:
            after = plant(draft, operator, self.chance(operator))
            draft = after if isinstance(after, Draft) else draft
        ran = self.bench.run(draft)
        if ran.failed:
            return f"the notebook does not run with it: {ran.failed}"
        moved = _moved(self.ran.facts, ran.facts)
        return f"it should leave every number alone, and moves {moved[0][0]}" if moved else ""


def _moved(clean: Mapping[str, float], flawed: Mapping[str, float]) -> tuple[tuple[str, float, float], ...]:
    """The numbers that both have and that differ, the greatest relative difference first."""
    both = [(name, clean[name], flawed[name]) for name in clean if name in flawed]
    apart = [item for item in both if not math.isclose(item[1], item[2], rel_tol=SAME, abs_tol=1e-12)]
    return tuple(sorted(apart, key=lambda item: (-abs(item[2] - item[1]) / (abs(item[1]) + 1e-12), item[0])))


def _codes(notebook: Notebook) -> set[str]:
    """The rules of our own that speak up about a notebook, at their strictest."""
    config = Config(profile="production").with_options(select=["NBC"])
    return {finding.code for finding in critique(notebook, config).findings}


def _strangers(clean: Draft, draft: Draft) -> str:
    """What changed although no flaw names it; empty where all is well."""
    before = {cell.id: cell.source for cell in clean.notebook.cells}
    after = {cell.id: cell.source for cell in draft.notebook.cells}
    step, named = clean, set[str]()
    for flaw in draft.flaws:
        ids = {cell.number: cell.id or "" for cell in step.notebook.cells}
        named |= {ids[edit.at.cell] for edit in flaw.plant.edits if isinstance(edit, Replace)}
        named |= {ids[edit.cell] for edit in flaw.plant.edits if hasattr(edit, "cell")}
        step = _planted(step, flaw)
    changed = {id_ for id_ in before.keys() | after.keys() if id_ and before.get(id_) != after.get(id_)}
    return f"cells {', '.join(sorted(changed - named))} changed too" if changed - named else ""


def _planted(draft: Draft, flaw: Flaw) -> Draft:
    from nbcritic.notebook.write import rewrite

    return replace(draft, notebook=rewrite(draft.notebook, flaw.plant.edits).notebook)


def saved(draft: Draft, ran: Ran) -> Notebook:
    """The notebook as its author saved it: with counts and outputs of their run."""
    from nbcritic.kit.inject.save import saved as save

    return save(draft, ran)
