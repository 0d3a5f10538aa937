"""Replay how a notebook's author worked, in a live kernel, and write the notebook that is left over.

A recording is a percent script. Before its first `# %%` stands `RUNS`, the list of what was run, in order::

    RUNS = ["load", "features@1", "scratch", "features", "restart kernel", "load"]

and after it the cells, each under a header that carries its id::

    # %% [markdown] id="title"
    # %% id="load" tags=["parameters"]
    # %% id="features" version=1      an earlier text of that cell; `features@1` in RUNS runs it
    # %% id="features"                the text that is on the page; `features` in RUNS runs it
    # %% id="scratch" ghost           was run, then deleted: uses up a count, never reaches the page
    # %% id="plot" raises             is known to end in an error (any other error stops the recording)

Outputs stay with the page cell until it runs again, whichever text produced them. So an edited cell that was not run
again keeps the output of its old text, as it does in Jupyter; a cell missing from RUNS is saved as never run.
"""

import argparse
import ast
import os
import queue
import re
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

RESTART = "restart kernel"
_PREFIX = "/opt/conda"
_HEADER = re.compile(r"^# %%(?P<rest>(?:\s.*)?)$")
_WORD = re.compile(
    r"""\s*(?:(?P<markdown>\[markdown\])
        |(?P<key>id|version|tags)=(?P<value>"[^"]*"|\d+|\[[^\]]*\])
        |(?P<flag>ghost|raises))(?=\s|$)""",
    re.VERBOSE,
)


class RecordingError(ValueError):
    """A recording that cannot be read or replayed, or whose replay would give the machine away."""


@dataclass(frozen=True, slots=True)
class Take:
    """One text of one cell: the one on the page, an earlier one, or one of a deleted cell."""

    id: str
    kind: Literal["code", "markdown"]
    source: str
    version: int | None = None
    ghost: bool = False
    raises: bool = False
    tags: tuple[str, ...] = ()

    @property
    def run(self) -> str:
        """What `RUNS` calls this text."""
        return self.id if self.version is None else f"{self.id}@{self.version}"


@dataclass(frozen=True, slots=True)
class Recording:
    """All texts of all cells, in file order, and the order in which they were run."""

    takes: tuple[Take, ...]
    runs: tuple[str, ...]

    @property
    def page(self) -> tuple[Take, ...]:
        """The cells that are left when the author stops, top to bottom."""
        return tuple(take for take in self.takes if not take.ghost and take.version is None)

    def counts(self) -> dict[str, int | None]:
        """The execution count that each page cell ends with; None for Markdown and for what never ran."""
        counts: dict[str, int | None] = {take.id: None for take in self.page}
        count = 0
        for run in self.runs:
            count = 0 if run == RESTART else count + 1
            cell = run.partition("@")[0]
            if run != RESTART and cell in counts:
                counts[cell] = count
        return counts


def parse(text: str) -> Recording:
    """Read a recording; say what is wrong with it, and in which line, when it cannot be replayed."""
    lines = text.splitlines()
    starts = [number for number, line in enumerate(lines) if _HEADER.match(line)]
    if not starts:
        raise RecordingError("no cell: a recording needs `# %%` headers")
    takes = []
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        takes.append(_take(lines[start], lines[start + 1 : end], start + 1))
    recording = Recording(tuple(takes), _runs("\n".join(lines[: starts[0]])))
    _verify(recording)
    return recording


def _runs(prologue: str) -> tuple[str, ...]:
    for node in ast.parse(prologue).body:
        if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["RUNS"]:
            runs = ast.literal_eval(node.value)
            if isinstance(runs, list) and all(isinstance(run, str) for run in runs):
                return tuple(runs)
            raise RecordingError("RUNS must be a list of strings")
    raise RecordingError("no RUNS list before the first cell")


