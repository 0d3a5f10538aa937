"""Marking a whole folder: in an order that favours nobody, whatever single submissions do, and to be taken up again at any time.

The folder of results holds one JSON file a submission. It is written as soon as the submission is marked; a second run reads it and
only marks what is new, has changed, or was marked by another version. A package that was run once is not run again; what a person
decided is applied each time, which costs no run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from random import Random
from threading import Event

import msgspec

from nbcritic.kit.contract import Run
from nbcritic.kit.takehome import submission as intake
from nbcritic.kit.takehome.marking import MARKING, Result, Verdicts, mark
from nbcritic.kit.takehome.pack import Pack
from nbcritic.kit.takehome.submission import Submission, Unreadable
from nbcritic.notebook.write import save


@dataclass(frozen=True)
class Marked:
    """One submission after marking, with what was read of it (nothing where it could not be read)."""

    result: Result
    files: Mapping[str, bytes]
    again: bool = False
    """Was the result there from an earlier run?"""


def order(names: Sequence[str], packs: Sequence[Pack]) -> list[str]:
    """The marking order: by luck, and the same each time for the same names and packs."""
    seed = hashlib.sha256("/".join(sorted(pack.facts.candidate_sha256 for pack in packs)).encode()).hexdigest()
    shuffled = sorted(names)
    Random(seed).shuffle(shuffled)
    return shuffled


def run(
    paths: Sequence[Path],
    packs: Sequence[Pack],
    out: Path,
    verdicts: Verdicts,
    *,
    box: Callable[[Path, Event], Run] | None,
    jobs: int = 1,
) -> Generator[Marked, None, None]:
    """Mark every submission, `jobs` at a time, and give each as it is done.

    `box` makes what runs the commands of one submission, until the event is set: who closes this ends what still runs.
    """
    results = out / "results"
    results.mkdir(parents=True, exist_ok=True)
    by_name = {intake.name_of(path): path for path in paths}
    waiting = iter(order(list(by_name), packs))
    stop = Event()
    with ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:
        running: set[Future[Marked]] = set()
        try:
            while True:
                while len(running) < max(1, jobs) and (name := next(waiting, None)) is not None:
                    running.add(pool.submit(_one, by_name[name], packs, results, verdicts, box, stop))
                if not running:
                    return
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    yield future.result()
        finally:
            stop.set()
            for future in running:
                future.cancel()


def _one(
    path: Path,
    packs: Sequence[Pack],
    results: Path,
    verdicts: Verdicts,
    box: Callable[[Path, Event], Run] | None,
    stop: Event,
) -> Marked:
    name = intake.name_of(path)
    files: Mapping[str, bytes] = {}
    again = False
    try:
        read = intake.read(path)
        files = read.files
        pack = choose(read, packs)
        known = _known(results / f"{name}.json", read, pack, runs=box is not None)
        again = known is not None
        own = (lambda source: box(source, stop)) if box is not None else None
        result = mark(read, pack, verdicts, box=own, known=known)
    except Unreadable as error:
        result = Result(name=name, status="ungradable", reason=str(error))
    except Exception as error:
        # One submission must never end the batch; the reason is kept, and it is no zero.
        result = Result(name=name, status="ungradable", reason=f"grading failed ({type(error).__name__}: {error})")
    if not stop.is_set():
        save(results / f"{name}.json", msgspec.json.format(msgspec.json.encode(result), indent=1) + b"\n")
    return Marked(result, files, again)


def choose(submission: Submission, packs: Sequence[Pack]) -> Pack:
    """The pack that a submission answers.

    Raises:
        Unreadable: It names none of them, and there are several.
    """
    by_id = {pack.facts.id: pack for pack in packs}
    named = submission.pack_id
    if named in by_id:
        return by_id[named]
    if named is None and len(packs) == 1:
        return packs[0]
    if named is None:
        raise Unreadable("take-home.toml is missing, and there are several packs that it could answer")
    raise Unreadable(f"it answers the pack {named!r}, which is not among {', '.join(sorted(by_id))}")


def _known(path: Path, submission: Submission, pack: Pack, *, runs: bool) -> Result | None:
    """An earlier result of the same bytes, the same pack and the same marking; not one whose package was left out and now is not."""
    found = read_result(path)
    same = (
        found is not None
        and found.status == "graded"
        and (found.digest, found.pack, found.marking) == (submission.digest, pack.facts.id, MARKING)
        and not (runs and "--no-package" in found.package_note)
    )
    return found if same else None


def read_result(path: Path) -> Result | None:
    """A result that was written; None where there is none, or half of one."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Result)
    except (OSError, msgspec.DecodeError):
        return None
