"""`nbcritic cache`: what is kept from one run to the next."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from nbcritic.scanner.cache import Cache


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """What nbcritic keeps from one run to the next.

    The findings of each notebook are kept in the user's folder for caches (NBCRITIC_CACHE_DIR names another one), under what they
    were made from: the notebook, the rules, the configuration, the project around it. They are used again while none of
    these has changed. Notebooks are not kept.
    """


@command.command()
@click.option("--format", type=click.Choice(("text", "json")), default="text", show_default=True, help="What to write.")
def info(format: str) -> int:
    """Say where the cache is and how much it holds."""
    from nbcritic.cli.output import say
    from nbcritic.report.totals import plural

    cache = _cache()
    found = cache.info()
    cache.close()
    if format == "json":
        say(json.dumps({"folder": found.folder, "reports": found.reports, "bytes": found.bytes}) + "\n")
    else:
        say(f"{found.folder}: {plural(found.reports, 'report')}, {found.bytes / 1e6:.1f} MB\n")
    if cache.problem is not None:
        click.echo(f"nbcritic: {cache.problem}", err=True)
    return 0


@command.command()
def clear() -> int:
    """Remove the cache."""
    from nbcritic.cli.output import say
    from nbcritic.model import NbcriticError

    cache = _cache()
    try:
        freed = cache.clear()
    except OSError as error:
        raise NbcriticError(f"{cache.where}: cannot be removed: {error.strerror or error}") from error
    say(f"{cache.where}: {freed / 1e6:.1f} MB removed\n" if freed else f"{cache.where}: there is no cache\n")
    return 0


def _cache() -> Cache:
    """The cache of this user. Raises NbcriticError for a user without a home."""
    from nbcritic.model import NbcriticError
    from nbcritic.scanner.cache import ENVIRONMENT, Cache

    cache = Cache()
    try:
        _ = cache.where
    except RuntimeError as error:
        raise NbcriticError(f"there is no folder for a cache ({error}); name one in {ENVIRONMENT}") from error
    return cache
