"""A part of the data for each variant: whole groups of rows drawn by the seed, each line spelt as it was."""

from __future__ import annotations

import csv
import gzip
import io
from random import Random

from nbcritic.kit.inject.base import Base
from nbcritic.model import NbcriticError


def sliced(base: Base, chance: Random) -> tuple[tuple[str, bytes], ...]:
    """The tables of which a variant gets a part, by file name; empty where the base says nothing about it."""
    if base.slice is None or base.data is None:
        return ()
    path = base.data / base.slice.file
    try:
        raw = path.read_bytes()
        text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise NbcriticError(f"cannot read {path}: {error}") from error
    lines = text.splitlines(keepends=True)
    header = next(csv.reader([lines[0]]))
    places = [header.index(column) for column in base.slice.by]
    rows = list(csv.reader(io.StringIO(text)))[1:]
    if len(rows) != len(lines) - 1:
        raise NbcriticError(f"{path}: a field with a line break in it; such a table cannot be sliced")
    groups = [tuple(row[place] for place in places) for row in rows]
    known = list(dict.fromkeys(groups))
    kept = set(chance.sample(known, max(1, round(base.slice.keep * len(known)))))
    body = "".join([lines[0], *(line for line, group in zip(lines[1:], groups, strict=True) if group in kept)])
    content = body.encode("utf-8")
    return ((path.name, gzip.compress(content, 9, mtime=0) if path.suffix == ".gz" else content),)
