"""A scenario small enough to break, and a variant and a pack of a small notebook."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.kit import shop

from nbcritic.kit.inject.base import Base, of_file
from nbcritic.kit.inject.bench import Bench, bench
from nbcritic.kit.inject.roles import Roles
from nbcritic.kit.inject.variant import Variant, make
from nbcritic.kit.new import lay_out
from nbcritic.kit.scenario import Scenario
from nbcritic.kit.takehome.pack import Pack, write

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
    """What `kit new` lays out, with a notebook, filled in so far that the gate is content with it.

    Its contract, probes, skeleton and reference can be run in a second.
    """
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


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Base:
    folder = tmp_path_factory.mktemp("shop")
    shop.lay_out(folder)
    return of_file(folder / "shop.py", folder / "data", Roles(scores=("mean",)))


@pytest.fixture(scope="session")
def warm(base: Base) -> Iterator[Bench]:
    with bench(base.data) as ready:
        yield ready


@pytest.fixture(scope="session")
def variant(base: Base, warm: Bench) -> Variant:
    return make(base, 7, warm, 6)


@pytest.fixture(scope="session")
def pack(variant: Variant, tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return write(variant, 60, tmp_path_factory.mktemp("packs") / "shop", None)