def _take(header: str, body: Sequence[str], line: int) -> Take:
    rest, flags, values = header.removeprefix("# %%"), set(), {}
    while rest.strip():
        word = _WORD.match(rest)
        if word is None:
            raise RecordingError(f"line {line}: cannot read {rest.strip()!r} in a cell header")
        if word["key"]:
            values[word["key"]] = ast.literal_eval(word["value"])
        else:
            flags.add("markdown" if word["markdown"] else word["flag"])
        rest = rest[word.end() :]
    if not values.get("id"):
        raise RecordingError(f'line {line}: a cell needs an id="..."')
    source = "\n".join(body).strip("\n")
    if not source:
        raise RecordingError(f"line {line}: cell {values['id']!r} is empty")
    markdown = "markdown" in flags
    if markdown:
        source = "\n".join(_uncomment(text, line) for text in source.splitlines())
    return Take(
        id=values["id"],
        kind="markdown" if markdown else "code",
        source=source,
        version=values.get("version"),
        ghost="ghost" in flags,
        raises="raises" in flags,
        tags=tuple(values.get("tags", ())),
    )


def _uncomment(line: str, header: int) -> str:
    if line == "#" or not line:
        return ""
    if not line.startswith("# "):
        raise RecordingError(f"line {header}: a Markdown cell may hold comment lines only, not {line!r}")
    return line[2:]


def _verify(recording: Recording) -> None:
    names = Counter(take.run for take in recording.takes)
    twice = [name for name, times in names.items() if times > 1]
    if twice:
        raise RecordingError(f"two cells are called {twice[0]!r}")
    runnable = {take.run for take in recording.takes if take.kind == "code"}
    unknown = [run for run in recording.runs if run != RESTART and run not in runnable]
    if unknown:
        raise RecordingError(f"RUNS names {unknown[0]!r}, which is no code cell of the recording")
    page = {take.id for take in recording.page}
    for take in recording.takes:
        if take.ghost and take.id in page:
            raise RecordingError(f"{take.id!r} is both a ghost and on the page")
        if (take.ghost or take.version is not None) and take.run not in recording.runs:
            raise RecordingError(f"{take.run!r} is neither on the page nor in RUNS")


