"""Measure the flow between cells against notebooks in which people have labelled it.

    python benchmarks/flow_crabs.py FOLDER [--output edges.jsonl] [--show]

FOLDER holds other people's notebooks and `labels.jsonl` (never part of this repository): one edge a line, `file`, `from_cell`, `cell`
(counted from 0 over the code cells) and `name`, which is `data:x` or `code:f`. The labels know no imports, so that those edges are left
out here. Prints macro precision, recall and F1 over the notebooks: of the edges, and of what depends on what through any number of
edges; beside them those of a last-writer baseline on the names alone. With `--show`, prints every disagreement.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import TypeAlias

from nbcritic.analysis.graph import Graph
from nbcritic.analysis.page import Page
from nbcritic.notebook.read import read

Flow: TypeAlias = "set[tuple[int, int, str]]"


def main() -> None:
    """Measure, print, and write the edges where they are wanted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--output", type=Path, help="write the edges here, in the form of the labels")
    parser.add_argument("--show", action="store_true", help="print every disagreement")
    arguments = parser.parse_args()
    true: dict[str, Flow] = defaultdict(set)
    for line in (arguments.folder / "labels.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        true[row["file"]].add((row["from_cell"], row["cell"], row["name"]))
    pages = {file: _page(arguments.folder / file) for file in sorted(true)}
    said = {file: edges(page) for file, page in pages.items()}
    _print("graph", true, said)
    _print("last writer", true, {file: baseline(page) for file, page in pages.items()})
    if arguments.output:
        rows = [
            json.dumps({"file": file, "from_cell": a, "cell": b, "name": name})
            for file, found in said.items()
            for a, b, name in sorted(found)
        ]
        arguments.output.write_text("\n".join(rows) + "\n", "utf-8")
    for file in sorted(true) if arguments.show else ():
        for sign, found in (("missed", true[file] - said[file]), ("unlabelled", said[file] - true[file])):
            for a, b, name in sorted(found, key=lambda edge: (edge[1], edge[0], edge[2])):
                print(f"{sign}\t{file}\t{a} -> {b}\t{name}")


def _page(path: Path) -> Page:
    return Page(read(path.read_bytes(), str(path)))


def edges(page: Page) -> Flow:
    """The edges of a page, imports left out."""
    place = {cell.number: index for index, cell in enumerate(page.cells)}
    graph = Graph(page.cells, page.flow.document_order, page.names, page.values)
    return {
        (place[edge.from_cell], place[edge.cell], f"{edge.kind}:{edge.name}")
        for edge in graph.edges
        if edge.kind == "data" or not _imported(page, edge.from_cell, edge.name)
    }


def _imported(page: Page, cell: int, name: str) -> bool:
    bound = [event for event in page.names.of(cell).of("bind") if event.name == name]
    return not bound or all(event.how == "import" for event in bound)


def baseline(page: Page) -> Flow:
    """The edges that names alone tell: the last cell above that binds or changes a name, function bodies followed."""
    place = {cell.number: index for index, cell in enumerate(page.cells)}
    found: Flow = set()
    for cell, sources in page.flow.sources.items():
        for name, source in sources.items():
            if not _imported(page, source, name) or name in page.names.of(source).mutates:
                kind = "code" if name in page.names.functions else "data"
                found.add((place[source], place[cell], f"{kind}:{name}"))
    return found


def _closure(edges: Flow) -> set[tuple[int, int]]:
    """Which cell depends on which, through any number of edges."""
    sources = defaultdict[int, set[int]](set)
    for a, b, _ in edges:
        sources[b].add(a)
    found = set()
    for cell in sources:
        seen, waiting = set[int](), [cell]
        while waiting:
            new = sources.get(waiting.pop(), set()) - seen
            seen |= new
            waiting += new
        found |= {(cell, other) for other in seen}
    return found


def _print(title: str, true: dict[str, Flow], said: dict[str, Flow]) -> None:
    direct = [_score(true[file], said[file]) for file in true]
    transitive = [_score(_closure(true[file]), _closure(said[file])) for file in true]
    for kind, rows in (("direct", direct), ("transitive", transitive)):
        p, r, f = (statistics.mean(row[i] for row in rows) for i in range(3))
        print(f"{title}, {kind}: {len(rows)} notebooks, precision {p:.4f}, recall {r:.4f}, F1 {f:.4f}")


def _score(true: Iterable[object], said: Iterable[object]) -> tuple[float, float, float]:
    right, wanted, given = set(true) & set(said), set(true), set(said)
    p, r = len(right) / max(len(given), 1), len(right) / max(len(wanted), 1)
    return p, r, 2 * p * r / (p + r) if p + r else 0.0


if __name__ == "__main__":
    main()
