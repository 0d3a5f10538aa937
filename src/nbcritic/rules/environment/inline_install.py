"""NBC209."""

from __future__ import annotations

import ast
import re
import shlex
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.analysis.project_distributions import is_standard
from nbcritic.model import Hit, Related, Span
from nbcritic.rule import rule
from nbcritic.rules.environment._links import links
from nbcritic.rules.environment._needless import is_needless

_RUNNERS = (
    "os.system", "os.popen", "subprocess.call", "subprocess.check_call", "subprocess.check_output", "subprocess.run", "subprocess.Popen",
    "subprocess.getoutput", "pip.main", "pip._internal.main", "pip._internal.cli.main.main", "get_ipython.system",
)  # fmt: skip
_INSTALL = regex(
    r"(?:^|[\s;&|(/\\}'\"])(?P<tool>pip[\d.]*|conda|mamba|micromamba|uv|apt-get|apt|brew|easy_install)(?:\.exe)?\s+"
    r"(?:(?:-\S+|pip|env)\s+)*(?:install|update|add|upgrade)\b(?P<rest>(?:[^;&|\n]|(?<=[>\d])&)*)"
)
_SYSTEM = frozenset({"apt", "apt-get", "brew"})
_VALUED = frozenset(
    "-i --index-url --extra-index-url -f --find-links -c --constraint -t --target --prefix -n --name -p --channel --trusted-host --python --upgrade-strategy --root --proxy --timeout --progress-bar --log --no-binary --only-binary".split()
)
_PINNED = regex(r"==|===|@\s*git\+|\.whl\b|\.tar\.gz\b|\.zip\b|git\+\S+@(?:v?\d+[\w.]*|[0-9a-f]{7,40})(?=$|[#&\s])")
_PINNED_CONDA = regex(r"=\d")
_DECLARES = ("-r", "--requirement", "-e", "--editable", "--file")
_REDIRECTED = regex(r"(?<!\S)(?P<name>[A-Za-z][\w.-]*(?:\[[\w,-]+\])?)(?P<bound>[<>]=?\d[\w.*,<>=!]*)")
_OUTPUT = regex(r"(?<=[\w\]])>{1,2}(?![=\d]).*")
"""`shop>/dev/null`: where the shell puts what pip says."""
_QUOTED = regex(r"'[^']*'|\"[^\"]*\"")
_LOCAL_FILE = regex(r"(?!\w+[+:]).*(?:[/\\*]|\.whl$)")
_LINKS = frozenset({"-f", "--find-links"})
_WHEEL = regex(r"\.whl\b|(?:^|[._/])wh(?:ee)?ls?(?:[._/]|$)", re.I)
_PACKAGE = regex(r"[A-Za-z][\w.-]+(?:\[[\w,]+\])?(?:[=<>~!]=?=?[\w.*,<>=]+)?")
_VARIABLE = regex(r"\{(?P<braced>\w+)\}|\$(?P<bare>[A-Za-z]\w*)")
_HOSTED = ("/kaggle/", "kaggle_secrets", "google.colab", "/content/drive")
_HOST = regex(r"colab|kaggle|binder|sagemaker|databricks", re.I)
_SHOWN = 20
_TOOLING = frozenset({"pip", "setuptools", "wheel", "conda"})


@dataclass(frozen=True, slots=True)
class Install:
    """What one line installs: `packages` as they are written, `declared` where a file of requirements says it all."""

    tool: str
    packages: tuple[str, ...]
    declared: bool
    frozen: bool
    """From files beside the notebook, not from an index: on a host without a network there is no other way."""
    redirected: re.Match[str] | None = None
    """The first requirement whose bound the shell takes for a redirect."""


