r"""Percent-format scripts: `# %%` starts a cell. Also the language of the examples in rules' docstrings.

    # %% [markdown]
    # Words, each line behind a `#`.
    # %% In[7] tags=["parameters"] id="load"
    df = read()
    #> saved output, one line each
    #! ValueError: a saved error

The header follows the format of Spyder, VS Code and Jupytext; `In[7]` and the output lines are ours, so that a whole
notebook with its history can be written as text. In a script that somebody runs they are ordinary comments.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from types import MappingProxyType

from nbcritic.model import Cell, Kind, Notebook

HEADER = re.compile(r"#[ \t]*%%(?!%)(?P<rest>(?:[ \t].*)?)$")
COUNT = re.compile(r"\bIn ?\[(?P<count>\d*|\*)\]")
ATTRIBUTE = re.compile(r"\b(?P<key>tags|id)=(?P<value>\[[^\]]*\]|\"[^\"]*\")")
KINDS: dict[str, Kind] = {"[markdown]": "markdown", "[md]": "markdown", "[raw]": "raw"}


@dataclass(frozen=True, slots=True)
class _Chunk:
    header: str | None
    start: int
    lines: tuple[str, ...]


def _chunks(text: str) -> list[_Chunk]:
    """The text cut at its headers; `start` is the line (from 1) of the first line under the header."""
    chunks: list[_Chunk] = []
    header: str | None = None
    start, lines = 1, list[str]()
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        if found := HEADER.match(line):
            if header is not None or any(part.strip() for part in lines):
                chunks.append(_Chunk(header, start, tuple(lines)))
            header, start, lines = found["rest"], number + 1, []
        else:
            lines.append(line)
    if header is not None or any(part.strip() for part in lines):
        chunks.append(_Chunk(header, start, tuple(lines)))
    return chunks


def starts(text: str) -> list[int]:
    """The file line (from 1) at which each cell's first source line stands."""
    return [chunk.start for chunk in _chunks(text)]


def is_percent(text: str) -> bool:
    """Does any line start a percent cell?"""
    return any(HEADER.match(line) for line in text.splitlines() if line.startswith("#"))


def read(text: str, path: str, *, history: bool = False) -> Notebook:
    """Read a percent-format script; a script without headers is one cell.

    With `history`, execution counts and saved outputs are read as well.
    """
    cells = tuple(_cell(number, chunk, history) for number, chunk in enumerate(_chunks(text), 1))
    return Notebook(path, cells, MappingProxyType({}), raw=text.encode("utf-8", "surrogatepass"), script=True)


def _cell(number: int, chunk: _Chunk, history: bool) -> Cell:
    rest = chunk.header or ""
    kind: Kind = next((kind for word, kind in KINDS.items() if word in rest), "code")
    attributes = {found["key"]: _value(found["value"]) for found in ATTRIBUTE.finditer(rest)}
    count = COUNT.search(rest) if history else None
    tags, id_ = attributes.get("tags", ()), attributes.get("id")
    if kind != "code":
        source, outputs = _words(chunk.lines), b"[]"
    elif history:
        source, outputs = _split_outputs(chunk.lines)
    else:
        source, outputs = "\n".join(chunk.lines).rstrip(), b"[]"
    return Cell(
        number,
        kind,
        source,
        id=id_ if isinstance(id_, str) else None,
        execution_count=int(count["count"]) if count and count["count"].isdigit() else None,
        tags=tags if isinstance(tags, tuple) else (),
        outputs=outputs,
    )


def _value(text: str) -> str | tuple[str, ...]:
    try:
        value = json.loads(text)
    except ValueError:
        return ()
    return value if isinstance(value, str) else tuple(str(item) for item in value)


def _words(lines: tuple[str, ...]) -> str:
    """A Markdown cell's text: the comment marks go, the number of lines stays."""
    return "\n".join(re.sub(r"^#[ \t]?", "", line) for line in lines).rstrip("\n")


def _split_outputs(lines: tuple[str, ...]) -> tuple[str, bytes]:
    source = list(lines)
    while source and not source[-1].strip():
        source.pop()
    tail: list[str] = []
    while (source and source[-1].startswith(("#> ", "#! "))) or (source and source[-1] in ("#>", "#!")):
        tail.insert(0, source.pop())
    while source and not source[-1].strip():
        source.pop()
    outputs: list[dict[str, object]] = []
    text = [line[3:] for line in tail if line.startswith("#>")]
    if text:
        outputs.append({"output_type": "stream", "name": "stdout", "text": "\n".join(text) + "\n"})
    for line in tail:
        if line.startswith("#!"):
            name, _, value = line[3:].partition(":")
            error = {"ename": name.strip(), "evalue": value.strip(), "traceback": [line[3:]]}
            outputs.append({"output_type": "error", **error})
    return "\n".join(source), json.dumps(outputs).encode()