def record(recording: Path, notebook: Path, cwd: Path) -> None:
    """Replay `recording` in a fresh kernel and write what is left as `notebook`.

    The kernel sees a throw-away copy of the folder `cwd`, so files that cells write never reach the repository.
    The notebook is written beside its place and then renamed: a failed replay leaves the old one as it was.
    """
    nbformat: Any = import_module("nbformat")
    script = parse(recording.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(prefix="recording-") as folder:
        work = Path(folder).resolve() / "work"
        shutil.copytree(cwd, work, ignore=shutil.ignore_patterns("*.ipynb", ".*"))
        with _kernel(work, Path(folder)) as kernel:
            outputs = _replay(script, kernel)
            language = kernel.language()
        text = nbformat.writes(_page(script, outputs, language))
        text = text.replace(sys.prefix, _PREFIX)  # where a library stands in tracebacks: as on a plain conda install
        for secret in (folder, str(Path(folder).resolve()), str(Path.home())):
            if secret in text:
                raise RecordingError(f"the outputs show {secret}, a folder of this machine")
    fresh = notebook.with_name(notebook.name + ".new")
    fresh.write_text(text if text.endswith("\n") else text + "\n", encoding="utf-8")
    fresh.replace(notebook)


def _page(script: Recording, outputs: Mapping[str, list[Any]], language: Mapping[str, Any]) -> Any:
    v4: Any = import_module("nbformat.v4")
    counts = script.counts()
    cells = []
    for take in script.page:
        metadata = {"tags": list(take.tags)} if take.tags else {}
        if take.kind == "markdown":
            cells.append(v4.new_markdown_cell(take.source, id=take.id, metadata=metadata))
        else:
            saved = [v4.output_from_msg(message) for message in outputs.get(take.id, [])]
            cells.append(
                v4.new_code_cell(
                    take.source, id=take.id, metadata=metadata, execution_count=counts[take.id], outputs=saved
                )
            )
    spec = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    return v4.new_notebook(cells=cells, metadata={"kernelspec": spec, "language_info": dict(language)})


def _replay(script: Recording, kernel: "_Kernel") -> dict[str, list[Any]]:
    takes = {take.run: take for take in script.takes}
    outputs: dict[str, list[Any]] = {}
    count = 0
    for run in script.runs:
        if run == RESTART:
            kernel.restart()
            count = 0
            continue
        take = takes[run]
        outputs[take.id], reply = kernel.execute(take.source)
        count += 1
        if reply["execution_count"] != count:
            raise RecordingError(f"{run}: the kernel counts {reply['execution_count']}, the recording {count}")
        if (reply["status"] == "error") != take.raises:
            ended = f"{reply.get('ename')}: {reply.get('evalue')}" if reply["status"] == "error" else "without an error"
            raise RecordingError(f"{run} ended {ended}")
    return outputs


class _Kernel:
    """A live kernel that answers with what the page would show."""

    def __init__(self, manager: Any, client: Any, deadline: float) -> None:
        self._manager = manager
        self._client = client
        self._deadline = deadline

    def language(self) -> Mapping[str, Any]:
        """The `language_info` that Jupyter saves with a notebook."""
        reply = self._client.kernel_info(reply=True, timeout=60)
        language: Mapping[str, Any] = reply["content"]["language_info"]
        return language

    def restart(self) -> None:
        """Forget everything, as the author did."""
        self._manager.restart_kernel(now=True)
        self._client.wait_for_ready(timeout=60)

    def execute(self, source: str) -> tuple[list[Any], Mapping[str, Any]]:
        """Run one text; give its output messages as Jupyter would fold them, and the kernel's reply."""
        request = self._client.execute(source, allow_stdin=False)
        outputs: list[Any] = []
        clear_next = False
        while True:
            message = self._next(self._client.get_iopub_msg)
            if message["parent_header"].get("msg_id") != request:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "status" and content["execution_state"] == "idle":
                break
            if kind == "clear_output":
                clear_next = content["wait"]
                if not clear_next:
                    outputs.clear()
            elif kind in ("stream", "display_data", "execute_result", "error"):
                if clear_next:
                    outputs.clear()
                    clear_next = False
                _fold(outputs, message)
        while True:
            reply = self._next(self._client.get_shell_msg)
            if reply["parent_header"].get("msg_id") == request:
                return outputs, reply["content"]

    def _next(self, get: Any) -> Any:
        while time.monotonic() < self._deadline:
            try:
                return get(timeout=1)
            except queue.Empty:
                if not self._manager.is_alive():
                    raise RecordingError("the kernel died") from None
        raise RecordingError("the replay took too long")


def _fold(outputs: list[Any], message: Any) -> None:
    """Add an output; text that follows text of the same stream grows it, as in Jupyter."""
    last = outputs[-1] if outputs else None
    if (
        last is not None
        and message["msg_type"] == last["msg_type"] == "stream"
        and message["content"]["name"] == last["content"]["name"]
    ):
        last["content"]["text"] += message["content"]["text"]
    else:
        outputs.append(message)


@contextmanager
def _kernel(cwd: Path, aside: Path, timeout: float = 1800) -> Iterator[_Kernel]:
    """A kernel of this Python, without the user's own start-up files and history; it never outlives the block."""
    from jupyter_client.manager import KernelManager

    manager = KernelManager(kernel_name="python3")
    if os.name == "posix":
        manager.transport, manager.ip = "ipc", str(aside / "kernel")
    spec = manager.kernel_spec
    if spec is None:
        raise RecordingError("no Python kernel: pip install ipykernel")
    spec.argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONWARNINGS"}
    environment |= {"IPYTHONDIR": str(aside / "ipython"), "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    manager.start_kernel(cwd=str(cwd), env=environment)
    try:
        client = manager.client()
        client.start_channels()
        try:
            client.wait_for_ready(timeout=60)
            yield _Kernel(manager, client, time.monotonic() + timeout)
        finally:
            client.stop_channels()
    finally:
        manager.shutdown_kernel(now=True)
        manager.cleanup_resources()


def main(arguments: Sequence[str] | None = None) -> int:
    """Record the notebook of one scenario: `python -m nbcritic.kit.record flight-delay`."""
    parser = argparse.ArgumentParser(prog="nbcritic.kit.record", description=main.__doc__)
    parser.add_argument("slug", help="the scenario's folder name")
    parser.add_argument("--root", type=Path, default=Path(), help="the repository (default: the current folder)")
    options = parser.parse_args(arguments)
    folder = options.root / "notebooks" / options.slug
    try:
        record(options.root / "critiques" / options.slug / "recording.py", folder / f"{options.slug}.ipynb", folder)
    except (OSError, RecordingError) as error:
        print(f"{options.slug}: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
