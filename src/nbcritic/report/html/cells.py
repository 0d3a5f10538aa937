"""A notebook's cells as HTML that cannot act.

Sources are highlighted text. Outputs and Markdown go through an allow-list (nh3): no script, handler, style, frame, form or id
survives, an image only as data inside the page. An SVG is shown as an image, where browsers run none of its scripts. The page's
content security policy stands behind all of this.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec

from nbcritic.analysis.credentials import redacted
from nbcritic.analysis.secrets import redact
from nbcritic.notebook.encoding import repair

if TYPE_CHECKING:
    from markupsafe import Markup

    from nbcritic.analysis.page import Page
    from nbcritic.model import Cell

LONGEST_TEXT = 20_000
"""Characters of one output or Markdown cell that are shown; the rest is counted."""
LARGEST_IMAGE = 4_000_000
"""Bytes of one picture as base64."""
_MOST_OUTPUTS = 60
_IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp")
_TAGS = {
    *"a abbr b blockquote br caption cite code col colgroup dd del details div dl dt em figcaption figure h1 h2 h3 h4 h5 h6".split(),
    *"hr i img ins kbd li mark ol p pre q s samp small span strong sub summary sup table tbody td tfoot th thead tr u ul var".split(),
}
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start"},
    "span": {"class"},
    "div": {"class"},
}
_CLASS = re.compile(r"(?:[a-z][a-z0-9]{0,2}|highlight|ansi-[a-z0-9-]+)(?: (?:[a-z][a-z0-9]{0,2}|ansi-[a-z0-9-]+))*")
_DATA_IMAGE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]+")


def source(page: Page, cell: Cell, language: str) -> list[Markup]:
    """The lines of a code cell, highlighted, credentials masked."""
    return _highlighted(redacted(page, cell), language)


def markdown(text: str) -> Markup:
    """A Markdown cell as nbconvert renders it, made harmless."""
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    shown, left = _cut(redact(text))
    renderer = MarkdownWithMath(renderer=IPythonRenderer(escape=False, exclude_anchor_links=True))
    return safe(renderer.render(shown)) + _left_out(left)


def shown(cell: Cell) -> Iterator[Markup]:
    """What a cell shows, piece by piece, each in its richest form that is harmless."""
    from markupsafe import Markup

    pieces = _raw(cell)
    for piece in pieces[:_MOST_OUTPUTS]:
        yield Markup('<div class="output">{}</div>').format(_output(piece))
    if len(pieces) > _MOST_OUTPUTS:
        yield Markup('<p class="cut">… and {} more outputs</p>').format(len(pieces) - _MOST_OUTPUTS)


def safe(html: str) -> Markup:
    """HTML through the allow-list."""
    import nh3
    from markupsafe import Markup

    clean = nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_attribute,
        url_schemes={"http", "https", "mailto", "data"},
        link_rel="noopener noreferrer nofollow",
        strip_comments=True,
    )
    return Markup(clean)


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name == "class":
        return value if _CLASS.fullmatch(value) else None
    if name == "src":
        return value if _DATA_IMAGE.fullmatch(value) and len(value) <= LARGEST_IMAGE else None
    if name == "href":
        return value if value.startswith(("http://", "https://", "mailto:")) else None
    return value


def _raw(cell: Cell) -> list[dict[str, Any]]:
    try:
        items = msgspec.json.decode(cell.outputs)
    except (msgspec.DecodeError, UnicodeDecodeError):
        try:
            items = msgspec.json.decode(repair(cell.outputs))
        except (msgspec.DecodeError, UnicodeDecodeError):
            return []
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _output(piece: dict[str, Any]) -> Markup:
    kind = piece.get("output_type")
    if kind in ("stream", "pyout") and "text" in piece:
        return _text(_joined(piece.get("text")), "stream")
    if kind in ("error", "pyerr"):
        lines = piece.get("traceback")
        told = "\n".join(map(str, lines)) if isinstance(lines, list) and lines else ""
        return _text(told or f"{piece.get('ename', '')}: {piece.get('evalue', '')}", "error")
    data = piece.get("data")
    return _rich(data if isinstance(data, dict) else _of_v3(piece))


def _of_v3(piece: dict[str, Any]) -> dict[str, Any]:
    """The data of an output of nbformat 3, under today's names."""
    names = {
        "png": "image/png",
        "jpeg": "image/jpeg",
        "html": "text/html",
        "text": "text/plain",
        "svg": "image/svg+xml",
    }
    return {names[name]: value for name, value in piece.items() if name in names}


def _rich(data: dict[str, Any]) -> Markup:
    from markupsafe import Markup

    for kind in _IMAGES:
        if (image := _image(kind, _joined(data.get(kind)))) is not None:
            return image
    if svg := _joined(data.get("image/svg+xml")):
        packed = base64.b64encode(svg.encode("utf-8", "replace")).decode()
        if (image := _image("image/svg+xml", packed)) is not None:
            return image
    if html := _joined(data.get("text/html")):
        cut, left = _cut(redact(html))
        return Markup('<div class="rich">{}</div>').format(safe(cut)) + _left_out(left)
    if text := _joined(data.get("text/markdown")):
        return Markup('<div class="rich">{}</div>').format(markdown(text))
    for kind in ("text/plain", "text/latex"):
        if text := _joined(data.get(kind)):
            return _text(text, "result")
    kinds = ", ".join(sorted(map(str, data)))[:200] or "nothing"
    return Markup('<p class="cut">an output that is not shown here ({})</p>').format(kinds)


def _image(kind: str, data: str) -> Markup | None:
    from markupsafe import Markup

    packed = "".join(data.split())
    if not packed:
        return None
    if len(packed) > LARGEST_IMAGE:
        return Markup('<p class="cut">a picture of {} MB, not shown</p>').format(len(packed) * 3 // 4_000_000)
    try:
        base64.b64decode(packed, validate=True)
    except (binascii.Error, ValueError):
        return None
    return Markup('<img alt="output" src="data:{};base64,{}">').format(kind, packed)


def _text(text: str, kind: str) -> Markup:
    from markupsafe import Markup
    from nbconvert.filters import ansi

    to_html: Callable[[str], str] = ansi.ansi2html
    cut, left = _cut(redact(text))
    return Markup('<pre class="{}">{}</pre>').format(kind, safe(to_html(cut))) + _left_out(left)


def _cut(text: str) -> tuple[str, int]:
    return text[:LONGEST_TEXT], max(0, len(text) - LONGEST_TEXT)


def _left_out(characters: int) -> Markup:
    from markupsafe import Markup

    return Markup('<p class="cut">… {} more characters</p>').format(f"{characters:,}") if characters else Markup("")


def _joined(value: Any) -> str:
    if isinstance(value, list):
        value = "".join(part for part in value if isinstance(part, str))
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def _highlighted(text: str, language: str) -> list[Markup]:
    from markupsafe import Markup
    from pygments import highlight

    plain = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace").decode()
    html = highlight(plain, _lexer(language), _formatter())
    # The formatter closes and opens its spans at each line's end, so that lines stand by themselves.
    return [Markup(line) for line in html.removesuffix("\n").split("\n")]


@cache
def _lexer(language: str) -> Any:
    from pygments.lexers import get_lexer_by_name
    from pygments.lexers.special import TextLexer
    from pygments.util import ClassNotFound

    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=True)
    except ClassNotFound:
        return TextLexer(stripnl=False)


@cache
def _formatter() -> Any:
    from pygments.formatters import HtmlFormatter

    return HtmlFormatter(nowrap=True)
