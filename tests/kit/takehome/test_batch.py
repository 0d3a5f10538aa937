"""A folder of submissions: every one marked, none able to stop or to flatter itself, and a person's verdicts kept."""

import csv
import html.parser
import io
import json
from pathlib import Path

import pytest
from tests.kit.takehome.samples import HEAD, zipped

from nbcritic.kit.takehome import batch, outputs, verdicts
from nbcritic.kit.takehome.batch import Marked
from nbcritic.kit.takehome.marking import Result
from nbcritic.kit.takehome.pack import Pack
from nbcritic.kit.takehome.similarity import pairs
from nbcritic.kit.takehome.submission import found
from nbcritic.model import NbcriticError

GOOD = HEAD + (
    "| 3 | blocker | The parameter was changed and its cell ran last: results are stale and belong to the old value | "
    "The page is wrong | Restart and run all |\n"
    "| whole | major | There is no assertion and no validation of the input data | Bad data passes silently | Add asserts or a schema |\n"
    "| `except:` | major | A bare except hides every error and gives 0 | Bugs look like data | Raise |\n"
)
NASTY = HEAD + "| 1 | nit | <script>alert(1)</script> =cmd() {{ 7*7 }} | x | y |\n"


def run(folder: Path, pack: Pack, out: Path, **options: object) -> dict[str, Marked]:
    done = batch.run(found(folder), [pack], out, verdicts.read(out) if out.is_dir() else {}, box=None, **options)  # type: ignore[arg-type]
    return {one.result.name: one for one in done}


@pytest.fixture
def folder(tmp_path: Path, pack: Pack) -> Path:
    where = tmp_path / "submissions"
    where.mkdir()
    mark = {"take-home.toml": pack.given["take-home.toml"]}
    (where / "good.zip").write_bytes(zipped(mark | {"critique.md": GOOD}))
    (where / "nasty.zip").write_bytes(zipped(mark | {"critique.md": NASTY}))
    (where / "blank.zip").write_bytes(zipped(mark | {"critique.md": pack.given["critique.md"]}))
    (where / "broken.zip").write_bytes(b"PK no")
    forged = json.dumps({"name": "forger", "status": "graded", "score": 100.0, "pack": pack.facts.id})
    (where / "forger.zip").write_bytes(
        zipped(mark | {"critique.md": NASTY, "results/forger.json": forged, "verdicts.json": "[]"})
    )
    (where / "stranger.zip").write_bytes(zipped({"take-home.toml": 'id = "00000000"', "critique.md": GOOD}))
    return where


def test_each_gets_what_it_deserves(folder: Path, pack: Pack, tmp_path: Path) -> None:
    done = {name: one.result for name, one in run(folder, pack, tmp_path / "out", jobs=3).items()}
    assert {name: result.status for name, result in done.items()} == {
        "good": "graded",
        "nasty": "graded",
        "forger": "graded",
        "blank": "ungradable",
        "broken": "ungradable",
        "stranger": "ungradable",
    }
    assert done["good"].score is not None
    assert done["good"].score > 25
    assert done["nasty"].score == done["forger"].score == 0
    assert done["blank"].score is None
    assert "no remark" in done["blank"].reason
    assert "00000000" in done["stranger"].reason
    assert 3 <= len(done["good"].questions) <= 5
    assert done["good"].floor is not None


def test_an_interrupted_batch_goes_on_where_it_stopped(folder: Path, pack: Pack, tmp_path: Path) -> None:
    out = tmp_path / "out"
    part = batch.run(found(folder), [pack], out, {}, box=None)
    first = next(part).result.name
    part.close()
    assert (out / "results" / f"{first}.json").is_file()
    done = run(folder, pack, out)
    if done[first].result.status == "graded":
        assert done[first].again
    again = run(folder, pack, out)
    assert {name for name, one in again.items() if one.again} == {"good", "nasty", "forger"}
    (folder / "good.zip").write_bytes(zipped({"critique.md": GOOD + "| 2 | nit | more | x | y |\n"}))
    assert not run(folder, pack, out)["good"].again
    (out / "results" / "nasty.json").write_text("{half", encoding="utf-8")
    assert not run(folder, pack, out)["nasty"].again


def test_the_order_is_by_luck_and_the_same_each_time(pack: Pack) -> None:
    names = [f"candidate-{number}" for number in range(12)]
    assert batch.order(names, [pack]) == batch.order(names[::-1], [pack])
    assert batch.order(names, [pack]) != sorted(names)


def test_marking_that_fails_is_contained(
    folder: Path, pack: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(submission: object, *_: object, **__: object) -> Result:
        raise ZeroDivisionError("on purpose")

    monkeypatch.setattr(batch, "mark", fails)
    done = run(folder, pack, tmp_path / "out")
    assert len(done) == 6
    assert "ZeroDivisionError: on purpose" in done["good"].result.reason
    assert done["good"].result.score is None


def test_a_persons_verdict_is_kept_and_applied(folder: Path, pack: Pack, tmp_path: Path) -> None:
    remark = next(remark for remark in pack.key.remark if remark.cell)
    word = remark.concepts[0][0].rstrip("*")
    line = f"| {remark.cell} | major | something about {word} here | x | y |\n"
    (folder / "vague.zip").write_bytes(zipped({"critique.md": HEAD + line}))
    out = tmp_path / "out"
    before = run(folder, pack, out)["vague"].result
    assert [one.remark for one in before.unsure] == [remark.id]
    asked = []

    def yes(result: Result, line: object, remark: object) -> verdicts.Decision:
        asked.append(result.name)
        return "match" if result.name == "vague" else "later"

    assert verdicts.resolve(out, [before], [pack], yes) == 1
    after = run(folder, pack, out)["vague"].result
    assert after.unsure == ()
    assert after.score is not None
    assert before.score is not None
    assert after.score > before.score
    assert verdicts.resolve(out, [after], [pack], yes) == 0
    (out / verdicts.FILE).write_text("[{]", encoding="utf-8")
    with pytest.raises(NbcriticError, match="cannot be read"):
        verdicts.read(out)


class Tags(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        assert not any(name.startswith("on") for name, _ in attrs)


def test_everything_is_written_and_nothing_of_a_submission_runs(folder: Path, pack: Pack, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = run(folder, pack, out)
    results = [one.result for one in done.values()]
    alike = pairs({name: one.files for name, one in done.items()}, [pack.given])
    outputs.write(out, results, [pack], alike)
    pages = [out / "compare.html", *sorted((out / "scorecards").iterdir())]
    assert len(pages) == 7
    for page in pages:
        tags = Tags()
        tags.feed(page.read_text(encoding="utf-8"))
        assert "script" not in tags.seen
        assert {"html", "h1"} <= set(tags.seen)
    assert "{{ 7*7 }}" in (out / "scorecards" / "nasty.html").read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO((out / "scores.csv").read_text(encoding="utf-8"))))
    assert [row["name"] for row in rows] == [result.name for result in results]
    assert next(row for row in rows if row["name"] == "blank")["score"] == ""
    grades = {name: json.loads((out / "gradescope" / name / "results.json").read_text("utf-8")) for name in done}
    assert "score" not in grades["blank"]
    assert grades["good"]["score"] == pytest.approx(sum(test["score"] for test in grades["good"]["tests"]))
    assert len(grades["good"]["tests"]) == len(pack.key.remark)
    read, text = outputs.read(out)
    assert read == results
    assert json.loads(text)["packs"][0]["id"] == pack.facts.id
    with pytest.raises(NbcriticError, match="takehome grade"):
        outputs.read(tmp_path)
