"""Questions about what this candidate wrote: easy for who did the work, hard for who only handed it in."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from random import Random

from nbcritic.kit.answer import Answer
from nbcritic.kit.grade import WEIGHT, Scorecard
from nbcritic.kit.remark import Key

FEWEST, MOST = 3, 5
_ABOUT: Mapping[str, str] = {
    "fillna": "you fill gaps with `fillna`. What if tomorrow a column is empty for a whole day?",
    "dropna": "you drop rows with `dropna`. Which rows are those, and who would miss them?",
    "merge": "you merge two tables. What happens if a key stands twice on the right?",
    "train_test_split": "you split with `train_test_split`. Which rows of the test set could the model have seen a neighbour of?",
    "read_csv": "you read a CSV. What does your code say if a column is missing, or a number is spelt with a comma?",
    "apply": "you use `apply`. How would it look without, and when would you bother?",
    "predict_proba": "you use probabilities. Where does the threshold come from?",
    "fit": "you fit something here. Which rows reach this line, and how do you know?",
    "SimpleImputer": "you impute. What does the model learn from a value that is missing for a reason?",
    "OneHotEncoder": "you encode categories. What happens to one that training has never seen?",
    "OrdinalEncoder": "you encode categories as numbers. What does the model make of their order?",
}


def questions(
    key: Key, answers: Sequence[Answer], card: Scorecard, package: Mapping[str, bytes], seed: str
) -> tuple[str, ...]:
    """Three to five questions, the same for the same submission and pack."""
    chance = Random(seed)
    code = list(dict.fromkeys(_of_code(package)))
    chance.shuffle(code)
    said = list(_of_critique(key, answers, card))
    chosen = [*said[:3], *code[:2], *said[3:]]
    for general in _GENERAL:
        if len(chosen) < FEWEST:
            chosen.append(general)
    return tuple(dict.fromkeys(chosen))[:MOST]


_GENERAL = (
    "Which of your remarks would you put to the author first, and in which words?",
    "Which of your remarks are you least sure of, and what would you measure to find out?",
    "What did you look at and find right?",
)


def _of_critique(key: Key, answers: Sequence[Answer], card: Scorecard) -> Iterator[str]:
    remarks = {remark.id: remark for remark in key.remark}
    decoys = {decoy.id: decoy for decoy in key.decoy}
    for index, id_ in card.decoys[:1]:
        yield f"You wrote {_said(answers[index])}. What would happen without `{decoys[id_].quote}`?"
    claims = sorted(card.claims, key=lambda claim: -WEIGHT[remarks[claim.remark].severity])
    for claim in claims:
        answer = answers[claim.answer]
        if not claim.impact:
            yield f"You wrote {_said(answer)}. What does it cost, and how would you put a number on it in ten minutes?"
        elif not claim.remedy:
            yield f"You wrote {_said(answer)}. What exactly would you change, and which test would have caught it?"
    undecided = {unsure.answer for unsure in card.unsure}
    for index in [index for index in card.extra if index not in undecided][:1]:
        yield f"You wrote {_said(answers[index])}. For which decision does it matter, and what if nobody mends it?"
    for claim in claims[:2]:
        yield f"You wrote {_said(answers[claim.answer])}. Which result of which experiment would change your mind?"


def _said(answer: Answer) -> str:
    text = " ".join(answer.what.split())
    where = f" ({answer.place})" if answer.place else ""
    return f"“{text if len(text) <= 140 else text[:139] + '…'}”{where}"


def _of_code(package: Mapping[str, bytes]) -> Iterator[str]:
    for name, content in sorted(package.items()):
        if not name.endswith(".py") or "/test" in f"/{name}":
            continue
        try:
            tree = ast.parse(content)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
            place = f"In `{name}:{function.name}`"
            for node in ast.walk(function):
                if isinstance(node, ast.Call):
                    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                    if called in _ABOUT:
                        yield f"{place} {_ABOUT[called]}"
                elif isinstance(node, ast.ExceptHandler):
                    caught = ast.unparse(node.type) if node.type else "everything"
                    yield f"{place} you catch {caught}. Which error is that for, and what does the caller learn of it?"
