"""`nbcritic rerun`: run notebooks in clean kernels, and review them with what happened in hand."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Any

import click

from nbcritic.model import PROFILES, SEVERITIES, NbcriticError, Report
from nbcritic.report import FORMATS

if TYPE_CHECKING:
    from nbcritic.analysis.run import Run
    from nbcritic.config import Config
    from nbcritic.model import Notebook
    from nbcritic.rerun import Conditions

INTERRUPTED = 130
EVIDENCE = ("NBC901", "NBC902", "NBC903")
"""What says that a notebook does not reproduce."""


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path())
@click.option(
    "--timeout",
    metavar="SECONDS",
    type=click.FloatRange(min=1),
    default=600.0,
    show_default=True,
    help="For each run of a notebook as a whole. What takes longer is not judged.",
)
@click.option("--twice", is_flag=True, help="Run each notebook two times, and say where the runs disagree.")
@click.option(
    "--isolate",
    is_flag=True,
    help="Run behind bubblewrap's walls: no network, nothing of this machine but the system and the notebook's folder, read-only.",
)
@click.option(
    "--allow-unisolated",
    is_flag=True,
    help="With --isolate: run also where there can be no walls. Your own notebooks only.",
)
@click.option(
    "--parameters",
    "-p",
    metavar="NAME=VALUE",
    multiple=True,
    help="A value for the cell with the tag `parameters`, as papermill takes it.",
)
@click.option(
    "--memory",
    metavar="MB",
    type=click.IntRange(min=64),
    default=4096,
    show_default=True,
    help="For the kernel and all it starts.",
)
@click.option(
    "--jobs", "-j", metavar="N", type=click.IntRange(min=1), default=1, show_default=True, help="Notebooks at a time."
)
@click.option("--profile", type=click.Choice(PROFILES), help="How strict the review is, as for `nbcritic check`.")
@click.option(
    "--select", metavar="RULES", multiple=True, help="Look for these only; `--select NBC9` leaves the evidence alone."
)
@click.option("--ignore", metavar="RULES", multiple=True, help="Leave these out.")
@click.option(
    "--fail-on",
    type=click.Choice((*SEVERITIES, "never")),
    help="Exit with 1 from this severity on. [default: blocker, and whatever says that a notebook does not reproduce]",
)
@click.option("--format", type=click.Choice(FORMATS), default="text", show_default=True, help="What to write.")
@click.option(
    "--output", "-o", metavar="FILE", type=click.Path(), help="Write to this file, which is replaced when all is done."
)
@click.option("--quiet", "-q", is_flag=True, help="One line for each notebook, and none for each cell.")
@click.option("--config", metavar="FILE", type=click.Path(), help="Take the configuration from this file.")
@click.option("--color/--no-color", default=None, help="Colour in any case, or never. [default: on a terminal]")
def command(
    paths: tuple[str, ...],
    timeout: float,
    twice: bool,
    isolate: bool,
    allow_unisolated: bool,
    parameters: tuple[str, ...],
    memory: int,
    jobs: int,
    profile: str | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fail_on: str | None,
    format: str,
    output: str | None,
    quiet: bool,
    config: str | None,
    color: bool | None,
) -> int:
    """Run notebooks from top to bottom in clean kernels, and review them with what happened in hand.

    A copy runs, in a copy of the notebook's folder: the notebook and its data stay as they are. The report is that of `nbcritic check`
    and says besides where the run stops (NBC901), which saved outputs it does not show (NBC902), what two runs disagree on
    (NBC903, with --twice) and which cells are slow (NBC904). What this machine lacks (a package, a data file, a kernel) is
    said and is no fault.

    A notebook can do whatever you can do. Run other people's with --isolate.

    \b
    Examples:
      nbcritic rerun analysis.ipynb
      nbcritic rerun --twice --select NBC9 notebooks/
      nbcritic rerun --isolate --timeout 120 from-a-stranger.ipynb
      nbcritic rerun -p year=2024 report.ipynb

    \b
    Exit code:
      0    it reproduces, as far as could be judged, and nothing is as grave as --fail-on
      1    it does not, or there are findings at or above --fail-on
      2    wrong usage, or a notebook that could not be read
      130  interrupted
    """
    from nbcritic.cli.changes import say_aside
    from nbcritic.cli.output import columns, wants_color, writing
    from nbcritic.report import render
    from nbcritic.rerun import Conditions
    from nbcritic.scanner import configure, find

    if "-" in paths:
        raise click.UsageError("standard input has no folder to run in: name a file")
    if allow_unisolated and not isolate:
        raise click.UsageError("--allow-unisolated goes with --isolate; without it nothing is isolated anyway")
    chosen = configure(paths, config).with_options(
        profile=profile, select=_words(select), extend_select=None, ignore=_words(ignore), fail_on=fail_on
    )
    conditions = Conditions(
        timeout, memory << 20, isolate=_walls(isolate, allow_unisolated), parameters=_values(parameters)
    )
    if not conditions.isolate and not quiet:
        say_aside(["not isolated: the notebooks run as you, with your files and your network"])
    watch = _Watch(None if fail_on is None else chosen.effective_fail_on, chosen.effective_fail_on)
    found = list(find(paths, chosen))
    reports = watch(_reports(found, chosen, conditions, twice=twice, jobs=jobs, say=None if quiet else _Lines()))
    pieces = render(
        reports,
        format,
        color=format == "text" and wants_color(color, output),
        width=columns(output),
        brief=quiet,
        target=output,
    )
    try:
        with closing(reports), writing(output) as write:
            for piece in pieces:
                write(piece)
    except KeyboardInterrupt:
        click.echo("nbcritic: interrupted", err=True)
        return INTERRUPTED
    return watch.exit_code


def _words(given: tuple[str, ...]) -> tuple[str, ...] | None:
    return tuple(word.strip() for part in given for word in part.split(",") if word.strip()) or None


def _walls(isolate: bool, allow_unisolated: bool) -> bool:
    """Will there be walls? Where there cannot be any, only for who says that it does not matter."""
    if not isolate:
        return False
    from nbcritic import sandbox
    from nbcritic.cli.changes import say_aside

    reason = sandbox.probe()
    if reason and not allow_unisolated:
        raise NbcriticError(f"not isolated: {reason}. --allow-unisolated runs the notebooks all the same, as you")
    if reason:
        say_aside([f"not isolated: {reason}"])
    return not reason


def _values(given: tuple[str, ...]) -> dict[str, Any]:
    """Names and values; a value is a Python literal, or else text."""
    import ast

    values: dict[str, Any] = {}
    for pair in given:
        name, equals, text = pair.partition("=")
        if not equals or not name.isidentifier():
            raise click.BadParameter(f"{pair!r} is not NAME=VALUE", param_hint="--parameters")
        try:
            values[name] = ast.literal_eval(text)
        except (ValueError, SyntaxError):
            values[name] = {"true": True, "false": False, "null": None}.get(text, text)
    return values


class _Lines:
    """A line on standard error for each cell that has run."""

    def about(self, notebook: Notebook) -> Callable[[int, float | None], None]:
        """What to call with a cell's number, and its seconds when it has ended."""
        from nbcritic.model import first_line
        from nbcritic.report.terminal import visible

        cells = {cell.number: first_line(cell.source, 50) for cell in notebook.code}
        last = max(cells, default=0)

        def line(cell: int, seconds: float | None) -> None:
            if seconds is not None and cell in cells:
                click.echo(visible(f"{notebook.path}: cell {cell}/{last}  {seconds:6.1f} s  {cells[cell]}"), err=True)

        return line


