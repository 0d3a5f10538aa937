"""The flow between the cells of a notebook in words, as JSON, and as a graph for Mermaid or Graphviz."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from nbcritic.analysis.credentials import redacted
from nbcritic.analysis.graph import Edge, Graph
from nbcritic.analysis.page import Page
from nbcritic.model import NbcriticError, first_line
from nbcritic.report.json_ import dumps
from nbcritic.report.terminal import Style, cut, visible, width, wrap_after
from nbcritic.report.totals import plural

_LABEL = 40
"""Characters of a cell's first line in a drawn graph."""
_DRAWN = 8
"""Names that stand at one arrow of a drawn graph."""


@dataclass(frozen=True)
class Picture:
    """What is shown of a graph: everything, or the slice of one cell."""

    page: Page
    graph: Graph
    slice_of: int | None = None

    @property
    def cells(self) -> tuple[int, ...]:
        """The cells that are shown, in the order of the run."""
        return self.graph.order if self.slice_of is None else self.graph.slice(self.slice_of)

    @property
    def edges(self) -> tuple[Edge, ...]:
        """The edges between these cells."""
        cells = frozenset(self.cells)
        return tuple(edge for edge in self.graph.edges if edge.from_cell in cells and edge.cell in cells)

    def title(self, cell: int) -> str:
        """A cell as a person finds it: JupyterLab shows no cell numbers, but counts."""
        if self.page.notebook.script:
            return f"cell {cell}"
        count = self.page.cell(cell).execution_count
        return f"cell {cell} · In[{' ' if count is None else count}]"

    def code(self, cell: int) -> str:
        """The first line of a cell; no credential can be read in it."""
        return visible(first_line(redacted(self.page, self.page.cell(cell).cell)))


def render(
    page: Page,
    graph: Graph,
    format: str = "text",
    *,
    slice_of: int | None = None,
    color: bool = False,
    width: int = 100,
) -> str:
    """The graph in one of `FORMATS`; with `slice_of`, that cell and those that it needs."""
    picture = Picture(page, graph, slice_of)
    if format == "text":
        return _text(picture, Style(color), width)
    if format not in _WRITERS:
        raise NbcriticError(f"there is no format {format!r}; there are {', '.join(FORMATS)}")
    return _WRITERS[format](picture)


# -- for people ------------------------------------------------------------------------------------------------------


def _text(picture: Picture, style: Style, limit: int) -> str:
    into: dict[int, list[Edge]] = {cell: [] for cell in picture.cells}
    for edge in picture.edges:
        into[edge.cell].append(edge)
    used = {number for edge in picture.edges for number in (edge.from_cell, edge.cell)} | {picture.slice_of}
    lines = [*_head(picture, style, limit), ""]
    for cell in picture.cells:
        if cell in used:
            title = picture.title(cell)
            code = cut(picture.code(cell), max(limit - width(title) - 3, 10))
            lines.append(style(title, "bold") + (style(f" · {code}", "dim") if code else ""))
            lines += _sources(picture, into[cell], style, limit)
            lines += _age(picture, cell, style, limit)
    alone = [cell for cell in picture.cells if cell not in used]
    if alone:
        lines += ["", *_hanging("nothing flows into or out of: ", [f"cell {n}" for n in alone], limit)]
    unread = [cell.number for cell in picture.page.cells if cell.language == "python" and cell.tree is None]
    if unread:
        lines += ["", *_hanging("not followed, since Python cannot read them: ", [f"cell {n}" for n in unread], limit)]
    return "\n".join(lines) + "\n"


def _head(picture: Picture, style: Style, limit: int) -> list[str]:
    path, total = visible(picture.page.path), len(picture.graph.order)
    if picture.slice_of is None:
        said = f"{plural(total, 'code cell')}, {plural(len(picture.edges), 'flow')}"
        return [f"{style(path, 'bold')} · {said}"]
    cells = picture.cells
    others = [cell for cell in cells if cell != picture.slice_of]
    lines = [
        f"{style(path, 'bold')} · {picture.title(picture.slice_of)} needs {len(others)} of the other {total - 1} cells"
    ]
    return lines + (_hanging("run: ", cells, limit) if others else [])


def _hanging(head: str, items: Iterable[object], limit: int) -> list[str]:
    first, *more = wrap_after(width(head), ", ".join(map(str, items)), limit)
    return [head + first, *(" " * 5 + line for line in more)]


def _sources(picture: Picture, edges: Sequence[Edge], style: Style, limit: int) -> list[str]:
    """A line for each cell from which something flows: the nearest first, data before code."""
    lines = []
    rank = {cell: place for place, cell in enumerate(picture.graph.order)}
    for source in sorted({edge.from_cell for edge in edges}, key=lambda cell: -rank[cell]):
        names = _names(edge for edge in edges if edge.from_cell == source)
        head = f"  ← {picture.title(source)} through "
        first, *more = wrap_after(width(head), names, limit)
        lines.append((head + style.quoted(first)).rstrip())
        lines += ["      " + style.quoted(line) for line in more]
    return lines


