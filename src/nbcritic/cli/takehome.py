"""`nbcritic takehome`: make packs, grade what comes back, compare."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from nbcritic.cli.extra import KitGroup

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from threading import Event

    from nbcritic.kit.contract import Run
    from nbcritic.kit.inject.base import Base
    from nbcritic.kit.remark import Remark
    from nbcritic.kit.scenario import Scenario
    from nbcritic.kit.takehome.batch import Marked
    from nbcritic.kit.takehome.marking import Line, Result
    from nbcritic.kit.takehome.pack import Pack
    from nbcritic.kit.takehome.verdicts import Decision

HELP = {"help_option_names": ["-h", "--help"]}


@click.group(cls=KitGroup, context_settings=HELP)
def command() -> None:
    """Take-homes for interviews: a notebook with planted flaws for each candidate, and their submissions graded side by side.

    \b
    Examples:
      nbcritic takehome new flight-delay --minutes 120 --out packs/ada
      nbcritic takehome new --from my.ipynb --data data --out packs/ada
      nbcritic takehome grade submissions --pack packs/ada --out graded
      nbcritic takehome compare graded

    The guide for interviewers is docs/kit/takehome.md.
    """


@command.command(context_settings=HELP)
@click.argument("slug", required=False)
@click.option(
    "--from",
    "notebook",
    type=click.Path(path_type=Path),
    metavar="NOTEBOOK",
    help="Plant into your own clean notebook.",
)
@click.option(
    "--data", type=click.Path(path_type=Path), metavar="DIR", help="With --from: the folder of data beside it."
)
@click.option(
    "--known-afterwards", multiple=True, metavar="COLUMN", help="With --from: a column known only after the decision."
)
@click.option(
    "--group", multiple=True, metavar="COLUMN", help="With --from: a column that names a group, such as a shop."
)
@click.option("--score", multiple=True, metavar="NAME", help="With --from: a variable whose number matters.")
@click.option("--seed", type=int, help="Keep it to yourself: it is the key. [default: a large random one]")
@click.option(
    "--minutes", type=click.IntRange(10, 2880), default=120, show_default=True, help="What the candidate is told."
)
@click.option("--flaws", type=click.IntRange(1, 20), default=8, show_default=True, help="How many flaws to plant.")
@click.option("--plant", multiple=True, metavar="FLAW", help="Only these flaws; --list names them.")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="A new folder for the pack.")
@click.option("--list", "listed", is_flag=True, help="Name the flaws that can be planted, and stop.")
def new(
    slug: str | None,
    notebook: Path | None,
    data: Path | None,
    known_afterwards: tuple[str, ...],
    group: tuple[str, ...],
    score: tuple[str, ...],
    seed: int | None,
    minutes: int,
    flaws: int,
    plant: tuple[str, ...],
    out: Path | None,
    listed: bool,
) -> None:
    """Make a pack: candidate.zip to hand out, and interviewer/ to keep.

    SLUG is a scenario. Every flaw is proven by running the notebook: this takes about half a minute.
    """
    import secrets

    from nbcritic.cli.output import say
    from nbcritic.kit.inject.bench import bench
    from nbcritic.kit.inject.variant import make
    from nbcritic.kit.takehome import pack as packs

    if listed:
        say(_listed())
        return
    if (slug is None) == (notebook is None):
        raise click.UsageError("name a scenario, or your own notebook with --from")
    if out is None:
        raise click.UsageError("--out names the new folder for the pack")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise click.UsageError(f"{out}: is there already; a pack needs a new folder")
    scenario, base = _base(slug, notebook, data, known_afterwards, group, score)
    number = secrets.randbelow(2**53) if seed is None else seed
    _tell(f"running {base.notebook.path} clean, then with each flaw …")
    with bench(base.data) as warm:
        variant = make(base, number, warm, flaws, plant)
    made = packs.write(variant, minutes, out, scenario)
    lines = [f"{out}/candidate.zip   to hand out ({len((out / 'candidate.zip').read_bytes()) / 1e6:.1f} MB)"]
    lines += [f"{out}/interviewer/    yours: key.md, script.md, rubric.md, tick-sheet.html", ""]
    lines += [
        f"pack {made.facts.id}, seed {number}: {len(variant.flaws)} flaws planted and proven, {len(made.key.remark)} remarks in the key"
    ]
    lines += [f"  {name}" for name in variant.flaws]
    if variant.refused:
        lines += ["", "tried, and not planted:", *(f"  {name}: {why}" for name, why in variant.refused)]
    say("\n".join(lines) + "\n")


def _base(
    slug: str | None,
    notebook: Path | None,
    data: Path | None,
    known_afterwards: tuple[str, ...],
    groups: tuple[str, ...],
    scores: tuple[str, ...],
) -> tuple[Scenario | None, Base]:
    from nbcritic.kit.inject.base import of_file, of_scenario
    from nbcritic.kit.inject.roles import Roles
    from nbcritic.kit.scenario import load

    if notebook is not None:
        return None, of_file(notebook, data, Roles(known_afterwards, groups, scores))
    if data or known_afterwards or groups or scores:
        raise click.UsageError("--data, --known-afterwards, --group and --score go with --from")
    scenario = load(str(slug))
    return scenario, of_scenario(scenario)


def _listed() -> str:
    from nbcritic.kit.inject.operator import operators

    width = max(map(len, operators()))
    return "".join(
        f"{name:{width}}  {operator.family:12}  {operator.text['severity']:8}  {operator.text['title']}\n"
        for name, operator in operators().items()
    )


@command.command(context_settings=HELP)
@click.argument("submissions", type=click.Path(path_type=Path))
@click.option(
    "--pack",
    "folders",
    type=click.Path(path_type=Path),
    multiple=True,
    required=True,
    metavar="DIR",
    help="A pack, or a folder of packs; may be repeated.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("graded"),
    show_default=True,
    metavar="DIR",
    help="Where results go; a second run goes on there.",
)
@click.option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True, help="Submissions at a time.")
@click.option(
    "--seconds",
    type=click.IntRange(10, 7200),
    default=600,
    show_default=True,
    help="For all commands of one submission's package.",
)
@click.option("--no-package", is_flag=True, help="Grade critiques only; run nothing.")
@click.option(
    "--allow-unisolated",
    is_flag=True,
    help="Run packages without walls where the sandbox cannot be had. Only for code that you trust.",
)
@click.option(
    "--resolve", "resolving", is_flag=True, help="Decide about lines that may or may not mean a remark, side by side."
)
@click.option("--format", type=click.Choice(("text", "json")), default="text", show_default=True, help="What to print.")
def grade(
    submissions: Path,
    folders: tuple[Path, ...],
    out: Path,
    jobs: int,
    seconds: int,
    no_package: bool,
    allow_unisolated: bool,
    resolving: bool,
    format: str,
) -> int:
    """Grade every zip and folder in SUBMISSIONS.

    Packages run in a sandbox, one each; nothing that a submission does ends the batch. What cannot be graded is said to be so and has
    no score. An interrupted run is taken up where it stopped. Exit code: 0, or 1 where something was ungradable.
    """
    from nbcritic.cli.output import say
    from nbcritic.kit.takehome import verdicts
    from nbcritic.kit.takehome.submission import found
    from nbcritic.model import NbcriticError

    packs = _packs(folders)
    paths = found(submissions)
    box = None if no_package or not any(pack.facts.contract for pack in packs) else _box(seconds, allow_unisolated)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NbcriticError(f"{out}: cannot be made: {error.strerror or error}") from error
    marked = _marked(paths, packs, out, box, jobs)
    if resolving:
        decided = verdicts.resolve(out, [one.result for one in marked], packs, _ask)
        _tell(f"{decided} decided")
        if decided:
            marked = _marked(paths, packs, out, box, jobs)
    results = _write(out, marked, packs)
    say((out / "scores.json").read_text(encoding="utf-8") if format == "json" else _summary(results, out))
    return int(any(result.status == "ungradable" for result in results))


def _box(seconds: int, allow_unisolated: bool) -> Callable[[Path, Event], Run]:
    from nbcritic import sandbox
    from nbcritic.kit.takehome.marking import boxed
    from nbcritic.model import NbcriticError

    reason = sandbox.probe()
    if reason and not allow_unisolated:
        raise NbcriticError(
            f"packages cannot be run in a sandbox here: {reason}. --no-package grades the critiques only; "
            "--allow-unisolated runs other people's code on this machine without walls"
        )
    if reason:
        _tell(f"NOT ISOLATED: {reason}")
    return boxed(seconds, isolate=not reason)


def _packs(folders: Sequence[Path]) -> list[Pack]:
    from nbcritic.kit.takehome.pack import find
    from nbcritic.model import NbcriticError

    packs = {}
    for folder in folders:
        there = find(folder)
        if not there:
            raise NbcriticError(f"{folder}: holds no pack; `nbcritic takehome new` makes one")
        packs.update({pack.facts.id: pack for pack in there})
    return list(packs.values())


def _marked(
    paths: Sequence[Path], packs: Sequence[Pack], out: Path, box: Callable[[Path, Event], Run] | None, jobs: int
) -> list[Marked]:
    from nbcritic.kit.takehome import batch, verdicts

    done = []
    for one in batch.run(paths, packs, out, verdicts.read(out), box=box, jobs=jobs):
        done.append(one)
        result = one.result
        what = f"{result.score}" if result.status == "graded" else f"ungradable: {result.reason}"
        _tell(
            f"[{len(done)}/{len(paths)}] {result.name}  {what}{'  (from before)' if one.again else f'  {result.seconds} s'}"
        )
    place = {name: number for number, name in enumerate(batch.order([one.result.name for one in done], packs))}
    return sorted(done, key=lambda one: place[one.result.name])


def _write(out: Path, marked: Sequence[Marked], packs: Sequence[Pack]) -> list[Result]:
    """Every page and table, from the results."""
    from nbcritic.kit.takehome.outputs import write
    from nbcritic.kit.takehome.similarity import pairs

    results = [one.result for one in marked]
    alike = pairs({one.result.name: one.files for one in marked if one.files}, [pack.given for pack in packs])
    write(out, results, packs, alike)
    return results


def _ask(result: Result, line: Line, remark: Remark) -> Decision:
    from nbcritic.report.terminal import visible

    click.echo(
        f"\n{result.name}, {visible(line.where or 'no place')}:\n  {visible(' '.join(line.text.split()))}\n", err=True
    )
    click.echo(f"the key ({remark.severity}): {remark.title}\n  {remark.what}\n", err=True)
    prompt = "Does the first mean the second? [y]es, [n]o, [l]ater, [s]top"
    choice = click.prompt(prompt, type=click.Choice(list("ynls")), show_choices=False, err=True)
    decisions: dict[str, Decision] = {"y": "match", "n": "no match", "l": "later", "s": "stop"}
    return decisions[choice]


def _summary(results: Sequence[Result], out: Path) -> str:
    width = max(len(result.name) for result in results)
    lines = [f"{'':{width}}  critique  floor  package  undecided"]
    for result in results:
        if result.status == "ungradable":
            lines.append(f"{result.name:{width}}  ungradable: {result.reason}")
            continue
        package = "–" if result.package_score is None else f"{result.package_score:.1f}"
        lines.append(
            f"{result.name:{width}}  {result.score:8.1f}  {result.floor:5.1f}  {package:>7}  {len(result.unsure) or '':>9}"
        )
    lines += ["", f"{out}/compare.html, {out}/scorecards/, {out}/scores.csv, {out}/scores.json, {out}/gradescope/"]
    if any(result.unsure for result in results):
        lines.append("undecided lines: run the same command with --resolve")
    return "\n".join(lines) + "\n"


@command.command(context_settings=HELP)
@click.argument("graded", type=click.Path(path_type=Path))
@click.option("--format", type=click.Choice(("text", "json")), default="text", show_default=True, help="What to print.")
def compare(graded: Path, format: str) -> None:
    """Show what `takehome grade` found in GRADED, in marking order; the page is GRADED/compare.html."""
    from nbcritic.cli.output import say
    from nbcritic.kit.takehome.outputs import read

    results, text = read(graded)
    say(text if format == "json" else _summary(results, graded))


def _tell(text: str) -> None:
    from nbcritic.report.terminal import visible

    click.echo(visible(text), err=True)
