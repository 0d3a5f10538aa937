"""Which releases a notebook asks for itself, and which ones its project's manifests do."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property

from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.analysis.project_pins import Release, upper

_INSTALLS = regex(r"\b(?:pip[\d.]*|conda|mamba|uv)\b.*?\b(?:install|add|create)\b(?P<what>[^\n]*)")
_NAMED = regex(r"(?<![\w.-])(?P<name>[A-Za-z][\w.-]*?)(?:\[[\w,]*\])?\s*(?P<pins>[<>=!~]=?[=\d.,<>!~\s*]+)")
_NEWEST = regex(r"(?:^|\s)(?:-U|--upgrade)\b")
_WORD = regex(r"(?<![\w./-])[A-Za-z][\w.-]*")
_PACKAGES = {"scikit_learn": "scikit-learn", "sklearn": "scikit-learn", "numpy": "NumPy", "scipy": "SciPy", "matplotlib": "Matplotlib",
             "matplotlib_base": "Matplotlib", "tensorflow": "TensorFlow", "tensorflow_gpu": "TensorFlow", "tensorflow_cpu": "TensorFlow",
             "tensorflow_macos": "TensorFlow", "keras": "Keras", "lightgbm": "LightGBM", "xgboost": "XGBoost", "py_xgboost": "XGBoost"}  # fmt: skip

Bound = tuple[Release, bool]
"""The newest release that may be installed, and whether that one itself may be."""


class Pins:
    """The releases that the notebook's own install commands, or else the manifests around it, hold back."""

    def __init__(self, page: Page) -> None:
        self._page = page

    @cached_property
    def _own(self) -> dict[str, Bound | None]:
        """For each library that the notebook installs, the bound; None where it asks for the newest release."""
        found: dict[str, Bound | None] = {}
        for cell in self._page.cells:
            if "install" in cell.source or "conda" in cell.source:
                for line in _INSTALLS.finditer(cell.source):
                    newest = _NEWEST.search(line["what"])
                    found.update((_library(word), None) for word in _WORD.findall(line["what"]) if newest)
                    for named in _NAMED.finditer(line["what"]):
                        if bound := upper(named["pins"]):
                            found[_library(named["name"])] = bound
        return found

    @cached_property
    def _around(self) -> list[dict[str, Bound | None]]:
        """For each manifest, the bounds that it sets; where it names several for one library, the newest is what may come."""
        return [_bounds(one.pins) for one in self._page.project.near if one.pins]

    def keeps(self, library: str, release: Release) -> bool:
        """Is the library held below `release`? What the notebook installs itself comes last, and wins."""
        pinned = [self._own] if library in self._own else [one for one in self._around if library in one]
        if library == "Keras" and not pinned:
            return self.keeps("TensorFlow", (2, 16) if release >= (3,) else release)
        return any((bound := one[library]) is not None and _is_below(bound, release) for one in pinned)


def _bounds(pins: Iterable[tuple[str, str]]) -> dict[str, Bound | None]:
    found: dict[str, Bound | None] = {}
    for name, said in pins:
        library, bound = _library(name), upper(said)
        former = found.get(library, bound)
        found[library] = max(former, bound) if former and bound else None
    return found


def _library(name: str) -> str:
    plain = re.sub(r"[-.]+", "_", name.lower())
    return _PACKAGES.get(plain, plain)


def _is_below(bound: Bound, release: Release) -> bool:
    newest, inclusive = bound
    width = max(len(newest), len(release))
    padded = newest + (0,) * (width - len(newest)), release + (0,) * (width - len(release))
    return padded[0] < padded[1] or (padded[0] == padded[1] and not inclusive)
