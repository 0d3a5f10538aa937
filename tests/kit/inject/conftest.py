"""The same small notebook as for packs."""

from tests.kit.takehome.conftest import base, variant, warm

__all__ = ["base", "variant", "warm"]
