"""`nbcritic check`: review notebooks."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from nbcritic.model import PROFILES, SEVERITIES
from nbcritic.report import FORMATS

if TYPE_CHECKING:
    from nbcritic.model import Report

INTERRUPTED = 130


def _selectors(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...] | None:
    """Lists with commas and repeated options come to the same; None where the option was not given."""
    words = tuple(word.strip() for part in value for word in part.split(",") if word.strip())
    if value and not words:
        raise click.BadParameter("name at least one code, rule or family", ctx, param)
    return words or None


def _complete_selector(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from nbcritic import rules

    before, comma, last = incomplete.rpartition(",")
    known = ((key, rule) for rule in rules.load().values() for key in (rule.name, rule.code))
    return [
        CompletionItem(f"{before}{comma}{key}", help=rule.summary)
        for key, rule in known
        if key.lower().startswith(last.lower())
    ]


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path())
@click.option(
    "--profile",
    type=click.Choice(PROFILES),
    help="How strict to be. explore: only what makes results wrong. review (default): what a reviewer would say. "
    "production: all that a package would need.",
)
@click.option(
    "--select",
    metavar="RULES",
    multiple=True,
    callback=_selectors,
    shell_complete=_complete_selector,
    help="Look for these only: codes (NBC501), beginnings of codes (NBC5), names or families, separated by commas.",
)
@click.option(
    "--extend-select",
    metavar="RULES",
    multiple=True,
    callback=_selectors,
    shell_complete=_complete_selector,
    help="Look for these as well.",
)
@click.option(
    "--ignore",
    metavar="RULES",
    multiple=True,
    callback=_selectors,
    shell_complete=_complete_selector,
    help="Leave these out.",
)
@click.option(
    "--fail-on",
    type=click.Choice((*SEVERITIES, "never")),
    help="Exit with 1 from this severity on. [default: blocker; with --profile production: major]",
)
@click.option(
    "--fix", is_flag=True, help="Fix what can be fixed without a change of meaning, then report what is left."
)
@click.option(
    "--unsafe-fixes", is_flag=True, help="With --fix or --diff: also fixes after which to look at the result."
)
@click.option(
    "--prove",
    is_flag=True,
    help="With --fix: run the notebook before and after, in clean kernels, and keep only fixes with which it shows the same.",
)
@click.option("--isolate", is_flag=True, help="With --prove: run it behind walls: no network, none of your files.")
@click.option("--diff", is_flag=True, help="Show what --fix would change, cell by cell, and write nothing.")
@click.option(
    "--since",
    metavar="REV",
    help="Only findings on cells that have changed since this revision of git: main, HEAD~3, a commit.",
)
@click.option(
    "--baseline",
    metavar="FILE",
    type=click.Path(),
    help="Leave out the findings that this file knows; they count as suppressed.",
)
@click.option(
    "--write-baseline",
    metavar="FILE",
    type=click.Path(),
    help="Write the findings there are to this file, in place of a report, so that --baseline can leave them out.",
)
@click.option("--format", type=click.Choice(FORMATS), default="text", show_default=True, help="What to write.")
@click.option(
    "--output",
    "-o",
    metavar="FILE",
    type=click.Path(),
    help="Write to this file, which is replaced when all is done and not before.",
)
@click.option(
    "--compare",
    metavar="FILE",
    type=click.Path(),
    help="With --format html: say what is new and what is gone since this earlier --format json report.",
)
@click.option("--statistics", is_flag=True, help="Count the findings of each rule in place of showing them.")
@click.option("--quiet", "-q", is_flag=True, help="One line for each notebook.")
@click.option(
    "--config",
    metavar="FILE",
    type=click.Path(),
    help="Take the configuration from this file in place of the nearest pyproject.toml with a [tool.nbcritic].",
)
@click.option(
    "--jobs",
    "-j",
    metavar="N",
    type=click.IntRange(min=1),
    help="Work in so many processes; few notebooks, and with 1 all of them, are judged in this one. [default: all cores]",
)
@click.option("--no-cache", is_flag=True, help="Judge every notebook anew, and keep nothing for the next run.")
@click.option(
    "--cluster",
    metavar="ADDRESS",
    help="Have the workers of a Dask cluster judge the notebooks: the address of its scheduler, such as tcp://host:8786.",
)
@click.option("--color/--no-color", default=None, help="Colour in any case, or never. [default: on a terminal]")
def command(
    paths: tuple[str, ...],
    profile: str | None,
    select: tuple[str, ...] | None,
    extend_select: tuple[str, ...] | None,
    ignore: tuple[str, ...] | None,
    fail_on: str | None,
    fix: bool,
    unsafe_fixes: bool,
    prove: bool,
    isolate: bool,
    diff: bool,
    since: str | None,
    baseline: str | None,
    write_baseline: str | None,
    format: str,
    output: str | None,
    compare: str | None,
    statistics: bool,
    quiet: bool,
    config: str | None,
    jobs: int | None,
    no_cache: bool,
    cluster: str | None,
    color: bool | None,
) -> int:
    """Review notebooks, without running them.

    PATH is a notebook, a script with `# %%` cells, a folder (walked; what git ignores is left out) or - for standard
    input.

    \b
    Examples:
      nbcritic analysis.ipynb
      nbcritic --profile explore --fail-on never notebooks/
      nbcritic --select leakage,NBC205 --format json --output report.json .
      nbcritic --diff analysis.ipynb
      git show HEAD:analysis.ipynb | nbcritic -

    \b
    Exit code:
      0    nothing as grave as --fail-on
      1    findings at or above --fail-on; with --diff, something to fix
      2    wrong usage, or a notebook that could not be judged
      130  interrupted

    In a notebook, `# nbcritic: ignore[rule-name]` at the end of a line silences a rule on that line.
    """
    from nbcritic.cli.changes import Fixing, View, check_options, conditions, say_aside
    from nbcritic.cli.output import columns, wants_color, writing
    from nbcritic.cli.progress import Progress
    from nbcritic.cli.workers import workers
    from nbcritic.report import render
    from nbcritic.scanner import configure, scan
    from nbcritic.scanner.cache import Cache

    if compare is not None and format != "html":
        raise click.UsageError("--compare goes with --format html")
    if isolate and not prove:
        raise click.UsageError("--isolate goes with --prove: a review alone runs nothing")
    check_options(
        paths, fix=fix, unsafe=unsafe_fixes, diff=diff, baseline=baseline, write_baseline=write_baseline, prove=prove
    )
    chosen = configure(paths, config).with_options(
        profile=profile, select=select, extend_select=extend_select, ignore=ignore, fail_on=fail_on
    )
    on_terminal = output is None and sys.stdout.isatty()
    progress = Progress(sys.stderr, beside_text=on_terminal)
    cache = None if no_cache else Cache()
    watch = Watch(chosen.effective_fail_on)
    view = View(baseline, since)
    fixing = Fixing(chosen, view, unsafe=unsafe_fixes, prove=conditions(isolate) if prove else None)
    told = progress if sys.stderr.isatty() else None
    try:
        with (
            workers(jobs, cluster) as (batches, executor),
            closing(scan(paths, chosen, progress=told, jobs=batches, executor=executor, cache=cache)) as found,
            writing(output) as write,
        ):
            seen = view.of(found)
            reports = watch(fixing(seen) if fix else seen)
            if diff:
                pieces = fixing.diffs(reports, color=wants_color(color, output))
            elif write_baseline is not None:
                pieces = _written(write_baseline, reports)
            else:
                pieces = render(
                    reports,
                    format,
                    color=format == "text" and wants_color(color, output),
                    width=columns(output),
                    statistics=statistics,
                    brief=quiet,
                    target=output,
                    previous=compare,
                )
            for piece in pieces:
                with progress.aside():
                    write(piece)
            if watch.interrupted and output is not None:
                raise KeyboardInterrupt  # before the file takes its name: half a scan is no report
    except KeyboardInterrupt:
        watch.interrupted = True
    finally:
        progress.close()
    if watch.interrupted:
        kept = f"; {output} is unchanged" if output is not None else ""
        click.echo(f"nbcritic: interrupted after {watch.notebooks} notebooks{kept}", err=True)
    say_aside(
        (
            *fixing.closing("would fix" if diff else "fixed"),
            *filter(None, [view.closing(), cache.problem if cache else None]),
        )
    )
    if diff or write_baseline is not None:
        watch.failed = fixing.notebooks > 0
    return watch.exit_code


def _written(target: str, reports: Iterable[Report]) -> Iterator[str]:
    """Write a baseline, and one line about it."""
    from nbcritic.baseline import dumps
    from nbcritic.cli.output import writing
    from nbcritic.report.totals import Totals, plural

    totals = Totals()
    text = dumps(target, totals.counting(reports))
    with writing(target) as write:
        write(text)
    yield f"{target}: {plural(totals.severities.total(), 'finding')} of {plural(totals.with_findings, 'notebook')}\n"


class Watch:
    """Lets reports through and notes what the exit code depends on. Ctrl-C ends the reports, so that what is done is said."""

    def __init__(self, fail_on: str) -> None:
        self._failing = SEVERITIES[: SEVERITIES.index(fail_on) + 1] if fail_on in SEVERITIES else ()
        self.notebooks = 0
        self.failed = False
        self.problem = False
        self.interrupted = False

    def __call__(self, reports: Iterable[Report]) -> Iterator[Report]:
        """The same reports."""
        try:
            for report in reports:
                self.notebooks += 1
                self.problem = self.problem or report.problem is not None
                self.failed = self.failed or any(finding.severity in self._failing for finding in report.findings)
                yield report
        except KeyboardInterrupt:
            self.interrupted = True

    @property
    def exit_code(self) -> int:
        """0, 1 (findings), 2 (a report with a problem) or 130 (interrupted)."""
        if self.interrupted:
            return INTERRUPTED
        return 2 if self.problem else int(self.failed)
