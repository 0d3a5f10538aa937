"""What a project says it needs: the distributions that its manifests and lock files name, read as text."""

from __future__ import annotations

import ast
import configparser
import re
import tomllib
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from nbcritic.analysis.pattern import regex
from nbcritic.analysis.project_pins import locked, pins, table

_NAME = regex(r"\s*([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)")
_REQUIREMENTS = regex(
    r"(?:^|/)(?:[^/]*requir\w*ments?[^/]*\.(?:txt|in|lock|pip)|(?:requirements|reqs)/[^/]+\.(?:txt|in)|(?:reqs?|packages|dependencies|pip)\.txt)$",
    re.I,
)
_CONDA = regex(r"(?:^|/)(?:[^/]*environment[^/]*|(?:[^/]+[-_.])?env(?:[-_.][^/]+)?|conda[^/]*|binder)\.ya?ml$", re.I)
_YAML = regex(r"(?i)\.ya?ml$")
_CONDA_TEXT = regex(
    r"(?sm)(?=.*^(?:channels|name)\s*:).*^dependencies\s*:[ \t]*\n(?:[ \t]*(?:#[^\n]*)?\n)*[ \t]*-[ \t]*[\w.:-]+[ \t]*(?:[=<>~!][^\n]*)?(?:#[^\n]*)?$"
)
"""What conda's files hold, whatever they are called: the needs of a chart or a role are written otherwise."""
_NIX = regex(r"\b(?:ps|p|python\d*Packages|pythonPackages|pkgs\.python\w*)\.([A-Za-z][\w-]*)")
_APT = regex(r"^\s*python3?-([a-z][\w.+-]*)", re.M)
_LOCK = regex(r"(?:^|/)(?:poetry\.lock|uv\.lock|pdm\.lock|pixi\.lock|pylock(?:\.[^/]+)?\.toml)$")
_LOCKED = regex(r"^\s*(?:-\s+)?name\s*[=:]\s*[\"']?([A-Za-z0-9][\w.-]*)[\"']?\s*$", re.M)
_OPTIONAL = regex(r"#\s*([A-Za-z0-9][\w.-]*)\s*(?:[=~<>]=|[<>])\s*\d[\w.*]*\s*(?:#.*)?$")
"""A requirement that its author has commented out is known to be needed somewhere: `# pyspark==3.5.0`."""
_EGG = regex(r"[#&]egg=([\w.-]+)")
_VCS = regex(r"(?:git|hg|svn|bzr)\+\S*?/([\w.-]+?)(?:\.git)?(?:@[^/#\s]*)?(?:[#&].*)?$")
_WHEEL = regex(r"([A-Za-z0-9][\w.]*?)-\d[^/]*\.(?:whl|tar\.gz|zip)")
_INSTALL = regex(r"\b(?:pip3?|conda|mamba|micromamba|uv)\b(?:\s+-\S+)*\s+(?:pip\s+)?(?:install|add)\s+([^&|;\n]*)")
_VALUED = frozenset(
    "-c --channel -i --index-url --extra-index-url -f --find-links -r --requirement -n --name -t --target".split()
)
_NOT_PACKAGES = frozenset({"python", "pip", "r-base"})
_GIVES = ("packages", "py_modules", "package_dir")
_PIPFILE_OTHER = frozenset({"source", "requires", "scripts", "pipenv"})


@dataclass(frozen=True, slots=True)
class Manifest:
    """One file that says what the project needs. `path` is from the root; the names are normalised as PyPI does it.

    `partial` says that the file needs more than can be read in it (a setup.py that computes, a list on the internet).
    `lock` names a file that a resolver wrote, so that it holds what others brought along, or a file of conda's under any name, which
    may be a machine's or a deployment's.
    """

    path: str
    names: frozenset[str]
    own: str = ""
    """The distribution that the project itself is."""
    partial: bool = False
    lock: bool = False
    pins: frozenset[tuple[str, str]] = frozenset()
    """The distributions whose releases it bounds, each with the bounds: `("pandas", ">=1.5,<2")`."""
    gives: frozenset[str] = frozenset()
    """The modules that it says the project gives, where their folders have other names: `package_dir={"shop": "src"}`."""

    @property
    def folder(self) -> str:
        """The folder that it stands in, ending in `/`; empty for the root."""
        return self.path[: self.path.rfind("/") + 1]


def normal(name: str) -> str:
    """A distribution's name as PyPI compares it: `Scikit_Learn` → `scikit-learn`."""
    return re.sub(r"[-_.]+", "-", name).lower()


def installed(text: str) -> frozenset[str]:
    """The distributions that the commands in a text install (`pip install a b`, `conda install -c c d`)."""
    return _names(_installed(text))


