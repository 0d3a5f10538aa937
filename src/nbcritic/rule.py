"""How a rule is declared, and everything that can be read off the declaration.

A rule is one function with a docstring: its first line is the summary, the next paragraph says why the fault matters, the
one after it (from the word "Instead") what to do; then come the examples, which the suite runs. DESIGN: the docstring is
the documentation and the test.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from textwrap import dedent
from types import MappingProxyType
from typing import Any, TypeAlias

from nbcritic.analysis.digest import ALONE, Digest, Library
from nbcritic.analysis.page import Page
from nbcritic.analysis.project import Project
from nbcritic.analysis.run import Run, Trial
from nbcritic.model import FAMILIES, Category, Confidence, Hit, Notebook, Profile, Severity
from nbcritic.notebook import percent

Check: TypeAlias = Callable[..., Iterator[Hit]]
Digester: TypeAlias = Callable[[Page], Digest]

FLAG = "# <- flagged"
_BLOCK = re.compile(r"^(?P<kind>Bad|Good|Fixed)(?: \((?P<options>[^)]*)\))?:\n\n(?P<body>(?:    .*\n|[ \t]*\n)+)", re.M)
_FILE = re.compile(r"^# file: (?P<path>\S+)\n", re.M)


@dataclass(frozen=True, slots=True)
class Example:
    """One notebook from a rule's docstring, and the places (cell, line) that the rule must flag in it."""

    kind: str
    text: str
    """The example as a reader sees it, marks included."""
    notebook: Notebook
    expected: frozenset[tuple[int, int]]
    options: MappingProxyType[str, Any]
    files: MappingProxyType[str, str]
    digest: Digester | None = None

    @property
    def page(self) -> Page:
        """The example as a page, with the files around it; those that are written as notebooks are scanned with it.

        A file `clean-run-1` shows what a run of the notebook in a clean kernel gave, `clean-run-2` a second one.
        """
        return Page(self.notebook, Project.of(self.files), library=self._library(), run=self._run())

    def _run(self) -> Run | None:
        runs = [text for path, text in self.files.items() if path.startswith("clean-run-")]
        trials = tuple(Trial.of(percent.read(text, "run.ipynb", history=True)) for text in runs)
        return Run(self.notebook, trials) if trials else None

    def _library(self) -> Library:
        if self.digest is None:
            return ALONE
        others = [percent.read(text, path) for path, text in self.files.items() if text.startswith("# %%")]
        return Library.of(self.digest(Page(notebook)) for notebook in (self.notebook, *others))


@dataclass(frozen=True)
class Rule:
    """One opinion: what it says, how grave it is, whom it is for, and the function that finds it."""

    code: str
    name: str
    severity: Severity
    category: Category
    profile: Profile
    confidence: Confidence
    covers: tuple[str, ...]
    any_language: bool
    doc: str
    check: Check
    digest: Digester | None = None
    """What the rule must know of every notebook of a scan before it judges one."""

    @property
    def family(self) -> str:
        """Where the rule lives, such as `hidden-state`."""
        return FAMILIES[self.code[:4]]

    @property
    def summary(self) -> str:
        """The fault in one sentence."""
        return self.doc.partition("\n")[0]

    @cached_property
    def _paragraphs(self) -> tuple[str, ...]:
        words = _BLOCK.split(self.doc, maxsplit=1)[0]
        return tuple(" ".join(part.split()) for part in words.split("\n\n")[1:] if part.strip())

    @property
    def why(self) -> str:
        """Why the fault matters, and what else a reader should know."""
        return " ".join(part for part in self._paragraphs if not part.startswith("Instead"))

    @property
    def remedy(self) -> str:
        """What to do, in one sentence or two."""
        return next((part for part in self._paragraphs if part.startswith("Instead")), "")

    @property
    def fixable(self) -> bool:
        """Can `--fix` mend it? Its documentation then shows the result."""
        return any(example.kind == "Fixed" for example in self.examples)

    @cached_property
    def examples(self) -> tuple[Example, ...]:
        """The examples of the docstring, in order."""
        found = _BLOCK.finditer(self.doc + "\n")
        return tuple(
            replace(parse_example(dedent(block["body"]), block["kind"], block["options"] or ""), digest=self.digest)
            for block in found
        )

    @cached_property
    def options(self) -> MappingProxyType[str, Any]:
        """Name and default of each option: the keyword-only parameters of the check."""
        parameters = inspect.signature(self.check).parameters.values()
        return MappingProxyType({p.name: p.default for p in parameters if p.kind is p.KEYWORD_ONLY})


def rule(
    code: str,
    *,
    name: str,
    severity: Severity,
    category: Category,
    profile: Profile = "review",
    confidence: Confidence = "likely",
    covers: tuple[str, ...] = (),
    any_language: bool = False,
    digest: Digester | None = None,
) -> Callable[[Check], Rule]:
    """Declare the decorated function to be a rule.

    The function takes a `Page` and yields a `Hit` for each fault; its keyword-only parameters are options with their defaults.
    `covers` names codes of ruff (or of weaker rules of ours) that need not be said at the same place; `any_language` means that
    the rule needs no Python, so that it also reads notebooks of other kernels. A rule over several notebooks names the `digest` that
    it needs of each; the check finds them in `page.library`.
    """

    def declare(check: Check) -> Rule:
        head, _, tail = (check.__doc__ or "").partition("\n")
        doc = head + "\n" + dedent(tail).rstrip()
        return Rule(code, name, severity, category, profile, confidence, covers, any_language, doc, check, digest)

    return declare


def parse_example(text: str, kind: str = "Bad", options: str = "") -> Example:
    """Read one example: a percent-format notebook with its history, `# <- flagged` marks and `# file: path` sections.

    On a header the mark means the whole cell; alone before the first cell, the whole notebook.
    """
    first, *rest = _FILE.split(text)
    files = dict(zip(rest[::2], rest[1::2], strict=True))
    expected = set[tuple[int, int]]()
    cell, line = 0, 0
    for row in first.split("\n"):
        header = percent.HEADER.match(row.replace(FLAG, "").rstrip())
        cell, line = (cell + 1, 0) if header else (cell, line + 1)
        if FLAG in row:
            expected.add((cell, line if cell else 0))
    clean = "\n".join(row.replace(FLAG, "").rstrip() for row in first.split("\n") if row.strip() != FLAG)
    notebook = percent.read(clean, "example.ipynb", history=True)
    return Example(kind, text, notebook, frozenset(expected), _options(options), MappingProxyType(files))


def _options(text: str) -> MappingProxyType[str, Any]:
    call = ast.parse(f"f({text})", mode="eval").body
    assert isinstance(call, ast.Call)
    return MappingProxyType({word.arg or "": ast.literal_eval(word.value) for word in call.keywords})
