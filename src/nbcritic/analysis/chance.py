"""Which calls draw from which generator, and which calls fix a seed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.events import called_name
from nbcritic.analysis.pattern import regex

if TYPE_CHECKING:
    from nbcritic.analysis.page import Page

_NUMPY = frozenset(
    "rand randn randint random random_sample ranf sample random_integers choice shuffle permutation bytes normal uniform "
    "standard_normal binomial poisson exponential beta gamma lognormal multinomial multivariate_normal geometric laplace logistic "
    "chisquare dirichlet f gumbel hypergeometric logseries negative_binomial noncentral_chisquare pareto power rayleigh "
    "standard_cauchy standard_exponential standard_gamma standard_t triangular vonmises wald weibull zipf".split()
)
_RANDOM = frozenset(
    "random randint randrange choice choices shuffle sample uniform gauss normalvariate betavariate expovariate gammavariate "
    "lognormvariate triangular vonmisesvariate weibullvariate paretovariate getrandbits binomialvariate".split()
)
_TORCH = frozenset(
    "rand randn randint randperm normal rand_like randn_like randint_like bernoulli multinomial poisson "
    "utils.data.random_split utils.data.RandomSampler utils.data.WeightedRandomSampler".split()
)
_TENSORFLOW = frozenset(
    "random.normal random.uniform random.shuffle random.truncated_normal random.categorical random.poisson random.gamma "
    "random_normal random_uniform truncated_normal random.stateful_uniform".split()
)
_STATEFUL = frozenset(
    "train_test_split ShuffleSplit StratifiedShuffleSplit GroupShuffleSplit RepeatedKFold RepeatedStratifiedKFold "
    "RandomizedSearchCV HalvingRandomSearchCV "
    "RandomForestClassifier RandomForestRegressor ExtraTreesClassifier ExtraTreesRegressor BaggingClassifier BaggingRegressor "
    "ExtraTreeClassifier ExtraTreeRegressor IsolationForest RandomTreesEmbedding "
    "MLPClassifier MLPRegressor SGDClassifier SGDRegressor "
    "KMeans MiniBatchKMeans BisectingKMeans SpectralClustering GaussianMixture BayesianGaussianMixture "
    "TSNE UMAP LatentDirichletAllocation GaussianRandomProjection SparseRandomProjection "
    "permutation_importance shuffle resample "
    "make_classification make_regression make_blobs make_moons make_circles make_s_curve make_swiss_roll make_friedman1 "
    "make_friedman2 make_friedman3 make_multilabel_classification make_gaussian_quantiles make_hastie_10_2 "
    "SMOTE SMOTENC SMOTEN BorderlineSMOTE SVMSMOTE KMeansSMOTE ADASYN SMOTETomek SMOTEENN RandomOverSampler RandomUnderSampler "
    "BalancedRandomForestClassifier EasyEnsembleClassifier RUSBoostClassifier BalancedBaggingClassifier".split()
)
"""What takes a `random_state` and gives something else without one. Solvers whose chance does not show are left out."""
_STATEFUL_IF_SHUFFLED = frozenset({"KFold", "StratifiedKFold", "StratifiedGroupKFold"})
_STATEFUL_PACKAGES = frozenset({"sklearn", "imblearn", "umap", "cuml"})
_DRAWING = frozenset({"numpy", "random", "torch", "keras", "tensorflow"}) | _STATEFUL_PACKAGES
"""The packages whose functions draw."""

_BOUNDED = frozenset({"randint", "randrange"})
_GENERATORS = frozenset({"numpy.random.default_rng", "numpy.random.RandomState", "random.Random"})
_TRAINS = frozenset({"fit", "fit_generator", "train_on_batch"})

_SEEDS: Mapping[str, tuple[str, ...]] = {
    "numpy.random.seed": ("numpy",),
    "numpy.random.set_state": ("numpy",),
    "random.seed": ("random",),
    "random.setstate": ("random",),
    "torch.manual_seed": ("torch",),
    "torch.random.manual_seed": ("torch",),
    "torch.cuda.manual_seed": ("torch",),
    "torch.cuda.manual_seed_all": ("torch",),
    "tensorflow.random.set_seed": ("tensorflow",),
    "tensorflow.set_random_seed": ("tensorflow",),
    "tensorflow.random.set_random_seed": ("tensorflow",),
    "tensorflow.compat.v1.set_random_seed": ("tensorflow",),
    "keras.utils.set_random_seed": ("numpy", "random", "tensorflow"),
    "tensorflow.keras.utils.set_random_seed": ("numpy", "random", "tensorflow"),
}
_SEED_HELPER = regex(
    r"(?:\w*_)?(?:set|fix|init|setup|seed|reset)_?\w*(?:seeds?|everything|everywhere|determinis\w*|reproducib\w*)\w*|\w*seed_(?:all|torch|it)\w*",
    re.I,
)
"""A helper of somebody's that fixes every seed: `seed_everything`, `set_seed`, `set_random_seed`, `fix_all_seeds`."""
WORDS = frozenset(
    word.rpartition(".")[2]
    for words in (
        _NUMPY, _RANDOM, _TORCH, _TENSORFLOW, _STATEFUL, _STATEFUL_IF_SHUFFLED, _SEEDS,
        ("default_rng", "RandomState", "Random", "DataLoader", "Sequential"),
    )
    for word in words
)  # fmt: skip
"""The last words of all that draws or fixes a seed."""
EVERY = ("numpy", "random", "torch", "tensorflow")
ADVICE: Mapping[str, str] = {
    "numpy": "`np.random.default_rng(seed)`, or `np.random.seed(…)` once",
    "random": "`random.seed(…)` once",
    "torch": "`torch.manual_seed(…)` once",
    "tensorflow": "`keras.utils.set_random_seed(…)` once",
}