def _installed(text: str) -> Iterator[str]:
    for command in _INSTALL.finditer(text.replace("\\\n", " ")):
        before = ""
        for word in command[1].split():
            if word.startswith("#"):
                break
            if before not in _VALUED and not word.startswith(("-", ".", "/", "$", "{")):
                named = _EGG.search(word) or _VCS.search(word) or _WHEEL.search(word)
                yield named[1] if named else word.strip("\"'")
            before = word


def is_manifest(path: str) -> bool:
    """Can a file of this name say what a project needs?"""
    return _reader(path) is not None


def manifest(path: str, text: str) -> Manifest | None:
    """Read one file; None where it declares nothing (a pyproject.toml with settings only). Never raises."""
    reader = _reader(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what the parser thinks of somebody's setup.py
            return reader(path, text) if reader else None
    except (SyntaxError, ValueError, RecursionError, MemoryError, configparser.Error, AttributeError, TypeError):
        return Manifest(path, frozenset(), partial=True)


Reader = Callable[[str, str], Manifest | None]


def _reader(path: str) -> Reader | None:
    name = path.rpartition("/")[2]
    by_name: dict[str, Reader] = {
        "pyproject.toml": _pyproject,
        "pixi.toml": _pixi,
        "Pipfile": _pipfile,
        "Pipfile.lock": _pipfile_lock,
        "setup.cfg": _setup_cfg,
        "setup.py": _setup_py,
        "shell.nix": _nix,
        "flake.nix": _nix,
        "apt.txt": _apt,
    }
    if name in by_name:
        return by_name[name]
    if name.startswith("Dockerfile") or name.endswith(".dockerfile") or name == "postBuild":
        return _dockerfile
    if _LOCK.search(path):
        return _lock
    if _REQUIREMENTS.search(path):
        return _requirements
    if _CONDA.search(path):
        return _conda
    return _conda_by_content if _YAML.search(path) else None


def _names(specifiers: Iterable[object]) -> frozenset[str]:
    found = (_NAME.match(text) for text in specifiers if isinstance(text, str))
    return frozenset(normal(match[1]) for match in found if match) - _NOT_PACKAGES


def _requirements(path: str, text: str) -> Manifest:
    names, bounded, partial = set[str](), list[str](), False
    for line in text.replace("\\\n", " ").splitlines():
        if optional := _OPTIONAL.match(line):
            names.add(normal(optional[1]))
        line = re.sub(r"(?:^|\s)#.*", "", line).strip()
        if line.startswith(("-r", "--requirement", "-c")):
            partial |= "://" in line
        elif named := _EGG.search(line) or _VCS.search(line) or _WHEEL.search(line):
            names.add(normal(named[1]))
        elif line and not line.startswith(("-", ".", "/")):
            names |= _names([line])
            bounded.append(line)
    every = frozenset(names) - _NOT_PACKAGES
    return Manifest(path, every, partial=partial, lock=path.endswith(".lock"), pins=pins(bounded))


def _conda(path: str, text: str) -> Manifest | None:
    """Names under `dependencies:` and `pip:`: plain lists in block style or in brackets, which is all that conda itself writes."""
    names, partial, inside, seen = list[str](), False, False, False
    for row in text.splitlines():
        line = re.sub(r"(?:^|\s)#.*", "", row).rstrip()
        if not line.strip():
            continue
        key = re.match(r"([\w-]+)\s*:\s*(.*)$", line)
        if key:
            inside = key[1] == "dependencies"
            seen |= inside
            if inside and key[2]:
                names += key[2].strip("[] ").split(",")
            continue
        item = line.strip()
        if inside and item.startswith("-"):
            name = item[1:].strip().strip("\"'")
            if name.startswith(("-r", "--requirement", "-e")):
                partial |= "://" in name
            elif named := _EGG.search(name) or _VCS.search(name) or _WHEEL.search(name):
                names.append(named[1])
            elif not re.match(r"pip\s*:", name):
                names.append(name.rpartition("::")[2])
    listed = [name.strip().strip("\"'") for name in names]
    return Manifest(path, _names(listed), partial=partial, pins=pins(listed)) if seen else None


def _conda_by_content(path: str, text: str) -> Manifest | None:
    found = _conda(path, text) if "dependencies" in text and _CONDA_TEXT.match(text) else None
    return found and replace(found, lock=True)


def _nix(path: str, text: str) -> Manifest:
    """Its own packages are pinned elsewhere, and more may be computed."""
    return Manifest(path, _names(_NIX.findall(text)), partial=True)


def _apt(path: str, text: str) -> Manifest | None:
    names = _names(_APT.findall(text))
    return Manifest(path, names) if names else None


def _lock(path: str, text: str) -> Manifest:
    return Manifest(path, _names(_LOCKED.findall(text)), lock=True, pins=locked(text))


def _pipfile_lock(path: str, text: str) -> Manifest:
    tables = msgspec.json.decode(text)
    names = [entry for key, part in tables.items() if not key.startswith("_") for entry in part.items()]
    return Manifest(path, _names(name for name, _ in names), lock=True, pins=pins(table(names)))


def _pipfile(path: str, text: str) -> Manifest:
    tables = tomllib.loads(text)
    names = table(entry for key, part in tables.items() if key not in _PIPFILE_OTHER for entry in part.items())
    return Manifest(path, _names(names), pins=pins(names))


def _pixi(path: str, text: str) -> Manifest | None:
    tables = tomllib.loads(text)
    listed = list(_pixi_names(tables))
    return Manifest(path, _names(listed), pins=pins(listed)) if listed else None


def _pixi_names(tables: dict[str, Any]) -> Iterator[str]:
    yield from table(tables.get("dependencies", {}).items())
    yield from table(tables.get("pypi-dependencies", {}).items())
    for feature in tables.get("feature", {}).values():
        yield from _pixi_names(feature)


def _pyproject(path: str, text: str) -> Manifest | None:
    tables = tomllib.loads(text)
    project, tool = tables.get("project", {}), tables.get("tool", {})
    poetry = tool.get("poetry", {})
    names: list[object] = [*project.get("dependencies", [])]
    groups = [*project.get("optional-dependencies", {}).values(), *tables.get("dependency-groups", {}).values()]
    groups += tool.get("pdm", {}).get("dev-dependencies", {}).values()
    groups.append(tool.get("uv", {}).get("dev-dependencies", []))
    groups += [
        env.get(key, [])
        for env in tool.get("hatch", {}).get("envs", {}).values()
        for key in ("dependencies", "extra-dependencies")
    ]
    for group in [poetry, *poetry.get("group", {}).values()]:
        groups += [table(group.get(key, {}).items()) for key in ("dependencies", "dev-dependencies")]
    names += [name for group in groups for name in group]
    names += _pixi_names(tool.get("pixi", {}))
    own = normal(str(project.get("name") or poetry.get("name") or ""))
    dynamic = "dependencies" in project.get("dynamic", ())
    if not names and not own:
        return None
    folders = tool.get("setuptools", {}).get("package-dir", {})
    return Manifest(path, _names(names), own, partial=dynamic, pins=pins(names), gives=frozenset(folders) - {""})


def _setup_cfg(path: str, text: str) -> Manifest | None:
    parser = configparser.RawConfigParser(strict=False)
    parser.read_string(text)
    own = normal(parser.get("metadata", "name", fallback=""))
    lists = [parser.get("options", key, fallback="") for key in ("install_requires", "tests_require", "setup_requires")]
    if parser.has_section("options.extras_require"):
        lists += [value for _, value in parser.items("options.extras_require")]
    lines = [line for rows in lists for line in re.split(r"[\n;]", rows)]
    names = _names(lines)
    if not names and not own:
        return None
    return Manifest(path, names, own, partial=any("file:" in line for line in lines), pins=pins(lines))


def _setup_py(path: str, text: str) -> Manifest | None:
    tree = ast.parse(text)
    literals = {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call) or not ast.unparse(call.func).endswith("setup"):
            continue
        words = {word.arg: word.value for word in call.keywords}
        names, partial = set[str](), None in words
        for key in ("install_requires", "extras_require", "tests_require"):
            value = words.get(key)
            value = literals.get(value.id) if isinstance(value, ast.Name) else value
            if value is None:
                partial |= key in words
                continue
            items = (item for node in ast.walk(value) if isinstance(node, (ast.List, ast.Tuple)) for item in node.elts)
            names |= {item.value for item in items if isinstance(item, ast.Constant) and isinstance(item.value, str)}
            partial |= any(isinstance(n, (ast.Call, ast.Name)) for n in ast.walk(value))
        gives = frozenset(top for key in _GIVES for top in _tops(words.get(key), literals))
        own = next((normal(text) for text in _texts(words.get("name"), literals)), "")
        return Manifest(path, _names(names), own, partial=partial, pins=pins(names), gives=gives)
    return None


def _tops(value: ast.expr | None, literals: Mapping[str, ast.expr]) -> Iterator[str]:
    """The packages at the top of those that a setup.py lists, or gives a folder to."""
    if isinstance(value, ast.Name):
        value = literals.get(value.id)
    listed = value.keys if isinstance(value, ast.Dict) else getattr(value, "elts", ())
    return (text.partition(".")[0] for item in listed for text in _texts(item, literals) if text)


def _texts(value: ast.expr | None, literals: Mapping[str, ast.expr]) -> Iterator[str]:
    """A text, written out or under a name that stands for it."""
    if isinstance(value, ast.Name):
        value = literals.get(value.id)
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.value


def _dockerfile(path: str, text: str) -> Manifest | None:
    words = list(_installed(text))
    return Manifest(path, _names(words), pins=pins(words)) if words or _INSTALL.search(text) else None
