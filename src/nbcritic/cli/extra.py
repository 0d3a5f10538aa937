"""Commands that need more than the plain install: what is missing is said in one line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click


@contextmanager
def kit() -> Iterator[None]:
    """Within it, a library of the extra `kit` that is not installed is an error that says what to install.

    Raises:
        NbcriticError: Such a library is missing.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if not error.name or error.name.partition(".")[0] == "nbcritic":
            raise
        from nbcritic.model import NbcriticError

        raise NbcriticError(
            f"the training kit needs {error.name.partition('.')[0]}: pip install 'nbcritic[kit]'"
        ) from error


class KitGroup(click.Group):
    """A group of commands for which the extra `kit` is needed."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run it; a missing library is one line."""
        with kit():
            return super().invoke(ctx)


class KitCommand(click.Command):
    """A command for which the extra `kit` is needed."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run it; a missing library is one line."""
        with kit():
            return super().invoke(ctx)
