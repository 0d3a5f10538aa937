"""A trainee's folder: the notebook, the brief, the data, a critique to fill in, and what was tried so far.

The state is one JSON file. It is written beside and renamed, and holds every attempt whole, so that a later one never takes the
place of the first.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec

from nbcritic.kit.answer import COLUMNS, Answer, read_answers
from nbcritic.kit.exercise import Exercise, of_notebook, of_scenario
from nbcritic.kit.grade import Scorecard, grade
from nbcritic.model import NbcriticError
from nbcritic.notebook.write import save

STATE = Path(".nbcritic") / "practice.json"
CRITIQUE = "critique.md"
PACKAGE = "package"


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One critique that was handed in."""

    at: str
    text: str
    score: float
    found: tuple[str, ...]
    hints: int
    """Hints that had been taken by then."""
    late: bool = False


class State(msgspec.Struct, kw_only=True):
    """What a workspace remembers."""

    schema: Literal[1] = 1
    name: str
    kind: Literal["scenario", "notebook"]
    notebook: str
    started: str
    minutes: int | None = None
    """The time that was set; None without a clock."""
    blind: bool = False
    lens: str = ""
    hints: dict[str, int] = {}
    """For each Remark, how many of its three hints were read."""
    attempts: list[Attempt] = []
    gave_up: bool = False
    verdicts: list[tuple[str, str, Literal["match", "no match"]]] = []
    """What the trainee decided of lines that may mean a Remark: text, Remark, decision."""
    floor: float | None = None
    """What nbcritic alone scores on the key; None where the key is its own."""
    package: list[dict[str, float | str]] = []
    """Scores of the package, oldest first."""


@dataclass
class Workspace:
    """A folder in which somebody practises."""

    folder: Path
    state: State

    @property
    def notebook(self) -> Path:
        """The notebook to review."""
        return self.folder / self.state.notebook

    @property
    def critique(self) -> Path:
        """The critique to fill in."""
        return self.folder / CRITIQUE

    @property
    def package(self) -> Path:
        """The package to build."""
        return self.folder / PACKAGE

    def exercise(self) -> Exercise:
        """What is practised on, through the lens that was chosen. A notebook's key comes from its copy as it was at the start."""
        if self.state.kind == "scenario":
            whole = of_scenario(self.state.name)
        else:
            whole = of_notebook(self.folder / STATE.parent / "original.ipynb")
        return whole.under(self.state.lens) if self.state.lens else whole

    def answers(self) -> tuple[Answer, ...]:
        """The critique as it stands.

        Raises:
            NbcriticError: It cannot be read; the text names the line.
        """
        try:
            return read_answers(self.text())
        except NbcriticError as error:
            raise NbcriticError(f"{self.critique}: {error}") from error

    def text(self) -> str:
        """The critique, word for word."""
        try:
            return self.critique.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise NbcriticError(f"{self.critique} cannot be read: {error}") from error

    def grade(self, exercise: Exercise) -> Scorecard:
        """The critique against the key, with what the trainee decided of doubtful lines."""
        verdicts = {(text, remark): verdict for text, remark, verdict in self.state.verdicts}
        return grade(exercise.key, self.answers(), exercise.notebook, verdicts)

    def left(self, now: datetime | None = None) -> float | None:
        """Minutes that are left, below zero when the time is over; None without a clock."""
        if self.state.minutes is None:
            return None
        spent = (now or datetime.now(UTC)) - datetime.fromisoformat(self.state.started)
        return self.state.minutes - spent.total_seconds() / 60

    def submit(self, card: Scorecard) -> bool:
        """Remember the critique as an attempt; False where it is the last one again, which counts as it is judged now."""
        text, found = self.text(), tuple(claim.remark for claim in card.claims)
        if self.state.attempts and self.state.attempts[-1].text == text:
            self.state.attempts[-1] = msgspec.structs.replace(self.state.attempts[-1], score=card.score, found=found)
            self.save()
            return False
        left = self.left()
        self.state.attempts.append(
            Attempt(
                at=_now(),
                text=text,
                score=card.score,
                found=found,
                hints=sum(self.state.hints.values()),
                late=left is not None and left < 0,
            )
        )
        self.save()
        return True

    def save(self) -> None:
        """Write the state."""
        write(self.folder / STATE, msgspec.json.format(msgspec.json.encode(self.state), indent=1).decode() + "\n")


