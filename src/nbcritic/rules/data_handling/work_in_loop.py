"""NBC613."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit, Related
from nbcritic.rule import rule
from nbcritic.rules.data_handling._shared import loops
from nbcritic.rules.data_handling._sizes import sizes_of

READS = regex(
    r"pandas\.read_\w+|numpy\.(?:load|loadtxt|genfromtxt)|(?:joblib|torch|spacy|sklearn\.externals\.joblib)\.load|"
    r"(?:tensorflow\.)?keras\.models\.load_model|(?:fasttext|onnx)\.load(?:_model)?|gensim\..*\.load(?:_word2vec_format)?|"
    r"nltk\.corpus\.(?:stopwords|words)\.words|transformers\.(?:pipeline|\w+\.from_pretrained)|"
    r"sentence_transformers\.SentenceTransformer|sqlalchemy\.create_engine|(?:sqlite3|psycopg2|pymysql|mysql\.connector)\.connect"
)
"""Functions that read a file, load a model or open a database."""
LOADS = frozenset({"pickle.load", "json.load", "yaml.safe_load", "yaml.load"})
"""Functions that read the file that they are given."""
_PER_ROW = frozenset("apply map applymap progress_apply progress_map parallel_apply swifter".split())
_PER_TEXT = frozenset({"tokenizer", "analyzer", "preprocessor"})
"""Arguments of a vectoriser that it calls for each text."""
_WRITES = regex(r"\s*(?:insert|update|replace)\b", re.IGNORECASE)
_SLOW = regex(r"sleep|^get$|^post$|urlopen|request|fetch|scrape|download")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@rule("NBC613", name="work-in-loop", severity="minor", category="performance")
def check(page: Page) -> Iterator[Hit]:
    r"""The same file is read, or the same model loaded, once a row.

    A call that does not depend on the row gives the same at every turn, and takes as long: a word list of some milliseconds, read
    for each of 100,000 texts, takes minutes, a model takes hours. Rows that are sent to a database one statement at a time pay
    for a round trip each.

    Instead, do the work once before the loop (or before the function that is applied) and use its result inside; send rows to a
    database together (`executemany`, `to_sql`).

    Bad:

        # %%
        import pandas as pd
        from nltk.corpus import stopwords
        reviews = pd.read_csv("reviews.csv")
        def clean(text):
            stops = set(stopwords.words("english"))  # <- flagged
            return " ".join(w for w in text.split() if w not in stops)
        reviews["clean"] = reviews["text"].apply(clean)
        # %%
        import joblib
        scores = []
        for row in reviews.itertuples():
            model = joblib.load("model.joblib")  # <- flagged
            scores.append(model.predict([[row.length]]))
        # %%
        for i, row in reviews.iterrows():
            cursor.execute("INSERT INTO reviews VALUES (?, ?)", (i, row["text"]))  # <- flagged

    Bad:

        # %%
        import pickle
        import pandas as pd
        texts = pd.read_csv("texts.csv")
        def label(text):
            with open("model.pkl", "rb") as file:
                model = pickle.load(file)  # <- flagged
            return model.predict([text])
        # %%
        labels = [label(text) for text in texts["text"]]

    Good:

        # %%
        import glob
        import pandas as pd
        from nltk.corpus import stopwords
        stops = set(stopwords.words("english"))
        for path in glob.glob("*.csv"):
            part = pd.read_csv(path)
            part["clean"] = part["text"].apply(lambda text: [w for w in text.split() if w not in stops])
        for trial in range(3):
            trips = pd.read_csv("trips.csv")
            trips.sample(frac=1)
        # %%
        def load(name):
            stops = stopwords.words("english")
            return pd.read_csv(name)
        def read():
            return pd.read_csv("trips.csv")
        trips = read()
        def clean(text, stops=frozenset(stopwords.words("english"))):
            return [w for w in text.split() if w not in stops]
        trips["clean"] = trips["note"].apply(clean)
        trips["short"] = trips["note"].apply(lambda text, stops=stopwords.words("english"): text[:9] not in stops)
        sales = [load(name) for name in ["a.csv", "b.csv"]]
        # %%
        import time
        for row in trips.itertuples():
            time.sleep(60)
            rates = pd.read_csv("http://example.org/now.csv")
    """
    turns = _Turns(page)
    groups: dict[str, list[tuple[CodeCell, ast.AST, str]]] = defaultdict(list)
    for cell in page.code:
        for call in cell.nodes(ast.Call):
            name = page.qualified(call.func)
            if name is not None and (READS.fullmatch(name) or name in LOADS):
                over = turns.over(cell, call)
                if over:
                    what = cell.segment(call, 50)
                    text = f"`{what}` gives the same at every turn and is done for each of {over}; do it once, before the loop"
                    groups[what].append((cell, call, text))
            elif rows := turns.inserts(cell, call):
                text = f"one statement for each of {rows}; send the rows together with `executemany`, or the frame with `to_sql`"
                groups[cell.segment(call, 50)].append((cell, call, text))
    for what, ((cell, node, text), *others) in groups.items():
        related = tuple(Related(other.at(place), f"`{what}` is done in a loop here, too") for other, place, _ in others)
        yield Hit(cell.at(node), text, related)


class _Turns:
    """What a call is done for again and again."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._sizes = sizes_of(page)

    def over(self, cell: CodeCell, call: ast.Call) -> str:
        """The rows or elements for each of which the call gives the same; empty where there are none."""
        if any(isinstance(parent, (ast.Try, ast.While)) for parent in cell.ancestors(call)):
            return ""
        below: ast.AST = call
        for parent in cell.ancestors(call):
            if isinstance(parent, (ast.If, ast.IfExp)) and below is not parent.test:
                return ""  # it may be done at the first turn only
            if isinstance(parent, ast.ClassDef):
                return ""
            if isinstance(parent, ast.For) and below in parent.body and self._fixed(cell, call, parent):
                return self._often(cell, parent, parent.iter)
            if isinstance(parent, _COMPREHENSIONS) and self._fixed(cell, call, parent):
                first = parent.generators[0]
                in_first = any(inner is call for inner in nodes_in(first.iter))
                return "" if in_first else self._often(cell, parent, first.iter)
            if isinstance(parent, ast.Lambda) and below is parent.body:  # a default is computed once
                return self._applied(cell, parent) if self._fixed(cell, call, parent) else ""
            if isinstance(parent, _FUNCTIONS) and below in parent.body:
                return self._called(parent) if self._fixed(cell, call, parent) else ""
            below = parent
        return ""

    def inserts(self, cell: CodeCell, call: ast.Call) -> str:
        """The frame whose rows `execute` writes one by one."""
        is_execute = isinstance(call.func, ast.Attribute) and call.func.attr == "execute" and len(call.args) == 2
        if not is_execute or not isinstance(call.args[0], ast.Constant) or not _WRITES.match(str(call.args[0].value)):
            return ""
        for loop in loops(cell, call):
            if isinstance(loop, ast.For) and self._sizes.is_by_rows(loop.iter):
                return self._often(cell, loop, loop.iter)
        return ""

    def _fixed(self, cell: CodeCell, call: ast.Call, block: ast.AST) -> bool:
        """Does the call use nothing that the loop or function binds, but for a file that it opens by a fixed name?"""
        read = {inner.id for inner in nodes_in(call, ast.Name)}
        bound = _bound(block)
        if self._page.qualified(call.func) in LOADS:
            opened = _opened(cell, call, block)
            if opened is None:
                return False
            read = (read - {opened[0]}) | opened[1]
        return bool(call.args or call.keywords) and read.isdisjoint(bound)

    def _often(self, cell: CodeCell, turn: ast.AST, iterable: ast.expr) -> str:
        """The iterable, where it is one of rows, texts or files, and nothing in the loop waits for the world outside."""
        calls = (inner.func for inner in nodes_in(turn, ast.Call))
        if any(_SLOW.search(getattr(function, "attr", "") or getattr(function, "id", "")) for function in calls):
            return ""
        count = self._sizes.length(iterable)
        by_data = self._sizes.is_by_data(iterable) or self._page.values.kind(iterable) == "series"
        return f"`{cell.segment(iterable, 40)}`" if by_data and (count is None or count > 50) else ""

    def _applied(self, cell: CodeCell, function: ast.expr) -> str:
        """The column that a lambda, or a function by its name, is applied to."""
        call = cell.parent(function)
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute) or call.func.attr not in _PER_ROW:
            return ""
        owner = call.func.value
        count = self._sizes.length(owner)
        is_data = self._page.values.kind(owner) in ("series", "frame") and (count is None or count > 50)
        return f"`{cell.segment(owner, 40)}`" if is_data and self._is_by_row(call) else ""

    def _is_by_row(self, call: ast.Call) -> bool:
        """Of a frame, `apply` without an axis goes by columns."""
        assert isinstance(call.func, ast.Attribute)
        of_frame = self._page.values.kind(call.func.value) == "frame" and call.func.attr != "applymap"
        return not of_frame or any(word.arg == "axis" for word in call.keywords) or len(call.args) > 1

    def _called(self, function: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
        """What the function is applied to, or called for in a loop, one level up."""
        if function.decorator_list:
            return ""
        for cell, name in self._uses.get(function.name, ()):
            if self._page.values.function(name) is not function:
                continue
            if over := self._applied(cell, name):
                return over
            parent = cell.parent(name)
            if isinstance(parent, ast.keyword) and parent.arg in _PER_TEXT:
                return "the texts"
            if isinstance(parent, ast.Call) and parent.func is name:
                for around in cell.ancestors(parent):
                    if isinstance(around, (ast.For, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
                        iterable = around.iter if isinstance(around, ast.For) else around.generators[0].iter
                        return self._often(cell, around, iterable)
                    if isinstance(around, ast.Lambda) and (over := self._applied(cell, around)):
                        return over
                    if isinstance(around, _FUNCTIONS):
                        break
        return ""

    @cached_property
    def _uses(self) -> dict[str, list[tuple[CodeCell, ast.Name]]]:
        found: dict[str, list[tuple[CodeCell, ast.Name]]] = defaultdict(list)
        for cell in self._page.code:
            for name in cell.nodes(ast.Name):
                if isinstance(name.ctx, ast.Load):
                    found[name.id].append((cell, name))
        return found


def _bound(block: ast.AST) -> set[str]:
    """The names that a loop, comprehension or function binds, its parameters among them."""
    names = {inner.id for inner in nodes_in(block, ast.Name) if not isinstance(inner.ctx, ast.Load)}
    return names | {inner.arg for inner in nodes_in(block, ast.arg)}


def _opened(cell: CodeCell, call: ast.Call, block: ast.AST) -> tuple[str, set[str]] | None:
    """The name of the file that `pickle.load(file)` reads, and the names that its path is made of."""
    given = call.args[0] if call.args else None
    if isinstance(given, ast.Call) and getattr(given.func, "id", "") == "open":
        return "", {inner.id for inner in nodes_in(given, ast.Name)}
    for parent in cell.ancestors(call):
        if parent is block:
            return None
        for item in parent.items if isinstance(parent, ast.With) else ():
            target = item.optional_vars
            if isinstance(target, ast.Name) and isinstance(given, ast.Name) and target.id == given.id:
                return target.id, {inner.id for inner in nodes_in(item.context_expr, ast.Name)}
    return None