@dataclass(frozen=True, slots=True)
class Draw:
    """A call whose result is up to chance. `family` says whose global seed would fix it, `takes_state` that it has its own."""

    cell: CodeCell
    call: ast.Call
    name: str
    family: str
    takes_state: bool = False


def draws(page: Page) -> Iterator[Draw]:
    """Every call on the page that depends on chance and is not given a seed of its own."""
    words = _called(page)
    for cell in page.code:
        for call in cell.nodes(ast.Call):
            if called_name(call.func) in words and (found := draw_of(page, cell, call)):
                yield found


def _called(page: Page) -> frozenset[str]:
    """The names under which the page could call what draws or fixes a seed."""
    return WORDS | {name for name, full in page.names.imports.items() if full.rpartition(".")[2] in WORDS}


def draw_of(page: Page, cell: CodeCell, call: ast.Call) -> Draw | None:
    """The draw that a call is, or None."""
    name = page.qualified(call.func) or ""
    package, _, rest = name.partition(".")
    if package not in _DRAWING:
        is_sample = isinstance(call.func, ast.Attribute) and call.func.attr == "sample" and not name
        return _sample(page, cell, call) if is_sample and not _has_generator(page, call) else None
    last = name.rpartition(".")[2]
    if (last in _BOUNDED and _has_one_outcome(call, package)) or _has_generator(page, call):
        return None
    if package == "numpy" and rest.startswith("random."):
        if last in ("default_rng", "RandomState") and rest.count(".") == 1:
            return Draw(cell, call, name, "", takes_state=True) if _no_value(call, "seed") else None
        return Draw(cell, call, name, "numpy") if rest.count(".") == 1 and last in _NUMPY else None
    if package == "random" and rest == last:
        if last == "Random":
            return Draw(cell, call, name, "", takes_state=True) if _no_value(call, "x") else None
        return Draw(cell, call, name, "random") if last in _RANDOM else None
    if package in _STATEFUL_PACKAGES and _needs_state(call, last):
        return Draw(cell, call, name, "numpy", takes_state=True)
    if package == "torch" and rest in _TORCH and not _given(call, "generator"):
        return Draw(cell, call, name, "torch")
    if name == "torch.utils.data.DataLoader" and _is_true(call, "shuffle") and not _given(call, "generator"):
        return Draw(cell, call, name, "torch")
    if package in ("keras", "tensorflow") and last == "Sequential" and not page.names.mentioned.isdisjoint(_TRAINS):
        return Draw(cell, call, name, "tensorflow")
    if package == "tensorflow" and rest in _TENSORFLOW and not _given(call, "seed"):
        return Draw(cell, call, name, "tensorflow")
    return None


def _has_one_outcome(call: ast.Call, package: str) -> bool:
    """`np.random.randint(1)` and `random.randint(3, 3)` give the same number each time."""
    bounds = [value.value for value in call.args if isinstance(value, ast.Constant) and isinstance(value.value, int)]
    if len(bounds) != len(call.args) or call.keywords or not 0 < len(bounds) < 3:
        return False
    width = bounds[-1] - (bounds[0] if len(bounds) == 2 else 0)
    return width == (0 if package == "random" and called_name(call.func) == "randint" else 1)


