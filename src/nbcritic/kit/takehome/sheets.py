"""The papers of a pack, as Markdown: the candidate's brief and template, the interviewer's key, script and rubric."""

from __future__ import annotations

import re
from collections.abc import Mapping

from nbcritic.kit.grade import WEIGHT
from nbcritic.kit.inject.variant import Proof, Variant
from nbcritic.kit.remark import Key, Remark
from nbcritic.kit.scenario import Scenario
from nbcritic.model import SEVERITIES, first_line

TEMPLATE = """\
# Critique

Most important first. One line a remark: what is wrong, why it matters, how to fix it. `where` may be a cell's number,
its count (`In[12]`), a quoted piece of its code, or `whole`.
Severity: blocker (a number or a decision is wrong) · major (will break or mislead) · minor (costs maintenance) · nit.
What is good belongs here too: write it above the table.

| where | severity | what | why | fix |
|---|---|---|---|---|
"""


def brief(variant: Variant, minutes: int, promise: str) -> str:
    """`README.md` for the candidate."""
    base = variant.base
    name = base.notebook.path
    situation = base.brief.replace("{notebook}", name) or (
        f"# {base.title[:1].upper()}{base.title[1:]}\n\n## The situation\n\nA colleague has written `{name}` and is away now. It was "
        "saved as it was left, and somebody wants to rely on it.\n"
    )
    package = (
        f"\n5. If you have time left: the same as a package, in `package/`, which holds a naive start. It keeps this promise:\n\n{promise}\n"
        if promise
        else ""
    )
    needs = " (`pip install -r requirements.txt`)" if base.packages else ""
    return f"""{situation.rstrip()}

## What we ask of you

Take about {minutes} minutes. You need not find everything; order and reasons count more than length.

1. Read `{name}` as you would read a colleague's work before it goes live. It was saved as its author left it.
2. Write into `critique.md` what is wrong or risky: where, why it matters for this decision, and what to do instead. Most important
   first. Say what is good, too.
3. Write so that the author could read it and would want to.
4. You may run the notebook, change it and measure; a number beats an opinion.
{package}
Use the tools that you would use at work, assistants included, and say which. We will talk about your submission, so hand in only what
you can explain.

## Handing in

Zip this folder, with `critique.md` filled in and `take-home.toml` as it is, and send it back. Leave data and environments out.

## Running it

Python 3.11 or newer and Jupyter{needs}. Start Jupyter in this folder, so that `data/` is found.
"""


def interviewer(variant: Variant, key: Key, minutes: int, scenario: Scenario | None) -> Mapping[str, str]:
    """The interviewer's papers by file name."""
    from nbcritic.kit.takehome.pages import tick_sheet

    return {
        "key.md": _key(variant, key),
        "script.md": _script(variant, key, minutes, scenario),
        "rubric.md": RUBRIC,
        "tick-sheet.html": tick_sheet(variant.base.title, key, minutes),
    }


def _where(remark: Remark, variant: Variant) -> str:
    cell = next((cell for cell in variant.draft.notebook.cells if cell.id == remark.cell), None)
    if cell is None:
        return "the notebook as a whole"
    counts = [number for number, (id_, _) in enumerate(variant.draft.history, 1) if id_ == cell.id]
    count = f" · In[{counts[-1]}]" if counts else ""
    return f"cell {cell.number}{count} · `{first_line(cell.source)}`"


def _proof(proof: Proof) -> str:
    parts = []
    if proof.rules:
        parts.append(f"nbcritic sees it ({', '.join(proof.rules)})")
    for name, clean, flawed in proof.moved[:3]:
        parts.append(f"`{name}` {clean:.4g} → {flawed:.4g}")
    if proof.stops:
        parts.append(f"from the top it stops: {proof.stops}")
    if proof.counted:
        parts.append(f"{proof.counted[0]}: {proof.counted[1]} → {proof.counted[2]}")
    return "; ".join(parts)