@rule("NBC209", name="inline-install", severity="major", category="reproducibility")
def check(page: Page) -> Iterator[Hit]:
    r"""A cell installs packages into the environment that runs it.

    Each run changes the environment of its reader, waits for the network, and may bring another release than the one that
    made these results; without a version it surely will, sooner or later. A bound without quotes (`pip install shop>=1.0`) never reaches
    pip: the shell writes into a file called `=1.0`. All that one cell installs is one finding; it is minor, and says so, where nothing
    in the notebook needs the package. A notebook that imports nothing but Python's own modules rests on none of it.

    Instead, declare what the notebook needs, with versions, in the project (`pyproject.toml`, `requirements.txt`,
    `environment.yml`) and install it before the notebook starts.

    Bad:

        # %%
        !pip install lightgbm shap  # <- flagged
        %pip install -q "polars>=0.20"
        import polars
        # %%
        !conda install -y -c conda-forge geopandas  # <- flagged
        # %%
        !apt-get -qq install tesseract-ocr  # <- flagged

    Bad:

        # %%
        import subprocess, sys, os, sklearn
        !{sys.executable} -m pip install -U scikit-learn  # <- flagged
        subprocess.check_call([sys.executable, "-m", "pip", "install", "xgboost"])
        # %%
        os.system("pip install catboost==1.2")  # <- flagged
        # %%
        for package in ("tabulate", "tomli"):
            subprocess.run([sys.executable, "-m", "pip", "install", "-q", package])  # <- flagged
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

    Bad:

        # %%
        !pip install openpyxl>=3.1  # <- flagged
        import pandas as pd

    Good:

        # %%
        !pip install pillow lxml
        # %%
        !python generate_records.py --input=images --output=train.record

    Good:

        # %%
        import shop
        %pip install -q -r requirements.txt
        !pip install -e ..
        !pip install .
        !conda env update -f environment.yml
        !pip install --no-index --find-links wheels shop
        !pip install ../wheels/shop-1.2-py3-none-any.whl
        !pip install --find-links=/kaggle/input/wheels shop
        !pip install {wheel} $whl_dir/shop-1.2-py3-none-any.whl

    Good:

        # %%
        import subprocess, sys, shop
        from pathlib import Path
        def find_wheel(name):
            return next(Path("/kaggle/input").rglob(f"{name}*"))
        subprocess.check_call([sys.executable, "-m", "pip", "install", str(find_wheel("shop"))])
        for file in sorted(Path("../input").glob("**/*.whl")):
            subprocess.run(["pip", "install", "--no-deps", str(file)])
        subprocess.run(f"pip install {file}", shell=True)
        subprocess.run(["pip", "install", "--find-links", str(folder), "shop"])

    Good:

        # %%
        import sys
        if "google.colab" in sys.modules:
            !pip install shop
        import shop

    Good:

        # %%
        !pip install shop==1.2
        import shop
        # %%
        rows = open("/kaggle/input/shop/rows.csv")

    Good:

        # %%
        import lightgbm
        !pip list
        !pip --version && pip show numpy
        # !pip install lightgbm
        print("!pip install lightgbm")
        !echo "run pip install lightgbm first"
        installation = "pip install lightgbm"
        subprocess.run(["ls", "install"])
    """
    if not _uses_packages(page):
        return
    found = defaultdict[int, list[tuple[Span, Install]]](list)
    commands = list(_commands(page))
    lines = {(at.cell, line) for _, at, _ in commands for line in range(at.line, at.end_line + 1)}
    for cell, at, text in commands:
        for install in _installs(text):
            if install.packages and not install.declared and not install.frozen:
                found[cell.number].append((at, install))
    for number, every in found.items():
        hosts = _on_hosts(page.cell(number))
        installs = sorted((item for item in every if not any(item[0].line in host for host in hosts)), key=_place)
        names = [name for _, install in installs for name in install.packages]
        if installs and is_needless(page, names, lines):
            what = f"{_list(names)} {'is' if len(names) == 1 else 'are'} installed while the notebook runs"
            yield Hit(
                installs[0][0], f"{what}, and nothing in it needs {_them(names)}: delete the line", severity="minor"
            )
        elif installs:
            yield from _hits(installs, hosted=_is_hosted(page))


def _is_hosted(page: Page) -> bool:
    """Does the notebook live on a host whose environment starts empty each time? There, a pinned install is good practice."""
    return "kaggle" in page.notebook.metadata or any(word in cell.source for cell in page.cells for word in _HOSTED)


def _uses_packages(page: Page) -> bool:
    """Does any code of the notebook rest on what is installed?"""
    if any(True for _ in page.magics("load_ext", "reload_ext")):
        return True
    plain = (alias.name for cell in page.code for node in cell.nodes(ast.Import) for alias in node.names)
    taken = (node.module or "" for cell in page.code for node in cell.nodes(ast.ImportFrom))
    return not all(map(is_standard, chain(plain, taken)))


def _commands(page: Page) -> Iterator[tuple[CodeCell, Span, str]]:
    """Every line and call of the notebook that may run an installer, as the command that it runs."""
    for cell, magic in page.magics():
        if magic.kind in ("line", "assign") and magic.name in ("pip", "conda", "mamba", "micromamba", "uv"):
            yield cell, cell.at_line(magic.line), _filled(page, f"{magic.name} {magic.argument}")
        elif magic.kind != "help" and magic.name in ("!", "!!", "sx", "system"):
            yield cell, cell.at_line(magic.line), _filled(page, magic.argument)
    for cell in page.cells:
        if cell.language == "bash":
            for number, line in enumerate(cell.lines, 1):
                yield cell, cell.at_line(number), line
    for cell, call in page.calls(*_RUNNERS):
        yield cell, cell.at(call), _command(page, cell, call)


def _place(item: tuple[Span, Install]) -> Span:
    return item[0]


def _on_hosts(cell: CodeCell) -> list[range]:
    """The lines that run only if the notebook finds itself on a host that knows nothing of the project."""
    return [
        range(branch.body[0].lineno, (branch.body[-1].end_lineno or branch.lineno) + 1)
        for branch in cell.nodes(ast.If)
        if _HOST.search(cell.segment(branch.test, 200))
    ]


