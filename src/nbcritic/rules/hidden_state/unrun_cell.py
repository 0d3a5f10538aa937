"""NBC112."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import called_name
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit, Related, Span, first_line
from nbcritic.rule import rule
from nbcritic.rules.hidden_state._lost_count import ended_with_output, fill_gaps, gave_columns, needed, reads_back
from nbcritic.rules.hidden_state._own import is_fence
from nbcritic.rules.hidden_state._shared import has_gap, listed, words_above

_SWITCHED_OFF = frozenset(
    {"skip", "skip-execution", "nbval-skip", "raises-exception", "hide", "exercise", "parameters"}
)
_SET_UP = frozenset(
    "mkdir makedirs filterwarnings simplefilter set_option set_style set_theme set_context use reset_defaults basicConfig "
    "run_line_magic magic reload init_notebook_mode load_dotenv".split()
)
"""Calls that prepare a session and can be run at any time, or never."""
_HARMLESS_MAGICS = frozenset(
    (
        "pip",
        "conda",
        "!",
        "mamba",
        "uv",
        "matplotlib",
        "load_ext",
        "reload_ext",
        "autoreload",
        "config",
        "pylab",
        "tensorflow_version",
    )
)
_INSTALL = regex(r"\s*(?:#|[!%](?:sudo )?(?:pip3?|conda|mamba|uv|apt|apt-get|brew)\b)")
"""A line that installs something, in a page of whatever language."""
_ELIDED = regex(r"^[ \t]*#[ \t]*(?:\.\.\.|…)[ \t]*$", re.MULTILINE)
"""A comment for what is left out: the cell is there to be read."""
_OPTIONAL = regex(
    r"\boptional|\bif you (?:want|like|wish|prefer|need)|\balternatively\b|\buncomment|\brun the (?:following|next) cell (?:if|only|instead)",
    re.I,
)
"""What is said right above a cell that need not run."""
_NEAR = 160
_CALLED = regex(r"\b(\w+)\(")
_LOOKS = frozenset(
    "head tail describe info value_counts unique nunique contains startswith endswith isin isna isnull notna notnull duplicated any all "
    "sum mean median min max std count corr sort_values groupby size nlargest nsmallest query to_frame len type dir".split()
)
"""What is called to look at something, and changes nothing."""
_DRIVES = regex(r"\b(?:Jupyter|IPython)\.notebook\.execute_|\bexecute_cells\(|\bNotebookActions\.run|notebook:run-")
"""JavaScript of the notebook's own that runs its cells; they count when a reader presses the button."""
_LISTENS = frozenset("on_click observe on_submit on_change".split())
_LITERAL = (
    ast.Constant,
    ast.List,
    ast.Tuple,
    ast.Dict,
    ast.Set,
    ast.UnaryOp,
    ast.unaryop,
    ast.expr_context,
)


