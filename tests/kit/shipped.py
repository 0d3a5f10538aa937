"""The scenarios that ship, and what a reader of their notebooks sees."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from nbcritic.kit.scenario import Scenario, load, slugs

ROOT = Path(__file__).parents[2]
SCENARIOS = {slug: load(slug, ROOT) for slug in slugs(ROOT)}


@cache
def cells(scenario: Scenario) -> list[dict[str, Any]]:
    """The cells of the notebook as they are saved."""
    return list(json.loads(scenario.path.read_text(encoding="utf-8"))["cells"])


def outputs(scenario: Scenario, cell: str) -> str:
    """All text that a cell of the page shows."""
    found = next(entry for entry in cells(scenario) if entry["id"] == cell)
    texts = [output.get("text") or output["data"].get("text/plain", []) for output in found["outputs"]]
    return "".join(line for text in texts for line in text)