def _hits(installs: list[tuple[Span, Install]], *, hosted: bool) -> Iterator[Hit]:
    """All that one cell installs is one finding."""
    own = [(place, install) for place, install in installs if install.tool not in _SYSTEM]
    # What the system needs is the lesser part of the news where the cell also installs packages.
    (at, first), *others = own or installs
    others += [item for item in installs if own and item[1].tool in _SYSTEM]
    related = tuple(Related(place, f"installs {_list(install.packages)}") for place, install in others[:_SHOWN])
    every = dict.fromkeys((name, install.tool) for _, install in own or installs for name in install.packages)
    names = list(dict.fromkeys(name for name, _ in every if name != "…"))
    loose = [name for name, tool in every if not _pinned(name, tool)]
    if not names:
        words = "packages are installed while the notebook runs; declare and pin them in the project"
        yield Hit(at, words, related, severity="minor", confidence="possible")
        return
    what = f"{_list(names)} {'is' if len(names) == 1 else 'are'}"
    if not own:
        what += f" installed with `{first.tool}` while the notebook runs"
        yield Hit(at, f"{what}; state {_them(names)} as a requirement of the system", related, severity="minor")
        return
    if all(name in _TOOLING for name in names):
        words = f"{what} upgraded while the notebook runs; set the environment up before it starts"
        yield Hit(at, words, related, severity="minor")
        return
    if not loose:
        words = f"{what} installed while the notebook runs; declare {_them(names)} in the project"
        if not hosted:
            yield Hit(at, words, related, severity="minor")
        return
    loose = list(dict.fromkeys(name for name in loose if name != "…"))
    which = f"unpinned ({_list(loose, 3)})" if 0 < len(loose) < len(names) else "unpinned"
    words = f"{what} installed while the notebook runs, {which}; declare and pin {_them(names)} in the project"
    if lost := next((install.redirected for _, install in installs if install.redirected), None):
        words = (
            f"{what} installed while the notebook runs, and the shell takes `{lost['bound']}` for a redirect: the bound never reaches "
            f'{first.tool}; write `"{lost[0]}"`, better declare and pin {_them(names)} in the project'
        )
    if hosted:
        yield Hit(at, words, related, severity="minor", confidence="possible")
    else:
        yield Hit(at, words, related)


def _them(names: Sequence[str]) -> str:
    return "it" if len(names) == 1 else "them"


def _list(names: Sequence[str], limit: int = 4) -> str:
    shown = ", ".join(f"`{_short(name)}`" for name in names[:limit])
    return shown + (f" and {len(names) - limit} more" if len(names) > limit else "")


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
    declared = False
    frozen = "--no-index" in words
    before = ""
    """The option whose value the next word is."""
    for word in words:
        option, _, value = word.partition("=")
        if before or (value and option in _LINKS):
            frozen |= (before or option) in _LINKS and "://" not in (value if not before else word)
            before = ""
        elif word.startswith(_DECLARES) or (word == "-f" and tool in ("conda", "mamba")):
            declared = True
        elif word in _VALUED:
            before = word
        elif re.match(r"\d?&?>{1,2}(?!=)", word):
            before = word if word.endswith(">") else ""
        elif not word.startswith("-") and word not in ("\\", ".") and not re.match(r"\.{1,2}(?:/|\[|$)", word):
            packages.append(_OUTPUT.sub("", word))
    files = all(_LOCAL_FILE.match(name) for name in packages)
    redirected = _REDIRECTED.search(_QUOTED.sub(" ", rest.partition(" #")[0]))
    return Install(tool, tuple(packages), declared, files or frozen, redirected)


def _filled(page: Page, line: str) -> str:
    """A line with `{name}` and `$name` put in where the page shows what they stand for."""
    if "install" not in line or not ("{" in line or "$" in line):
        return line
    return _VARIABLE.sub(lambda found: _value(page, ast.Name(found["braced"] or found["bare"])), line)


def _command(page: Page, cell: CodeCell, call: ast.Call) -> str:
    """The command that a call runs, with `…` for what the page does not spell out."""
    if not call.args:
        return ""
    first = call.args[0]
    if isinstance(first, (ast.List, ast.Tuple)):
        # No shell reads these: their bounds reach pip.
        parts = [re.sub(r"(\S*[<>]\S*)", r'"\1"', _text(page, item)) for item in first.elts]
        return " ".join(("pip", *parts) if cell.segment(call.func).startswith("pip") else parts)
    return _text(page, first) if isinstance(first, (ast.Constant, ast.JoinedStr)) else ""


def _text(page: Page, node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(
            _text(page, part.value if isinstance(part, ast.FormattedValue) else part) for part in node.values
        )
    return _value(page, node)


def _value(page: Page, node: ast.expr) -> str:
    """What an expression puts into a command: a file of the machine, the names of packages, or `…`."""
    behind = links(page).behind(node)
    if any(_WHEEL.search(word) for word in (*behind.texts, *behind.names)):
        return "…/….whl"
    few = 0 < len(behind.texts) <= _SHOWN
    return " ".join(behind.texts) if few and all(map(_PACKAGE.fullmatch, behind.texts)) else "…"