@rule(
    "NBC112",
    name="unrun-cell",
    severity="minor",
    category="reproducibility",
    confidence="likely",
    any_language=True,
)
def check(page: Page) -> Iterator[Hit]:
    r"""A cell never ran, though the notebook did.

    Nobody knows whether its code works, and whether the results below were meant to include what it does. Empty and comment-only
    cells, gaps left for an exercise, cells that only install something, set up the session or hold a pasted literal, a single stray
    look (`sales.head()`), functions that only commented code calls, a last cell, what follows a cell that stopped with an error,
    cells that only show a widget where callbacks or scripts of the notebook do the work, and cells whose definitions a later cell
    did use do not count; nor does a cell that the text right above calls optional. A notebook that lost its counts (Colab
    writes 0 for a restored cell; two cells have outputs without a count) proves nothing; one without any output may have been cleared.

    Instead, run the cell, or delete it.

    Bad:

        # <- flagged
        # %% In[1]
        values = [3, None, 4]
        # %%
        values = [value for value in values if value]
        # %% In[2]
        print(len(values))
        #> 3

    Good:

        # %% In[1]
        values = [3, 4]
        # %%
        # values = values[1:]
        # %%

        # %% In[2]
        print(len(values))
        # %%
        values.sort()

    Good:

        # %% In[1]
        values = [3, 4]
        # %% In[2]
        values / 2
        #! TypeError: unsupported operand type(s) for /: 'list' and 'int'
        # %%
        print(values)
        # %%
        values.sort()

    Good:

        # %%
        !pip install pandas
        # %% In[1]
        import pandas as pd
        # %% In[2]
        pd.DataFrame()

    Good:

        # %%
        from pathlib import Path
        Path("results").mkdir(exist_ok=True)
        # %%
        try:
            import google.colab
            in_colab = True
        except ImportError:
            in_colab = False
        # %%
        {"accuracy": 0.91, "loss": 0.3}
        # %%
        %matplotlib inline
        # %% In[1]
        values = [3, 4]
        # %% In[2]
        print(values)
        #> [3, 4]

    Good:

        # %% In[1]
        values = [3, 4]
        # %%
        print(values)
        #> [3, 4]
        # %%
        print(len(values))
        #> 2
        # %%
        values.sort()
        # %% In[5]
        print(values)

    Good:

        # %%
        import pandas as pd
        # %% In[8]
        sales = pd.DataFrame()
        # %%
        sales["notes"].str.contains("gift")
        # %% In[9]
        sales.shape
        #> (0, 0)

    Good:

        # %%
        def simulate(rounds):
            return [draw() for _ in range(rounds)]
        # %% [markdown]
        # If you want to reproduce the file yourself, uncomment the cell below.
        # %%
        # results = simulate(1000)
        # %% In[3]
        results = open("results.csv").read()

    Good:

        # %%
        a = 1
        # %%
        b = a

    Good:

        # %% In[1]
        a = 1
        # %%
        a += f(a)
        # %% In[3]
        print(a)
        #> 7

    Good:

        # %% In[1]
        import pandas as pd
        sales = pd.read_csv("sales.csv")
        # %%
        sales["margin"] = sales["price"] - sales["cost"]
        # %% In[5]
        sales["margin"].mean()
        #> 7.5

    Good:

        # %% In[1]
        import pandas as pd
        totals = pd.Series([3, 4])
        # %% In[2]
        totals.to_pickle("totals.pkl")
        # %%
        totals = pd.read_pickle("totals.pkl")
        # %% In[5]
        totals.sum()
        #> 7
        # %%
        scores = pd.read_json("scores.json")
        # %%
        best = scores.max()
        # %%
        print(best)
        #> 0.7

    Good:

        # %% In[1]
        import ipywidgets as widgets
        start = widgets.Button(description="Start")
        start.on_click(lambda button: print("started"))
        # %%
        display(start)
        # %% In[2]
        rounds = 3

    Good:

        # %% tags=["result"]
        total = panel.rounds.value * 2
        print(total)
        # %%
        display(panel)
        # %% In[1]
        %%javascript
        const cells = Jupyter.notebook.get_cells();
        const wanted = cells.filter(cell => (cell.metadata.tags || []).includes("result"));
        Jupyter.notebook.execute_cells(wanted.map(cell => Jupyter.notebook.find_cell_index(cell)));
        # %% In[2]
        panel = Panel()
    """
    if not page.has_run:
        return
    cells = [cell for cell in page.cells if not cell.is_empty]
    if _lost_counts(cells):
        return
    unrun = [cell for cell in cells if cell.execution_count is None and not cell.outputs]
    stopped = max((cell.number for cell in cells if cell.has_error), default=1 << 30)
    did_run = needed(page) | fill_gaps(cells) | ended_with_output(cells) | _driven(page)
    faults = [cell for cell in unrun if cell.number < stopped and cell.number not in did_run and not _is_meant(cell)]
    faults = [cell for cell in faults if not _OPTIONAL.search(words_above(page, cell.number)[-_NEAR:])]
    faults = [cell for cell in faults if not gave_columns(page, cell) and not reads_back(cells, cell)]
    faults = [cell for cell in faults if not _is_for_commented_code(page, cell)]
    if not faults or faults == cells[-1:] or (len(faults) == 1 and _only_looks(faults[0])):
        return
    numbers = listed(cell.number for cell in faults)
    related = tuple(Related(Span(cell.number), first_line(cell.source)) for cell in faults[:10])
    if len(faults) * 2 <= len(cells):
        message = f"{numbers[0].upper()}{numbers[1:]} never ran, though the notebook did"
        yield Hit(Span(), message, related, confidence="possible" if len(faults) == 1 else None)
        return
    some = f"{len(faults)} of {len(cells)} code cells"
    if any(cell.outputs for cell in cells):
        yield Hit(Span(), f"{some} never ran: {numbers}", related)
    else:
        message = f"saved without results: {some} have neither a count nor an output: {numbers}"
        yield Hit(Span(), message, related)