def _reports(
    paths: Iterable[str], config: Config, conditions: Conditions, *, twice: bool, jobs: int, say: _Lines | None
) -> Iterator[Report]:
    """Run the notebooks, some at a time, and judge them in order; what cannot be read is a report with a problem."""
    from concurrent.futures import ThreadPoolExecutor
    from threading import Event

    import nbcritic
    from nbcritic.analysis.project import Project, discover
    from nbcritic.rerun import examine, observe

    cancel = Event()

    def run(path: str) -> tuple[Run, Project] | Report:
        try:
            notebook = nbcritic.read(path)
        except NbcriticError as error:
            return Report(path, problem=str(error))
        project = discover(path)
        progress = say.about(notebook) if say else None
        return observe(notebook, project, conditions, twice=twice, progress=progress, cancel=cancel), project

    with ExitStack() as stack:
        # Each thread only waits for processes; the judging is done here.
        pool = stack.enter_context(ThreadPoolExecutor(jobs)) if jobs > 1 else None
        stack.callback(cancel.set)
        for ran in pool.map(run, paths) if pool else map(run, paths):
            if isinstance(ran, Report):
                yield ran
            else:
                yield examine(ran[0], config, ran[1])


class _Watch:
    """Lets reports through and notes what the exit code depends on."""

    def __init__(self, asked: str | None, default: str) -> None:
        level = asked or default
        self._failing = SEVERITIES[: SEVERITIES.index(level) + 1] if level in SEVERITIES else ()
        self._evidence = EVIDENCE if asked is None and level != "never" else ()
        self._failed = False
        self._problem = False

    def __call__(self, reports: Iterable[Report]) -> Generator[Report, None, None]:
        """The same reports."""
        for report in reports:
            self._problem = self._problem or report.problem is not None
            self._failed = self._failed or any(
                finding.severity in self._failing or finding.code in self._evidence for finding in report.findings
            )
            yield report

    @property
    def exit_code(self) -> int:
        """0, 1 (findings) or 2 (a report with a problem)."""
        return 2 if self._problem else int(self._failed)
