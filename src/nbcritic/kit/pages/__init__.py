"""The kit's HTML pages: self-contained, nothing loaded, nothing runs but the page's own script."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from nbcritic import __version__
from nbcritic.model import NbcriticError
from nbcritic.report import html

_OWN = Path(__file__).parent
_NEEDS = ("jinja2", "nbconvert", "nh3")


def rendered(template: str, script: str = "", **values: Any) -> str:
    """A page from a template, in the style of the reports.

    Raises:
        NbcriticError: The extra `report` is missing.
    """
    if missing := [name for name in _NEEDS if find_spec(name) is None]:
        raise NbcriticError(f"the page needs {', '.join(missing)}: pip install 'nbcritic[kit]'")
    from markupsafe import Markup

    from nbcritic.report.html.page import _hash
    from nbcritic.report.terminal import visible

    style, code = _file("style.css", html.__file__) + _file("kit.css"), _file(script) if script else ""
    text: str = (
        _environment()
        .get_template(template)
        .render(
            style=Markup(style),
            script=Markup(code),
            style_hash=_hash(style),
            script_hash=_hash(code),
            version=__version__,
            **values,
        )
    )
    return "\n".join(visible(line) for line in text.replace("\t", "&#9;").split("\n"))


@cache
def _file(name: str, beside: str | None = None) -> str:
    folder = Path(beside).parent / "templates" if beside else _OWN
    return (folder / name).read_text(encoding="utf-8")


@cache
def _environment() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader([_OWN, Path(html.__file__).parent / "templates"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
