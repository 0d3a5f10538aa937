"""The documentation as a site: `make docs` builds it into `build/site`.

Why this generator: MkDocs had its last release in 2024 and Material for MkDocs promised fixes until November 2026 only; Zensical, its
heir, is not at 1.0 and reads another Markdown than GitHub. Sphinx, MyST and Furo are released and kept, read these pages as GitHub does, check every link and anchor
in strict mode, and the site needs nothing from any other host.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nbcritic import __version__

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "nbcritic"
author = "The nbcritic authors"
copyright = author
version = release = __version__
extensions = ["myst_parser"]
root_doc = "index"
exclude_patterns = ["*.py", "images"]

myst_enable_extensions: list[str] = []
myst_heading_anchors = 4
"""Headings are linked to as on GitHub."""

# Examples hold magics, which are no Python to a highlighter.
suppress_warnings = ["misc.highlighting_failure"]

html_theme = "furo"
html_title = "nbcritic"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_show_sphinx = False
html_use_index = False
html_domain_indices = False
html_theme_options = {"top_of_page_buttons": [], "navigation_with_keys": True}
pygments_style = "tango"
pygments_dark_style = "github-dark"

LISTED = re.compile(r"^(?:- |\| )\[[^\]]+\]\(([\w/-]+)\.md\)", re.M)
"""A page that a list or a table names first."""


def navigation(app: Sphinx, name: str, text: list[str]) -> None:
    """Each section of the home page, and of the page of all rules, is a section of the navigation: what it lists, in that order.

    A page that none of them lists is a warning, and stops the strict build.
    """
    if name not in ("index", "rules/README"):
        return
    for section in re.split(r"^## ", text[0], flags=re.M)[1:]:
        pages = LISTED.findall(section)
        if pages:
            caption = section.partition("\n")[0]
            text[0] += "\n".join(["\n```{toctree}", ":hidden:", f":caption: {caption}", "", *pages, "```\n"])


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    app.connect("source-read", navigation)
