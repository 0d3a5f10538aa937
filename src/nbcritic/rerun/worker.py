"""Runs the cells of one notebook in one kernel and tells of each; not imported: `python worker.py JOB`.

Stands in a process of its own, with the kernel, inside the sandbox where there is one. Every event is a line of JSON on standard
output. Whoever started it keeps the time and ends it; nothing that it says is more to be trusted than the notebook itself.
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]  # costs a second, and nothing here needs it

import nbformat.v4 as v4  # noqa: E402
from jupyter_client.kernelspec import NoSuchKernel  # noqa: E402
from jupyter_client.manager import AsyncKernelManager  # noqa: E402
from nbclient.exceptions import CellExecutionError, DeadKernelError  # noqa: E402
from papermill.clientwrap import PapermillNotebookClient  # noqa: E402
from papermill.engines import Engine, papermill_engines  # noqa: E402
from papermill.exceptions import PapermillException, PapermillExecutionError  # noqa: E402
from papermill.execute import execute_notebook  # noqa: E402

LONGEST = 90
"""Bytes of the folder for temporary files: the address of a socket has 107, of which the names in that folder take 14."""


class Teller:
    """Tells of what happens on what was standard output; anything else that is printed goes to standard error."""

    def __init__(self) -> None:
        self._to = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)

    def __call__(self, event: str, **what: Any) -> None:
        """One event."""
        self._to.write(json.dumps({"event": event, **what}) + "\n")
        self._to.flush()


class Client(PapermillNotebookClient):  # type: ignore[misc]
    """Notices endless output while a cell runs, and not when it ends."""

    said = 0
    most = 0

    def process_message(self, message: Any, *args: Any, **words: Any) -> Any:
        """Count what is shown, and give up where it is too much."""
        content = message.get("content", {})
        self.said += len(content.get("text", "")) + sum(len(str(form)) for form in content.get("data", {}).values())
        if self.said > self.most:
            tell("stopped", reason=f"it printed more than {self.most >> 20} MB")
            os._exit(3)
        return super().process_message(message, *args, **words)


class Telling(Engine):  # type: ignore[misc]
    """Papermill's engine, with an event before and after each cell."""

    @classmethod
    def execute_managed_notebook(
        cls, manager: Any, kernel_name: str, *, kernel: Any, most: int, start_timeout: int = 120, **words: Any
    ) -> None:
        """Run the cells until one raises."""
        begun = 0.0
        start, complete = manager.cell_start, manager.cell_complete

        def started(cell: Any, cell_index: int | None = None, **more: Any) -> None:
            nonlocal begun
            tell("start", cell=number(cell))
            begun = time.monotonic()
            start(cell, cell_index, **more)

        def completed(cell: Any, cell_index: int | None = None, **more: Any) -> None:
            error = sys.exc_info()[1]
            if error is None or isinstance(error, CellExecutionError):
                tell("end", cell=number(cell), seconds=time.monotonic() - begun, outputs=cell.outputs)
            complete(cell, cell_index, **more)

        def failed(cell: Any, cell_index: int | None = None, exception: Any = None, **more: Any) -> None:
            tell("end", cell=number(cell), seconds=time.monotonic() - begun, outputs=cell.outputs)
            tell(
                "failed",
                ename=exception.ename,
                evalue=exception.evalue,
                traceback=exception.traceback,
                cell=number(cell),
            )

        manager.cell_start, manager.cell_complete, manager.cell_exception = started, completed, failed
        client = Client(
            manager, km=kernel, timeout=None, startup_timeout=start_timeout, iopub_timeout=30, kernel_name=kernel_name
        )
        client.most = most
        client.execute()


def number(cell: Any) -> int:
    """The number of a cell in the notebook; 0 for the cell that holds the parameters."""
    return int(cell.metadata.get("number", 0))


def kernel_of(job: Any) -> Any:
    """A kernel that shares nothing with others: its sockets are files where their names can be short; Python is this Python."""
    kernel = AsyncKernelManager(kernel_name=job["kernel"])
    if os.name == "posix" and len(os.fsencode(tempfile.gettempdir())) <= LONGEST:
        kernel.transport, kernel.ip = "ipc", str(Path(tempfile.mkdtemp(prefix="k")) / "s")
    spec = kernel.kernel_spec
    if spec is not None and job["language"] == "python":
        spec.argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    return kernel


def notebook_of(job: Any) -> Any:
    """The cells, as papermill takes them."""
    new: Any = v4
    cells = [
        new.new_code_cell(source, id=f"cell-{at}", metadata={"number": at, "tags": tags})
        for at, source, tags in job["cells"]
    ]
    spec = {"name": job["kernel"], "language": job["language"], "display_name": job["kernel"]}
    return new.new_notebook(cells=cells, metadata={"kernelspec": spec})


def main() -> None:
    """Run the job."""
    job = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    papermill_engines.register("telling", Telling)
    try:
        kernel = kernel_of(job)
        execute_notebook(
            notebook_of(job),
            None,
            parameters=job["parameters"],
            engine_name="telling",
            kernel_name=job["kernel"],
            progress_bar=False,
            autosave_cell_every=0,
            kernel=kernel,
            most=job["most"],
        )
    except PapermillExecutionError:
        pass  # told already
    except DeadKernelError:
        tell("failed", ename="DeadKernelError", evalue="the kernel died", traceback="", cell=None)
    except NoSuchKernel:
        tell("stopped", reason=f"no kernel `{job['kernel']}` is installed")
    except (PapermillException, RuntimeError) as error:
        tell("stopped", reason=f"{type(error).__name__}: {error}")
    tell("done")


if __name__ == "__main__":
    tell = Teller()
    main()
