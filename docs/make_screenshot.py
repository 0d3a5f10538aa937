"""The picture of the terminal in the README: `make screenshot` runs nbcritic and draws what it says.

python docs/make_screenshot.py [NOTEBOOK] [FILE.svg]
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
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


if __name__ == "__main__":
    main(*sys.argv[1:])
