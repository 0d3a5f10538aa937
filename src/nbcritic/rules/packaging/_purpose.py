"""What code is for, by what it calls: the module that it belongs into, and what it does besides computing."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from nbcritic.analysis.page import Page
from nbcritic.rules.packaging._logic import is_canvas, is_show, last_name, root
from nbcritic.rules.packaging._parts import Part, calls_of

MODULES = ("data", "features", "train", "evaluate", "plots", "analysis")
"""The modules that code is sorted into, in the order in which a notebook usually has it."""

READS = frozenset(
    "read_csv read_excel read_parquet read_json read_table read_pickle read_feather read_hdf read_html read_sql read_sql_query "
    "read_sql_table read_fwf read_sas read_stata read_file loadtxt genfromtxt loadmat load_dataset load_iris load_data imread "
    "open_dataset open_mfdataset fetch_openml fetch_california_housing listdir glob rglob scandir walk read_text read_bytes "
    "image_dataset_from_directory flow_from_directory ImageFolder from_tensor_slices".split()
)
_FETCHES = frozenset("urlopen urlretrieve requests_get".split())
WRITES = frozenset(
    "to_csv to_excel to_parquet to_pickle to_feather to_hdf to_json to_sql to_file dump save save_model save_pretrained savez savetxt "
    "saveAsTable insertInto save_weights imwrite write_text write_bytes writerow writerows savefig imsave write_html write_image".split()
)
_TRAINS = frozenset(
    "fit fit_transform fit_predict partial_fit fit_generator train_on_batch cross_val_score cross_validate GridSearchCV RandomizedSearchCV "
    "train_test_split backward compile minimize KFold StratifiedKFold TimeSeriesSplit".split()
)
_FITS = _TRAINS - {"fit_transform", "train_test_split", "compile", "minimize"}
_JUDGES = frozenset(
    "accuracy_score classification_report confusion_matrix f1_score precision_score recall_score roc_auc_score roc_curve r2_score "
    "mean_squared_error mean_absolute_error log_loss silhouette_score evaluate score auc precision_recall_curve cohen_kappa_score "
    "mean_absolute_percentage_error root_mean_squared_error adjusted_rand_score balanced_accuracy_score matthews_corrcoef".split()
)
_SHAPES = frozenset(
    "fillna dropna drop rename merge concat join map replace astype get_dummies to_datetime cut qcut groupby transform fit_transform "
    "assign apply pivot pivot_table melt stack unstack reset_index set_index drop_duplicates resample rolling shift clip "
    "train_test_split factorize to_numeric sort_values str_replace tokenize pad_sequences".split()
)
_PREPARES = frozenset(
    "StandardScaler MinMaxScaler LabelEncoder OneHotEncoder OrdinalEncoder SimpleImputer TfidfVectorizer".split()
)
SETS_OPTIONS = "sets options for the whole session"
_SETS = frozenset(
    "set_option seed manual_seed filterwarnings set_theme set_style simplefilter set_seed set_context set_palette".split()
)


def module_of(page: Page, parts: Iterable[Part]) -> str:
    """The module that these pieces belong into."""
    every = list(parts)
    names = [last_name(call.func) for call in calls_of(every)]
    if any(_is_model(node) for part in every for node in part.nodes):
        return "train"
    drawn = sum(canvas_statements(part) for part in every)
    others = sum(len(part.nodes) for part in every) - drawn
    if drawn >= 3 and drawn >= others:
        return "plots"
    trains = any(name in _FITS for name in names)
    reads = any(name in READS or name in _FETCHES for name in names) or _opens(every, "r")
    if trains and not _prepares_only(every):
        return "train"
    if any(name in _JUDGES for name in names):
        return "evaluate"
    if reads:
        return "data"
    shaped = sum(name in _SHAPES or name in _PREPARES for name in names) + 2 * _columns(page, every)
    if shaped >= 2 or (shaped and shaped * 2 >= len(names)):
        return "features"
    if any(name in WRITES for name in names):
        return "data"
    if drawn >= 3:
        return "plots"
    return "analysis"


def concerns_of(parts: Iterable[Part]) -> list[str]:
    """Which of these pieces of work are done here: `loads`, `shapes`, `trains`, `judges`, `plots`, `writes`."""
    every = list(parts)
    names = {last_name(call.func) for call in calls_of(every)}
    found = {
        "loads": bool(names & READS) or _opens(every, "r"),
        "shapes": bool(names & (_SHAPES | _PREPARES)),
        "trains": bool(names & _FITS),
        "judges": bool(names & _JUDGES),
        "plots": any(canvas_statements(part) for part in every),
        "writes": bool(names & WRITES) or _opens(every, "w"),
    }
    return [name for name, so in found.items() if so]


def _is_model(node: ast.stmt) -> bool:
    bases = node.bases if isinstance(node, ast.ClassDef) else ()
    return any(last_name(base) in ("Module", "Model", "LightningModule", "BaseEstimator", "Layer") for base in bases)


def _prepares_only(parts: Iterable[Part]) -> bool:
    """Is what is fitted here a scaler or an encoder?"""
    names = [last_name(call.func) for call in calls_of(parts)]
    return bool(_PREPARES.intersection(names)) and not {"predict", "score"}.intersection(names)


def _columns(page: Page, parts: Iterable[Part]) -> int:
    """How many columns are written, and how many frames chosen from a frame."""
    found = 0
    for node in (node for part in parts for node in part.inside):
        if isinstance(node, (ast.Assign, ast.AugAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            written = [target.value for target in targets if isinstance(target, ast.Subscript)]
            chosen = [node.value.value] if isinstance(node.value, ast.Subscript) else []
            found += any(page.values.kind(value) in ("frame", "series") for value in written)
            found += any(page.values.kind(value) == "frame" for value in chosen)
    return found


def canvas_statements(part: Part) -> int:
    """How many of the statements of a piece draw, loops over axes included."""
    return sum(_draws(node) for node in part.nodes)


def _draws(node: ast.stmt) -> bool:
    if isinstance(node, (ast.For, ast.With, ast.If)):
        return (
            bool(node.body)
            and all(_draws(inner) or not is_show(inner) for inner in node.body)
            and any(map(_draws, node.body))
        )
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        return not _sets(node.value) and _on_canvas(node.value)
    return isinstance(node, ast.Assign) and is_canvas(root(node.value))


def _on_canvas(call: ast.Call) -> bool:
    if is_canvas(root(call)):
        return True
    inner: ast.AST = call.func
    while isinstance(inner, ast.Attribute):  # df.plot.bar(), df["a"].hist()
        if inner.attr in ("plot", "hist", "boxplot"):
            return True
        inner = inner.value
    return False


def effects_of(parts: Iterable[Part]) -> tuple[str, ...]:
    """What these pieces do besides computing, in words: `reads a file`, `prints`, `plots` …"""
    every = list(parts)
    calls = list(calls_of(every))
    names = {last_name(call.func) for call in calls}
    roots = {root(call) for call in calls}
    found = {
        "reads files": bool(names & READS) or _opens(every, "r"),
        "fetches from the network": bool(names & _FETCHES) or "requests" in roots,
        "writes files": bool(names & WRITES) or _opens(every, "w"),
        "prints": bool(names & {"print", "display", "pprint"}),
        "plots": any(_on_canvas(call) and not _sets(call) for call in calls),
        SETS_OPTIONS: any(_sets(call) for call in calls) or any(_sets_option(part) for part in every),
    }
    return tuple(words for words, so in found.items() if so)


def _opens(parts: Iterable[Part], way: str) -> bool:
    for call in calls_of(parts):
        if last_name(call.func) == "open":
            modes = [
                arg.value for arg in call.args[1:2] if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
            ]
            writes = any(letter in mode for mode in modes for letter in "wax")
            if writes == (way == "w"):
                return True
    return False


def _sets(call: ast.Call) -> bool:
    """Does a call change how everything after it is drawn, shown or drawn at random?"""
    name = last_name(call.func)
    return name in _SETS or (
        name in ("set", "use", "rc") and root(call) in ("sns", "plt", "matplotlib", "mpl", "style")
    )


def _sets_option(part: Part) -> bool:
    return any("rcParams" in ast.unparse(node.targets[0]) for node in part.nodes if isinstance(node, ast.Assign))