def _lost_counts(cells: Sequence[CodeCell]) -> bool:
    """Is a missing count no evidence here? One cell with an output and no count may have been running when it was saved."""
    zeros = sum(cell.execution_count == 0 for cell in cells)
    return zeros * 2 > len(cells) or sum(cell.execution_count is None and bool(cell.outputs) for cell in cells) > 1


def _driven(page: Page) -> frozenset[int]:
    """The cells that stand there for a reader's click: those that only show a widget, and those that a script runs by their tag."""
    talk = (cell.source for cell in page.cells if "otebook" in cell.source or "execute_cells" in cell.source)
    scripts = [source for source in talk if _DRIVES.search(source)]
    if not scripts and _LISTENS.isdisjoint(page.called_words):
        return frozenset()
    return frozenset(
        cell.number
        for cell in page.cells
        if _only_shows(cell)
        or any(f"'{tag}'" in script or f'"{tag}"' in script for tag in cell.tags for script in scripts)
    )


def _only_shows(cell: CodeCell) -> bool:
    """Is it `display(panel)` and nothing else?"""
    body = cell.tree.body if cell.tree is not None else []
    calls = [statement.value for statement in body if isinstance(statement, ast.Expr)]
    return 0 < len(body) == len(calls) and all(
        isinstance(call, ast.Call)
        and called_name(call.func) == "display"
        and all(isinstance(shown, ast.Name) for shown in call.args)
        for call in calls
    )


def _only_looks(cell: CodeCell) -> bool:
    """Is it `sales.head()` or `sales[sales["price"] > 3]`, and nothing that computes or keeps something?"""
    body = cell.tree.body if cell.tree is not None else []
    calls = {called_name(call.func) for call in cell.nodes(ast.Call)}
    return bool(body) and all(isinstance(statement, ast.Expr) for statement in body) and calls <= _LOOKS


def _is_for_commented_code(page: Page, cell: CodeCell) -> bool:
    """Does the cell only define functions that commented code calls, and no other?"""
    body = cell.tree.body if cell.tree is not None else []
    names = {statement.name for statement in body if isinstance(statement, ast.FunctionDef)}
    if not names or not all(isinstance(s, (ast.FunctionDef, ast.Import, ast.ImportFrom)) for s in body):
        return False
    comments = (line.partition("#")[2] for other in page.code for line in other.lines if "#" in line)
    return names.isdisjoint(page.called_words) and names <= {
        name for line in comments for name in _CALLED.findall(line)
    }


def _is_meant(cell: CodeCell) -> bool:
    """Is it a cell that is switched off, left to be filled in, or needed on some machines only?"""
    if not _SWITCHED_OFF.isdisjoint(cell.tags) or cell.language == "skipped" or has_gap(cell.source) or is_fence(cell):
        return True
    if _ELIDED.search(cell.source):
        return True
    if all(_INSTALL.match(line) for line in cell.lines if line.strip()):
        return True
    if cell.language == "python" and cell.tree is None:
        return True  # NBC116 says so
    if any(magic.name not in _HARMLESS_MAGICS for magic in cell.magics):
        return False
    return cell.tree is not None and all(_is_harmless(statement) for statement in cell.tree.body)


def _is_flag(statement: ast.stmt) -> bool:
    """`IN_COLAB = True`; a cell that needs it has to run for the ones that ask."""
    return isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant)


def _is_harmless(statement: ast.stmt) -> bool:
    """Can the statement run at any time, or never, without a difference to any result?"""
    if isinstance(statement, ast.If):
        return all(_is_harmless(inner) for inner in (*statement.body, *statement.orelse))
    if isinstance(statement, ast.Try):  # a guard that asks where it runs: `try: import google.colab`
        handled = [inner for handler in statement.handlers for inner in handler.body]
        return all(_is_harmless(s) or _is_flag(s) for s in (*statement.body, *handled, *statement.orelse))
    if not isinstance(statement, ast.Expr):
        return isinstance(statement, (ast.Pass, ast.Import, ast.ImportFrom))
    if isinstance(statement.value, ast.Call):
        return called_name(statement.value.func) in _SET_UP
    if isinstance(statement.value, (ast.Name, ast.Attribute)):
        return True  # a look
    return all(isinstance(node, _LITERAL) for node in nodes_in(statement.value))
