"""What a trainee reads: how far along they are, without what they have not found yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from nbcritic.kit.answer import Answer, has_prose
from nbcritic.kit.exercise import Exercise
from nbcritic.kit.grade import FIRST, WEIGHT, Claim, Scorecard
from nbcritic.kit.remark import Key, Remark
from nbcritic.kit.workspace import Workspace
from nbcritic.model import NbcriticError
from nbcritic.report.terminal import visible

_BANDS = ((1.0, "all"), (0.65, "most"), (0.35, "about half"), (0.01, "a few"), (0.0, "none"))


def band(share: float) -> str:
    """A share in a word: near enough to go on by, too rough to count what is left."""
    return next(word for least, word in _BANDS if share >= least)


def report(workspace: Workspace, exercise: Exercise, card: Scorecard, answers: Sequence[Answer]) -> str:
    """The result of a check, in plain text."""
    if not answers and has_prose(workspace.text()):
        return "critique.md has text, but no remark that could be read: begin each with `- `, or with its cell, such as `Cell 14:`.\n"
    if not answers:
        return comments(exercise.key, card, answers)[0] + "\n"
    lines = [f"{exercise.name} · attempt {len(workspace.state.attempts)} · {card.score:.0f} of 100{_floor(workspace)}"]
    if exercise.scenario is None:
        lines.append("The key is what nbcritic itself finds: a rule's opinion, not a person's.")
    if (left := workspace.left()) is not None:
        lines.append(f"{left:.0f} minutes are left" if left >= 0 else f"{-left:.0f} minutes over the time")
    lines += ["", f"seen        {_plural(len(card.claims), 'remark')}: {band(card.recall)} of the key"]
    lines.append(f"precision   {len(card.claims)} of your {_plural(len(answers), 'line')} speak of one")
    if card.prioritised is not None:
        lines.append(f"order       {band(card.prioritised)} of the blockers are among your first three lines")
    if not workspace.state.blind and not workspace.state.lens:
        lines += ["", *_categories(exercise.key, card, answers)]
    lines += ["", *(f"- {comment}" for comment in comments(exercise.key, card, answers))]
    if card.unsure:
        near = ", ".join(str(answers[one.answer].line or one.answer + 1) for one in card.unsure)
        lines.append(
            f"- Near something, but not yet clear: line {near}. Say which cell (or `whole`), and what follows from it."
        )
    if card.missed:
        lines += ["", "`nbcritic practice hint` gives a nudge; `nbcritic practice solution` ends the search."]
    else:
        lines += [
            "",
            "You have seen everything that is in the key. `nbcritic practice compare` shows the reference beside it.",
        ]
    return "\n".join(lines) + "\n"


def _floor(workspace: Workspace) -> str:
    floor = workspace.state.floor
    return "" if floor is None else f" (nbcritic alone: {floor:.0f})"


def _plural(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")


def _categories(key: Key, card: Scorecard, answers: Sequence[Answer]) -> list[str]:
    """For each category that the key has: how much was seen, and how many lines claimed to be about it."""
    seen = {claim.remark for claim in card.claims}
    total = Counter(remark.category for remark in key.remark)
    found = Counter(remark.category for remark in key.remark if remark.id in seen)
    right = Counter(answers[claim.answer].category for claim in card.claims)
    said = Counter(answer.category for answer in answers)
    width = max(len(name) for name in total)
    rows = []
    for name, number in sorted(total.items()):
        claimed = f"   {right[name]} of {_plural(said[name], 'line')} of yours" if said[name] else ""
        rows.append(f"  {name:{width}}  {band(found[name] / number):10}{claimed}".rstrip())
    return rows


def comments(key: Key, card: Scorecard, answers: Sequence[Answer]) -> list[str]:
    """One to three remarks on the critique, the first about what went well."""
    remarks = {remark.id: remark for remark in key.remark}
    found = [_good(card.claims, remarks, answers)] if card.claims else []
    ranked: list[tuple[float, str]] = []
    if not answers:
        return ["There is no remark in critique.md yet. Start with the one thing that you would tell whoever decides."]
    if not card.claims:
        ranked.append(
            (9, "No line is about what is in the key yet. Read the first cell and the last: is the question answered?")
        )
    if card.decoys:
        text = f"{_plural(len(card.decoys), 'line')} of yours would mend what is right. Ask of each: what would happen without it?"
        ranked.append((8, text))
    grave = [remark for remark in key.remark if remark.severity == "blocker"]
    missed = [remark for remark in grave if remark.id in card.missed]
    if missed and len(answers) > len(card.claims):
        ranked.append((7, "Something graver than most of your lines is still open: what number or decision is wrong?"))
    elif missed:
        ranked.append((6, "Not all of the blockers are there. Whose decision hangs on this, and on which number?"))
    weight = {remark.id: remark.severity for remark in key.remark}
    if any(weight[claim.remark] == "blocker" and claim.answer >= FIRST for claim in card.claims):
        ranked.append((5, "Put what changes the decision first; whoever reads you may stop after three lines."))
    if mute := sum(not claim.impact for claim in card.claims):
        ranked.append(
            (
                1 + 3 * mute / len(card.claims),
                f"{_plural(mute, 'line')} of yours could say what it costs here: a number, a decision, money.",
            )
        )
    if helpless := sum(not claim.remedy for claim in card.claims):
        ranked.append(
            (3 * helpless / len(card.claims), f"{_plural(helpless, 'line')} of yours could say what to do instead.")
        )
    return found + [text for _, text in sorted(ranked, key=lambda one: -one[0])[: 3 - len(found)]]


def _good(claims: Sequence[Claim], remarks: dict[str, Remark], answers: Sequence[Answer]) -> str:
    """What was done best: the gravest thing that was seen, said whole if possible."""
    best = max(
        claims, key=lambda claim: (WEIGHT[remarks[claim.remark].severity], claim.impact + claim.remedy, claim.likeness)
    )
    remark, answer = remarks[best.remark], answers[best.answer]
    whole = " with what it costs and what to do" if best.impact and best.remedy else ""
    return f"Well seen{whole}: {remark.title[0].lower()}{remark.title[1:]}" + (
        f" ({visible(answer.place)})" if answer.place else ""
    )


def hint(workspace: Workspace, exercise: Exercise, card: Scorecard) -> str:
    """The next rung for the gravest thing that is missing; it is counted, and saved.

    Raises:
        NbcriticError: Every hint has been read, or nothing is missing.
    """
    if not card.missed:
        raise NbcriticError("nothing is missing; there is no hint to give")
    taken = workspace.state.hints
    open_ = [id_ for id_ in card.missed if taken.get(id_, 0) < 3]
    if not open_:
        raise NbcriticError("every hint has been read; `nbcritic practice solution --give-up` shows the key")
    id_ = next((one for one in open_ if taken.get(one, 0)), open_[0])
    remark = next(remark for remark in exercise.key.remark if remark.id == id_)
    rung = taken.get(id_, 0)
    taken[id_] = rung + 1
    workspace.save()
    return f"Hint {rung + 1} of 3 ({_plural(sum(taken.values()), 'hint')} so far): {remark.hints[rung]}\n"


def solution(exercise: Exercise, card: Scorecard, answers: Sequence[Answer]) -> str:
    """The key, beside what was found of it, as Markdown."""
    claims = {claim.remark: claim for claim in card.claims}
    near = {one.remark: one for one in card.unsure}
    lines = [f"# The key: {exercise.title}", ""]
    for remark in sorted(exercise.key.remark, key=lambda one: -WEIGHT[one.severity]):
        mark = "seen" if remark.id in claims else "missed"
        lines += [
            f"## {remark.title}",
            "",
            f"*{mark} · {remark.severity} · {remark.category} · {_place(exercise, remark)}*",
            "",
        ]
        lines += [remark.what, "", f"**Why.** {remark.why}", "", f"**Instead.** {remark.fix}", ""]
        if remark.id in claims:
            lines += [f"You said: {visible(answers[claims[remark.id].answer].what)}", ""]
        elif remark.id in near:
            said = near[remark.id].answer
            lines += [f"Perhaps you meant it (`{remark.id}`): {visible(answers[said].what)}", ""]
        if remark.alternatives:
            lines += ["As good: " + " ".join(remark.alternatives), ""]
        if remark.reference:
            lines += ["In the reference: " + ", ".join(f"`{place}`" for place in remark.reference), ""]
    if exercise.key.decoy:
        lines += ["## What only looks wrong", ""]
        lines += [f"- {decoy.looks} **It is right:** {decoy.right}" for decoy in exercise.key.decoy]
    return "\n".join(lines).rstrip() + "\n"


def _place(exercise: Exercise, remark: Remark) -> str:
    number = next((cell.number for cell in exercise.notebook.cells if cell.id == remark.cell), 0) if remark.cell else 0
    return f"cell {number}" if number else "the notebook as a whole"


def status(workspace: Workspace) -> str:
    """What was done so far."""
    state = workspace.state
    lines = [f"{state.name} · started {state.started[:16].replace('T', ' ')} UTC"]
    if (left := workspace.left()) is not None:
        lines.append(
            f"{left:.0f} of {state.minutes} minutes are left" if left >= 0 else f"{-left:.0f} minutes over the time"
        )
    for number, attempt in enumerate(state.attempts, 1):
        late = ", after the time" if attempt.late else ""
        lines.append(
            f"attempt {number} · {attempt.at[:16].replace('T', ' ')} · {attempt.score:.0f} of 100 · "
            f"{_plural(len(attempt.found), 'remark')} seen, {_plural(attempt.hints, 'hint')}{late}"
        )
    if not state.attempts:
        lines.append("No attempt yet: write critique.md, then `nbcritic practice check`.")
    if state.hints:
        lines.append(f"{_plural(sum(state.hints.values()), 'hint')} read")
    if state.package:
        lines.append("package · " + " → ".join(f"{one['score']:.0f}" for one in state.package) + " of 100")
    if state.gave_up:
        lines.append("The key was opened before an attempt.")
    return "\n".join(lines) + "\n"


def record(workspace: Workspace, exercise: Exercise, card: Scorecard, answers: Sequence[Answer]) -> dict[str, Any]:
    """The result of a check for a machine; it names nothing that was not found."""
    return {
        "name": exercise.name,
        "attempt": len(workspace.state.attempts),
        "score": card.score,
        "floor": workspace.state.floor,
        "seen": [claim.remark for claim in card.claims],
        "recall": band(card.recall),
        "precision": round(card.precision, 3),
        "prioritised": card.prioritised,
        "comments": comments(exercise.key, card, answers),
        "hints": sum(workspace.state.hints.values()),
        "minutes_left": workspace.left(),
    }
