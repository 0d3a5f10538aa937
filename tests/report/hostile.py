"""Cells, outputs and Markdown that try to act when a report shows them."""

from typing import Any

_DO = "window.hit=1;alert(1)"

OUTPUTS = [
    f"<script>{_DO}</script>",
    f"<SCRIPT SRC=data:text/javascript,{_DO}></SCRIPT>",
    f'<img src=x onerror="{_DO}">',
    f'<img src="x" ONERROR="{_DO}" style="position:fixed;inset:0">',
    f"<svg onload='{_DO}'><circle r=9 /></svg>",
    f"<svg><script>{_DO}</script></svg>",
    f"<svg><animate onbegin='{_DO}' attributeName=x dur=1s>",
    f"<math><mtext><img src=x onerror='{_DO}'></mtext></math>",
    f"<math><mi xlink:href='javascript:{_DO}'>x</mi></math>",
    f'<iframe srcdoc="<script>parent.{_DO}</script>"></iframe>',
    f'<iframe src="javascript:{_DO}"></iframe>',
    f'<object data="data:text/html,<script>{_DO}</script>"></object>',
    f'<embed src="javascript:{_DO}">',
    f'<a href="javascript:{_DO}">click</a>',
    f'<a href="JaVaScRiPt&#58;{_DO}">click</a>',
    f'<a href=" java\nscript:{_DO}">click</a>',
    f'<a href="data:text/html,<script>{_DO}</script>">click</a>',
    f'<a href="vbscript:{_DO}">click</a>',
    f'<form action="javascript:{_DO}"><button>send</button></form>',
    f'<button formaction="javascript:{_DO}">send</button>',
    f'<input autofocus onfocus="{_DO}">',
    f'<details open ontoggle="{_DO}">x</details>',
    f'<video><source onerror="{_DO}"></video>',
    f'<audio src=x onerror="{_DO}"></audio>',
    f'<body onload="{_DO}">',
    f'<meta http-equiv=refresh content="0;url=javascript:{_DO}">',
    '<meta http-equiv="refresh" content="0; url=http://127.0.0.1:9/moved">',
    '<base href="http://127.0.0.1:9/">',
    '<link rel=stylesheet href="http://127.0.0.1:9/s.css">',
    "<style>@import 'http://127.0.0.1:9/s.css'; body{display:none}</style>",
    "<style>*{background:url(http://127.0.0.1:9/p.png)}</style>",
    '<div style="background:url(http://127.0.0.1:9/p.png)">x</div>',
    '<img src="http://127.0.0.1:9/pixel.png">',
    '<img srcset="http://127.0.0.1:9/pixel.png 1x">',
    '<img src="//127.0.0.1:9/pixel.png">',
    '<table background="http://127.0.0.1:9/p.png"><tr><td>1</td></tr></table>',
    f'<noscript><p title="</noscript><img src=x onerror={_DO}>">',
    f"<template><script>{_DO}</script></template>",
    f'<xmp><p title="</xmp><img src=x onerror={_DO}>">',
    f"<!--><img src=x onerror={_DO}>-->",
    f"<![CDATA[><img src=x onerror={_DO}>]]>",
    f"</pre></div></section><script>{_DO}</script>",
    f"<p id=notebook class='note held' tabindex=1 accesskey=x onclick={_DO}>looks like ours</p>",
    "<form id=theme><input name=shown></form><a id=shown>clobber</a>",
    f"<div contenteditable onblur={_DO} autofocus>x</div>",
    f"<isindex type=image src=1 onerror={_DO}>",
]

MARKDOWN = [
    f"[click](javascript:{_DO})",
    f"[click](<javascript:{_DO}>)",
    f'![x](x "onerror={_DO}")',
    "![pixel](http://127.0.0.1:9/pixel.png)",
    f"<img src=x onerror={_DO}>",
    f"**bold** <script>{_DO}</script>",
    f"`<script>{_DO}</script>`",
    f"$$ \\href{{javascript:{_DO}}}{{x}} $$",
    f"| a |\n|---|\n| <img src=x onerror={_DO}> |",
    f"[ref]: javascript:{_DO}\n\n[click][ref]",
    f"<details ontoggle={_DO} open><summary>x</summary></details>",
    f"```html\n<script>{_DO}</script>\n```",
]

CELLS = [
    f"# </code></pre><script>{_DO}</script>",
    f'x = "<img src=x onerror={_DO}>"',
    f"print('''</span></section><svg onload={_DO}>''')",
    f"from numpy import *  # <script>{_DO}</script>",
    f'open("/home/ann/<img src=x onerror={_DO}>.csv")',
    "undefined_name_\u202e_here = other_undefined  # \x07\x1b]0;title\x07",
]


def notebook(cells: list[dict[str, Any]]) -> dict[str, Any]:
    """A notebook of today's format around cells."""
    return {
        "nbformat": 4,
        "nbformat_minor": 4,
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        "cells": cells,
    }


def hostile_notebook() -> dict[str, Any]:
    """Everything above in one notebook."""
    cells: list[dict[str, Any]] = [{"cell_type": "markdown", "metadata": {}, "source": text} for text in MARKDOWN]
    for count, source in enumerate(CELLS, 1):
        cells.append({"cell_type": "code", "metadata": {}, "execution_count": count, "source": source, "outputs": []})
    for count, text in enumerate(OUTPUTS, len(CELLS) + 1):
        kind = "image/svg+xml" if text.startswith("<svg") else "text/html"
        data = [
            {"output_type": "display_data", "metadata": {}, "data": {kind: text}},
            {"output_type": "display_data", "metadata": {}, "data": {"text/html": text, "text/plain": text}},
            {"output_type": "stream", "name": "stdout", "text": text},
            {"output_type": "error", "ename": text, "evalue": text, "traceback": [text]},
            {"output_type": "display_data", "metadata": {}, "data": {"text/markdown": text}},
            {"output_type": "display_data", "metadata": {}, "data": {"application/javascript": _DO}},
        ]
        source = f"show({count})"
        cells.append({"cell_type": "code", "metadata": {}, "execution_count": count, "source": source, "outputs": data})
    return notebook(cells)