def _has_generator(page: Page, call: ast.Call) -> bool:
    """Is a generator among what the call is given that was made with a seed: `shuffle(rows, rng)`?"""
    given = [*call.args, *(word.value for word in call.keywords)]
    return any(_is_seeded(page, value) for value in given if isinstance(value, (ast.Name, ast.Call)))


def _is_seeded(page: Page, value: ast.expr) -> bool:
    made = page.values.source(value) if isinstance(value, ast.Name) else value
    if not isinstance(made, ast.Call):
        return False
    if called_name(made.func) == "manual_seed":
        return bool(made.args)
    return page.qualified(made.func) in _GENERATORS and not _no_value(made, "seed")


def _sample(page: Page, cell: CodeCell, call: ast.Call) -> Draw | None:
    """`frame.sample(…)`. All rows in another order are the same set."""
    assert isinstance(call.func, ast.Attribute)
    if page.values.kind(call.func.value) not in ("frame", "series", "groupby") or _given(call, "random_state"):
        return None
    share = next((word.value for word in call.keywords if word.arg == "frac"), None)
    if isinstance(share, ast.Constant) and share.value == 1:
        return None
    return Draw(cell, call, "DataFrame.sample", "numpy", takes_state=True)


def _needs_state(call: ast.Call, name: str) -> bool:
    if name in _STATEFUL_IF_SHUFFLED:
        return _is_true(call, "shuffle") and not _given(call, "random_state")
    if name == "train_test_split" and any(_is_false(word) for word in call.keywords if word.arg == "shuffle"):
        return False
    return name in _STATEFUL and not _given(call, "random_state")


def _given(call: ast.Call, parameter: str) -> bool:
    """Is the parameter given and not None (or hidden in `**options`)?"""
    return any(word.arg is None or (word.arg == parameter and not _is_none(word.value)) for word in call.keywords)


def _no_value(call: ast.Call, parameter: str) -> bool:
    return not any(not _is_none(value) for value in call.args) and not _given(call, parameter)


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_true(call: ast.Call, parameter: str) -> bool:
    return any(
        word.arg == parameter and isinstance(word.value, ast.Constant) and word.value.value is True
        for word in call.keywords
    )


def _is_false(word: ast.keyword) -> bool:
    return isinstance(word.value, ast.Constant) and word.value.value is False


@dataclass(frozen=True, slots=True)
class Seeds:
    """Where a page fixes the seeds of its generators."""

    first: Mapping[str, int]
    """For each family the first cell; a seed in a function counts from where that stands, if anything calls it."""
    inside: Mapping[ast.AST, frozenset[str]]
    """For each function that fixes seeds, the families."""


def seeds(page: Page) -> Seeds:
    """Every seed that the page fixes."""
    first: dict[str, int] = {}
    inside: dict[ast.AST, frozenset[str]] = {}
    words = _called(page)
    for cell in page.code:
        for call in cell.nodes(ast.Call):
            name = called_name(call.func)
            families = seeds_of(page, call) if name in words or is_seed_helper(name) else ()
            if not families:
                continue
            for function in functions_around(cell, call):
                inside[function] = inside.get(function, frozenset()) | {*families}
            if is_reached(page, cell, call):
                for family in families:
                    first.setdefault(family, cell.number)
    return Seeds(first, inside)


def functions_around(cell: CodeCell, node: ast.AST) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """The functions that a node stands in, the innermost first."""
    return [parent for parent in cell.ancestors(node) if isinstance(parent, (ast.FunctionDef, ast.AsyncFunctionDef))]


def seeds_of(page: Page, call: ast.Call) -> tuple[str, ...]:
    """The families whose seed a call fixes."""
    name = page.qualified(call.func) or ""
    if name in _SEEDS:
        return _SEEDS[name] if not _no_value(call, "seed") else ()
    return EVERY if is_seed_helper(called_name(call.func)) else ()


@lru_cache(maxsize=4096)
def is_seed_helper(name: str) -> bool:
    """Does a function of this name fix every seed?"""
    return _SEED_HELPER.fullmatch(name) is not None


def is_reached(page: Page, cell: CodeCell, node: ast.AST) -> bool:
    """Does anything on the page mention the function or class that `node` stands in, if it stands in one?"""
    inside = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    around = [parent for parent in cell.ancestors(node) if isinstance(parent, inside)]
    return not around or around[-1].name in page.names.mentioned or bool(around[-1].decorator_list)
