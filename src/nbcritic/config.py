"""What the user chose: in `[tool.nbcritic]` of the nearest pyproject.toml, and on the command line.

A selector is a code (`NBC101`, `F841`), the beginning of one (`NBC1`, `PD`), the name of a rule (`star-import`) or of a
family (`hidden-state`; `ruff` means all of ruff's rules that a profile chooses). `select` replaces what the profile
chooses, `extend-select` adds to it, `ignore` takes away. Where a code is both chosen and ignored, `ignore` wins unless
the choice is more specific: a code or name beats any beginning of a code, a longer beginning beats a shorter one, a
family counts as the beginning that its codes share, and `ruff` is the least specific of all.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar

from nbcritic.model import FAMILIES, PROFILES, SEVERITIES, NbcriticError, Profile, Severity

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

FailOn: TypeAlias = Severity | Literal["never"]

FAIL_ON: tuple[FailOn, ...] = (*SEVERITIES, "never")
FAMILY_NAMES = frozenset({*FAMILIES.values(), "ruff"})
KEYS = ("profile", "select", "extend-select", "ignore", "fail-on", "exclude", "per-file-ignores", "rules")

_CODE = re.compile(r"(?P<tool>[A-Z]{1,5})(?P<number>\d{0,4})")
_EXACT = 1_000
_Choice = TypeVar("_Choice", bound=str)


@dataclass(frozen=True)
class Config:
    """The user's choices; the defaults are those of a project that says nothing.

    `root` is the folder of the file that the choices came from: `exclude` and `per_file_ignores` are patterns in the
    manner of .gitignore, relative to it. `fail_on` is None where the profile decides.
    """

    profile: Profile = "review"
    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: FailOn | None = None
    exclude: tuple[str, ...] = ()
    per_file_ignores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rule_options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By the name of the rule, then by the name of the option."""
    root: str | None = None

    @classmethod
    def load(cls, start: Path, *, explicit: Path | None = None) -> Config:
        """Read the nearest pyproject.toml, from `start` upwards, that has a [tool.nbcritic]; without one, the defaults.

        `explicit` names the file instead: a pyproject.toml, or any TOML file with the same keys at its top.
        Raises NbcriticError, which names the file and the key, for whatever the file gets wrong.
        """
        if explicit is not None:
            table = _table(explicit, strict=True)
            if table is None:
                raise NbcriticError(f"{explicit}: has no [tool.nbcritic]")
            return _read(table, explicit)
        folder = start.absolute() if start.is_dir() else start.absolute().parent
        for parent in (folder, *folder.parents):
            path = parent / "pyproject.toml"
            table = _table(path)
            if table is not None:
                return _read(table, path)
        return cls()

    def with_options(
        self,
        *,
        profile: str | None = None,
        select: Sequence[str] | None = None,
        extend_select: Sequence[str] | None = None,
        ignore: Sequence[str] | None = None,
        fail_on: str | None = None,
    ) -> Config:
        """The same choices with those of the command line on top; None is "not given".

        `select` there means exactly these: it sets aside what the file selects and ignores. `extend_select` and
        `ignore` add to the file's, and what is chosen there by the very selector that the file ignores is chosen.
        Raises NbcriticError for an unknown selector, profile or severity.
        """
        config = self
        if profile is not None:
            config = replace(config, profile=_choice(profile, PROFILES, "--profile"))
        if fail_on is not None:
            config = replace(config, fail_on=_choice(fail_on, FAIL_ON, "--fail-on"))
        if select is not None:
            config = replace(config, select=_selectors(select, "--select"), extend_select=(), ignore=())
        if extend_select is not None:
            more = _selectors(extend_select, "--extend-select")
            kept = tuple(selector for selector in config.ignore if selector not in more)
            config = replace(config, extend_select=_once(config.extend_select, more), ignore=kept)
        if ignore is not None:
            config = replace(config, ignore=_once(config.ignore, _selectors(ignore, "--ignore")))
        return config

    def selects(self, code: str, name: str, family: str, profile: Profile | None) -> bool:
        """Does the user want this rule, which belongs to `profile` (None: to no profile)?"""
        about = (code, name, family, profile)
        if about not in self._answers:  # each notebook asks about each rule
            self._answers[about] = self._selects(*about)
        return self._answers[about]

    @cached_property
    def _answers(self) -> dict[tuple[str, str, str, Profile | None], bool]:
        return {}

    def _selects(self, code: str, name: str, family: str, profile: Profile | None) -> bool:
        asked = (code, name, family, profile is not None)
        chosen = _strength((*self.select, *self.extend_select), *asked)
        by_profile = not self.select and profile is not None and PROFILES.index(profile) <= PROFILES.index(self.profile)
        ignored = _strength(self.ignore, *asked)
        return chosen > ignored or (not ignored and by_profile)

    def ignored_for(self, path: str, code: str, name: str, family: str) -> bool:
        """Do the per-file-ignores silence this rule for the notebook at `path`?"""
        if not self.per_file_ignores or path == "-":
            return False
        inside = self._inside(path)
        asked = (code, name, family, True)
        return any(_strength(picked, *asked) and spec.match_file(inside) for spec, picked in self._per_file)

    def for_notebook(self, path: str) -> Config:
        """The same choices for one notebook: what is ignored for its file is ignored wherever it is judged."""
        if not self.per_file_ignores:
            return self
        inside = self._inside(path)
        picked = _once(*(picked for spec, picked in self._per_file if path != "-" and spec.match_file(inside)))
        return replace(self, per_file_ignores={"*": picked} if picked else {})

    def excludes(self, path: str, *, folder: bool = False) -> bool:
        """Does `exclude` leave out the file (or the folder) at `path`?"""
        return bool(self.exclude) and self._excluded.match_file(self._inside(path) + "/" * folder)

    def options_for(self, rule: str) -> Mapping[str, Any]:
        """The options that the user set for the rule of this name."""
        return self.rule_options.get(rule, {})

    @property
    def effective_fail_on(self) -> FailOn:
        """The gravest severity that the user tolerates ends here: from it on, the exit code is 1."""
        return self.fail_on or ("major" if self.profile == "production" else "blocker")

    def _inside(self, path: str) -> str:
        """The path as patterns see it: from the root where it lies inside, otherwise from the top of the disk."""
        whole = os.path.normpath(Path(path).absolute())
        root = os.path.normpath(Path(self.root or os.curdir).absolute())
        inside = os.path.relpath(whole, root) if os.path.splitdrive(whole)[0] == os.path.splitdrive(root)[0] else whole
        if inside.split(os.sep, 1)[0] == os.pardir:
            inside = os.path.splitdrive(whole)[1].lstrip(os.sep)
        return inside.replace(os.sep, "/")

    @cached_property
    def _per_file(self) -> list[tuple[GitIgnoreSpec, tuple[str, ...]]]:
        return [(_spec([pattern]), picked) for pattern, picked in self.per_file_ignores.items()]

    @cached_property
    def _excluded(self) -> GitIgnoreSpec:
        return _spec(self.exclude)


