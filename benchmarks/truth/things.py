"""Small programs about lists, dictionaries, sets, texts, tables, arrays and objects, for Hypothesis to make up.

A first cell makes everything that the others work on. They are of one to three statements each, such as people write while they
look at data: what resets, what grows, what is done once and for all, what hands on to a function.
"""

from __future__ import annotations

import re

from hypothesis import strategies as st

SETUP = """import numpy as np
import pandas as pd
n = 3; m = 5; rate = 0.5
items = [3, 1, 2]; more = [5, 4]; words = ["b", "a", "b"]
ages = {"ann": 31, "bob": 27}; boxes = {"a": [1], "b": []}
seen = {1, 2}; other = {2, 9}
text = " Some, text "; label = "a_b"
table = pd.DataFrame({"a": [4.0, 9.0, None], "b": [1, 2, 2], "c": ["x ", "Y", "z"]})
right = pd.DataFrame({"b": [1, 2], "k": [10, 20]})
grid = np.array([[1.0, 2.0], [3.0, 5.0]]); row = np.array([4.0, 2.0, 3.0])
class Account:
    def __init__(self, balance=0):
        self.balance = balance
        self.log = []
    def pay(self, amount):
        self.balance += amount
    def note(self, entry):
        self.log.append(entry)
    def reset(self):
        self.balance = 0
        self.log = []
    def total(self):
        return self.balance + len(self.log)
account = Account(); saver = Account(7)
def push(thing, box):
    box.append(thing)
def joined(box, thing):
    return [*box, thing]
def halve(frame):
    frame["a"] = frame["a"] / 2
def halved(frame):
    frame = frame.copy()
    frame["a"] = frame["a"] / 2
    return frame
def count_up():
    global n
    n += 1
    return n
def set_back():
    global n
    n = 3
def largest(box):
    return max(box)
def filled(box=None):
    box = [] if box is None else box
    box.append(1)
    return box"""

_BETWEEN = re.compile(r"\|(?!=)")
"""Between two forms of one line; `|=` is none."""

_number = st.sampled_from(["n", "m", "rate"])
_list = st.sampled_from(["items", "more"])
_lists = st.sampled_from(["items", "more", "words"])
_dict = st.sampled_from(["ages"])
_set = st.sampled_from(["seen", "other"])
_key = st.sampled_from(["'ann'", "'bob'", "'cho'", "label"])
_account = st.sampled_from(["account", "saver"])
_text = st.sampled_from(["text", "label"])
_array = st.sampled_from(["grid", "row"])
_value = st.one_of(
    _number, st.sampled_from(["1", "2", "0", "len(items)", "sum(more)", "ages.get('ann', 0)", "account.balance"])
)
_name = st.sampled_from(["p", "q", "n", "m"])

