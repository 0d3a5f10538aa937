"""Results for other programs: CSV, JSON, and a folder of results as Gradescope's autograder writes them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from nbcritic.kit.takehome.marking import Result
from nbcritic.kit.takehome.pack import Pack
from nbcritic.kit.takehome.similarity import Pair

COLUMNS = (
    "name status reason pack score floor recall precision prioritised unsure package_score package_note seconds".split()
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(results: Sequence[Result]) -> str:
    """One row a submission, in the given order. A text that a spreadsheet would take for a formula gets an apostrophe in front."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    for result in results:
        values = [len(result.unsure) if column == "unsure" else getattr(result, column) for column in COLUMNS]
        writer.writerow([_safe(value) for value in values])
    return buffer.getvalue()


def _safe(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else "" if value is None else value


def as_json(results: Sequence[Result], pairs: Sequence[Pair], packs: Sequence[Pack]) -> str:
    """Everything, with the names of the packs and what was alike."""
    whole = {
        "schema": 1,
        "packs": [msgspec.to_builtins(pack.facts) for pack in packs],
        "results": [msgspec.to_builtins(result) for result in results],
        "similar": [msgspec.to_builtins(pair) for pair in pairs],
    }
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def gradescope(result: Result, pack: Pack | None) -> str:
    """`results.json` for one submission: a test a Remark, seen by staff only. An ungradable submission has no score."""
    whole: dict[str, Any] = {
        "visibility": "hidden",
        "stdout_visibility": "hidden",
        "extra_data": {"status": result.status},
    }
    if result.status == "ungradable" or pack is None:
        return json.dumps({**whole, "output": f"ungradable: {result.reason}", "tests": []}, indent=1) + "\n"
    claims = {line.remark: line for line in result.lines if line.became == "match"}
    tests: list[Mapping[str, Any]] = []
    from nbcritic.kit.grade import WEIGHT

    for remark in pack.key.remark:
        line = claims.get(remark.id)
        tests.append(
            {
                "name": f"{remark.severity}: {remark.title}",
                "score": line.points if line else 0.0,
                "max_score": WEIGHT[remark.severity],
                "output": f"{line.where}: {line.text}" if line else "not seen",
                "visibility": "hidden",
            }
        )
    floor = f"nbcritic alone: {result.floor} of 100" if result.floor is not None else ""
    whole |= {"score": max(result.points, 0.0), "output": floor, "tests": tests}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"