def strength(selector: str, code: str, name: str, family: str, in_profile: bool = True) -> int:
    """How specifically `selector` names a rule; 0 where it does not. `in_profile`: does some profile have the rule?"""
    if selector in (code, name):
        return _EXACT
    if selector == family == "ruff":
        # What we take from ruff, not each of its 900 rules, many of which contradict one another.
        return 1 if in_profile else 0
    if selector == family:
        return 1 + len("NBC1")
    wanted, own = _CODE.fullmatch(selector), _CODE.fullmatch(code)
    if not wanted or not own or not code.startswith(selector):
        return 0
    # `S` is not the beginning of `SIM`, but pylint's four groups (PLC, PLE, PLR, PLW) are all `PL`.
    return 1 + len(selector) if wanted["tool"] == own["tool"] or selector == "PL" else 0


def _strength(selectors: Iterable[str], code: str, name: str, family: str, in_profile: bool) -> int:
    return max((strength(selector, code, name, family, in_profile) for selector in selectors), default=0)


def _spec(patterns: Iterable[str]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines(patterns)


def _table(path: Path, strict: bool = False) -> dict[str, Any] | None:
    """The [tool.nbcritic] of one file; None where there is none."""
    import tomllib

    try:
        text = path.read_bytes().decode("utf-8-sig")
        # Another tool's broken pyproject.toml on the way up is no business of ours.
        data = tomllib.loads(text) if strict or "nbcritic" in text else {}
    except UnicodeDecodeError as error:
        if strict:
            raise NbcriticError(f"{path}: is not UTF-8 text") from error
        return None
    except OSError as error:
        if strict:
            raise NbcriticError(f"{path}: {error.strerror or error}") from error
        return None
    except tomllib.TOMLDecodeError as error:
        raise NbcriticError(f"{path}: is not valid TOML: {error}") from error
    tool = data.get("tool")
    table = tool.get("nbcritic") if isinstance(tool, dict) else None
    if table is None and strict and path.name != "pyproject.toml":
        table = data
    if table is not None and not isinstance(table, dict):
        raise NbcriticError(f"{path}: tool.nbcritic must be a table")
    return table


def _read(table: Mapping[str, Any], path: Path) -> Config:
    for key in table:
        _known(key, KEYS, f"{path}: [tool.nbcritic] has no key")
    where = f"{path}: "
    per_file = _mapping(table.get("per-file-ignores", {}), f"{where}per-file-ignores")
    options = _mapping(table.get("rules", {}), f"{where}rules")
    fail_on = table.get("fail-on")
    config = Config(
        profile=_choice(table.get("profile", "review"), PROFILES, f"{where}profile"),
        select=_selectors(table.get("select", ()), f"{where}select"),
        extend_select=_selectors(table.get("extend-select", ()), f"{where}extend-select"),
        ignore=_selectors(table.get("ignore", ()), f"{where}ignore"),
        fail_on=None if fail_on is None else _choice(fail_on, FAIL_ON, f"{where}fail-on"),
        exclude=_strings(table.get("exclude", ()), f"{where}exclude"),
        per_file_ignores={key: _selectors(value, f"{where}per-file-ignores") for key, value in per_file.items()},
        rule_options=dict(_rule_options(key, value, where) for key, value in options.items()),
        root=str(path.absolute().parent),
    )
    _check_patterns(config.exclude, f"{where}exclude")
    _check_patterns(config.per_file_ignores, f"{where}per-file-ignores")
    return config


def _check_patterns(patterns: Iterable[str], where: str) -> None:
    for pattern in patterns:
        try:
            _spec([pattern])
        except ValueError as error:  # pathspec's own error is one
            raise NbcriticError(f"{where}: {pattern!r} is not a pattern") from error


def _rule_options(key: str, value: object, where: str) -> tuple[str, dict[str, Any]]:
    from nbcritic import rules

    rule = rules.find(key)
    if rule is None:
        names = [rule.name for rule in rules.load().values()]
        raise NbcriticError(f"{where}rules.{key}: there is no such rule{_nearest(key, names)}")
    found: dict[str, Any] = {}
    for option, given in _mapping(value, f"{where}rules.{rule.name}").items():
        known = {name.replace("_", "-"): name for name in rule.options}
        _known(option, known, f"{where}rules.{rule.name} has no option")
        name = known[option]
        found[name] = _typed(given, rule.options[name], f"{where}rules.{rule.name}.{option}")
    return rule.name, found


def _typed(given: Any, default: Any, where: str) -> Any:
    """The value of an option, of the type of its default; a list becomes the default's kind of collection."""
    if isinstance(default, (tuple, list, set, frozenset)):
        items = _list(given, where)
        sample = next(iter(default), "")
        return type(default)(_typed(item, sample, where) for item in items)
    if default is None or type(given) is type(default):
        return given
    if isinstance(default, float) and type(given) is int:
        return float(given)
    kinds = {bool: "true or false", int: "a whole number", float: "a number", str: "a string"}
    raise NbcriticError(f"{where} must be {kinds.get(type(default), type(default).__name__)}, not {given!r}")


def _selectors(value: Any, where: str) -> tuple[str, ...]:
    return _once(_selector(item, where) for item in _strings(value, where))


def _selector(text: str, where: str) -> str:
    """The selector in its own spelling (codes in capitals, names in small letters), or NbcriticError."""
    from nbcritic import rules

    given = text.strip()
    known = rules.load()
    if (name := given.lower()) in FAMILY_NAMES or any(rule.name == name for rule in known.values()):
        return name
    code = given.upper()
    if code.startswith("NBC"):
        # The findings of a run (NBC9) are not rules of the page.
        if any(own.startswith(code) for own in (*known, *FAMILIES)) or code.startswith("NBC9"):
            return code
    elif _CODE.fullmatch(code):
        return code
    names = [*known, *(rule.name for rule in known.values()), *FAMILY_NAMES]
    raise NbcriticError(f"{where}: {text!r} is no code, rule or family{_nearest(given, names)}")


def _choice(value: object, allowed: tuple[_Choice, ...], where: str) -> _Choice:
    if value in allowed:
        return next(item for item in allowed if item == value)
    raise NbcriticError(f"{where} must be one of {', '.join(allowed)}, not {value!r}{_nearest(str(value), allowed)}")


def _list(value: object, where: str) -> Sequence[Any]:
    if not isinstance(value, (list, tuple)):
        raise NbcriticError(f"{where} must be a list, not {value!r}")
    return value


def _strings(value: object, where: str) -> tuple[str, ...]:
    items = _list(value, where)
    if any(not isinstance(item, str) for item in items):
        raise NbcriticError(f"{where} must be a list of strings, not {value!r}")
    return tuple(items)


def _mapping(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise NbcriticError(f"{where} must be a table, not {value!r}")
    return value


def _known(key: str, known: Iterable[str], message: str) -> None:
    names = list(known)
    if key not in names:
        raise NbcriticError(f'{message} "{key}"{_nearest(key.replace("_", "-"), names)}')


def _nearest(text: str, known: Iterable[str]) -> str:
    by_case = {name.lower(): name for name in known}
    found = difflib.get_close_matches(text.lower(), by_case, 1)
    return f"; did you mean {by_case[found[0]]}?" if found else ""


def _once(*parts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for part in parts for item in part))