_NUMBERS = r"""{number} += {value}|{number} = {number} + {value}|{number} = max({number}, {value})|{number} = abs({number})
{number} = {number} % 7|{number} *= 1|{name} = {value}|{name} = {number} * 2|{number} = round({number})|{number} = -{number}
{number}, {name} = {name}, {number}|{name}, {number} = {value}, {number}|{number} = {value} if {number} > 4 else {number}
if {number} > 2: {number} -= 1|while {number} < 9: {number} += 1|for i in range(3): {number} += i|{name} = 0\nfor i in items: {name} += i
{number} = float({number})|{number} = min(max({number}, 0), 10)|count_up()|set_back()|set_back()\ncount_up()|{name} = count_up()
{number} = {number} // 2|{number} = 1 / (1 + abs({number}))"""
_LISTS = r"""{list}.append({value})|{list} += [{value}]|{list} = {list} + [{value}]|{list} = sorted({list})|{list}.sort()|{list}.reverse()
{list} = list({list})|{list} = [v for v in {list} if v > 1]|{list} = [v * 2 for v in {list}]|{list} = []|{list} = {list}[:2]
{list} = {list}[1:]|{list} = {list}[::-1]|{list}.clear()|{list}[0] = {value}|{list}[0] += {value}|{list} = list(set({list}))|{list}.insert(0, {value})
if {value} not in {list}: {list}.append({value})|{list}.extend([{value}, 1])|{list}[:] = [{value}]|copy = {list}\ncopy.append({value})
copy = list({list})\ncopy.append({value})|copy = {list}[:]\ncopy.sort()|push({value}, {list})|{list} = joined({list}, {value})
last = {list}[-1]|top = largest({list})|{list} = filled({list})|fresh = filled()|squares = [v ** 2 for v in {list}]|{list} = [{value} for v in {list}]
squares = []\nfor v in {list}: squares.append(v * v)|{lists} = [str(v) for v in {lists}]|{lists} = {lists} * 2|joined_words = ", ".join(words)
for i, v in enumerate({list}): {list}[i] = v + 1|for i, v in enumerate({list}): {list}[i] = {value}|{list}, rest = {list}[:1], {list}[1:]
pairs = list(zip(items, more))|both = [items, more]\nboth[0].append({value})|for box in (items, more): box.append({value})
unique = []\nfor w in words:\n    if w not in unique: unique.append(w)|words = [w.upper() for w in words]|words = [w + "!" for w in words]"""
_DICTS = r"""{dict}[{key}] = {value}|{dict}[{key}] = {dict}.get({key}, 0) + 1|{dict}.update({{{key}: {value}}})|{dict}.setdefault({key}, {value})
{dict}.pop({key}, None)|{dict} = {{k: v + 1 for k, v in {dict}.items()}}|{dict} = dict({dict})|{dict} = {{**{dict}, {key}: {value}}}
if {key} not in {dict}: {dict}[{key}] = {value}|if {key} in {dict}: del {dict}[{key}]|for k in {dict}: {dict}[k] += 1|for k in {dict}: {dict}[k] = {value}
boxes["a"].append({value})|boxes["a"] = [{value}]|boxes.setdefault("c", []).append({value})|boxes[label] = boxes.get(label, []) + [{value}]
counts = {{}}\nfor w in words: counts[w] = counts.get(w, 0) + 1|{dict} = {{k: v for k, v in {dict}.items() if v > 3}}|oldest = max({dict}, key={dict}.get)
{dict} = {{}}\n{dict}[{key}] = {value}|for name, age in {dict}.items(): boxes[name] = age|{dict} = dict(sorted({dict}.items()))|{dict} = {{}}
for box in boxes.values(): box.append({value})|inner = boxes["b"]\ninner.append({value})|boxes = {{k: list(v) for k, v in boxes.items()}}"""
_SETS = r"""{set}.add({value})|{set} |= other|{set}.discard({value})|{set} -= {{{value}}}|{set} = {set} & other|{set} ^= other|{set} = set({set})
{set}.update(items)|{set} = set()|{set} = {{v + 1 for v in {set}}}|if {value} not in {set}:\n    {set}.add({value})\n    n += 1"""
_TEXTS = r"""{text} = {text}.strip()|{text} = {text}.lower()|{text} = {text} + "!"|{text} = {text}.replace("_", " ")|{text} = {text}.replace("a", "aa")
{text} = {text}[:3]|{text} = {text}[1:]|{text} = f"<{{{text}}}>"|{text} = {text}.title()|parts = {text}.split("_")|{text} = "_".join(words)|{text} += "x" """
_TABLES = r"""{table}["b"] = {table}["b"] * 2|table["d"] = table["a"] * {value}|table["a"] = table["a"].fillna(0)|table = table.dropna()
table = table[table["b"] > 1]|table = table.drop(columns="c")|table = table.rename(columns={{"a": "A"}})|table["c"] = table["c"].str.strip()
table["c"] = table["c"].str.lower()|table["c"] = table["c"] + "!"|table = table.sort_values("b")|table = table.reset_index(drop=True)
table = table.reset_index()|table = table.merge(right, on="b")|table = table.merge(right[["b", "k"]], on="b", how="left")
table = pd.concat([table, table])|table = table.drop_duplicates()|table.loc[table["b"] > 1, "a"] = {value}|table.loc[len(table)] = [1, 2, "w"]
table["a"] -= table["a"].mean()|table["a"] = table["a"].clip(0, 5)|table["b"] = table["b"].astype(str)|table["b"] = table["b"].astype(float)
means = table.groupby("b")["a"].mean()|table["d"] = table.groupby("b")["a"].transform("mean")|halve(table)|small = halved(table)|table = halved(table)
copy = table.copy()\ncopy["a"] = 0|same = table\nsame["a"] = {value}|same = table\nsame["b"] += 1|table = table.head(2)|table = table.iloc[1:]
table["d"] = range(len(table))|table.insert(0, "e{value}", 1)|table = table.assign(d=table["b"] + {value})|table = table.assign(b=table["b"] + 1)
table["b"] = table["b"].map({{1: 2, 2: 3}})|table["b"] = table["b"].replace({{1: 2}})|table["b"] = table["b"].cumsum()|table["b"] = table["b"].rank()
table.columns = [c.upper() for c in table.columns]|table.columns = ["u", "v", "w"]|table["a"] = np.log1p(table["a"])|table["a"] = table["a"].abs()
table["a"] = table["a"].shift(1)|table["b"] = table["b"].apply(lambda v: v + 1)|table["d"] = table["b"].apply(lambda v: v + n)|table = table.set_index("b")
table.drop(columns=["c"], inplace=True)|table.fillna(0, inplace=True)|if "d" not in table.columns: table["d"] = {value}|del table["c"]
table["share"] = table["b"] / table["b"].sum()|table = table.T|mask = table["b"] > 1\ntable = table[mask]|right["k"] = right["k"] + {value}
for c in ["a", "b"]: table[c] = table[c] * 2|for c in ["a", "b"]: table[c + "2"] = table[c] * 2|table = table.query("b > 1")"""
_ARRAYS = r"""{array} = {array} * 2|{array} *= 2|{array} += {value}|{array} = {array} / {array}.sum()|{array} = np.clip({array}, 0, 3)|{array} = np.abs({array})
{array} = {array} - {array}.mean()|{array} = {array}.T|row = np.append(row, {value})|row = np.sort(row)|row.sort()|row[0] = {value}|row[0] += {value}
{array}[{array} > 2] = 0|{array}[{array} > 2] -= 1|view = grid[:, 0]\nview += 1|view = grid[0].copy()\nview += 1|{array} = {array}.astype(int)|row = row[::-1]
grid[:, 0] = {value}|grid[:, 0] *= 2|row = row[row > 1]|row = row[1:]|{array} = {array}.copy()|grid = grid.reshape(-1)|row = np.cumsum(row)|{array}.fill({value})
grid = grid @ grid|row = np.zeros(3)|row = np.where(row > 2, 0, row)|row = np.where(row > 2, row - 1, row)|{array} = np.round({array})|row = np.diff(row)"""
_OBJECTS = r"""{account}.pay({value})|{account}.note({value})|{account}.reset()|{account}.balance = {value}|{account}.balance -= {value}|{account} = Account({value})
{account}.log.append({value})|{account}.reset()\n{account}.pay({value})|{account} = Account()\n{account}.note({value})|due = {account}.total()|account = saver
both = [account, saver]\nfor one in both: one.pay({value})|account.balance, saver.balance = saver.balance, account.balance|{account}.log = {account}.log + [1]
account.owner = "ann"|{account}.log = sorted({account}.log)|{account}.balance = max({account}.balance, {value})|one = {account}\none.pay(1)"""


