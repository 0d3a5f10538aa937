"""Bytes to a notebook: nbformat 2 to 4 and percent scripts, in whatever state real files are."""

from __future__ import annotations

import json
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import msgspec
from msgspec import Raw

from nbcritic.model import Cell, Kind, NbcriticError, Notebook
from nbcritic.notebook import percent
from nbcritic.notebook.encoding import repair, utf8
from nbcritic.notebook.language import cell_language, language_of, language_version
from nbcritic.notebook.unreadable import explain

MAX_BYTES = 200_000_000
"""Larger files are refused."""

VERSIONS = (2, 3, 4)
"""The major versions of nbformat that are read."""

_LARGEST = 2**53
"""Whole numbers from here on are no counts: neither JSON nor anybody's patience goes that far."""

_KINDS: dict[str, Kind] = {"code": "code", "markdown": "markdown", "heading": "markdown", "html": "markdown"}
_EMPTY = Raw(b"[]")
_NULL = Raw(b"null")


class _Meta(msgspec.Struct):
    tags: list[str] = []
    init_cell: Any = None
    kernel: Any = None
    vscode: Any = None


class _Cell(msgspec.Struct):
    """A cell as it should be. Any other is read by `_loose_cell`, which takes longer."""

    cell_type: str = ""
    source: str | list[str] = ""
    input: str | list[str] = ""
    metadata: _Meta | None = None
    id: str | None = None
    execution_count: int | None = None
    prompt_number: int | None = None
    outputs: Raw = _EMPTY
    language: str = ""
    level: int = 1


class _Sheet(msgspec.Struct):
    cells: list[_Cell] = []


class _File(msgspec.Struct):
    nbformat: Any = None
    nbformat_minor: Any = 0
    metadata: Raw = _NULL
    cells: list[_Cell] | None = None
    worksheets: list[_Sheet] | None = None


_FILE = msgspec.json.Decoder(_File)
_CELL = msgspec.json.Decoder(_Cell)
_FIELDS = msgspec.json.Decoder(dict[str, Raw])
_ITEMS = msgspec.json.Decoder(list[Raw])
_ANY = msgspec.json.Decoder()


def read(data: bytes, path: str) -> Notebook:
    """Read a notebook or, where `path` ends in `.py` (or is `-` and the text says so), a percent script.

    Cells are numbered as they stand in the file: an entry that is no cell at all (null, say) is an empty raw cell. An id that
    an earlier cell has is dropped. Sources have `\\n` line ends. Outputs are not decoded.

    Raises `NbcriticError`, one line for a person, where the file is too large, broken, too new or no notebook at all.
    """
    if len(data) > MAX_BYTES:
        size, limit = len(data) // 1_000_000, MAX_BYTES // 1_000_000
        raise NbcriticError(f"the file has {size} MB; files over {limit} MB are not read")
    text = utf8(data)
    if path.endswith(".py") or (path == "-" and _is_script(text)):
        if b"\0" in text:
            raise NbcriticError(explain(text, path))
        return replace(percent.read(text.decode("utf-8", "replace"), path), raw=data)
    try:
        file = _parse(text)
    except (msgspec.DecodeError, UnicodeDecodeError):
        file = _parse_repaired(text, path)
    except RecursionError:
        raise NbcriticError(explain(text, path)) from None
    return _notebook(file, path, data)


def _is_script(text: bytes) -> bool:
    return not text.lstrip().startswith(b"{") and percent.is_percent(text.decode("utf-8", "replace"))


def _parse_repaired(text: bytes, path: str) -> _File:
    try:
        return _parse(repair(text))
    except (msgspec.DecodeError, RecursionError):
        raise NbcriticError(explain(text, path)) from None


def _parse(text: bytes) -> _File:
    try:
        return _FILE.decode(text)
    except msgspec.ValidationError:
        return _loose_file(text)


def _loose_file(text: bytes) -> _File:
    """Read field by field, each as far as it makes sense. Raises what the decoder raises when the JSON itself is broken."""
    fields = _FIELDS.decode(text)
    sheets = [_loose_fields(sheet) for sheet in _items(fields.get("worksheets"))]
    return _File(
        nbformat=_value(fields.get("nbformat")),
        nbformat_minor=_value(fields.get("nbformat_minor")),
        metadata=fields.get("metadata", _NULL),
        cells=[_loose_cell(raw) for raw in _items(fields["cells"])] if _is_list(fields.get("cells")) else None,
        worksheets=[_Sheet([_loose_cell(raw) for raw in _items(sheet.get("cells"))]) for sheet in sheets]
        if _is_list(fields.get("worksheets"))
        else None,
    )


def _is_list(raw: Raw | None) -> bool:
    return raw is not None and bytes(memoryview(raw)[:1]) == b"["


def _items(raw: Raw | None) -> list[Raw]:
    return _ITEMS.decode(raw) if raw is not None and _is_list(raw) else []


