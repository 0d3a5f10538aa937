"""How well does an answer match the key? One pure function for people and for the tool.

An answer *matches* a Remark by its place (0.35), its category (0.15) and its concept words (0.50); from 0.6 on it counts, from
0.4 on a person decides, seeing both texts. A line claims one Remark at most, and the lines are assigned so that the sum
of points is the greatest that a fair reader could give; so neither the order of the lines nor their number can raise it.
A Remark is worth its severity's weight: 70 % for seeing it, 15 % each for what it costs and for what to do. Decoys cost.
A remark that is in no key is no error. Whether the gravest things come first is said beside the score, not in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from nbcritic.kit.answer import Answer
from nbcritic.kit.place import Places
from nbcritic.kit.remark import Decoy, Key, Remark
from nbcritic.kit.words import Text, tokens
from nbcritic.model import Notebook, Severity

PLACE, CATEGORY, CONCEPTS = 0.35, 0.15, 0.50
MATCH, UNSURE = 0.6, 0.4
SEEN, IMPACT, REMEDY = 0.70, 0.15, 0.15
WEIGHT: dict[Severity, int] = {"blocker": 8, "major": 4, "minor": 2, "nit": 1}
DECOY_COST = 4
FIRST = 3

Verdict: TypeAlias = Literal["match", "no match"]


@dataclass(frozen=True, slots=True)
class Claim:
    """An answer that was found to speak of a Remark."""

    answer: int
    """Its place in the list of answers, from 0."""
    remark: str
    likeness: float
    impact: bool
    remedy: bool
    points: float


@dataclass(frozen=True, slots=True)
class Unsure:
    """An answer that may or may not mean a Remark; a person who sees both texts decides."""

    answer: int
    remark: str
    likeness: float


@dataclass(frozen=True, slots=True)
class Scorecard:
    """What a critique is worth against a key. Points are of `possible`; `score` is their share, 0 to 100."""

    claims: tuple[Claim, ...]
    missed: tuple[str, ...]
    """Ids of the Remarks that nobody claimed, gravest first."""
    decoys: tuple[tuple[int, str], ...]
    """Answers that call a decoy a fault, with its id."""
    extra: tuple[int, ...]
    """Answers that no Remark or decoy of the key accounts for: no error, perhaps a good one."""
    unsure: tuple[Unsure, ...]
    points: float
    possible: float
    prioritised: float | None
    """Of the key's blockers, the share that stands among the first three answers; None where the key has none."""

    @property
    def score(self) -> float:
        """0 to 100, never below zero."""
        return round(100 * max(self.points, 0.0) / self.possible, 1) if self.possible else 0.0

    @property
    def recall(self) -> float:
        """Share of the key's Remarks that were seen."""
        total = len(self.claims) + len(self.missed)
        return len(self.claims) / total if total else 0.0

    @property
    def precision(self) -> float:
        """Share of the answers that speak of a Remark; extras count against it, though not against the score."""
        said = len(self.claims) + len(self.decoys) + len(self.extra)
        return len(self.claims) / said if said else 0.0


def grade(
    key: Key,
    answers: Sequence[Answer],
    notebook: Notebook,
    verdicts: dict[tuple[str, str], Verdict] | None = None,
) -> Scorecard:
    """Judge a critique.

    `verdicts` are a person's decisions about pairs between 0.4 and 0.6, by the answer's text and the Remark's id.
    """
    places = Places(notebook)
    ruled = verdicts or {}
    unique = _unique(answers)
    trapped = {index: decoy for index in unique if (decoy := _decoy(key, answers[index], places)) is not None}
    lines = _by_text(answers, [index for index in unique if index not in trapped])
    claims = _assigned(key, answers, lines, places, ruled)
    claimed = {claim.remark for claim in claims}
    used = {claim.answer for claim in claims}
    left = [line for line in lines if used.isdisjoint(line)]
    missed = [remark for remark in key.remark if remark.id not in claimed]
    missed.sort(key=lambda remark: -WEIGHT[remark.severity])
    return Scorecard(
        claims=tuple(claims),
        missed=tuple(remark.id for remark in missed),
        decoys=tuple((index, decoy.id) for index, decoy in sorted(trapped.items())),
        extra=tuple(line[0] for line in left),
        unsure=tuple(_unsure(missed, answers, left, places, ruled)),
        points=sum(claim.points for claim in claims) - DECOY_COST * len({decoy.id for decoy in trapped.values()}),
        possible=float(sum(WEIGHT[remark.severity] for remark in key.remark)),
        prioritised=_prioritised(key, claims),
    )


