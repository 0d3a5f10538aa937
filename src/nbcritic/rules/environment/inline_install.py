"""NBC209."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page
from nbcritic.model import Hit, Span
from nbcritic.rule import rule

_RUNNERS = (
    "os.system", "os.popen", "subprocess.call", "subprocess.check_call", "subprocess.check_output", "subprocess.run", "subprocess.Popen",
    "subprocess.getoutput", "pip.main", "pip._internal.main", "pip._internal.cli.main.main", "get_ipython.system",
)  # fmt: skip
_INSTALL = re.compile(
    r"(?:^|[\s;&|(/\\}'\"])(?P<tool>pip[\d.]*|conda|mamba|micromamba|uv|apt-get|apt|brew|easy_install)(?:\.exe)?\s+"
    r"(?:(?:-\S+|pip|env)\s+)*(?:install|update|add|upgrade)\b(?P<rest>(?:[^;&|\n]|(?<=[>\d])&)*)"
)
_SYSTEM = frozenset({"apt", "apt-get", "brew"})
_VALUED = frozenset(
    "-i --index-url --extra-index-url -f --find-links -c --constraint -t --target --prefix -n --name -p --channel --trusted-host --python --upgrade-strategy --root --proxy --timeout --progress-bar --log --no-binary --only-binary".split()
)
_PINNED = re.compile(r"==|===|@\s*git\+|\.whl\b|\.tar\.gz\b|\.zip\b|git\+\S+@[\w.]+|@[0-9a-f]{7,40}\b")
_PINNED_CONDA = re.compile(r"=\d")
_DECLARES = ("-r", "--requirement", "-e", "--editable", "--file")
_LOCAL_FILE = re.compile(r"(?!\w+[+:]).*(?:[/\\*]|\.whl$)")
_TOOLING = frozenset({"pip", "setuptools", "wheel", "conda"})


@dataclass(frozen=True, slots=True)
class Install:
    """What one line installs: `packages` as they are written, `declared` where a file of requirements says it all."""

    tool: str
    packages: tuple[str, ...]
    declared: bool
    frozen: bool
    """From files beside the notebook, not from an index: on a host without a network there is no other way."""


@rule("NBC209", name="inline-install", severity="major", category="reproducibility")
def check(page: Page) -> Iterator[Hit]:
    r"""A cell installs packages into the environment that runs it.

    Each run changes the environment of its reader, waits for the network, and may bring another release than the one that
    made these results; without a version it surely will, sooner or later.

    Instead, declare what the notebook needs, with versions, in the project (`pyproject.toml`, `requirements.txt`,
    `environment.yml`) and install it before the notebook starts.

    Bad:

        # %%
        !pip install lightgbm shap  # <- flagged
        %pip install -q "polars>=0.20"  # <- flagged
        !conda install -y -c conda-forge geopandas  # <- flagged
        !apt-get -qq install tesseract-ocr  # <- flagged

    Bad:

        # %%
        import subprocess, sys, os
        !{sys.executable} -m pip install -U scikit-learn  # <- flagged
        subprocess.check_call([sys.executable, "-m", "pip", "install", "xgboost"])  # <- flagged
        os.system("pip install catboost==1.2")  # <- flagged
        # %%
        pip install tqdm  # <- flagged
        # %%
        %%bash
        python -m pip install --quiet spacy  # <- flagged

    Bad:

        # %%
        try:
            import optuna
        except ImportError:
            !pip install optuna  # <- flagged

    Good:

        # %%
        %pip install -q -r requirements.txt
        !pip install -e ..
        !pip install .
        !conda env update -f environment.yml
        !pip install --no-index --find-links wheels shop
        !pip install ../wheels/shop-1.2-py3-none-any.whl

    Good:

        # %%
        !pip list
        !pip --version && pip show numpy
        # !pip install lightgbm
        print("!pip install lightgbm")
        !echo "run pip install lightgbm first"
        installation = "pip install lightgbm"
        subprocess.run(["ls", "install"])
    """
    for cell, magic in page.magics():
        if magic.kind in ("line", "assign") and magic.name in ("pip", "conda", "mamba", "micromamba", "uv"):
            yield from _hits(cell.at_line(magic.line), f"{magic.name} {magic.argument}")
        elif magic.kind != "help" and magic.name in ("!", "!!", "sx", "system"):
            yield from _hits(cell.at_line(magic.line), magic.argument)
    for cell in page.cells:
        if cell.language == "bash":
            for number, line in enumerate(cell.lines, 1):
                yield from _hits(cell.at_line(number), line)
    for cell, call in page.calls(*_RUNNERS):
        yield from _hits(cell.at(call), _command(cell, call))


def _hits(at: Span, text: str) -> Iterator[Hit]:
    for install in _installs(text):
        if install.declared or install.frozen or not install.packages:
            continue
        if all(name == "…" for name in install.packages):
            yield Hit(
                at,
                "packages are installed while the notebook runs; declare and pin them in the project",
                severity="minor",
            )
            continue
        shown = ", ".join(f"`{_short(name)}`" for name in install.packages[:4])
        shown += f" and {len(install.packages) - 4} more" if len(install.packages) > 4 else ""
        shown += " is" if len(install.packages) == 1 else " are"
        loose = [name for name in install.packages if not _pinned(name, install.tool)]
        if install.tool in _SYSTEM:
            advice = "state it as a requirement of the system"
            yield Hit(
                at, f"{shown} installed with `{install.tool}` while the notebook runs; {advice}", severity="minor"
            )
        elif all(name in _TOOLING for name in install.packages):
            advice = "set the environment up before it starts"
            yield Hit(at, f"{shown} upgraded while the notebook runs; {advice}", severity="minor")
        elif not loose:
            yield Hit(at, f"{shown} installed while the notebook runs; declare it in the project", severity="minor")
        else:
            some = len(loose) < len(install.packages)
            which = f"unpinned ({', '.join(f'`{_short(name)}`' for name in loose[:3])})" if some else "unpinned"
            yield Hit(at, f"{shown} installed while the notebook runs, {which}; declare and pin it in the project")


def _short(name: str) -> str:
    """A package as a reader names it: of a path or an address, the end."""
    return name if len(name) <= 40 else "…" + name[-39:]


def _pinned(name: str, tool: str) -> bool:
    conda = tool in ("conda", "mamba", "micromamba")
    return bool(_PINNED.search(name) or (conda and _PINNED_CONDA.search(name)))


def _installs(text: str) -> Iterator[Install]:
    if text.lstrip().startswith("#") or not any(word in text for word in ("install", "update", " add ", "upgrade")):
        return
    for found in _INSTALL.finditer(text):
        before = text[: found.start("tool")]
        if re.search(r"\becho\b[^;&|]*$", before) or before.count('"') % 2 or before.count("'") % 2 or "#" in before:
            continue
        yield _install(found["tool"], found["rest"])


def _install(tool: str, rest: str) -> Install:
    try:
        words = shlex.split(rest, comments=True)
    except ValueError:
        words = rest.replace('"', " ").replace("'", " ").split()
    packages = list[str]()
    declared = skip = False
    for word in words:
        if skip:
            skip = False
        elif word.startswith(_DECLARES) or (word == "-f" and tool in ("conda", "mamba")):
            declared = True
        elif word in _VALUED:
            skip = True
        elif re.match(r"\d?&?>{1,2}(?!=)", word):
            skip = word.endswith(">")
        elif not word.startswith("-") and word not in ("\\", ".") and not re.match(r"\.{1,2}(?:/|\[|$)", word):
            packages.append(word)
    files = all(_LOCAL_FILE.match(name) for name in packages)
    return Install(tool, tuple(packages), declared, files or "--no-index" in words)


def _command(cell: CodeCell, call: ast.Call) -> str:
    """The command that a call runs, with `…` for what the page does not spell out."""
    if not call.args:
        return ""
    first = call.args[0]
    if isinstance(first, ast.Constant):
        return str(first.value)
    if isinstance(first, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in first.values)
    if isinstance(first, ast.List | ast.Tuple):
        parts = [str(item.value) if isinstance(item, ast.Constant) else "…" for item in first.elts]
        return " ".join(("pip", *parts) if cell.segment(call.func).startswith("pip") else parts)
    return ""