def _loose_fields(raw: Raw) -> dict[str, Raw]:
    try:
        return _FIELDS.decode(raw)
    except msgspec.ValidationError:
        return {}


def _loose_cell(raw: Raw) -> _Cell:
    try:
        return _CELL.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass
    fields = _loose_fields(raw)
    outputs = fields.pop("outputs", _EMPTY)
    values = {name: _value(value) for name, value in fields.items() if name in _Cell.__struct_fields__}
    meta = values.get("metadata")
    tags = meta.get("tags") if isinstance(meta, dict) else None
    level = values.get("level")
    return _Cell(
        cell_type=_word(values.get("cell_type")),
        source=_strings(values.get("source")),
        input=_strings(values.get("input")),
        metadata=_Meta(
            [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else [],
            meta.get("init_cell") if isinstance(meta, dict) else None,
            meta.get("kernel") if isinstance(meta, dict) else None,
            meta.get("vscode") if isinstance(meta, dict) else None,
        ),
        id=_word(values.get("id")) or None,
        execution_count=_count(values.get("execution_count")),
        prompt_number=_count(values.get("prompt_number")),
        outputs=outputs,
        language=_word(values.get("language")),
        level=level if isinstance(level, int) else 1,
    )


def _value(raw: Raw | None) -> Any:
    """Any JSON value; None for one that cannot be represented (too deep)."""
    if raw is None:
        return None
    try:
        return _ANY.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):  # a number out of range, or bytes that are no UTF-8
        try:
            return json.loads(repair(bytes(raw)), parse_int=float)
        except (ValueError, RecursionError):
            return None


def _word(value: object) -> str:
    return value if isinstance(value, str) else ""


def _strings(value: object) -> str | list[str]:
    if isinstance(value, list):
        return [part for part in value if isinstance(part, str)]
    return _word(value)


def _count(value: object) -> int | None:
    """An execution count as a whole number, where it is one in some disguise: 3.0, "3"."""
    is_whole = isinstance(value, float) and value.is_integer() and abs(value) < _LARGEST
    if is_whole or (isinstance(value, str) and value.isdecimal() and len(value) < 16):
        value = int(value)  # type: ignore[call-overload]
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _LARGEST else None


def _notebook(file: _File, path: str, data: bytes) -> Notebook:
    version = _version(file)
    found = file.cells
    if found is None and file.worksheets is not None:
        found = [cell for sheet in file.worksheets for cell in sheet.cells]
    if found is None:
        raise NbcriticError('it is not a notebook: it has no list of "cells"')
    metadata = _value(file.metadata)
    metadata = metadata if isinstance(metadata, dict) else {}
    cells: list[Cell] = []
    ids: set[str] = set()
    for number, cell in enumerate(found, 1):
        id_ = cell.id if cell.id and cell.id not in ids else None
        if id_:
            ids.add(id_)
        cells.append(_cell(number, cell, id_))
    return Notebook(
        path,
        tuple(cells),
        MappingProxyType(metadata),
        language=language_of(metadata, next((cell.language for cell in found if cell.cell_type == "code"), "")),
        language_version=language_version(metadata),
        version=version,
        raw=data,
    )


def _version(file: _File) -> tuple[int, int]:
    major, minor = _count(file.nbformat), _count(file.nbformat_minor)
    if major is None:
        raise NbcriticError('it is JSON, but not a notebook: it states no "nbformat"')
    if major > max(VERSIONS):
        raise NbcriticError(
            f"it is in nbformat {major}, which is newer than nbcritic reads ({VERSIONS[0]} to {VERSIONS[-1]})"
        )
    if major not in VERSIONS:
        raise NbcriticError(
            f"it is in nbformat {major}, which is older than nbcritic reads ({VERSIONS[0]} to {VERSIONS[-1]})"
        )
    return major, minor or 0


def _cell(number: int, cell: _Cell, id_: str | None) -> Cell:
    source = cell.source or cell.input
    text = source if isinstance(source, str) else "".join(source)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if cell.cell_type == "heading":
        text = "#" * min(max(cell.level, 1), 6) + " " + text
    kind = _KINDS.get(cell.cell_type, "raw")
    count = cell.execution_count if cell.execution_count is not None else cell.prompt_number
    return Cell(
        number,
        kind,
        text,
        id=id_,
        execution_count=_count(count) if kind == "code" else None,
        tags=_tags(cell.metadata),
        language=cell_language(cell.metadata.kernel, cell.metadata.vscode, text, has_run=bool(count))
        if cell.metadata
        else "",
        outputs=bytes(cell.outputs) if kind == "code" else b"[]",
    )


def _tags(metadata: _Meta | None) -> tuple[str, ...]:
    """The tags of a cell; `init_cell` (it runs when the notebook is opened) is a field of its own in the file."""
    if metadata is None:
        return ()
    return (*metadata.tags, *(("init_cell",) if metadata.init_cell is True else ()))
