"""Which submissions have the same words in the same order? A reason to ask, never a verdict.

Texts and code are cut into tokens; runs of tokens that stand in what the candidates were given do not count. Two submissions are as alike
as the share of the shorter one's runs that the longer one has too.
"""

from __future__ import annotations

import io
import tokenize
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import msgspec

from nbcritic.kit.words import tokens

RUN = 6
"""Tokens in a row."""
FEWEST = 25
"""With fewer runs of its own a submission is too short to compare."""
ALIKE = 0.35
"""From this share on a pair is worth a look."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two submissions that are alike."""

    one: str
    other: str
    share: float
    shared: int
    """Runs of tokens that both have."""
    passages: tuple[str, ...]
    """The longest stretches that both have."""


Run = tuple[str, ...]


def pairs(submissions: Mapping[str, Mapping[str, bytes]], given: Iterable[Mapping[str, bytes]]) -> list[Pair]:
    """Every pair above `ALIKE`, the most alike first. `given` is what candidates got, pack by pack."""
    known = {run for files in given for run in _runs(files)}
    own = {name: [run for run in _runs(files) if run not in known] for name, files in sorted(submissions.items())}
    found = []
    for one, other in combinations(own, 2):
        if min(len(set(own[one])), len(set(own[other]))) < FEWEST:
            continue
        both = set(own[one]) & set(own[other])
        share = len(both) / min(len(set(own[one])), len(set(own[other])))
        if share >= ALIKE:
            found.append(Pair(one, other, round(share, 3), len(both), _passages(own[one], both)))
    return sorted(found, key=lambda pair: (-pair.share, pair.one, pair.other))


def _passages(runs: Sequence[Run], both: set[Run]) -> tuple[str, ...]:
    stretches: list[list[str]] = []
    before = False
    for run in runs:
        if run in both:
            if before:
                stretches[-1].append(run[-1])
            else:
                stretches.append(list(run))
        before = run in both
    stretches.sort(key=len, reverse=True)
    return tuple(" ".join(stretch[:40]) for stretch in stretches[:3])


def _runs(files: Mapping[str, bytes]) -> list[Run]:
    found: list[Run] = []
    for name, content in sorted(files.items()):
        words = list(_tokens(name, content))
        found += [tuple(words[start : start + RUN]) for start in range(len(words) - RUN + 1)]
    return found


def _tokens(name: str, content: bytes) -> Iterator[str]:
    text = content.decode("utf-8", "replace")
    if name.endswith(".py"):
        yield from _code(text)
    elif name.endswith(".ipynb"):
        for source in _cells(content):
            yield from _code(source)
    elif name.endswith((".md", ".txt", ".toml")):
        yield from tokens(text)


def _cells(content: bytes) -> list[str]:
    try:
        cells = msgspec.json.decode(content)["cells"]
        return ["".join(cell["source"]) for cell in cells]
    except (msgspec.DecodeError, KeyError, TypeError, UnicodeDecodeError):
        return []


def _code(text: str) -> Iterator[str]:
    """Python's own tokens, without layout and comments; where it does not parse, its words."""
    skip = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING)
    try:
        cut = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, SyntaxError, IndentationError):
        yield from tokens(text)
        return
    for token in cut:
        layout = token.type in skip or (token.type == tokenize.OP and token.string in "()[],:")
        if token.string.strip() and not layout:
            yield token.string.lower()
