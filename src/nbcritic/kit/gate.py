"""The authoring gate: nothing ships that has not been run, measured and graded.

Each check yields what is wrong, in words that say what to do. The quick ones read; the slow ones run what ships.
"""

from __future__ import annotations

import hashlib
import os
import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from nbcritic.kit import floor
from nbcritic.kit.answer import Answer, read_answers
from nbcritic.kit.grade import grade, likeness
from nbcritic.kit.place import Places
from nbcritic.kit.record import RecordingError, parse
from nbcritic.kit.reference import excerpt
from nbcritic.kit.remark import Decoy, Remark
from nbcritic.kit.scenario import TOLERANCE, Scenario
from nbcritic.kit.words import Text
from nbcritic.model import NbcriticError

LEAST, MOST = 8, 14
JUDGEMENT = 0.4
LARGEST = 5_000_000
"""Bytes of one data file."""
ALIKE = 0.8
"""From here on, the text of one remark would pass for another's."""
_ABSOLUTE = 0.015
"""Scores near zero are compared by their difference."""
_FILES = (
    "scenario.toml",
    "key.toml",
    "recording.py",
    "probes.py",
    "contract.py",
    "critique.md",
    "interviewer.md",
    "samples/bands.toml",
    "skeleton/pyproject.toml",
    "skeleton/README.md",
    "reference/pyproject.toml",
    "reference/README.md",
    "reference/design.md",
)
_KNOWN = frozenset({"make_data.py", "samples", "skeleton", "reference", "base", "drivers", *_FILES})


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that the gate looks at. `slow` ones run code for more than a moment."""

    name: str
    title: str
    look: Callable[[Scenario], Iterator[str]]
    slow: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one check: nothing in `faults` is good."""

    scenario: str
    check: str
    title: str
    faults: tuple[str, ...]


def run(scenario: Scenario, *, quick: bool = False, only: str = "") -> Iterator[Result]:
    """Every check of one scenario, as it ends. A check that cannot be made is a fault of its own."""
    for check in CHECKS:
        if (quick and check.slow) or (only and check.name != only):
            continue
        try:
            faults = tuple(check.look(scenario))
        except NbcriticError as error:
            faults = (str(error),)
        yield Result(scenario.slug, check.name, check.title, faults)


def run_all(scenarios: Sequence[Scenario], *, quick: bool, only: str = "", jobs: int = 1) -> Iterator[Result]:
    """Every check of every scenario; with several `jobs`, so many scenarios at a time, each in a process of its own."""
    if jobs == 1 or len(scenarios) == 1:
        for scenario in scenarios:
            yield from run(scenario, quick=quick, only=only)
        return
    from concurrent.futures import ProcessPoolExecutor, as_completed
    from multiprocessing import get_context

    with ProcessPoolExecutor(min(jobs, len(scenarios)), get_context("spawn"), initializer=_one_thread) as pool:
        futures = [pool.submit(_whole, one.slug, one.root, quick, only) for one in scenarios]
        for future in as_completed(futures):
            yield from future.result()


