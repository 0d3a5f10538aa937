"""Which lines and calls of a notebook install packages, and which ones."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Span
from nbcritic.rules.environment._links import links

_RUNNERS = (
    "os.system", "os.popen", "subprocess.call", "subprocess.check_call", "subprocess.check_output", "subprocess.run", "subprocess.Popen",
    "subprocess.getoutput", "pip.main", "pip._internal.main", "pip._internal.cli.main.main", "get_ipython.system",
)  # fmt: skip
_INSTALL = regex(
    r"(?:^|[\s;&|(/\\}'\"])(?P<tool>pip[\d.]*|conda|mamba|micromamba|uv|apt-get|apt|brew|easy_install)(?:\.exe)?\s+"
    r"(?:(?:-\S+|pip|env)\s+)*(?:install|update|add|upgrade)\b(?P<rest>(?:[^;&|\n]|(?<=[>\d])&)*)"
)
_VALUED = frozenset(
    "-i --index-url --extra-index-url -f --find-links -c --constraint -t --target --prefix -n --name -p --channel --trusted-host --python --upgrade-strategy --root --proxy --timeout --progress-bar --log --no-binary --only-binary".split()
)
_PINNED = regex(r"==|===|\.whl\b|\.tar\.gz\b|\.zip\b|git\+\S+@(?:v?\d+[\w.]*|[0-9a-f]{7,40})(?=$|[#&\s])")
_BRANCH = regex(r"(?i)(?:main|master|head|dev|develop|development|trunk|latest)")
_ARCHIVE = regex(
    r"(?i)https?://\S*/(?:archive|zipball|tarball)/(?:refs/heads/)?(?:main|master|head|dev|develop)(?:\.zip|\.tar\.gz)?"
)
_BARE = regex(r"[A-Za-z][\w.-]*")
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
_MOST = 20


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


def commands(page: Page) -> Iterator[tuple[CodeCell, Span, str]]:
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


def is_moving(name: str) -> bool:
    """Is it a repository, taken as it stands on the day: without a commit or tag, or by a branch that goes on?"""
    if _ARCHIVE.search(name):
        return True
    if not name.startswith("git+"):
        return False
    _, at, revision = name.partition("#")[0].rpartition("/")[2].partition("@")
    return not at or _BRANCH.fullmatch(revision) is not None


def bare(name: str) -> str:
    """A package without its extras and versions; of anything else all of it."""
    found = _BARE.match(name)
    return found[0].lower().replace("_", "-") if found and ":" not in name and "/" not in name else name


def is_pinned(name: str, tool: str) -> bool:
    conda = tool in ("conda", "mamba", "micromamba")
    return not is_moving(name) and bool(_PINNED.search(name) or (conda and _PINNED_CONDA.search(name)))


def installs(text: str) -> Iterator[Install]:
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
    few = 0 < len(behind.texts) <= _MOST
    return " ".join(behind.texts) if few and all(map(_PACKAGE.fullmatch, behind.texts)) else "…"
