"""Putting off the collection of garbage leaves the switch as it was."""

import gc

import pytest

from nbcritic.analysis.memory import uncollected


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
