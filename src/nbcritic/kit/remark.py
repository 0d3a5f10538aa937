"""The kit's one shared type: a Remark, what a good reviewer would say about one place of a notebook.

A key is a list of Remarks and a few decoys; a trainee's critique is read into `answer.Answer`s; what nbcritic finds becomes
Answers as well. So one function, `grade.grade`, judges people and the tool alike. Keys are TOML, one file a scenario.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TypeAlias

import msgspec

from nbcritic.model import Category, NbcriticError, Severity

Words: TypeAlias = tuple[tuple[str, ...], ...]
"""Each inner tuple is a choice, and one of every choice must be there: AND of OR. `words.hits` says how they are read."""


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where: a cell by its id and a fragment of its source, or the whole notebook if `cell` is empty."""

    cell: str = ""
    quote: str = ""


class Remark(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One thing that is wrong, why it matters, what to do, and how to recognise that somebody saw it."""

    id: str
    cell: str = ""
    """Id of the cell; empty for the notebook as a whole."""
    quote: str = ""
    """A fragment of that cell's source, found there by the authoring gate."""
    also: tuple[Place, ...] = ()
    """Other places that a fair reader accepts."""
    title: str
    category: Category
    severity: Severity
    what: str
    why: str
    fix: str
    moved: tuple[str, ...] = ()
    """Names of probes (`scores.without_departure.r2_random`) whose numbers `why` quotes."""
    reference: tuple[str, ...] = ()
    """Where the reference does it right: `features.py:design`."""
    rules: tuple[str, ...] = ()
    """The rules of nbcritic that see it; none: only a person can (`judgement`)."""
    alternatives: tuple[str, ...] = ()
    """Other answers that are as good."""
    concepts: Words
    impact: tuple[str, ...]
    """Any one of these in an answer says what it costs."""
    remedy: tuple[str, ...]
    """Any one of these in an answer says what to do."""
    void: tuple[str, ...] = ()
    """Phrases that turn the meaning round: with one of them the concept words do not count."""
    hints: tuple[str, str, str]

    @property
    def judgement(self) -> bool:
        """Can only a person see it?"""
        return not self.rules

    @property
    def places(self) -> tuple[Place, ...]:
        """Its own place and the others that count."""
        return (Place(self.cell, self.quote), *self.also)


class Decoy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Something that looks wrong and is right; who calls it a fault loses points."""

    id: str
    cell: str = ""
    quote: str = ""
    looks: str
    """What a hasty reader would say."""
    right: str
    """Why it is right."""
    concepts: Words
    void: tuple[str, ...] = ()
    """Phrases of somebody who sees that it is right."""

    @property
    def places(self) -> tuple[Place, ...]:
        """Its place, in the form that Remarks have."""
        return (Place(self.cell, self.quote),)


class Accepted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A finding of nbcritic of severity major or above that no Remark names, and why it may stand beside the key."""

    rule: str
    cell: str
    reason: str


class Key(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The answers to one scenario."""

    remark: tuple[Remark, ...]
    decoy: tuple[Decoy, ...] = ()
    accepted: tuple[Accepted, ...] = ()


def read_key(path: Path) -> Key:
    """Read `key.toml`.

    Raises:
        NbcriticError: The file cannot be read; the text names the remark and the field.
    """
    try:
        return parse_key(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise NbcriticError(f"cannot read the key {path}: {error}") from error
    except NbcriticError as error:
        raise NbcriticError(f"{path}: {error}") from error


def parse_key(text: str) -> Key:
    """A key from its text; two items of one id are refused."""
    try:
        key = msgspec.convert(tomllib.loads(text), Key, strict=True)
    except tomllib.TOMLDecodeError as error:
        raise NbcriticError(f"no valid TOML: {error}") from error
    except msgspec.ValidationError as error:
        raise NbcriticError(str(error)) from error
    ids = [remark.id for remark in key.remark] + [decoy.id for decoy in key.decoy]
    if doubled := sorted({id_ for id_ in ids if ids.count(id_) > 1}):
        raise NbcriticError(f"two items have the id {', '.join(doubled)}")
    return key
