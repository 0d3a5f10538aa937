"""ruff's opinion of a batch of notebooks: one process, its JSON only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nbcritic.analysis.page import Page
from nbcritic.config import Config
from nbcritic.model import Category, Lint, Profile, Severity

PROFILES: Mapping[Profile, tuple[str, ...]] = {}


@dataclass(frozen=True)
class Linted:
    """What ruff says about one page."""

    lints: tuple[Lint, ...] = ()
    newer_syntax: frozenset[int] = frozenset()
    problem: str | None = None


def lint(pages: Sequence[Page], select: Sequence[str]) -> list[Linted]:
    """One Linted for each page, in order."""
    return [Linted() for _ in pages]


def severity_of(code: str) -> Severity:
    """How grave a diagnostic of ruff's is on our scale."""
    return "minor"


def category_of(code: str) -> Category:
    """What it costs."""
    return "readability"


def profile_of(code: str) -> Profile | None:
    """The first profile that has ruff's rule; None where none has it, so that only its own code or prefix selects it."""
    return "review"


def ruff_select(config: Config) -> tuple[str, ...]:
    """The codes and prefixes to hand to ruff; empty where ruff need not run."""
    return ()
