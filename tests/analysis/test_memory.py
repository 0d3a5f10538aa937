"""Putting off the collection of garbage leaves everything as it was."""

import gc

import pytest

from nbcritic.analysis.memory import settled, uncollected


@pytest.mark.parametrize("before", [True, False])
def test_the_switch_is_put_back(before: bool) -> None:
    was = gc.isenabled()
    try:
        (gc.enable if before else gc.disable)()
        with pytest.raises(ValueError, match="x"), uncollected():
            assert not gc.isenabled()
            raise ValueError("x")
        assert gc.isenabled() is before
    finally:
        (gc.enable if was else gc.disable)()


def test_rare_collections_end_with_the_work() -> None:
    before, frozen = gc.get_threshold(), gc.get_freeze_count()
    with pytest.raises(ValueError, match="x"), settled():
        assert gc.get_threshold()[0] > before[0]
        assert gc.get_freeze_count() > frozen
        raise ValueError("x")
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0
