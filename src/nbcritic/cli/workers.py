"""Who does the work of a command: so many processes, or a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from nbcritic.model import NbcriticError

if TYPE_CHECKING:
    from concurrent.futures import Executor

CONNECTING = 10
"""Seconds to wait for a scheduler."""


@contextmanager
def workers(jobs: int | None, cluster: str | None) -> Iterator[tuple[int, Executor | None]]:
    """How many batches there may be at a time, and the executor of the Dask cluster at this address, if one is asked for.

    Raises NbcriticError where there is no such cluster, no worker in it, or no Dask here.
    """
    if cluster is None:
        from nbcritic.scanner.team import cores

        yield jobs or cores(), None
        return
    if jobs is not None:
        raise click.UsageError("--jobs is for this machine; a cluster has as many workers as it has")
    try:
        from distributed import Client
        from distributed.comm.addressing import parse_address
        from distributed.comm.registry import get_backend
    except ImportError:
        raise NbcriticError("--cluster needs Dask: pip install 'nbcritic[cluster]'") from None
    import warnings

    with warnings.catch_warnings():
        # A batch is a few megabytes, and meant to be.
        warnings.filterwarnings("ignore", "Sending large graph", UserWarning)
        try:
            connect: Any = Client
            get_backend(parse_address(cluster)[0])  # a client that fails at this says so with a traceback
            client = connect(cluster, timeout=CONNECTING, set_as_default=False)
        except (OSError, ValueError) as error:
            raise NbcriticError(f"--cluster {cluster}: no scheduler of Dask answers there") from error
        with client:
            threads = sum(client.nthreads().values())
            if not threads:
                raise NbcriticError(f"--cluster {cluster}: the scheduler has no workers")
            yield threads, client.get_executor()
