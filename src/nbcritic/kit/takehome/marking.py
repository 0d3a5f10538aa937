"""Marking one submission: its critique against the key of its pack, its package against the scenario's contract.

Every number comes from files that are read here, outside the sandbox. What submitted code prints, or writes about its own worth, counts
for nothing; the one number that it may claim is compared with the honest one.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Event
from typing import Literal

import msgspec

from nbcritic.kit import floor
from nbcritic.kit.answer import Answer, read_answers
from nbcritic.kit.contract import Item, Ran, Run
from nbcritic.kit.grade import Scorecard, Verdict, grade
from nbcritic.kit.package import Package, judge
from nbcritic.kit.scenario import Scenario, load
from nbcritic.kit.takehome.pack import Pack
from nbcritic.kit.takehome.questions import questions
from nbcritic.kit.takehome.submission import Submission, Unreadable, critique, package
from nbcritic.model import NbcriticError

MUTANTS = 6
THEIR_WORD = frozenset({"own-tests", "mutants"})
"""What only files and exit codes from inside the sandbox say, which submitted code could forge: shown, and not scored."""
AFTER_HANGING = 15.0
"""Seconds that all other commands of a submission have after one of them had to be stopped."""
Verdicts = dict[tuple[str, str], Verdict]
MARKING = 1
"""Version of the marking: results of another one are not taken up again."""


class Line(msgspec.Struct, frozen=True):
    """One line of a critique, and what became of it."""

    where: str
    text: str
    remark: str = ""
    """The Remark or decoy it was taken for; empty for an extra."""
    became: Literal["match", "decoy", "extra", "unsure"] = "extra"
    impact: bool = False
    remedy: bool = False
    points: float = 0.0
    likeness: float = 0.0


class PackageItem(msgspec.Struct, frozen=True):
    """One thing about the package: 0 to 1, or None where it could not be judged."""

    id: str
    title: str
    share: float | None
    seen: str
    weight: int
    value: float | None = None


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one submission. `score` and `package_score` are 0 to 100, None where there is none: that is not zero."""

    name: str
    status: Literal["graded", "ungradable"]
    reason: str = ""
    pack: str = ""
    digest: str = ""
    marking: int = MARKING
    score: float | None = None
    points: float = 0.0
    possible: float = 0.0
    recall: float = 0.0
    precision: float = 0.0
    prioritised: float | None = None
    floor: float | None = None
    """What nbcritic alone scores on this key."""
    lines: tuple[Line, ...] = ()
    missed: tuple[str, ...] = ()
    package: tuple[PackageItem, ...] = ()
    package_note: str = ""
    """Why there is no package score, or what a reader should know about it."""
    package_score: float | None = None
    questions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def unsure(self) -> tuple[Line, ...]:
        """The lines that a person should decide."""
        return tuple(line for line in self.lines if line.became == "unsure")


def mark(
    submission: Submission,
    pack: Pack,
    verdicts: Verdicts,
    *,
    box: Callable[[Path], Run] | None,
    known: Result | None = None,
) -> Result:
    """Mark a submission. `box` makes the runner for the package in a folder, None where packages are not to be run; what is `known`
    of the package from an earlier marking is not run again.

    Raises:
        Unreadable: There is no critique in it that could be read; the text is for the candidate.
    """
    began = time.monotonic()
    text, notes = critique(submission)
    try:
        answers = read_answers(text, forgiving=True)
    except NbcriticError as error:
        raise Unreadable(f"the critique cannot be read: {error}") from error
    if not answers:
        raise Unreadable("no remark could be read from the critique; look at it yourself")
    card = grade(pack.key, answers, pack.notebook, verdicts)
    files = package(submission)
    items, note = (known.package, known.package_note) if known else _package(files, pack, box)
    return Result(
        name=submission.name,
        status="graded",
        pack=pack.facts.id,
        digest=submission.digest,
        score=card.score,
        points=round(card.points, 2),
        possible=card.possible,
        recall=round(card.recall, 3),
        precision=round(card.precision, 3),
        prioritised=None if card.prioritised is None else round(card.prioritised, 3),
        floor=floor_of(pack),
        lines=_lines(answers, card),
        missed=card.missed,
        package=items,
        package_note=note,
        package_score=_share(items),
        questions=questions(pack.key, answers, card, _own(files, pack), f"{pack.facts.id}/{submission.digest}"),
        notes=(*submission.notes, *notes),
        seconds=round((known.seconds if known else 0.0) + time.monotonic() - began, 2),
    )


