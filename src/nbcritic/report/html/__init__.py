"""The report to be read by people: the notebook with the critique in its margin, one self-contained page each.

One notebook is one page. Of several, the page that `render` yields is an index, and each notebook has a page in the folder
`<stem of the index>_pages` beside it.
Nothing is loaded from anywhere; the page's own script is the only one that its policy lets run.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from nbcritic.model import NbcriticError, Report
from nbcritic.notebook.write import save
from nbcritic.report.html.trend import Previous

_NEEDS = ("jinja2", "nbconvert", "nh3")


def render(reports: Iterable[Report], target: str | None = None, previous: Previous | None = None) -> Iterator[str]:
    """The page of one notebook, or the index of several, whose pages are written as their reports come in.

    Raises NbcriticError where the extra `report` is missing, and for several notebooks without a `target`.
    """
    _check_extra()
    from nbcritic.report.html.page import index_page, notebook_page

    stream = iter(reports)
    first = list(itertools.islice(stream, 2))
    if len(first) < 2:
        yield notebook_page(first[0], previous) if first else index_page([])
        return
    if target is None:
        raise NbcriticError("several notebooks make several pages: name a file for their index, --output report.html")
    folder = Path(target).with_name(f"{Path(target).stem}_pages")
    folder.mkdir(parents=True, exist_ok=True)
    kept: list[tuple[Report, str]] = []
    taken: set[str] = set()
    for report in itertools.chain(first, stream):
        name = _file_name(report.path, taken)
        save(folder / name, notebook_page(report, previous, index=f"../{Path(target).name}").encode())
        kept.append((report, f"{folder.name}/{name}"))
    yield index_page(kept, previous)


def _check_extra() -> None:
    from importlib.util import find_spec

    missing = [name for name in _NEEDS if find_spec(name) is None]
    if missing:
        raise NbcriticError(f"the HTML report needs {', '.join(missing)}: pip install 'nbcritic[report]'")


def _file_name(path: str, taken: set[str]) -> str:
    """A name for a notebook's page that no other page has, whatever the file system thinks of case."""
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", Path(path).with_suffix("").as_posix()).strip("-.")[-80:] or "notebook"
    name, number = stem, 1
    while name.lower() in taken:
        number += 1
        name = f"{stem}-{number}"
    taken.add(name.lower())
    return f"{name}.html"