def _age(picture: Picture, cell: int, style: Style, limit: int) -> list[str]:
    """A line for a cell that last ran on an older value than the page gives it."""
    stale = picture.page.staleness.cells.get(cell)
    if stale is None:
        return []
    names = " → ".join(f"`{visible(edge.name)}`" for edge in stale.path)
    head = f"  ! sees values from before {picture.title(stale.cause)} ran: "
    if stale.seen is not None:
        head = f"  ! sees what {picture.title(stale.seen)} had left, not {picture.title(stale.cause)}: "
    first, *more = wrap_after(width(head), names, limit)
    return [head + style.quoted(first), *("      " + style.quoted(line) for line in more)]


def _names(edges: Iterable[Edge]) -> str:
    """`` `df`, `X`; shared: `both`; code: `np` ``."""
    groups: dict[str, list[str]] = {"": [], "shared: ": [], "code: ": []}
    for edge in edges:
        group = "code: " if edge.kind == "code" else "shared: " if edge.shared else ""
        groups[group].append(f"`{visible(edge.name)}`")
    return "; ".join(head + ", ".join(names) for head, names in groups.items() if names)


# -- for programs ----------------------------------------------------------------------------------------------------


def _json(picture: Picture) -> str:
    edges = [{"from_cell": e.from_cell, "cell": e.cell, "name": e.name, "kind": e.kind} for e in picture.edges]
    record: dict[str, object] = {"path": picture.page.path, "edges": edges}
    if picture.slice_of is not None:
        record["slice"] = list(picture.cells)
    return dumps(record) + "\n"


def _mermaid(picture: Picture) -> str:
    lines = ["flowchart TD"]
    for cell in _drawn(picture):
        title, code = _mermaid_text(picture.title(cell)), _mermaid_text(cut(picture.code(cell), _LABEL))
        lines.append(f'    c{cell}["{title}<br>{code}"]' if code else f'    c{cell}["{title}"]')
    for (source, cell, kind), names in _arrows(picture).items():
        arrow = "-.->" if kind == "code" else "-->"
        lines.append(f'    c{source} {arrow}|"{_mermaid_text(names)}"| c{cell}')
    return "\n".join(lines) + "\n"


def _mermaid_text(text: str) -> str:
    """Mermaid reads quotes, markup, links and more in a label; a character that is spelt as a number is only itself."""
    return "".join(char if char.isalnum() or char in " ,.=_·…" else f"#{ord(char)};" for char in text)


def _dot(picture: Picture) -> str:
    lines = [f"digraph {_dot_text(visible(picture.page.path))} {{", "    node [shape=box];"]
    for cell in _drawn(picture):
        label = "\n".join(filter(None, (picture.title(cell), cut(picture.code(cell), _LABEL))))
        lines.append(f"    {cell} [label={_dot_text(label)}];")
    for (source, cell, kind), names in _arrows(picture).items():
        dashed = ", style=dashed" if kind == "code" else ""
        lines.append(f"    {source} -> {cell} [label={_dot_text(names)}{dashed}];")
    return "\n".join([*lines, "}"]) + "\n"


def _dot_text(text: str) -> str:
    """A quoted string; Graphviz reads escapes in it, and would read HTML's where an `&` stands."""
    for char, spelt in (("\\", "\\\\"), ('"', '\\"'), ("&", "&amp;"), ("\n", "\\n")):
        text = text.replace(char, spelt)
    return f'"{text}"'


def _drawn(picture: Picture) -> list[int]:
    """The cells of the picture that an arrow touches, and the one that was asked for."""
    used = {number for edge in picture.edges for number in (edge.from_cell, edge.cell)}
    return [cell for cell in picture.cells if cell in used or cell == picture.slice_of]


def _arrows(picture: Picture) -> dict[tuple[int, int, str], str]:
    """(from, to, kind) → the names, so that there is one arrow for them all."""
    found: dict[tuple[int, int, str], list[str]] = {}
    for edge in picture.edges:
        found.setdefault((edge.from_cell, edge.cell, edge.kind), []).append(visible(edge.name))
    return {
        key: ", ".join(names[:_DRAWN]) + (f", … {len(names) - _DRAWN} more" if len(names) > _DRAWN else "")
        for key, names in found.items()
    }


_WRITERS: Mapping[str, Callable[[Picture], str]] = MappingProxyType({"json": _json, "mermaid": _mermaid, "dot": _dot})
FORMATS = ("text", *_WRITERS)