def _one_thread() -> None:
    """Threads of several processes that wait for each other take ten times as long as one of each."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")


def _whole(slug: str, root: Path, quick: bool, only: str) -> list[Result]:
    return list(run(Scenario(slug, root), quick=quick, only=only))


def text(result: Result) -> str:
    """One result in plain text."""
    lines = [f"{'✖' if result.faults else '✔'} {result.scenario}: {result.title}"]
    return "\n".join([*lines, *(f"    {fault}" for fault in result.faults)]) + "\n"


def files(scenario: Scenario) -> Iterator[str]:
    """Is everything there, and nothing else?"""
    for name in _FILES:
        if not (scenario.critique / name).is_file():
            yield f"critiques/{scenario.slug}/{name} is missing; docs/kit/authoring.md says what it holds"
    for path in (scenario.path, scenario.brief):
        if not path.is_file():
            yield f"notebooks/{scenario.slug}/{path.name} is missing" + (
                f"; `nbcritic kit record {scenario.slug}` makes it" if path == scenario.path else ""
            )
    for path in sorted(scenario.critique.iterdir()):
        if path.name not in _KNOWN and not path.name.startswith((".", "__pycache__")):
            yield f"critiques/{scenario.slug}/{path.name} belongs to nothing; remove it, or move it where it belongs"
    for path in sorted(scenario.folder.rglob("*")):
        inside = path.relative_to(scenario.folder)
        ships = inside.parts[0] == "data" or inside.name in (scenario.path.name, "README.md")
        if path.is_file() and not ships and not any(part.startswith(".") for part in inside.parts):
            yield f"notebooks/{scenario.slug}/{inside} would reach the candidate; remove it"


def recording(scenario: Scenario) -> Iterator[str]:
    """Is the notebook what the recording makes?"""
    again = f"run `nbcritic kit record {scenario.slug}`"
    try:
        recorded = parse((scenario.critique / "recording.py").read_text(encoding="utf-8"))
    except (OSError, RecordingError) as error:
        yield f"recording.py cannot be read: {error}"
        return
    counts = recorded.counts()
    wanted = {take.id: (take.kind, take.source, counts[take.id]) for take in recorded.page}
    found = {cell.id or "": (cell.kind, cell.source, cell.execution_count) for cell in scenario.notebook.cells}
    if list(wanted) != list(found):
        odd = sorted(set(wanted) ^ set(found)) or ["the order"]
        yield f"the notebook's cells are not those of recording.py ({', '.join(odd[:3])}); {again}"
    for id_ in wanted.keys() & found.keys():
        if wanted[id_] != found[id_]:
            what = next(
                name for name, a, b in zip(("kind", "text", "count"), wanted[id_], found[id_], strict=True) if a != b
            )
            yield f"cell {id_}: its {what} in the notebook differs from recording.py; {again}"


def data(scenario: Scenario) -> Iterator[str]:
    """Are the data the recorded ones?"""
    for entry in scenario.facts.data.files:
        path = scenario.root / entry.file
        if not path.is_file():
            yield f"{entry.file} is missing; make_data.py draws it"
            continue
        content = path.read_bytes()
        found = hashlib.sha256(content).hexdigest()
        if found != entry.sha256:
            yield (
                f"{entry.file} has the sha256 {found}, scenario.toml says {entry.sha256}; draw it again with make_data.py, or "
                "measure everything anew and write down the new hash"
            )
        if len(content) > LARGEST:
            yield f"{entry.file} has {len(content):,} bytes; at most {LARGEST:,} ship"


def key(scenario: Scenario) -> Iterator[str]:
    """Does the key say enough, about places that exist?"""
    remarks, decoys = scenario.key.remark, scenario.key.decoy
    if not LEAST <= len(remarks) <= MOST:
        yield f"the key has {len(remarks)} remarks; {LEAST} to {MOST} fit an hour"
    if sum(remark.judgement for remark in remarks) < JUDGEMENT * len(remarks):
        yield f"less than {JUDGEMENT:.0%} of the remarks need a person's judgement; add some that no rule sees (rules = [])"
    if not 2 <= len(decoys) <= 3:
        yield f"the key has {len(decoys)} decoys; two or three show who reads"
    for remark in remarks:
        if remark.severity == "blocker" and not (remark.moved or any(sign.isdigit() for sign in remark.why)):
            yield f"{remark.id}: a blocker says in `why` what it moves, by a number; measure it in probes.py and name it in `moved`"
        if len({hint.strip() for hint in remark.hints} - {""}) < 3:
            yield f"{remark.id}: three different hints are needed, each nearer than the last"
        if not remark.concepts or not all(remark.concepts):
            yield f"{remark.id}: without concept words nobody can match it"


def quotes(scenario: Scenario) -> Iterator[str]:
    """Is every fragment that the key quotes where the key says it is?"""
    sources = {cell.id: cell.source for cell in scenario.notebook.cells}
    items: list[Remark | Decoy] = [*scenario.key.remark, *scenario.key.decoy]
    for item in items:
        for place in item.places:
            if place.cell and place.cell not in sources:
                yield f"{item.id}: the notebook has no cell {place.cell!r}; its cells are named in recording.py"
            elif place.cell and place.quote not in sources[place.cell]:
                yield f"{item.id}: {place.quote!r} is not in cell {place.cell}; copy the fragment from the cell word for word"


def numbers(scenario: Scenario) -> Iterator[str]:
    """Does every number that the key names stand under [measured]?"""
    for remark in scenario.key.remark:
        for name in remark.moved:
            if name not in scenario.measured:
                yield f"{remark.id}: `moved` names {name}, which [measured] in scenario.toml does not have"


def references(scenario: Scenario) -> Iterator[str]:
    """Does every place of the reference that the key names exist?"""
    for remark in scenario.key.remark:
        for place in remark.reference:
            if excerpt(scenario.reference, place) is None:
                yield f"{remark.id}: the reference has no {place}; name a file under src/<package>/ or its root, and a symbol in it"


def findings(scenario: Scenario) -> Iterator[str]:
    """Do the key and nbcritic agree about what a rule sees?"""
    from nbcritic import rules

    codes = {rule.code for rule in rules.load().values()}
    ids = {cell.number: cell.id or "" for cell in scenario.notebook.cells}
    found = [one for one in floor.report(scenario.notebook).findings if one.tool == "nbcritic"]
    here = {(one.code, ids.get(one.at.cell, "")) for one in found}
    keyed = {(code, place.cell) for remark in scenario.key.remark for code in remark.rules for place in remark.places}
    for remark in scenario.key.remark:
        for code in remark.rules:
            if code not in codes:
                yield f"{remark.id}: nbcritic has no rule {code}"
            elif not any((code, place.cell) in here for place in remark.places):
                where = sorted(cell or "the whole" for rule, cell in here if rule == code)
                yield f"{remark.id}: {code} does not flag any of its places" + (
                    f"; it flags {', '.join(where)}: name one of them in `also`"
                    if where
                    else "; take it out of `rules`"
                )
    accepted = {(one.rule, one.cell) for one in scenario.key.accepted}
    open_ = {(one.code, ids.get(one.at.cell, "")): one for one in found if one.severity in ("blocker", "major")}
    for (code, cell), finding in open_.items():
        if (code, cell) not in keyed | accepted:
            yield (
                f"{code} flags {cell or 'the whole notebook'} ({finding.severity}: {finding.message}); name it in a remark, or "
                "accept it with a reason under [[accepted]]"
            )
    for code, cell in sorted(accepted - here):
        yield f"{code} in {cell} is accepted, but nbcritic does not say it any more; remove the entry"


def grading(scenario: Scenario) -> Iterator[str]:
    """Does the key recognise itself, and nothing else?"""
    places = Places(scenario.notebook)
    own = {
        remark.id: Answer(remark.what, remark.cell or "whole", remark.severity, remark.category, remark.why, remark.fix)
        for remark in scenario.key.remark
    }
    card = grade(scenario.key, tuple(own.values()), scenario.notebook)
    if card.score < 100:
        weak = [claim.remark for claim in card.claims if not (claim.impact and claim.remedy)]
        yield (
            f"the key scores {card.score} on itself: {', '.join([*card.missed, *weak])}; its own `what`, `why` and `fix` must hold a word "
            "of every choice in `concepts`, and one of `impact` and `remedy`"
        )
    for remark in scenario.key.remark:
        text = Text(own[remark.id].text)
        for choice in remark.concepts:
            if not text.has_any(choice):
                yield f"{remark.id}: its own text holds none of {', '.join(choice)}; write one of them, or add the word that stands there"
        for id_, answer in own.items():
            if id_ != remark.id and likeness(remark, answer, places) >= ALIKE:
                yield f"{remark.id}: the text of {id_} matches it as well; narrow its `concepts`"


def samples(scenario: Scenario) -> Iterator[str]:
    """Does the grader give what a fair interviewer would?"""
    folder = scenario.critique / "samples"
    bands = _toml(folder / "bands.toml")
    for path in sorted(folder.glob("*.md")):
        if path.stem not in bands:
            yield f"samples/{path.name} has no band in bands.toml; write down what a fair interviewer would give"
    for name, entry in bands.items():
        if not (folder / f"{name}.md").is_file():
            yield f"bands.toml names {name}, but samples/{name}.md is missing"
            continue
        low, high = entry["band"]
        answers = read_answers((folder / f"{name}.md").read_text(encoding="utf-8"))
        score = grade(scenario.key, answers, scenario.notebook).score
        if not low <= score <= high:
            yield (
                f"samples/{name}.md scores {score}, a fair interviewer would give {low} to {high}: find out whether the key's words, the "
                "grader or the band is wrong"
            )


def probes(scenario: Scenario) -> Iterator[str]:
    """Does every number come out again?"""
    measures = scenario.measures()
    for name in sorted(set(scenario.measured) - set(measures)):
        yield f"[measured] has {name}, which no probe measures; add it to MEASURES in probes.py"
    for name in sorted(set(measures) - set(scenario.measured)):
        yield f"probes.py measures {name}, which [measured] does not have; write down what came out"
    for name in scenario.measured.keys() & measures.keys():
        found, wanted = measures[name](), scenario.measured[name]
        if not reaches(found, wanted, scenario.facts.tolerance, name):
            yield f"{name}: scenario.toml says {wanted:.6g}, its probe gives {found:.6g}; correct the number, and every text that quotes it"


def reaches(found: float, wanted: float, tolerance: dict[str, float], name: str) -> bool:
    """Is a measured number near enough to the written one? Whole numbers without a tolerance of their own must be equal."""
    begin = max((prefix for prefix in tolerance if name.startswith(prefix)), key=len, default=None)
    if name.endswith("_seconds"):
        factor = 1 + (tolerance[begin] if begin is not None else 9.0)
        return wanted / factor <= found <= wanted * factor
    if isinstance(wanted, int) and begin is None:
        return found == wanted
    relative = tolerance[begin] if begin is not None else TOLERANCE
    return abs(found - wanted) <= max(relative * abs(wanted), _ABSOLUTE if abs(wanted) <= 1 else 0.0)


def reference(scenario: Scenario) -> Iterator[str]:
    """Does the reference do what it is an example of?"""
    from nbcritic.kit import package
    from nbcritic.kit.contract import plain

    if missing := _not_installed(scenario.reference):
        yield f"the reference cannot be run here, it needs {', '.join(missing)}: pip install 'nbcritic[test]'"
        return
    asked = package.Package(scenario, scenario.reference, plain(scenario.reference / "src"), mutants=0)
    for item in package.judge(asked):
        if item.id == "metric":
            yield from _metric(scenario, item.value, "reference")
        elif item.share is None or item.share < 1:
            yield f"the reference: {item.title}: {item.seen}. {item.teach}"


def _not_installed(folder: Path) -> list[str]:
    """What a package and its tests say they need, and this environment does not have."""
    project = _toml(folder / "pyproject.toml").get("project", {})
    needed = [*project.get("dependencies", ()), *project.get("optional-dependencies", {}).get("test", ())]
    names = (found[0] for one in needed if (found := re.match(r"[\w.-]+", one)))
    return [name for name in names if not any(metadata.distributions(name=name))]


def skeleton(scenario: Scenario) -> Iterator[str]:
    """Does the trainee's start keep the contract, with the baseline's score?"""
    from nbcritic.kit import package
    from nbcritic.kit.contract import plain

    asked = package.Package(scenario, scenario.skeleton, plain(scenario.skeleton / "src"), mutants=0)
    for item in package.judge(asked):
        if item.id == "metric":
            yield from _metric(scenario, item.value, "baseline")
        elif item.id != "claim" and (item.share is None or item.share < 1):
            yield f"the skeleton: {item.title}: {item.seen}. It must run from minute one"


def _metric(scenario: Scenario, value: float | None, name: str) -> Iterator[str]:
    contract = scenario.facts.contract
    assert contract is not None
    wanted = getattr(contract, name)
    tolerance = {f"contract.{key.removeprefix('contract.')}": size for key, size in scenario.facts.tolerance.items()}
    if value is None or not reaches(value, float(wanted), tolerance, f"contract.{name}"):
        shown = "nothing" if value is None else f"{value:.4g}"
        yield f"[contract] says {name} = {wanted:.4g}, and {shown} came out; write down what comes out, after you know why"
    better = (
        contract.reference > contract.baseline
        if contract.better == "higher"
        else contract.reference < contract.baseline
    )
    if not better:
        yield "[contract]: the reference does not beat the baseline; then it is no example"


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise NbcriticError(f"{path} cannot be read: {error}") from error


CHECKS = (
    Check("files", "everything is there, and nothing else", files),
    Check("recording", "the notebook is what the recording makes", recording),
    Check("data", "the data are the recorded ones", data),
    Check("key", "the key says enough", key),
    Check("quotes", "quotes are found where the key says", quotes),
    Check("numbers", "numbers that the key names are measured", numbers),
    Check("references", "places of the reference exist", references),
    Check("findings", "key and rules agree", findings),
    Check("grading", "the key recognises itself and nothing else", grading),
    Check("samples", "sample critiques score as a fair interviewer would", samples),
    Check("probes", "probes reach their numbers", probes, slow=True),
    Check("skeleton", "the skeleton keeps the contract", skeleton, slow=True),
    Check("reference", "the reference keeps the contract and passes its tests", reference, slow=True),
)
