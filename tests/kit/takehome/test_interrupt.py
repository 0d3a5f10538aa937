"""Ctrl-C while a submission's package runs: it ends, and its half result is not kept."""

import os
import signal
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from threading import Event

import msgspec
import pytest
from tests.kit.takehome.samples import HEAD, POOR, SLEEPS, package, zipped

from nbcritic import sandbox
from nbcritic.kit.contract import Ran, Run
from nbcritic.kit.takehome import batch
from nbcritic.kit.takehome.marking import boxed
from nbcritic.kit.takehome.pack import Pack


def test_what_runs_is_ended(pack: Pack, tmp_path: Path) -> None:
    if reason := sandbox.probe():
        pytest.skip(reason)
    asking = replace(pack, facts=msgspec.structs.replace(pack.facts, slug="flight-delay", contract=True))
    files: dict[str, bytes | str] = {**pack.given, **package(SLEEPS), "critique.md": POOR.format(head=HEAD)}
    (tmp_path / "hanging.zip").write_bytes(zipped(files))
    ended: list[str] = []

    def box(source: Path, cancel: Event) -> Run:
        inside = boxed(60)(source, cancel)

        def run(command: Sequence[str], cwd: Path, timeout: float) -> Ran:
            os.kill(os.getpid(), signal.SIGINT)
            try:
                return inside(command, cwd, timeout)
            except sandbox.SandboxError as error:
                ended.append(str(error))
                raise

        return run

    with pytest.raises(KeyboardInterrupt):
        list(batch.run([tmp_path / "hanging.zip"], [asking], tmp_path / "out", {}, box=box))
    assert set(ended) == {"cancelled"}
    assert list((tmp_path / "out" / "results").iterdir()) == []