def likeness(item: Remark | Decoy, answer: Answer, places: Places) -> float:
    """How surely an answer speaks of an item, 0 to 1. A category that is not given weighs nothing.

    The share of concepts is squared: all of them belong together, and the right cell with one word of three is a guess.
    """
    place = places.overlap(answer.place, item.places)
    concepts = Text(answer.text).share(item.concepts, item.void) ** 2
    if isinstance(item, Remark) and answer.category:
        return PLACE * place + CATEGORY * (answer.category == item.category) + CONCEPTS * concepts
    return (PLACE * place + CONCEPTS * concepts) / (PLACE + CONCEPTS)


def _unique(answers: Sequence[Answer]) -> list[int]:
    """The first of all answers that are the same in words, place and category."""
    first: dict[tuple[object, ...], int] = {}
    for index, answer in enumerate(answers):
        first.setdefault((tokens(answer.text), answer.where, answer.category), index)
    return list(first.values())


def _by_text(answers: Sequence[Answer], indices: Sequence[int]) -> list[list[int]]:
    """Answers in the same words are one line, whatever places and categories they name: saying it twice is saying it once."""
    lines: dict[tuple[str, ...], list[int]] = {}
    for index in indices:
        lines.setdefault(tokens(answers[index].text), []).append(index)
    return list(lines.values())


def _decoy(key: Key, answer: Answer, places: Places) -> Decoy | None:
    """The decoy that an answer calls a fault, if no Remark fits it better."""
    fits = [(likeness(decoy, answer, places), decoy) for decoy in key.decoy]
    best, decoy = max(fits, key=lambda fit: fit[0], default=(0.0, None))
    if best < MATCH or any(likeness(remark, answer, places) > best for remark in key.remark):
        return None
    return decoy


def _assigned(
    key: Key,
    answers: Sequence[Answer],
    lines: Sequence[Sequence[int]],
    places: Places,
    ruled: dict[tuple[str, str], Verdict],
) -> list[Claim]:
    """The one-to-one assignment worth most: Kuhn's Hungarian method, as SciPy has it."""
    if not lines or not key.remark:
        return []
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    table = [[_best_claim(remark, line, answers, places, ruled) for remark in key.remark] for line in lines]
    worth = np.array([[_worth(claim) for claim in row] for row in table])
    rows, columns = linear_sum_assignment(worth, maximize=True)
    chosen = (table[row][column] for row, column in zip(rows, columns, strict=True))
    return sorted((claim for claim in chosen if claim), key=lambda claim: claim.answer)


def _worth(claim: Claim | None) -> float:
    """Points; the likeness only decides between equals: it is far below the smallest difference of points."""
    return claim.points + 1e-6 * claim.likeness if claim else 0.0


def _best_claim(
    remark: Remark,
    line: Sequence[int],
    answers: Sequence[Answer],
    places: Places,
    ruled: dict[tuple[str, str], Verdict],
) -> Claim | None:
    return max((_claim(remark, index, answers[index], places, ruled) for index in line), key=_worth)


def _claim(
    remark: Remark, index: int, answer: Answer, places: Places, ruled: dict[tuple[str, str], Verdict]
) -> Claim | None:
    like = likeness(remark, answer, places)
    verdict = ruled.get((answer.text, remark.id)) if UNSURE <= like < MATCH else None
    if like < MATCH and verdict != "match":
        return None
    text = Text(answer.text)
    impact, remedy = text.has_any(remark.impact), text.has_any(remark.remedy)
    points = WEIGHT[remark.severity] * (SEEN + IMPACT * impact + REMEDY * remedy)
    return Claim(index, remark.id, round(like, 3), impact, remedy, points)


def _unsure(
    missed: Sequence[Remark],
    answers: Sequence[Answer],
    left: Sequence[Sequence[int]],
    places: Places,
    ruled: dict[tuple[str, str], Verdict],
) -> list[Unsure]:
    """For each line that is left, the Remark that it may mean."""
    found = []
    for line in left:
        fits = [
            (likeness(remark, answers[index], places), remark.id, index)
            for remark in missed
            for index in line
            if (answers[index].text, remark.id) not in ruled
        ]
        like, remark, index = max(fits, default=(0.0, "", 0))
        if UNSURE <= like < MATCH:
            found.append(Unsure(index, remark, round(like, 3)))
    return found


def _prioritised(key: Key, claims: Sequence[Claim]) -> float | None:
    blockers = {remark.id for remark in key.remark if remark.severity == "blocker"}
    if not blockers:
        return None
    first = {claim.remark for claim in claims if claim.answer < FIRST}
    return len(blockers & first) / min(len(blockers), FIRST)
