"""Does something of the key stand in what a candidate gets?"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO

from nbcritic.kit.remark import Key
from nbcritic.kit.words import tokens

RUN = 7
"""So many words in a row are no accident."""
_DATA = (".gz", ".csv", ".parquet", ".png")


def leaks(files: Mapping[str, bytes], key: Key, flaws: Sequence[str] = ()) -> tuple[str, ...]:
    """Where the key's own sentences, the names of its Remarks or of operators stand in these files, in words.

    Quotes of the notebook's code are not looked for: they are there by nature. Tables of data are not searched.
    """
    sentences = {run: text for text in _texts(key) for run in _runs(text)}
    names = {
        name for name in (*flaws, *(item.id for item in key.remark), *(item.id for item in key.decoy)) if "-" in name
    }
    found = []
    for name, content in sorted(files.items()):
        if name.endswith(_DATA):
            continue
        text = content.decode("utf-8", "replace")
        hit = next((run for run in _runs(text) if run in sentences), None)
        if hit:
            found.append(f"{name}: “{' '.join(hit)} …” is from the key (“{sentences[hit][:60]}…”)")
        found += [f"{name}: names the flaw {flaw}" for flaw in sorted(names) if flaw in text]
        found += [
            f"{name}: speaks of {word}" for word in ("key.toml", "pack.toml", "nbcritic.kit.inject") if word in text
        ]
    return tuple(found)


def in_zip(packed: bytes, key: Key, flaws: Sequence[str] = ()) -> tuple[str, ...]:
    """The same, for a zip; names of its entries and comments count too."""
    with zipfile.ZipFile(BytesIO(packed)) as archive:
        files = {info.filename: archive.read(info) for info in archive.infolist()}
        beside = b"\n".join([archive.comment, *(info.comment + info.extra for info in archive.infolist())])
    names = "\n".join(files).encode()
    return leaks({**files, "(names)": names, "(comments)": beside}, key, flaws)


def _texts(key: Key) -> Iterator[str]:
    for remark in key.remark:
        yield from (remark.title, remark.what, remark.why, remark.fix, *remark.hints, *remark.alternatives)
    for decoy in key.decoy:
        yield from (decoy.looks, decoy.right)


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    words = tokens(text)
    for start in range(len(words) - RUN + 1):
        yield words[start : start + RUN]
