"""A critic for Jupyter notebooks, and a kit to train the people who review them.

    import nbcritic

    report = nbcritic.critique("analysis.ipynb")
    for finding in report.start_here:
        print(finding.at.cell, finding.message, finding.remedy)

    for text in nbcritic.render(nbcritic.scan(["notebooks"]), "json"):
        print(text, end="")

Everything is loaded when it is first used: to import this package costs nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing itself takes a while to load
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from concurrent.futures import Executor
    from os import PathLike

    from nbcritic import rules
    from nbcritic.config import Config
    from nbcritic.fixer import Mended
    from nbcritic.model import Finding, NbcriticError, Notebook, Report

__version__ = "0.1.0"
__all__ = [
    "Finding",
    "NbcriticError",
    "Notebook",
    "Report",
    "critique",
    "explain",
    "fix",
    "read",
    "render",
    "rules",
    "scan",
]

_VALUES = frozenset({"Finding", "NbcriticError", "Notebook", "Report"})


def read(source: str | PathLike[str] | bytes) -> Notebook:
    """Read a notebook or a percent-format script from a file or from bytes. Raises NbcriticError where that fails."""
    import os
    from pathlib import Path

    from nbcritic.model import NbcriticError
    from nbcritic.notebook.read import read as read_bytes

    if isinstance(source, bytes):
        return read_bytes(source, "-")
    path = os.fspath(source)
    try:
        return read_bytes(Path(path).read_bytes(), path)
    except OSError as error:
        raise NbcriticError(f"{path}: cannot be read: {error.strerror or error}") from error
    except NbcriticError as error:
        raise NbcriticError(f"{path}: {error}") from error


def critique(source: str | PathLike[str] | bytes | Notebook, config: Config | None = None) -> Report:
    """Judge one notebook: a file, the bytes of one, or one that was read before.

    Without a `config`, a file is judged by the pyproject.toml nearest to it, anything else by the defaults. Raises NbcriticError
    where the notebook cannot be read.
    """
    from pathlib import Path

    from nbcritic.analysis import project
    from nbcritic.analysis.page import Page
    from nbcritic.config import Config
    from nbcritic.model import Notebook
    from nbcritic.scanner.batch import judge

    notebook = source if isinstance(source, Notebook) else read(source)
    is_file = not isinstance(source, (bytes, Notebook))
    if config is None:
        config = Config.load(Path(notebook.path)) if is_file else Config()
    page = Page(notebook, project.discover(notebook.path) if is_file else project.NOWHERE)
    return next(judge([page], config))


def scan(
    paths: Iterable[str | PathLike[str]],
    config: Config | None = None,
    *,
    jobs: int = 1,
    executor: Executor | None = None,
    cache: bool = False,
) -> Iterator[Report]:
    """Judge every notebook under these files and folders, one report after the other, in order.

    With more than one of `jobs`, so many processes share the work; an `executor` of concurrent.futures (a Dask client's
    `get_executor()`, say) takes their place, with `jobs` batches at a time. `cache` uses and keeps what `nbcritic` on the command line
    keeps from run to run.

    Without a `config`, the pyproject.toml nearest to the first path decides. A notebook that cannot be read is a report with
    a `problem`; NbcriticError is for what the caller must mend first, such as a path that does not exist.
    """
    import os

    from nbcritic import scanner
    from nbcritic.scanner.cache import Cache

    given = [os.fspath(path) for path in paths]
    chosen = scanner.configure(given) if config is None else config
    return scanner.scan(given, chosen, jobs=jobs, executor=executor, cache=Cache() if cache else None)


def render(reports: Iterable[Report], format: str = "text", *, color: bool = False, width: int = 100) -> Iterator[str]:
    """The reports in one of the formats of the command line, piece by piece; the pieces joined are the whole document."""
    from nbcritic.report import render as render_reports

    return render_reports(reports, format, color=color, width=width)


def fix(
    source: str | PathLike[str] | bytes | Notebook, config: Config | None = None, *, unsafe: bool = False
) -> Mended:
    """Mend what has a fix, in memory: the result's `notebook.raw` is the new file, its `report` says what is left.

    `unsafe` also applies fixes after which somebody should look at the result. The configuration is found as for `critique`.
    Raises NbcriticError where the notebook cannot be read.
    """
    from pathlib import Path

    from nbcritic.analysis import project
    from nbcritic.config import Config
    from nbcritic.fixer import mend
    from nbcritic.model import Notebook

    notebook = source if isinstance(source, Notebook) else read(source)
    is_file = not isinstance(source, (bytes, Notebook))
    if config is None:
        config = Config.load(Path(notebook.path)) if is_file else Config()
    around = project.discover(notebook.path) if is_file else project.NOWHERE
    return mend(notebook, config, around, unsafe=unsafe)


def explain(key: str, *, color: bool = False, width: int = 100) -> str:
    """The documentation of the rule with this code or name. Raises NbcriticError, which names the nearest, for any other."""
    from nbcritic.report.explain import find, page

    return page(find(key), color=color, width=width)


def __getattr__(name: str) -> object:
    """Load modules and the values of the model when they are first asked for."""
    from importlib import import_module

    if name in _VALUES:
        return getattr(import_module("nbcritic.model"), name)
    if name == "rules":
        return import_module("nbcritic.rules")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
