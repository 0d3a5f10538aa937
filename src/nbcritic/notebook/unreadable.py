"""Why a file is no notebook, in words for the person who has it."""

from __future__ import annotations

import json
import re

_CONFLICT = re.compile(rb"^(<{7}|={7}|>{7}|\|{7})(?:[ \r]|$)", re.MULTILINE)
_FOREIGN = (
    (b"\x00\x05\x16\x07", "it is a macOS companion file (`._name`), not the notebook itself"),
    (b"\x89PNG", "it is a PNG image, not a notebook"),
    (b"\x1f\x8b", "it is a gzip archive, not a notebook: unpack it first"),
    (b"PK\x03\x04", "it is a zip archive, not a notebook: unpack it first"),
    (b"%PDF", "it is a PDF document, not a notebook"),
    (b"version https://git-lfs.", "it is a Git LFS pointer, not the notebook itself: run `git lfs pull`"),
)
_SCRIPT = re.compile(rb"\s*#[ \t]*%%|\s*(?:import|from)[ \t]+\w")
_MARKUP = re.compile(rb"\s*<(?:!doctype|html|\?xml|head)\b", re.IGNORECASE)


def explain(text: bytes, path: str) -> str:
    """One line on why `text`, a file in UTF-8 as far as it is text at all, could not be read. Never raises."""
    if not text.strip():
        return "the file is empty"
    for start, words in _FOREIGN:
        if text.startswith(start):
            return words
    if b"\0" in text:
        return "it is a binary file, not a notebook"
    if _MARKUP.match(text):
        return "it is a web page, not a notebook: download the file itself (“raw”)"
    if path.endswith(".py"):
        return "it could not be read as a script"
    return _broken_json(text)


def _broken_json(text: bytes) -> str:
    try:
        value = json.loads(text.decode("utf-8", "replace"), parse_int=float)
    except json.JSONDecodeError as error:
        return _where(text, error)
    except RecursionError:
        return "the JSON is nested too deeply to be read"
    except ValueError:
        return "it is not valid JSON"
    if isinstance(value, dict):
        return "it is JSON, but not a notebook"
    kind = {list: "a list", str: "a text", type(None): "null"}.get(type(value), "a number")
    return f"it is JSON, but not a notebook: it holds {kind} where a notebook has an object"


def _where(text: bytes, error: json.JSONDecodeError) -> str:
    mark = _CONFLICT.search(text)
    if mark:
        line = text.count(b"\n", 0, mark.start()) + 1
        return f"an unresolved merge conflict stands in line {line} ({mark[1].decode()})"
    place = f"line {error.lineno}, column {error.colno}"
    if _SCRIPT.match(text):
        return "it is a Python script, not a notebook: name it `.py`"
    if not text.lstrip().startswith((b"{", b"[", b'"')):
        return f"it is not a notebook: it begins with “{_beginning(text)}”"
    if error.pos >= len(error.doc.rstrip()) or error.msg.startswith("Unterminated string"):
        return f"the file is cut off: the JSON ends too early ({place})"
    if error.msg.startswith("Invalid control character"):
        return f"it is not valid JSON: a raw line break or control character inside a string ({place})"
    if error.msg == "Extra data":
        return f"it is not valid JSON: something follows after its end ({place})"
    return f"it is not valid JSON ({place})"


def _beginning(text: bytes) -> str:
    """The first words of a text that is something else, fit for a terminal."""
    words = " ".join(text[:200].decode("utf-8", "replace").split())
    words = "".join(sign if sign.isprintable() else "�" for sign in words)
    return words if len(words) <= 40 else words[:39] + "…"
