"""Does a text speak of an idea? Concept words without a language model, so that grading is the same everywhere and offline.

A concept is a word or a phrase: `leak*` is any word that begins so, `departure delay` two words in a row, `dep_delay` a name of
the code. Case, plural and the usual endings do not matter: `scaled` and `scaling` are `scale`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

_TOKEN = re.compile(r"[^\W_]+(?:[_'’.][^\W_]+)*%?|%", re.UNICODE)
_ENDINGS = ("ations", "ation", "ings", "ing", "edly", "ed", "ers", "er", "ies", "es", "s", "e", "ly")
_SHORTEST_STEM = 3


def tokens(text: str) -> tuple[str, ...]:
    """The words of a text in lower case; `X_train` and `0.92` are one word each, a hyphen separates."""
    return tuple(token.lower().replace("’", "'") for token in _TOKEN.findall(text))


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """A word without its ending: crude, and the same for the two sides that are compared."""
    if not word.isalpha():
        return word
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            word = word.removesuffix(ending)
            break
    doubled = len(word) > _SHORTEST_STEM and word[-1] == word[-2] and word[-1] not in "aeious"
    return word[:-1] if doubled else word


class Text:
    """A text that is asked about many concepts."""

    def __init__(self, text: str) -> None:
        self._words = tokens(text)
        self._stems = tuple(stem(word) for word in self._words)

    def has(self, concept: str) -> bool:
        """Does the concept stand in the text?"""
        wanted = _pattern(concept)
        last = len(self._words) - len(wanted)
        return any(self._stands_at(start, wanted) for start in range(last + 1)) if wanted else False

    def has_any(self, concepts: Iterable[str]) -> bool:
        """Does one of the concepts stand in the text?"""
        return any(self.has(concept) for concept in concepts)

    def share(self, groups: Sequence[Sequence[str]], void: Sequence[str] = ()) -> float:
        """Share of the groups of which one concept is there, 0 to 1; 0 where a voiding phrase stands."""
        if not groups or self.has_any(void):
            return 0.0
        return sum(self.has_any(group) for group in groups) / len(groups)

    def _stands_at(self, start: int, wanted: tuple[tuple[str, bool], ...]) -> bool:
        return all(
            self._words[start + place].startswith(word) if prefix else self._stems[start + place] == stem(word)
            for place, (word, prefix) in enumerate(wanted)
        )


@lru_cache(maxsize=20_000)
def _pattern(concept: str) -> tuple[tuple[str, bool], ...]:
    """The words of a concept, each with whether it is only a beginning (`leak*`)."""
    return tuple((word, part.endswith("*")) for part in concept.split() for word in tokens(part.rstrip("*")))
