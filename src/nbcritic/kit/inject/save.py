"""A draft and its run as the bytes of a notebook, with execution counts and outputs."""

from __future__ import annotations

import json
import re
from typing import Any

from nbcritic.kit.inject.base import written
from nbcritic.kit.inject.bench import Ran
from nbcritic.kit.inject.draft import Draft
from nbcritic.model import Notebook
from nbcritic.notebook.read import read


def saved(draft: Draft, ran: Ran) -> Notebook:
    """The notebook as its author saved it. Nothing in it tells which cells flaws stand in: new cells have plain ids."""
    counts = {id_: number for number, (id_, _) in enumerate(draft.history, 1)}
    whole = json.loads(draft.notebook.raw)
    cells = []
    for cell, facts in zip(draft.notebook.cells, whole["cells"], strict=True):
        if cell.kind == "code":
            facts["execution_count"] = counts.get(cell.id or "")
            facts["outputs"] = [
                _output(message, facts["execution_count"]) for message in ran.outputs.get(cell.id or "", [])
            ]
        cells.append(facts)
    return read(written(cells, draft.notebook.language), draft.notebook.path)


def _output(message: Any, count: int | None) -> dict[str, Any]:
    """One output in the shape of the file format: text as lines, a result with the count of its cell."""
    kind, content = message["msg_type"], message["content"]
    if kind == "stream":
        return {"name": content["name"], "output_type": "stream", "text": _lines(content["text"])}
    if kind == "error":
        clean = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in content["traceback"]]
        return {"ename": content["ename"], "evalue": content["evalue"], "output_type": "error", "traceback": clean}
    data = {
        mime: _lines(value) if isinstance(value, str) and mime != "image/png" else value
        for mime, value in sorted(content["data"].items())
    }
    output: dict[str, Any] = {"data": data, "metadata": content.get("metadata", {}), "output_type": kind}
    if kind == "execute_result":
        output["execution_count"] = count
    return dict(sorted(output.items()))


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)
