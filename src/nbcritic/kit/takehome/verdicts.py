"""What a person decided about lines that may or may not mean a Remark. Kept beside the results, and applied to every later marking."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Literal, TypeAlias

from nbcritic.kit.remark import Remark
from nbcritic.kit.takehome.marking import Line, Result, Verdicts
from nbcritic.kit.takehome.pack import Pack
from nbcritic.model import NbcriticError
from nbcritic.notebook.write import save

FILE = "verdicts.json"
Decision: TypeAlias = Literal["match", "no match", "later", "stop"]


def read(out: Path) -> Verdicts:
    """The verdicts so far.

    Raises:
        NbcriticError: The file is damaged: verdicts are work, and are never thrown away silently.
    """
    path = out / FILE
    if not path.is_file():
        return {}
    try:
        items = json.loads(path.read_text(encoding="utf-8"))
        found: Verdicts = {}
        for item in items:
            if item["verdict"] not in ("match", "no match"):
                raise ValueError(item["verdict"])
            found[item["text"], item["remark"]] = item["verdict"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NbcriticError(f"{path}: cannot be read ({error}); mend it or move it away") from error
    return found


def write(out: Path, verdicts: Verdicts) -> None:
    """Keep the verdicts."""
    items = [
        {"remark": remark, "text": text, "verdict": verdict} for (text, remark), verdict in sorted(verdicts.items())
    ]
    save(out / FILE, (json.dumps(items, indent=1, ensure_ascii=False) + "\n").encode("utf-8"))


def open_items(results: Sequence[Result], packs: Sequence[Pack]) -> Iterator[tuple[Result, Line, Remark]]:
    """Every line that waits for a person, with the Remark that it may mean."""
    keys = {pack.facts.id: {remark.id: remark for remark in pack.key.remark} for pack in packs}
    for result in results:
        for line in result.unsure:
            remark = keys.get(result.pack, {}).get(line.remark)
            if remark is not None:
                yield result, line, remark


def resolve(
    out: Path, results: Sequence[Result], packs: Sequence[Pack], ask: Callable[[Result, Line, Remark], Decision]
) -> int:
    """Ask a person about every open item; each verdict is kept at once. Gives how many were decided."""
    verdicts, decided = read(out), 0
    for result, line, remark in open_items(results, packs):
        if (line.text, remark.id) in verdicts:
            continue
        decision = ask(result, line, remark)
        if decision == "stop":
            break
        if decision != "later":
            verdicts[line.text, remark.id] = decision
            write(out, verdicts)
            decided += 1
    return decided
