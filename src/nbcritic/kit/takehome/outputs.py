"""Everything that `takehome grade` leaves behind, written from the results."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from nbcritic.kit.takehome.export import as_csv, as_json, gradescope
from nbcritic.kit.takehome.marking import Result
from nbcritic.kit.takehome.pack import Pack
from nbcritic.kit.takehome.pages import comparison, scorecard
from nbcritic.kit.takehome.similarity import Pair
from nbcritic.model import NbcriticError
from nbcritic.notebook.write import save


def write(out: Path, results: Sequence[Result], packs: Sequence[Pack], pairs: Sequence[Pair]) -> None:
    """Scorecards, the comparison, and the tables; results are in marking order."""
    by_id = {pack.facts.id: pack for pack in packs}
    files = {
        "compare.html": comparison(results, packs, pairs),
        "scores.csv": as_csv(results),
        "scores.json": as_json(results, pairs, packs),
    }
    for result in results:
        pack = by_id.get(result.pack)
        files[f"scorecards/{result.name}.html"] = scorecard(result, pack, pairs)
        files[f"gradescope/{result.name}/results.json"] = gradescope(result, pack)
    for name, text in files.items():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        save(out / name, text.encode("utf-8", "replace"))


def read(out: Path) -> tuple[list[Result], str]:
    """The results in marking order, and the whole `scores.json`.

    Raises:
        NbcriticError: Nothing was graded there.
    """
    try:
        text = (out / "scores.json").read_text(encoding="utf-8")
        results = msgspec.convert(msgspec.json.decode(text)["results"], list[Result])
    except (OSError, UnicodeDecodeError, msgspec.DecodeError, msgspec.ValidationError, KeyError, TypeError) as error:
        raise NbcriticError(
            f"{out}: holds no results; `nbcritic takehome grade SUBMISSIONS --pack PACK --out {out}` makes them"
        ) from error
    return results, text
