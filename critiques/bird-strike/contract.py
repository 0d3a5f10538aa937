"""Does a service send the team where it has to go, from what a crew knows at the gate and nothing else?

It is trained on the reports before 2000 and asked about all later ones over real HTTP, without damage, costs or species. The truth
stays here.
"""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from nbcritic.kit.contract import Item, Job, Ran, deterministic, honest, refuses

FIRST_HIDDEN = "2000-01-01"
GRAVE = ("Substantial", "B", "C")
VISIT, MISSED = 2_000, 60_000
BATCH = 400
FIELDS = {
    "date": "Flight Date",
    "aircraft": "Aircraft Make Model",
    "phase": "Phase of flight",
    "size": "Wildlife Size",
    "time_of_day": "Time of day",
}
Row = dict[str, str]
_CLAIM = (
    "Somebody moves a night team on the number that you report. If it is far above what is found on later reports, look for a leak: "
    "costs or species among the features, copies of test rows in training, a score on what was learnt."
)

DRIVER = '''\
"""Start the service, send it every request of a file, write down what it answers, stop it."""
import json, socket, subprocess, sys, time
from urllib import error, request

package, model, requests, answers = sys.argv[1:]
with socket.create_server(("127.0.0.1", 0)) as free:
    port = free.getsockname()[1]
service = subprocess.Popen([sys.executable, "-m", package, "serve", "--model", model, "--port", str(port)])
address = f"http://127.0.0.1:{port}"


def call(path, body=None):
    asked = request.Request(address + path, body, {"Content-Type": "application/json"})
    try:
        with request.urlopen(asked, timeout=30) as reply:
            return reply.status, reply.read().decode("utf-8", "replace")
    except error.HTTPError as refused:
        return refused.code, refused.read().decode("utf-8", "replace")


try:
    for _ in range(900):
        try:
            if call("/health")[0] == 200:
                break
        except OSError:
            pass
        if service.poll() is not None:
            sys.exit("the service ended before it was asked")
        time.sleep(0.2)
    else:
        sys.exit("the service did not get ready")
    with open(requests) as file:
        told = [call("/score", line.strip().encode()) for line in file]
    with open(answers, "w") as file:
        json.dump(told, file)
finally:
    service.kill()
    service.wait()
'''


def judge(job: Job) -> Iterator[Item]:
    """Train once, ask about every later report; then the same again, odd requests, and broken input."""
    rows = _read(job.data("birdstrikes.csv.gz"))
    past, later = ([row for row in rows if (row["Flight Date"] >= FIRST_HIDDEN) == hidden] for hidden in (False, True))
    reports, model = job.folder / "reports.csv", job.folder / "model"
    _write(reports, past)
    trained = job.call("train", reports=reports, model=model)
    yield job.worked("trains", "`train` runs on the reports before 2000", trained, wrote=model)

    asked = [_asked(str(number), row) for number, row in enumerate(later)]
    batches = [asked[start : start + BATCH] for start in range(0, len(asked), BATCH)]
    odd = [
        {"reports": [asked[0] | {"size": "Enormous"}]},
        {"reports": "all of them"},
        "no JSON",
        {"reports": asked[:1]},
    ]
    told, ran = (
        _ask(job, model, [*({"reports": batch} for batch in batches), *odd], "answers") if trained.ok else ([], trained)
    )
    found, fault = _answers(told[: len(batches)], asked)
    yield Item(
        "answers",
        "`serve` answers every later report over HTTP, from what is known at the gate",
        float(not fault),
        f"{len(found)} reports in {len(batches)} requests" if not fault else f"{fault}; the driver {ran.ended}",
        "Each report comes without damage, costs and species, a third of them without a speed, and some with an aircraft that no earlier "
        "report has. Code that drops or cannot take such rows stops here.",
        4,
        "serving-and-rollback",
    )
    grave = [row["Effect Amount of damage"] in GRAVE for row in later]
    send = [goes for _, goes in found]
    value = None if fault else _dollars(grave, send)
    yield next(iter(honest(job, value, None)))
    yield _claimed(job, model, None if fault else _auc(grave, [chance for chance, _ in found]))
    yield _refused(told[len(batches) :])
    again = job.folder / "again"
    if not fault and job.call("train", reports=reports, model=again).ok:
        _ask(job, again, [{"reports": batches[0]}], "again")
        _keep(job.folder / "answers.json", job.folder / "first.json")
        _keep(job.folder / "again.json", job.folder / "second.json")
    yield deterministic(job.folder / "first.json", job.folder / "second.json")
    broken = job.folder / "broken.csv"
    _write(broken, [row | {"Wildlife Size": "a bird"} for row in past[:300]])
    yield refuses(
        job,
        "train",
        what="a size of bird that is none",
        reports=broken,
        model=job.folder / "bad",
        leaves=job.folder / "bad",
    )