def floor_of(pack: Pack) -> float:
    """What nbcritic alone scores on the key of a pack."""
    return grade(pack.key, floor.answers(floor.report(pack.notebook)), pack.notebook).score


def _lines(answers: Sequence[Answer], card: Scorecard) -> tuple[Line, ...]:
    lines = {index: Line(answer.place, answer.text) for index, answer in enumerate(answers)}
    for claim in card.claims:
        lines[claim.answer] = Line(
            answers[claim.answer].place,
            answers[claim.answer].text,
            claim.remark,
            "match",
            claim.impact,
            claim.remedy,
            round(claim.points, 2),
            claim.likeness,
        )
    for index, decoy in card.decoys:
        lines[index] = Line(answers[index].place, answers[index].text, decoy, "decoy")
    for unsure in card.unsure:
        answer = answers[unsure.answer]
        lines[unsure.answer] = Line(answer.place, answer.text, unsure.remark, "unsure", likeness=unsure.likeness)
    return tuple(lines[index] for index in sorted(lines))


def _share(items: Sequence[PackageItem]) -> float | None:
    judged = [(item.share, item.weight) for item in items if item.share is not None]
    total = sum(weight for _, weight in judged)
    return round(100 * sum(share * weight for share, weight in judged) / total, 1) if total else None


def _package(
    files: Mapping[str, bytes], pack: Pack, box: Callable[[Path], Run] | None
) -> tuple[tuple[PackageItem, ...], str]:
    """What the contract says about the package, or why it says nothing."""
    if not pack.facts.contract:
        return (), "this take-home asks for no package"
    if not files:
        return (), "no package was handed in"
    if not _own(files, pack):
        return (), "the package is the one that was handed out"
    if box is None:
        return (), "packages were not run (--no-package)"
    scenario = load(pack.facts.slug)
    with tempfile.TemporaryDirectory(prefix="submission-") as folder:
        root = Path(folder).resolve()
        for name, content in files.items():
            target = root / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        return _judged(scenario, root, box(root / "src"))


def _own(files: Mapping[str, bytes], pack: Pack) -> dict[str, bytes]:
    """The files of a package that are not as they were handed out."""
    return {name: content for name, content in files.items() if pack.given.get(f"package/{name}") != content}


def _judged(scenario: Scenario, root: Path, run: Run) -> tuple[tuple[PackageItem, ...], str]:
    items: list[PackageItem] = []
    try:
        items.extend(_item(item) for item in judge(Package(scenario, root, run, mutants=MUTANTS)))
    except NbcriticError as error:
        return tuple(items), f"the package cannot be judged: {error}"
    except Exception as error:
        # Our own contract met files that it did not expect: no candidate's score may hang on that.
        return tuple(items), f"the contract stopped ({type(error).__name__}: {error}); look at it yourself"
    return tuple(items), ""


def _item(item: Item) -> PackageItem:
    trusted = item.share is not None and item.id not in THEIR_WORD
    share = round(item.share, 3) if item.share is not None and trusted else None
    value = None if item.value is None else round(item.value, 4)
    return PackageItem(item.id, item.title, share, item.seen, item.weight, value)


def boxed(total: float, *, isolate: bool = True) -> Callable[[Path, Event], Run]:
    """Makes runners that run in the sandbox, have `total` seconds for all commands of one submission, and end at an event."""
    from nbcritic import sandbox

    def make(source: Path, cancel: Event) -> Run:
        deadline = time.monotonic() + total

        def run(command: Sequence[str], cwd: Path, timeout: float) -> Ran:
            nonlocal deadline
            left = min(timeout, deadline - time.monotonic())
            if left <= 0:
                return Ran(None, "", "the time for this submission is used up")
            outcome = sandbox.run(
                command,
                folder=cwd,
                keep=cwd,
                readable=[source],
                environment={
                    "PYTHONPATH": f"src{os.pathsep}{source}",
                    "PYTHONDONTWRITEBYTECODE": "1",
                    "MPLBACKEND": "Agg",
                },
                limits=sandbox.Limits(seconds=left),
                isolate=isolate,
                cancel=cancel,
            )
            if outcome.limit == "seconds":  # who hangs once will hang again, and others are waiting
                deadline = min(deadline, time.monotonic() + AFTER_HANGING)
            out, err = (stream.decode("utf-8", "replace")[-20_000:] for stream in (outcome.stdout, outcome.stderr))
            return Ran(outcome.exit_code, out, f"{err}\n{outcome.stopped}".strip() if outcome.limit else err)

        return run

    return make
