"""Saved outputs, decoded when somebody asks; images never are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import msgspec
from msgspec import Raw

from nbcritic.model import Cell
from nbcritic.notebook.encoding import repair

_LIST = msgspec.json.Decoder(list[Raw])
_FIELDS = msgspec.json.Decoder(dict[str, Raw])
_ANY = msgspec.json.Decoder()
_NULL = Raw(b"null")

_OLD_MIME = {
    "text": "text/plain",
    "html": "text/html",
    "svg": "image/svg+xml",
    "png": "image/png",
    "jpeg": "image/jpeg",
    "latex": "text/latex",
    "json": "application/json",
    "javascript": "application/javascript",
    "pdf": "application/pdf",
}
"""What nbformat 2 and 3 call the forms of an output, which stand beside its other fields there."""


@dataclass(frozen=True, slots=True)
class Output:
    """One saved output.

    `text` is the stream's text, a result's plain text, or `ename: evalue` of an error; `mime` names every form that a result was
    saved in, in the file's order; `name` is a stream's (stdout, stderr). Text is as saved: it may hold terminal escapes.
    """

    kind: Literal["stream", "display", "result", "error"]
    text: str
    ename: str = ""
    evalue: str = ""
    traceback: tuple[str, ...] = ()
    mime: tuple[str, ...] = ()
    name: str = ""
    execution_count: int | None = None
    html: str = ""


def outputs(cell: Cell) -> tuple[Output, ...]:
    """The saved outputs of a cell, of any nbformat. What cannot be understood is left out; never raises."""
    if cell.outputs == b"[]":
        return ()
    try:
        items = _items(cell.outputs)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ()
    return tuple(output for item in items if (output := _output(item)) is not None)


def _items(raw: bytes) -> list[Raw]:
    try:
        return _LIST.decode(raw)
    except msgspec.ValidationError:  # no list: null, most often
        return []
    except msgspec.DecodeError:
        return _LIST.decode(repair(raw))


def _output(item: Raw) -> Output | None:
    try:
        fields = _FIELDS.decode(item)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    kind = _value(fields.get("output_type"))
    if kind == "stream":
        return Output(
            "stream", _text(fields.get("text")), name=_word(fields, "name") or _word(fields, "stream") or "stdout"
        )
    if kind in ("error", "pyerr"):
        return _error(fields)
    if kind in ("execute_result", "pyout"):
        return _data(fields, "result")
    if kind in ("display_data", "update_display_data"):
        return _data(fields, "display")
    return None


def _error(fields: dict[str, Raw]) -> Output:
    ename, evalue = _word(fields, "ename"), _word(fields, "evalue")
    lines = _value(fields.get("traceback"))
    traceback = tuple(line for line in lines if isinstance(line, str)) if isinstance(lines, list) else ()
    return Output("error", f"{ename}: {evalue}", ename=ename, evalue=evalue, traceback=traceback)


def _data(fields: dict[str, Raw], kind: Literal["display", "result"]) -> Output:
    try:
        forms = _FIELDS.decode(fields.get("data", _NULL))
    except (msgspec.DecodeError, UnicodeDecodeError):
        forms = {_OLD_MIME[name]: raw for name, raw in fields.items() if name in _OLD_MIME}
    count = _value(fields.get("execution_count", fields.get("prompt_number")))
    return Output(
        kind,
        _text(forms.get("text/plain")),
        mime=tuple(forms),
        execution_count=count if isinstance(count, int) and not isinstance(count, bool) else None,
        html=_text(forms.get("text/html")),
    )


def _word(fields: dict[str, Raw], name: str) -> str:
    value = _value(fields.get(name))
    return value if isinstance(value, str) else ""


def _text(raw: Raw | None) -> str:
    value = _value(raw)
    if isinstance(value, list):
        try:
            return "".join(value)
        except TypeError:  # not all of it is text
            return "".join(part for part in value if isinstance(part, str))
    return value if isinstance(value, str) else ""


def _value(raw: Raw | None) -> Any:
    if raw is None:
        return None
    try:
        return _ANY.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass
    try:
        return _ANY.decode(repair(bytes(raw)))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
