"""What a notebook needs from others: the packages that it imports, and where its project says so."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.analysis.project_distributions import is_of_host, is_standard
from nbcritic.analysis.project_manifests import installed, normal

_HOSTED = regex(
    r"/kaggle/|\bkaggle_secrets\b|google\.colab|colab\.research\.google|/content/|\bdbutils\b|/dbfs/|colab-badge|mybinder\.org|quantopian"
)
_SURGERY = regex(
    r"\bsys\.path\b|^\s*%(?:run|cd)\b|\bos\.chdir\b|\bimport_ipynb\b|\bnbimporter\b|\bsite\.addsitedir\b|\baddPyFile\b",
    re.M,
)


@dataclass(frozen=True, slots=True)
class Import:
    """The first import of a package: `module` is its name, with the second part where the first is a namespace (`google.cloud`)."""

    module: str
    cell: CodeCell
    node: ast.Import | ast.ImportFrom


def packages(page: Page) -> tuple[Import, ...]:
    """The packages of others that the notebook cannot run without, each where it is first imported.

    Left out are Python's own, the host's, those of the project, and imports that the notebook can do without.
    """
    found: dict[str, Import] = {}
    own = {normal(name) for one in page.project.manifests for name in (one.own, *one.gives) if name}
    for cell in page.code:
        nodes: list[ast.Import | ast.ImportFrom] = [*cell.nodes(ast.Import), *cell.nodes(ast.ImportFrom)]
        for node in sorted(nodes, key=lambda node: node.lineno):
            for module in _modules(node):
                top = module.partition(".")[0]
                if module in found or is_standard(module) or is_of_host(module):
                    continue
                if top in page.project.modules or normal(top) in own or _is_optional(cell, node):
                    continue
                found[module] = Import(module, cell, node)
    return tuple(found.values())


def _modules(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    if isinstance(node, ast.ImportFrom):
        names = [node.module] if node.module and not node.level else []
        if names == ["google"]:
            names = [f"google.{alias.name}" for alias in node.names]
    else:
        names = [alias.name for alias in node.names]
    for name in names:
        parts = name.split(".")
        yield ".".join(
            parts[:3]
            if parts[:2] == ["google", "cloud"]
            else parts[:2]
            if parts[0] in ("google", "azure")
            else parts[:1]
        )


def _is_optional(cell: CodeCell, node: ast.stmt) -> bool:
    """Does the notebook say what to do without it, or import it under a condition only?"""
    return any(
        (isinstance(parent, ast.Try) and parent.handlers) or isinstance(parent, ast.If)
        for parent in cell.ancestors(node)
    )


def installs(page: Page) -> frozenset[str]:
    """The distributions that the notebook installs itself."""
    texts = [cell.source for cell in page.cells if "install" in cell.source]
    texts += [re.sub(r"[\"',\[\]]+\s*", " ", text) for text in texts if "subprocess" in text or "os.system" in text]
    return frozenset(name for text in texts for name in installed(text))


def is_hosted(page: Page) -> bool:
    """Does the notebook run where the environment is given: Kaggle, Colab, Databricks, Binder?"""
    metadata = page.notebook.metadata
    if any(key in metadata for key in ("colab", "kaggle", "application/vnd.databricks.v1+notebook")):
        return True
    return "kaggle" in page.path.lower() or any(_HOSTED.search(cell.source) for cell in page.notebook.cells)


def looks_elsewhere(page: Page) -> bool:
    """May modules come from a folder that only the notebook knows?"""
    return any(_SURGERY.search(cell.source) for cell in page.cells)