def _filled(form: str) -> st.SearchStrategy[str]:
    """A template with its places filled; the same word is the same name."""
    places = {
        "number": _number, "value": _value, "name": _name, "list": _list, "lists": _lists, "dict": _dict, "key": _key,
        "set": _set, "text": _text, "table": st.just("table"), "array": _array, "account": _account,
    }  # fmt: skip
    return st.fixed_dictionaries(places).map(lambda found: form.format(**found).rstrip())


def _templates(*texts: str) -> list[str]:
    return [form.replace(r"\n", "\n") for text in texts for line in text.split("\n") for form in _BETWEEN.split(line)]


_KINDS = [_templates(text) for text in (_NUMBERS, _LISTS, _DICTS, _SETS, _TEXTS, _TABLES, _ARRAYS, _OBJECTS)]


def cells() -> st.SearchStrategy[str]:
    """One to three statements, mostly about the same kind of thing."""
    statement = st.sampled_from(_KINDS).flatmap(st.sampled_from).flatmap(_filled)
    alike = st.sampled_from(_KINDS).flatmap(
        lambda forms: st.lists(st.sampled_from(forms).flatmap(_filled), min_size=1, max_size=3)
    )
    return st.one_of(alike, alike, st.lists(statement, min_size=1, max_size=3)).map("\n".join)


def notebooks() -> st.SearchStrategy[tuple[str, ...]]:
    """The first cell, and two to four that work on what it makes."""
    return st.lists(cells(), min_size=2, max_size=4).map(lambda found: (SETUP, *found))
