"""Which language a notebook's code is in, from what kernels and front ends leave in its metadata."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from nbcritic.notebook.arguments import parsed

_PYTHON = re.compile(
    r"(?:i|micro|circuit|x|pypy|py|xeus-|sage)?python.*|pypy.*|pyspark.*|pyodide|conda-.*-py", re.ASCII
)
_KERNELS = (
    (re.compile(r"ir\d*|r|xr|webr|sparkr.*|conda-.*-r"), "r"),
    (re.compile(r"i?julia.*"), "julia"),
    (re.compile(r"(?:i|apache_toree_)?scala.*|almond|spark(?:kernel)?|spylon.*"), "scala"),
    (re.compile(r"bash|calysto_bash|sh|zsh"), "bash"),
    (re.compile(r"javascript|i?nodejs|jslab|deno"), "javascript"),
    (re.compile(r"typescript|tslab"), "typescript"),
    (re.compile(r"i?octave"), "octave"),
    (re.compile(r"(?:i|jupyter_)?matlab.*"), "matlab"),
    (re.compile(r"i?haskell"), "haskell"),
    (re.compile(r"i?ruby\d*"), "ruby"),
    (re.compile(r"gophernotes|gonb"), "go"),
    (re.compile(r"rust|evcxr"), "rust"),
    (re.compile(r"xcpp\d*|xeus-cling.*|c\+\+\d*"), "c++"),
    (re.compile(r"i?java|ijava|rapaio.*"), "java"),
    (re.compile(r"(?:i|jupyter-)?kotlin.*"), "kotlin"),
    (re.compile(r"\.net-(?P<name>csharp|fsharp|powershell)"), ""),
    (re.compile(r"sos|sagemath.*|sage|plaintext|sql|stata|sas|lua|perl|wolframlanguage.*"), ""),
)


def language_of(metadata: Mapping[str, Any], cell_language: str = "") -> str:
    """The language in lower case, `python` where nothing is said.

    A kernel's declared language counts before the one that it reported when it ran, and both before the kernel's name.
    `cell_language` is what the first code cell says in nbformat 2 and 3.
    """
    spec, info = _mapping(metadata.get("kernelspec")), _mapping(metadata.get("language_info"))
    for word in (spec.get("language"), info.get("name")):
        if isinstance(word, str) and word.strip():
            return _plain(word)
    by_name = kernel_language(spec.get("name"))
    if by_name:
        return by_name
    databricks = _mapping(metadata.get("application/vnd.databricks.v1+notebook"))
    for word in (metadata.get("language"), cell_language, databricks.get("language")):
        if isinstance(word, str) and word.strip():
            return _plain(word)
    return "python"


def language_version(metadata: Mapping[str, Any]) -> str:
    """The version of the language that the kernel reported, `""` where it reported none."""
    version = _mapping(metadata.get("language_info")).get("version")
    return version if isinstance(version, str) else ""


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _plain(word: str) -> str:
    """A language as one word of our own: kernels say `Python`, `python3`, `ipython` and `pyspark` for the same."""
    word = word.strip().lower()
    return "python" if _PYTHON.fullmatch(word) else word


def kernel_language(name: object) -> str:
    """The language of a kernel by its name; `""` for names of people's own making (an environment, most often)."""
    if not isinstance(name, str):
        return ""
    name = name.strip().lower()
    if _PYTHON.fullmatch(name):
        return "python"
    for pattern, language in _KERNELS:
        if found := pattern.fullmatch(name):
            return language or found.groupdict().get("name") or name
    return ""


def cell_language(kernel: object, vscode: object, source: str, *, has_run: bool) -> str:
    """The language of a cell of its own, `""` for that of the notebook: by its kernel (SoS), else by what VS Code was told.

    VS Code also guesses, and takes code for Markdown or a shell's: what has run was in the kernel's language, and so is what starts
    with a magic or reads as Python.
    """
    if by_kernel := kernel_language(kernel):
        return by_kernel
    word = _mapping(vscode).get("languageId")
    if not isinstance(word, str) or has_run or word == "markdown" or source.lstrip().startswith(("%", "!")):
        return ""
    return _plain(word) if _plain(word) == "python" or parsed(source) is None else ""
