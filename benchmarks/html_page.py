"""How long a long page takes: 300 cells with pictures, tables and a hundred remarks, in headless Chromium.

    python benchmarks/html_page.py [CELLS]

Prints the time to make the page, to open it, and from a click on a filter to the next frame (medians of five).
"""

from __future__ import annotations

import json
import random
import shutil
import statistics
import sys
import tempfile
import time
from base64 import b64encode
from pathlib import Path
from typing import Any

import nbcritic
from nbcritic.report.html import render

_FRAME = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))))"


def long_notebook(cells: int, seed: int = 1) -> dict[str, Any]:
    """A notebook with a remark in every third cell, a table or a picture of 40 kB in most."""
    chance = random.Random(seed)
    made: list[dict[str, Any]] = []
    table = "<table>" + "<tr>" + "<td>3.14</td>" * 12 + "</tr>" * 20 + "</table>"
    for number in range(cells):
        picture = b64encode(b"\x89PNG\r\n\x1a\n" + chance.randbytes(30_000)).decode()
        data = {"text/html": table} if number % 2 else {"image/png": picture}
        source = f"part_{number} = missing_{number} + 1" if number % 3 == 0 else f"total_{number} = {number} + 1"
        output = {"output_type": "display_data", "metadata": {}, "data": data}
        made.append(
            {"cell_type": "code", "metadata": {}, "execution_count": number + 1, "source": source, "outputs": [output]}
        )
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {"nbformat": 4, "nbformat_minor": 4, "metadata": {"kernelspec": kernel}, "cells": made}


def main(cells: int = 300) -> int:
    """Make the page, open it five times, filter it five times."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        source, target = Path(folder) / "long.ipynb", Path(folder) / "long.html"
        source.write_text(json.dumps(long_notebook(cells)), encoding="utf-8")
        report = nbcritic.critique(source)
        start = time.perf_counter()
        target.write_text("".join(render([report])), encoding="utf-8")
        print(f"{cells} cells, {len(report.findings)} findings, page of {target.stat().st_size / 1e6:.1f} MB")
        print(f"made in {time.perf_counter() - start:.2f} s, nbconvert's import included")
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        opened, filtered = [], []
        for _ in range(5):
            tab = browser.new_page()
            tab.goto(target.as_uri())
            opened.append(tab.evaluate("performance.timing.loadEventEnd - performance.timing.navigationStart") / 1000)
            box = tab.locator("[data-filter]").first
            before = tab.evaluate("performance.now()")
            box.evaluate("box => box.click()")
            filtered.append(tab.evaluate(_FRAME) - before)
            tab.close()
        browser.close()
    print(f"opened in {statistics.median(opened):.2f} s, filtered in {statistics.median(filtered):.0f} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2])))