def _key(variant: Variant, key: Key) -> str:
    proofs = {proof.name: proof for proof in variant.proofs}
    lines = [
        f"# Key: {variant.base.title}",
        "",
        f"Seed {variant.seed}. Planted and proven: {', '.join(variant.flaws)}. The other remarks hold for every variant.",
        "",
    ]
    for number, remark in enumerate(key.remark, 1):
        lines += [
            f"## {number}. {remark.title}",
            "",
            f"**{remark.severity}** · {remark.category} · {_where(remark, variant)}",
            "",
            remark.what,
            "",
            f"*Why it matters.* {remark.why}",
            "",
            f"*What to do.* {remark.fix}",
            "",
        ]
        if remark.id in proofs:
            lines += [f"*Proof.* Alone on the clean notebook: {_proof(proofs[remark.id])}.", ""]
    if key.decoy:
        lines += ["## Looks wrong, is right", ""]
        lines += [f"- `{decoy.quote}` ({decoy.looks}) {decoy.right}" for decoy in key.decoy]
        lines.append("")
    return "\n".join(lines)


def _script(variant: Variant, key: Key, minutes: int, scenario: Scenario | None) -> str:
    gravest = key.remark[:3]
    follow = _follow_ups(scenario)
    listen = "\n".join(f"- **{remark.title}.** {remark.hints[0]}" for remark in gravest)
    return f"""# The talk about it

The candidate has had {minutes} minutes with `{variant.base.notebook.path}`. Read the notebook before you read `key.md`, and note what
you missed: everybody misses something. Then forty minutes:

| minute | |
|---|---|
| 0-5 | "What would you tell the person who wants to use it, in two sentences?" The best single question. |
| 5-20 | "Take me through your critique, most important first." Follow their order. Where do you see it, what does it cost, what instead? |
| 20-30 | The defence questions on their scorecard: they are about what this candidate wrote. |
| 30-37 | One of the three below that has not come up; if it has, a follow-up. |
| 37-40 | "What is good about it? What do you say to its author?" Then their questions. |

## If it has not come up

Ask these openings, and give the point if they see it then.

{listen}

## Fairness

Ask everybody the same first questions and tick `tick-sheet.html` while you listen. A critique may have been written with an
assistant; whoever understands it can say what happens without the line, and what they would measure. Write your impression down
before you look at the next candidate's, and keep to the marking order of `takehome grade`.
{follow}"""


def _follow_ups(scenario: Scenario | None) -> str:
    """The scenario's own follow-ups, with a word about the notebook for which they were written."""
    path = scenario.critique / "interviewer.md" if scenario else None
    if path is None or not path.is_file():
        return ""
    found = re.search(r"^## Follow-ups\n.*?(?=^## |\Z)", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    if found is None:
        return ""
    title, _, follow = found[0].rstrip().partition("\n")
    return f"\n{title}\n\nWritten for the practice notebook of the same data: leave out what does not fit this one.\n{follow}\n"


RUBRIC = f"""# Rubric

Each remark of the key is worth its severity: {", ".join(f"{severity} {WEIGHT[severity]}" for severity in SEVERITIES)}. Seeing it gives
70 %, saying what it costs 15 %, saying what to do 15 %. Something that is right and called wrong costs 4. A remark that is in no key
costs nothing: read it, it may be the best one. Whether the gravest things come first is said beside the score, not in it.

| level | what you see |
|---|---|
| 1 | half of hidden state, packaging, tests, performance, readability; style first; fixes without reasons |
| 2 | leakage, evaluation, data, SQL and pandas with fixes that fit; the gravest first |
| 3 | impact in money or risk, what is *missing*, serving, monitoring, statistics, an order of work; leaves alone what is right |

Three things separate strong from good: they say **when** each column is known, they ask **which** rows are lost, and they keep what
the author did well. A fluent list without a sense of what changes the decision is level 1, however long it is.
"""
