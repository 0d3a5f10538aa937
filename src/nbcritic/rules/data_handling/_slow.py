"""What a loop waits for at every turn, so that copying hardly counts."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

from nbcritic.analysis.code import nodes_in
from nbcritic.analysis.page import Page, once
from nbcritic.analysis.pattern import regex
from nbcritic.rules.data_handling._shared import Loop

SLOW = regex(
    r"(?:curve_)?(?:fit|train|optimi[sz]e|minimize|fetch|download)(?:_.*)?|[Ff]it[A-Z].*|cross_val(?:_score|idate)|cross_validate|"
    r"read_sql(?:_query)?|read_gbq|cached_read|execute(?:_query)?|(?:run_)?sql|run_query|to_dataframe|from_(?:lims|pretrained)|"
    r"load_(?:model|dataset)"
)
"""Calls of these names train a model, ask a database or load what is large."""
_WEB = frozenset(
    "requests httpx aiohttp urllib urllib3 selenium playwright mechanize tweepy praw wikipedia googlemaps geopy gspread boto3 "
    "yfinance pandas_datareader gseapy openai anthropic".split()
)
"""Libraries whose calls wait for a service on the web."""
_BROWSES = regex(
    r"find_elements?(?:_by_\w+)?|send_keys|execute_script|urlopen|urlretrieve|read_html|get_screenshot_as_\w+"
)
"""Methods of a browser, or of its pages, and functions that ask the web, whatever they are called on."""
_PLAIN = frozenset(
    "pandas numpy scipy sklearn matplotlib seaborn plotly tqdm IPython polars pyarrow xarray statsmodels builtins joblib".split()
)
"""Libraries whose functions are what a reader expects of them: quick, but for those that `SLOW` names."""


def is_slow(page: Page, loop: Loop) -> bool:
    """Does every turn train a model, query a database, ask the web or drive a browser?"""
    return any(
        SLOW.fullmatch(name := _name(call))
        or _BROWSES.fullmatch(name)
        or (page.qualified(call.func) or "").partition(".")[0] in _WEB
        for call in _calls(page, loop)
    )


@once
def is_of_unknown_cost(page: Page, loop: Loop) -> bool:
    """Does every turn hand its item to a function of another module, which may load a file or take seconds?"""
    if isinstance(loop, ast.While):
        return False
    items = {node.id for node in nodes_in(loop.target, ast.Name)}
    for call in _calls(page, loop):
        root = (page.qualified(call.func) or "").partition(".")
        if not root[1] or root[0] in _PLAIN or root[0] in sys.stdlib_module_names:
            continue
        given = (node for part in (*call.args, *call.keywords) for node in nodes_in(part))
        if any(isinstance(node, ast.Name) and node.id in items for node in given):
            return True
    return False


def _name(call: ast.Call) -> str:
    return getattr(call.func, "attr", "") or getattr(call.func, "id", "")


def _calls(page: Page, loop: Loop) -> Iterator[ast.Call]:
    """The calls of every turn, those in the notebook's own functions among them."""
    waiting: list[ast.AST] = [*loop.body]
    followed = set[str]()
    while waiting:
        for node in nodes_in(waiting.pop()):
            if not isinstance(node, ast.Call):
                continue
            yield node
            if isinstance(node.func, ast.Name) and node.func.id not in followed and len(followed) < 20:
                followed.add(node.func.id)
                if (definition := page.values.function(node.func)) is not None:
                    waiting += definition.body
