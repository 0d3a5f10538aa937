"""A project of three notebooks, and what a scan of it says with and without the cache."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from nbcritic.config import Config
from nbcritic.model import Report
from nbcritic.scanner import configure, scan
from nbcritic.scanner.cache import Cache

RUN = [sys.executable, "-m", "nbcritic"]
RULES = ("star-import", "copied-across-notebooks", "undeclared-dependency", "F631")
BLOCK = """
def tidy(orders, rates):
    orders = orders.dropna(subset=["gross"]).reset_index(drop=True)
    orders["net"] = orders["gross"] / rates["tax"]
    orders["euro"] = orders["net"] * orders["currency"].map(rates["euro"])
    for shop in orders["shop"].unique():
        rates[shop] = orders[orders["shop"] == shop]["euro"].median()
        if rates[shop] > rates["limit"]:
            orders = orders[orders["shop"] != shop]
    joined = orders.merge(rates["places"], on="shop", how="left")
    joined["far"] = joined["distance"].fillna(0) > rates["near"]
    joined["late"] = joined["arrival"] - joined["departure"] > rates["hours"]
    return joined[joined["euro"] > 0]
"""


def notebook(*sources: str) -> str:
    cells: list[dict[str, object]] = [
        {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source}
        for source in sources
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4})


def lay_out() -> None:
    """Three notebooks in the working directory; two share a block."""
    Path("requirements.txt").write_text("numpy\n", "utf-8")
    Path("pyproject.toml").write_text(f"[tool.nbcritic]\nselect = {list(RULES)}\n", "utf-8")
    Path("prices.ipynb").write_text(notebook("from numpy import *", BLOCK), "utf-8")
    Path("weather.ipynb").write_text(
        notebook("import numpy as np\nimport lightgbm as lgb", BLOCK, "assert (1, 2)"), "utf-8"
    )
    Path("broken.ipynb").write_text("{", "utf-8")
    for path in Path().iterdir():  # what was written just now could change without another time
        os.utime(path, (1_700_000_000, 1_700_000_000))


def cached(config: Config | None = None, paths: tuple[str, ...] = (".",)) -> list[Report]:
    return list(scan(paths, config or configure(paths), cache=Cache()))


def fresh(config: Config | None = None, paths: tuple[str, ...] = (".",)) -> list[Report]:
    return list(scan(paths, config or configure(paths)))


def run(*args: str, **more: object) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONIOENCODING": "utf-8", **(more.pop("env", None) or {})}  # type: ignore[dict-item]
    return subprocess.run([*RUN, *args], capture_output=True, text=True, env=env, check=False, **more)  # type: ignore[call-overload, no-any-return]
