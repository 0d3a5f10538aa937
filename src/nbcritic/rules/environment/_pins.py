"""Which releases a notebook asks for itself."""

from __future__ import annotations

import re
from functools import cached_property

from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex

_INSTALLS = regex(r"\b(?:pip[\d.]*|conda|mamba|uv)\b.*?\b(?:install|add|create)\b(?P<what>[^\n]*)")
_NAMED = regex(r"(?<![\w.-])(?P<name>[A-Za-z][\w.-]*?)(?:\[[\w,]*\])?\s*(?P<pins>[<>=!~]=?[=\d.,<>!~\s*]+)")
_PIN = regex(r"(?P<how>===?|<=?|~=|(?<![<>!~=])=)\s*(?P<release>\d{1,9}(?:\.\d{1,9})*)")
_PACKAGES = {"scikit_learn": "scikit-learn", "sklearn": "scikit-learn", "numpy": "NumPy", "scipy": "SciPy", "matplotlib": "Matplotlib",
             "tensorflow": "TensorFlow", "tensorflow_gpu": "TensorFlow", "tensorflow_cpu": "TensorFlow", "keras": "Keras", "lightgbm": "LightGBM", "xgboost": "XGBoost"}  # fmt: skip


class Pins:
    """The releases that the notebook's own install commands hold back."""

    def __init__(self, page: Page) -> None:
        self._page = page

    @cached_property
    def _upper(self) -> dict[str, tuple[tuple[int, ...], bool]]:
        """For each library, the newest release that may be installed, and whether that one itself may be."""
        found: dict[str, tuple[tuple[int, ...], bool]] = {}
        for cell in self._page.cells:
            if "install" in cell.source or "conda" in cell.source:
                for line in _INSTALLS.finditer(cell.source):
                    for named in _NAMED.finditer(line["what"]):
                        name = re.sub(r"[-.]+", "_", named["name"].lower())
                        for pin in _PIN.finditer(named["pins"]):
                            release = tuple(map(int, pin["release"].split(".")))
                            found[_PACKAGES.get(name, name)] = (release, pin["how"] != "<")
        return found

    def keeps(self, library: str, release: tuple[int, ...]) -> bool:
        """Is the library held below `release`?"""
        if library == "Keras" and "Keras" not in self._upper:
            library, release = "TensorFlow", (2, 16) if release >= (3,) else release
        if library not in self._upper:
            return False
        upper, inclusive = self._upper[library]
        width = max(len(upper), len(release))
        padded = upper + (0,) * (width - len(upper)), release + (0,) * (width - len(release))
        return padded[0] < padded[1] or (padded[0] == padded[1] and not inclusive)
