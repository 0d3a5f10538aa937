"""A scenario small enough to break: what `kit new` lays out, with a notebook, filled in so far that the gate is content with it."""

import json
from pathlib import Path

import pytest

from nbcritic.kit.new import lay_out
from nbcritic.kit.scenario import Scenario

MEASURED = """
[measured.rows]
all = 2
share = 0.5
"""
PROBES = '''"""Measured."""

MEASURES = {"rows.all": lambda: 2, "rows.share": lambda: 0.502}
'''


@pytest.fixture
def tiny(tmp_path: Path) -> Scenario:
    """The scenario `tiny`, whose contract, probes, skeleton and reference can be run in a second."""
    lay_out("tiny", tmp_path)
    scenario = Scenario("tiny", tmp_path)
    facts = scenario.critique / "scenario.toml"
    facts.write_text(facts.read_text().replace("\n[measured]\n", MEASURED))
    (scenario.critique / "probes.py").write_text(PROBES)
    cells = [
        {"id": "title", "cell_type": "markdown", "source": "# TODO: the question", "metadata": {}},
        {"id": "load", "cell_type": "code", "source": "rows = 1", "metadata": {}, "outputs": [], "execution_count": 1},
    ]
    page = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    scenario.path.write_text(json.dumps(page))
    return scenario
