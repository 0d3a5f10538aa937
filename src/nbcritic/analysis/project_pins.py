"""Which releases a requirement allows: bounds as pip, conda and Poetry write them, brought into the form of pip."""

from __future__ import annotations

import re
from collections.abc import Iterable

from nbcritic.analysis.pattern import regex

Release = tuple[int, ...]

_BOUND = r"(?:===?|[<>!~]=|[<>=^~])\s*v?\d[\w.*+!]*"
_REQUIREMENT = regex(
    rf"\s*([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*\(?\s*({_BOUND}(?:\s*,?\s*{_BOUND})*)"
)
_ONE = regex(r"(?P<how>===?|[<>!~]=|[<>=^~])\s*v?(?P<release>\d{1,9}(?:\.\d{1,9})*)(?P<rest>\.\*)?")
_LOCKED = regex(
    r"^\s*(?:-\s+)?name\s*[=:]\s*[\"']?([A-Za-z0-9][\w.-]*)[\"']?\s*\n\s*version\s*[=:]\s*[\"']?(\d[\w.+!]*)", re.M
)


def pins(requirements: Iterable[object]) -> frozenset[tuple[str, str]]:
    """The requirements that bound a release: the distribution (its name as PyPI compares it) and the bounds as they are written."""
    found = (_REQUIREMENT.match(text) for text in requirements if isinstance(text, str))
    return frozenset((re.sub(r"[-_.]+", "-", match[1]).lower(), _plain(match[2])) for match in found if match)


def locked(text: str) -> frozenset[tuple[str, str]]:
    """The releases that a lock file of uv, Poetry, PDM or pixi holds."""
    return pins(f"{name}=={release}" for name, release in _LOCKED.findall(text))


def table(entries: Iterable[tuple[str, object]]) -> list[str]:
    """The entries of a table (`pandas = "^1.5"`, `pandas = {version = "1.5"}`) as requirements; a bare release is one of Poetry's `^`."""
    found = list[str]()
    for name, said in entries:
        bounds = said.get("version", "") if isinstance(said, dict) else said
        text = bounds.strip() if isinstance(bounds, str) else ""
        found.append(f"{name} {'^' if text[:1].isdigit() else ''}{text}")
    return found


def is_exact(bounds: str) -> bool:
    """Does it name one release?"""
    return any(one["how"] in ("==", "===", "=") for one in _ONE.finditer(bounds))


def upper(bounds: str) -> tuple[Release, bool] | None:
    """The newest release that is allowed, and whether that one itself is; None where there is no such bound."""
    found = [bound for one in _ONE.finditer(bounds) if (bound := _upper(one)) is not None]
    return min(found) if found else None


def _upper(one: re.Match[str]) -> tuple[Release, bool] | None:
    release, how = tuple(map(int, one["release"].split("."))), one["how"]
    if how in ("<", "<="):
        return release, how == "<="
    if how in ("==", "==="):
        return (_next(release, len(release)), False) if one["rest"] else (release, True)
    if how == "=":  # conda: this release and those that begin with it
        return _next(release, len(release)), False
    if how == "~=":
        return _next(release, max(1, len(release) - 1)), False
    if how == "~":
        return _next(release, min(2, len(release))), False
    if how == "^":
        fixed = next((place for place, part in enumerate(release) if part), len(release) - 1)
        return _next(release, fixed + 1), False
    return None


def _next(release: Release, width: int) -> Release:
    """The first release after all those that begin with the first `width` numbers of this one."""
    return (*release[: width - 1], release[width - 1] + 1)


def _plain(bounds: str) -> str:
    return re.sub(r"\s+", "", bounds)
