"""`nbcritic practice`: review a notebook, be graded, compare with the key and the reference."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from nbcritic.cli.extra import KitGroup

if TYPE_CHECKING:
    from nbcritic.kit.workspace import Workspace

_HELP = {"help_option_names": ["-h", "--help"]}
_in = click.option(
    "--in", "folder", metavar="DIR", type=click.Path(path_type=Path), help="The workspace. [default: the one we are in]"
)
_format = click.option(
    "--format", type=click.Choice(("text", "json")), default="text", show_default=True, help="What to write."
)


@click.group(cls=KitGroup, context_settings=_HELP)
def command() -> None:
    """Train your eye: review a notebook as in an interview, offline, one command a step.

    \b
      nbcritic practice list                  what there is
      nbcritic practice start flight-delay    a folder with notebook, brief and an empty critique
      nbcritic practice check                 how good is the critique so far?
      nbcritic practice hint                  a nudge, in three steps
      nbcritic practice solution              the key
      nbcritic practice compare               a page: notebook, key, reference and yours side by side

    Scenarios have a key that people wrote and measured. Any other notebook can be practised on as well:
    `nbcritic practice start path/to/any.ipynb` takes as the key what nbcritic itself finds in it.
    """


@command.command("list", context_settings=_HELP)
@_format
def list_(format: str) -> None:
    """Show the scenarios: level, minutes, skills, and how far you are in workspaces here."""
    from nbcritic.cli.output import say
    from nbcritic.kit import scenario, workspace
    from nbcritic.report.json_ import dumps

    best: dict[str, float] = {}
    for space in workspace.below(Path.cwd()):
        scores = [attempt.score for attempt in space.state.attempts]
        best[space.state.name] = max([best.get(space.state.name, 0.0), *scores])
    known = [(slug, scenario.load(slug).facts) for slug in scenario.slugs()]
    if format == "json":
        rows = [
            {"name": slug, "title": facts.title, "level": facts.level, "minutes": facts.minutes}
            | {"skills": list(facts.skills), "best": best.get(slug)}
            for slug, facts in known
        ]
        say(dumps(rows) + "\n")
        return
    for slug, facts in known:
        done = "" if slug not in best else f" · best so far {best[slug]:.0f} of 100" if best[slug] else " · started"
        say(
            f"{slug}  {facts.title}\n  level {facts.level} · {facts.minutes} minutes{done}\n  {', '.join(facts.skills)}\n"
        )


@command.command(context_settings=_HELP)
@click.argument("what", metavar="SCENARIO|NOTEBOOK")
@click.option("--into", metavar="DIR", type=click.Path(path_type=Path), help="The folder to make. [default: the name]")
@click.option(
    "--timed",
    metavar="MINUTES",
    type=click.IntRange(1, 1440),
    help="Start a clock; an attempt after it counts as late.",
)
@click.option("--blind", is_flag=True, help="Show no categories.")
@click.option("--lens", metavar="CATEGORY", help="Practise one category only, such as leakage.")
def start(what: str, into: Path | None, timed: int | None, blind: bool, lens: str | None) -> None:
    """Make a workspace: notebook, brief, data, an empty critique, a package that runs. Never the answers.

    Nothing that is there already is overwritten.
    """
    from nbcritic.cli.output import say
    from nbcritic.kit.workspace import start as begin

    space = begin(what, into, minutes=timed, blind=blind, lens=lens or "")
    say(
        f"{space.folder}/ is ready. Read README.md and {space.state.notebook}, write critique.md, then\n\n"
        f"  cd {space.folder}\n  nbcritic practice open     # JupyterLab\n  nbcritic practice check    # how good is it so far?\n"
        if space.state.kind == "scenario"
        else f"{space.folder}/ is ready. The key is what nbcritic itself finds in {space.state.notebook}: rules, not a person.\n"
        f"Write critique.md, then `nbcritic practice check` in that folder.\n"
    )


@command.command("open", context_settings=_HELP)
@_in
@click.option("--no-browser", is_flag=True, help="Only start the server, and print its address.")
def open_(folder: Path | None, no_browser: bool) -> None:
    """Open the workspace in JupyterLab, on this machine only and with a token, until Ctrl-C."""
    import os
    import subprocess
    import sys
    from importlib.util import find_spec

    from nbcritic.kit.workspace import find
    from nbcritic.model import NbcriticError

    if find_spec("jupyterlab") is None:
        raise NbcriticError("opening needs JupyterLab: pip install 'nbcritic[kit]'")
    space = find(folder)
    arguments = ["-m", "jupyterlab", "--ServerApp.ip=127.0.0.1", f"--ServerApp.root_dir={space.folder.resolve()}"]
    arguments += [f"--LabApp.default_url=/lab/tree/{space.state.notebook}"]
    if no_browser:
        arguments.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:  # in containers one often is; Jupyter wants to be told
        arguments.append("--allow-root")
    raise SystemExit(subprocess.run([sys.executable, *arguments], cwd=space.folder, check=False).returncode)


@command.command(context_settings=_HELP)
@_in
@_format
@click.option("--package", is_flag=True, help="Judge the package instead: does it do what is asked? (minutes)")
@click.option("--python", metavar="PATH", help="The Python that has what your package needs. [default: this one]")
@click.option(
    "--mutants",
    metavar="N",
    type=click.IntRange(0, 500),
    default=15,
    show_default=True,
    help="How many to try on your tests.",
)
@click.option("--seed", metavar="N", type=int, default=7, show_default=True, help="Which mutants are drawn.")
def check(folder: Path | None, format: str, package: bool, python: str | None, mutants: int, seed: int) -> None:
    """Grade the critique as it stands, and keep it as an attempt."""
    from nbcritic.cli.output import say
    from nbcritic.kit import feedback
    from nbcritic.kit.workspace import find
    from nbcritic.report.json_ import dumps

    space = find(folder)
    if package:
        _check_package(space, format, python, mutants, seed)
        return
    exercise, answers = space.exercise(), space.answers()
    card = space.grade(exercise)
    if answers:
        space.submit(card)
    if format == "json":
        say(dumps(feedback.record(space, exercise, card, answers)) + "\n")
    else:
        say(feedback.report(space, exercise, card, answers))


def _check_package(space: Workspace, format: str, python: str | None, mutants: int, seed: int) -> None:
    import shutil
    import sys

    from nbcritic.cli.output import say
    from nbcritic.kit.contract import plain
    from nbcritic.kit.package import Package, item_text, judge, record, summary
    from nbcritic.model import NbcriticError
    from nbcritic.report.json_ import dumps

    exercise = space.exercise()
    if exercise.scenario is None:
        raise NbcriticError(f"{space.state.name} is any notebook: there is no contract that a package could keep")
    if python is not None and shutil.which(python) is None:
        raise NbcriticError(
            f"--python: there is no program {python}; name the python of an environment, such as .venv/bin/python"
        )
    asked = Package(
        exercise.scenario, space.package, plain(space.package / "src"), python or sys.executable, mutants, seed
    )
    items = []
    for item in judge(asked):
        items.append(item)
        if format == "text":
            say(item_text(item))
    result = record(items)
    space.state.package.append({"at": result["at"], "score": result["score"]})
    space.save()
    say(dumps(result) + "\n" if format == "json" else summary(items))


@command.command(context_settings=_HELP)
@_in
def hint(folder: Path | None) -> None:
    """Give a hint to the gravest thing that is still open: first vague, then nearer, then nearly the answer. Hints are counted."""
    from nbcritic.cli.output import say
    from nbcritic.kit import feedback
    from nbcritic.kit.workspace import find

    space = find(folder)
    exercise = space.exercise()
    say(feedback.hint(space, exercise, space.grade(exercise)))


@command.command(context_settings=_HELP)
@_in
@click.option("--give-up", is_flag=True, help="Show it although there is no attempt yet.")
@click.option(
    "--same",
    metavar="LINE=REMARK",
    multiple=True,
    help="Count a line that nearly matched: 7=no-baseline; 7!no-baseline refuses it.",
)
def solution(folder: Path | None, give_up: bool, same: tuple[str, ...]) -> None:
    """Show the key beside what you found of it. The model answer and the reference are put into solution/."""
    from nbcritic.cli.output import say
    from nbcritic.kit import feedback, solution
    from nbcritic.kit.workspace import find

    space = find(folder)
    solution.open_up(space, give_up=give_up)
    exercise = space.exercise()
    solution.decide(space, exercise, same)
    say(feedback.solution(exercise, space.grade(exercise), space.answers()))


@command.command(context_settings=_HELP)
@_in
@click.option(
    "-o", "--output", metavar="FILE", type=click.Path(path_type=Path), help="[default: compare.html in the workspace]"
)
@click.option("--give-up", is_flag=True, help="Make it although there is no attempt yet.")
def compare(folder: Path | None, output: Path | None, give_up: bool) -> None:
    """Make a page that shows, remark by remark, the messy cell, the key and its number, the reference's code and your own."""
    from nbcritic.cli.output import say
    from nbcritic.kit import solution
    from nbcritic.kit.compare import page
    from nbcritic.kit.workspace import find, write

    space = find(folder)
    solution.open_up(space, give_up=give_up)
    target = output or space.folder / "compare.html"
    write(target, page(space))
    say(f"{target}\n")


@command.command(context_settings=_HELP)
@_in
@_format
def status(folder: Path | None, format: str) -> None:
    """Show the attempts so far, hints, and the time that is left."""
    import msgspec

    from nbcritic.cli.output import say
    from nbcritic.kit import feedback
    from nbcritic.kit.workspace import find

    space = find(folder)
    if format == "json":
        say(msgspec.json.format(msgspec.json.encode(space.state), indent=2).decode() + "\n")
    else:
        say(feedback.status(space))
