"""The pictures in the README: `make screenshot` runs nbcritic and draws what it says, in the terminal and as a page.

python docs/make_screenshot.py [NOTEBOOK] [FILE.svg]

The pictures of the page need Chromium, playwright and the extra `report`; where one is missing they are left as they are.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

NOTEBOOK = "notebooks/flight-delay/flight-delay.ipynb"
PICTURE = Path("docs/images/report.svg")
WIDTH, HEIGHT, BOTTOM = 100, 76, 3
"""Columns and lines; of a longer report the beginning is shown and the last `BOTTOM` lines."""

THEME = TerminalTheme(
    (24, 26, 31),
    (215, 218, 224),
    [
        (40, 44, 52),
        (240, 98, 106),
        (139, 203, 110),
        (232, 180, 76),
        (97, 168, 255),
        (206, 130, 236),
        (86, 194, 208),
        (200, 204, 212),
    ],
    [
        (120, 126, 138),
        (240, 98, 106),
        (139, 203, 110),
        (232, 180, 76),
        (97, 168, 255),
        (206, 130, 236),
        (86, 194, 208),
        (255, 255, 255),
    ],
)


def main(notebook: str = NOTEBOOK, picture: str | Path = PICTURE) -> None:
    """Draw the report on a notebook."""
    command = [sys.executable, "-m", "nbcritic", "--color", "--fail-on", "never", notebook]
    said = subprocess.run(command, capture_output=True, check=True).stdout.decode("utf-8").rstrip("\n")
    lines = said.split("\n")
    if len(lines) > HEIGHT:
        # Cut where an entry ends, and show the counts.
        top = max(index for index, line in enumerate(lines[:HEIGHT]) if not line)
        hidden = len(lines) - top - BOTTOM
        lines = [*lines[:top], "", f"\x1b[2m   ⋮  {hidden} more lines\x1b[0m", "", *lines[-BOTTOM:]]
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(Text.from_ansi("\n".join(lines)), soft_wrap=True)
    svg = console.export_svg(title=f"nbcritic {notebook}", theme=THEME, unique_id="report")
    # Nobody's browser should fetch a font for a picture; any monospaced one will do.
    svg = (
        re.sub(r"@font-face\s*\{.*?\}\s*", "", svg, flags=re.S)
        .replace("Fira Code,", "")
        .replace("Fira Code", "monospace")
    )
    svg = re.sub(r"<!--.*?-->\s*|[ \t]+$", "", svg, flags=re.M)
    Path(picture).parent.mkdir(parents=True, exist_ok=True)
    Path(picture).write_text(svg, "utf-8", newline="\n")


def page(notebook: str = NOTEBOOK) -> None:
    """Photograph the HTML report: its head, and the margin beside a cell whose remark names a chain of cells."""
    browser = shutil.which("chromium")
    if browser is None or find_spec("playwright") is None or find_spec("nh3") is None:
        print("no Chromium, playwright or nh3 here: the pictures of the page stay as they are", file=sys.stderr)
        return
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        report = Path(folder) / "report.html"
        command = [
            sys.executable,
            "-m",
            "nbcritic",
            "--fail-on",
            "never",
            "--format",
            "html",
            "-o",
            str(report),
            notebook,
        ]
        subprocess.run(command, check=True)
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
        tab = chromium.new_page(viewport={"width": 1360, "height": 860}, reduced_motion="reduce")
        tab.goto(report.as_uri())
        tab.screenshot(path=PICTURE.with_name("page.png"))
        note = tab.locator('.cell .note[data-family="leakage"]').first
        note.evaluate("note => note.closest('.cell').scrollIntoView()")
        note.focus()
        tab.mouse.wheel(0, -90)
        tab.screenshot(path=PICTURE.with_name("margin.png"))
        chromium.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
    page(*sys.argv[1:2])