def start(
    what: str, folder: Path | None, *, minutes: int | None = None, blind: bool = False, lens: str = ""
) -> Workspace:
    """Lay out a new workspace for a scenario or for any notebook.

    It is made beside its place and then renamed: there is a whole one or none. Never the answers.

    Raises:
        NbcriticError: There is something at the place already, or nothing to practise on.
    """
    path = Path(what)
    own = path.suffix == ".ipynb" or path.is_file()
    exercise = of_notebook(path) if own else of_scenario(what)
    if lens:
        exercise.under(lens)
    target = folder or Path(exercise.name)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        known = (target / STATE).is_file()
        raise NbcriticError(
            f"{target} is there already, and nothing in it is overwritten; "
            + ("go on in it, or start anew with --into" if known else "name another folder with --into")
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        name = _lay_out(exercise, path if own else None, beside)
        package = (beside / PACKAGE).is_dir()
        write(beside / CRITIQUE, template(exercise, blind=blind, lens=lens, minutes=minutes, package=package))
        state = State(
            name=exercise.name,
            kind="notebook" if own else "scenario",
            notebook=name,
            started=_now(),
            minutes=minutes,
            blind=blind,
            lens=lens,
            floor=_floor(exercise, lens),
        )
        Workspace(beside, state).save()
        beside.chmod(0o755)
        if target.exists():
            target.rmdir()
        beside.rename(target)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    return Workspace(target, state)


def _floor(exercise: Exercise, lens: str) -> float | None:
    floor = (exercise.under(lens) if lens else exercise).floor()
    return None if floor is None else floor.score


def _lay_out(exercise: Exercise, own: Path | None, folder: Path) -> str:
    """Copy what a trainee gets; give the name of the notebook."""
    (folder / STATE.parent).mkdir()
    if own is not None:
        shutil.copyfile(own, folder / own.name)
        shutil.copyfile(own, folder / STATE.parent / "original.ipynb")
        return own.name
    scenario = exercise.scenario
    assert scenario is not None
    ignore = shutil.ignore_patterns(".*", "__pycache__", "*.pyc")
    shutil.copytree(scenario.folder, folder, ignore=ignore, dirs_exist_ok=True, copy_function=shutil.copyfile)
    if scenario.skeleton.is_dir():
        shutil.copytree(scenario.skeleton, folder / PACKAGE, ignore=ignore, copy_function=shutil.copyfile)
    return scenario.path.name


def template(
    exercise: Exercise, *, blind: bool = False, lens: str = "", minutes: int | None = None, package: bool = False
) -> str:
    """The critique to fill in: it says how, and parses as empty. `package`: there is one beside it."""
    from nbcritic.kit.answer import CATEGORIES

    columns = [name for name in COLUMNS if not (blind and name == "category")]
    lines = [
        f"# {exercise.title}",
        "",
        "<!--",
        "One line for each remark, the most important first.",
        "",
        "where     14 (counted from the top, text cells too), In[31], 'a piece of the code', or whole",
        "severity  blocker (a number or decision is wrong) | major (will break or mislead) | minor | nit; may be left out",
        *([] if blind else [f"category  may be left out; one of {', '.join(CATEGORIES)}"]),
        "what      what is wrong",
        "why       what it costs here: the number that it moves, the decision that it spoils",
        "fix       what you would do instead",
        "",
        "A list does as well:  - 14: what is wrong, why, and what to do. So do paragraphs that begin with `Cell 14:`",
        *([f"Only remarks about {lens} count here."] if lens else []),
        *([f"You have set yourself {minutes} minutes."] if minutes else []),
        *(["Write this before you open package/: what is asked of it gives some things away."] if package else []),
        "-->",
        "",
        "| " + " | ".join(columns) + " |",
        "|" + "|".join(" --- " for _ in columns) + "|",
        "|" + "|".join("  " for _ in columns) + "|",
    ]
    return "\n".join(lines) + "\n"


def find(folder: Path | None = None) -> Workspace:
    """The workspace that is meant: the folder named, the one we stand in, or the only one in it.

    Raises:
        NbcriticError: There is none, or there are several.
    """
    if folder is not None:
        if not (folder / STATE).is_file():
            raise NbcriticError(f"{folder} is no workspace; `nbcritic practice start` makes one")
        return read(folder)
    here = Path.cwd()
    for place in (here, *here.parents):
        if (place / STATE).is_file():
            return read(place)
    below = [path.parent.parent for path in sorted(here.glob(f"*/{STATE}"))]
    if len(below) == 1:
        return read(below[0])
    if below:
        names = ", ".join(path.name for path in below)
        raise NbcriticError(f"there are several workspaces here: {names}; change into one, or name it with --in")
    raise NbcriticError("there is no workspace here; `nbcritic practice list` shows what to start")


def below(folder: Path) -> list[Workspace]:
    """Every workspace in a folder and in those directly under it."""
    places = [folder / STATE, *sorted(folder.glob(f"*/{STATE}"))]
    return [read(path.parent.parent) for path in places if path.is_file()]


def read(folder: Path) -> Workspace:
    """The workspace in this folder."""
    path = folder / STATE
    try:
        return Workspace(folder, msgspec.json.decode(path.read_bytes(), type=State))
    except (OSError, msgspec.DecodeError) as error:
        raise NbcriticError(
            f"{path} cannot be read: {error}; your critique is untouched, start anew beside it"
        ) from error


def write(path: Path, text: str) -> None:
    """A file of a workspace, in a folder that need not be there yet: whole, or as it was."""
    path.parent.mkdir(parents=True, exist_ok=True)
    save(path, text.encode())


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
