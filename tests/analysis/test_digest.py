"""Which notebooks are alike: told by a few numbers for the set of their statements."""

import random

from hypothesis import given
from hypothesis import strategies as st

from nbcritic.analysis.digest import ALIKE, BANDS, FEWEST, Digest, Library, _nearest, bands_of


def keys(chance: random.Random, count: int) -> set[int]:
    return {chance.getrandbits(64) for _ in range(count)}


def common(share: float, *, size: int = 150, tries: int = 40) -> list[int]:
    """How many bands two sets have in common of which this share is in both."""
    chance = random.Random(11)
    found = []
    for _ in range(tries):
        both, apart = keys(chance, round(size * share)), round(size * (1 - share) / 2)
        one, other = (bands_of(both | keys(chance, apart)) for _ in range(2))
        found.append(len({*one} & {*other}))
    return found


def test_the_same_statements_have_the_same_bands() -> None:
    assert common(1.0) == [BANDS] * 40


def test_likeness_is_told_by_the_bands_in_common() -> None:
    assert sum(bands >= ALIKE for bands in common(0.95)) == 40
    assert sum(bands >= ALIKE for bands in common(0.9)) >= 37
    assert sum(bands >= ALIKE for bands in common(0.65)) <= 2
    assert max(common(0.3)) < ALIKE
    assert max(common(0.0)) == 0


def test_few_statements_have_none() -> None:
    chance = random.Random(3)
    assert bands_of(keys(chance, FEWEST - 1)) == ()
    assert len(bands_of(keys(chance, FEWEST))) == BANDS


def test_a_library_knows_which_notebooks_are_alike() -> None:
    chance = random.Random(5)
    mine = keys(chance, 100)
    digests = [
        Digest("mine.ipynb", (), bands_of(mine)),
        Digest("copy.ipynb", (), bands_of(mine | keys(chance, 3))),
        Digest("other.ipynb", (), bands_of(keys(chance, 100))),
    ]
    library = Library.of(digests)
    assert [library.alike(digest) for digest in digests] == [["copy.ipynb"], ["mine.ipynb"], []]


@given(
    st.sets(st.integers(0, 2**64 - 1) | st.integers(0, 40), min_size=1), st.integers(0, 2**64 - 1) | st.integers(0, 40)
)
def test_the_nearest_is_found_without_a_look_at_each(numbers: set[int], point: int) -> None:
    assert _nearest(sorted(numbers), point) == min(numbers, key=point.__xor__)