def _asked(number: str, row: Row) -> dict[str, Any]:
    """One report as the crew gives it."""
    speed = row["Speed IAS in knots"]
    return {
        "id": number,
        **{name: row[column] for name, column in FIELDS.items()},
        "speed": float(speed) if speed else None,
    }


def _ask(job: Job, model: Path, requests: list[Any], name: str) -> tuple[list[Any], Ran]:
    """Status and text of each reply; empty where the driver did not get that far."""
    driver, lines, out = job.folder / "ask.py", job.folder / f"{name}.jsonl", job.folder / f"{name}.json"
    driver.write_text(DRIVER)
    lines.write_text(
        "".join(request + "\n" if isinstance(request, str) else json.dumps(request) + "\n" for request in requests)
    )
    ran = job.call("ask", driver=driver, model=model, requests=lines, answers=out)
    try:
        return json.loads(out.read_text()), ran
    except (OSError, ValueError):
        return [], ran


def _answers(told: list[Any], asked: list[dict[str, Any]]) -> tuple[list[tuple[float, bool]], str]:
    """Chance and decision for each report in order, or what is wrong with the answers."""
    found: list[tuple[float, bool]] = []
    ids = []
    for status, text in told:
        if status != 200:
            return [], f"a request was answered with {status}: {text[:160]}"
        try:
            for answer in json.loads(text)["answers"]:
                found.append((float(answer["chance"]), bool(answer["send"])))
                ids.append(str(answer["id"]))
        except (KeyError, TypeError, ValueError) as error:
            return [], f"an answer cannot be read: {error!r}"
    if ids != [report["id"] for report in asked]:
        return [], f"{len(ids)} answers for {len(asked)} reports, or in another order"
    if not all(0 <= chance <= 1 for chance, _ in found):
        return [], "a chance is not between 0 and 1"
    return found, ""


def _claimed(job: Job, model: Path, value: float | None) -> Item:
    """Does the claimed AUC hold? Dollars move with the share of grave cases from year to year; a ranking does not."""
    claimed = job.claim(model / "claim.json")
    if claimed is None or value is None:
        seen = "no number is claimed" if claimed is None else f"claimed {claimed:.3g}, but nothing could be scored"
        return Item("claim", "The claimed AUC holds", 0.0, seen, _CLAIM, 4, "leakage", claimed)
    good = abs(claimed - value) <= job.contract.tolerance
    seen = f"claimed {claimed:.3g}, found {value:.3g}"
    return Item("claim", "The claimed AUC holds", float(good), seen, _CLAIM, 4, "leakage", claimed)


def _dollars(grave: list[bool], send: list[bool]) -> float:
    wasted = sum(goes and not bad for bad, goes in zip(grave, send, strict=True))
    missed = sum(bad and not goes for bad, goes in zip(grave, send, strict=True))
    return 1000 * (wasted * VISIT + missed * MISSED) / len(grave)


def _refused(told: list[Any]) -> Item:
    """Three requests that make no sense, and a good one after them."""
    states = [status for status, _ in told]
    good = len(states) == 4 and all(400 <= status < 500 for status in states[:3]) and states[3] == 200
    return Item(
        "bad-request",
        "Refuses requests that make no sense, and lives on",
        float(good),
        f"answered {', '.join(map(str, states[:3]))}, then a good one {states[3]}"
        if len(states) == 4
        else "it was not asked",
        "A size that does not exist, no list, no JSON: each gets a status of 400 to 499 and a line that says why, and the next caller must "
        "not notice. A status of 500 or a silent guess sends a team for nothing, or sends none.",
        2,
        "data-validation",
    )


def _keep(answers: Path, out: Path) -> None:
    """The chances and decisions of the first request; a model's name may differ between two trainings."""
    try:
        status, text = json.loads(answers.read_text())[0]
        kept = [(answer["id"], answer["chance"], answer["send"]) for answer in json.loads(text)["answers"]]
        out.write_text(json.dumps([status, kept]))
    except (OSError, ValueError, KeyError, IndexError, TypeError):
        return


def _auc(grave: list[bool], chances: list[float]) -> float:
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(grave, chances))


def _read(path: Path) -> list[Row]:
    """The rows of the file, every value as it is spelt."""
    with gzip.open(path, "rt", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _write(path: Path, rows: Iterable[Row]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        for number, row in enumerate(rows):
            if number == 0:
                writer.writerow(row)
            writer.writerow(row.values())
