"""What a function made of cells is called: by the heading or the comment above it, else by what it makes."""

from __future__ import annotations

import ast
import re
import unicodedata
from collections.abc import Container, Iterator, Sequence
from keyword import iskeyword

from nbcritic.analysis.code import nodes_in
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.rules.packaging._logic import last_name
from nbcritic.rules.packaging._parts import Part, called, calls_of
from nbcritic.rules.packaging._purpose import READS, WRITES, effects_of

_SMALL = frozenset(
    "the a an of and our to for in with on by let us s some step task part section exercise chapter question phase problem now "
    "we will is are this that these those it its all into from as at using via lets de la el los las del en y".split()
)
_VERBS = dict(
    pair.split("=", 1)
    for pair in (
        "cleaning=clean loading=load reading=read preparation=prepare preparing=prepare preprocessing=preprocess "
        "processing=process engineering=build evaluation=evaluate evaluating=evaluate training=train modelling=fit "
        "modeling=fit selection=select visualization=plot visualisation=plot visualizing=plot plotting=plot "
        "extraction=extract extracting=extract splitting=split prediction=predict transformation=transform "
        "imputation=impute encoding=encode scaling=scale merging=merge creation=create creating=create "
        "generation=generate generating=generate comparison=compare comparing=compare tuning=tune simulation=simulate "
        "optimization=optimize validation=validate calculation=compute building=build fitting=fit testing=test "
        "filtering=filter exploration=explore importing=load normalization=normalize aggregation=aggregate"
    ).split()
)
_DOING = frozenset(_VERBS.values()) | frozenset(
    "get make add remove drop fill set calculate run find compute convert define apply perform count parse download group join "
    "check collect combine estimate sort rename replace draw show save write store export handle map classify cluster sample "
    "label assign define prepare build reduce detect format tokenize analyze analyse derive create select keep".split()
)
_VERB_OF = {
    "data": "prepare", "features": "build", "train": "train", "evaluate": "evaluate", "plots": "plot", "analysis": "compute",
}  # fmt: skip
_LONGEST = 4
_NEAR = 60
"""Cells above in which the heading of a section is looked for."""
_VAGUE = frozenset({"df", "data", "df1", "df2", "X", "x", "result", "results", "out", "output"})
"""Names that say nothing of what was done to them."""
_MODEL = regex(
    r"(?:Regress(?:or|ion)|Classifier|SV[CR]|Means|Forest|Bayes|NB|Sequential|Model|Lasso|Ridge|Net|ARIMAX?|Prophet|PCA|Boost\w*)$"
)


def function_name(
    page: Page,
    parts: Sequence[Part],
    comment: str,
    module: str,
    made: Sequence[str],
    taken: Container[str],
    gives: bool,
) -> str:
    """A name that no other thing of the page has. `made` are the names that the function is about, the most telling first; it
    gives something back, or does not."""
    act = _verb(parts, module, gives)
    heading = _words(_heading(page, parts[0].cell.number))
    name = _verbal(heading, module) or _verbal(_words(comment), "") or _by_content(parts, module, made)
    verb = _VERBS.get(heading[0], heading[0]) if len(heading) == 1 else ""
    if not name and verb in _DOING and (verb != "plot" or module == "plots"):
        name = "_".join([verb, *map(_slug, made[:1])])
    if not name and 1 <= len(heading) <= 2 and module != "train":
        name = "_".join([act, *heading])
    if not name and made and made[0] in _VAGUE:
        section = _words(_section(page, parts[0].cell.number))
        name = "_".join([act, *section]) if 1 <= len(section) <= 3 else ""
    if not name and act == "save":
        name = f"save_{file}" if (file := _file(parts)) else ""
        if not gives and not _written(parts).intersection(made[:1]):
            act = "process"
    if not name:
        # A constant or a helper that is made on the way tells less than what is computed.
        made = sorted(made, key=lambda one: one.isupper() or one.startswith("_"))
        about = [word for made_name in made[:1] if (word := _slug(made_name)) and not iskeyword(word)]
        name = "_".join([act, *(about or [f"cell_{parts[0].cell.number}"])])
    base, number = name, 2
    while name in taken or not name.isidentifier() or iskeyword(name):
        name, number = f"{base}_{number}", number + 1
    return name


def _verb(parts: Sequence[Part], module: str, gives: bool) -> str:
    if not gives and module in ("data", "features", "analysis"):
        return "save" if "writes files" in effects_of(parts) else "process"
    if module == "data":
        names = called(parts)
        return "save" if names & WRITES and not names & READS else "load" if names & READS else "prepare"
    return "save" if module == "analysis" and called(parts) & WRITES else _VERB_OF[module]


def _file(parts: Sequence[Part]) -> str:
    """What a file that these pieces write is called: `submission` of `out/submission.csv`."""
    for call in calls_of(parts):
        opened = last_name(call.func) == "open" and any(set("wax") & set(_text(mode)) for mode in call.args[1:2])
        if opened or last_name(call.func) in WRITES:
            for text in filter(None, map(_text, call.args)):
                words = _words(re.split(r"[/\\]", text)[-1].rpartition(".")[0])
                if 1 <= len(words) <= _LONGEST - 1:
                    return "_".join(words)
    return ""


def _written(parts: Sequence[Part]) -> frozenset[str]:
    """The names of what these pieces write: `totals` of `totals.to_csv(path)` and `np.save(path, totals)`."""
    writes = [call for call in calls_of(parts) if last_name(call.func) in WRITES]
    return frozenset(node.id for call in writes for node in nodes_in(call, ast.Name))


def _by_content(parts: Sequence[Part], module: str, made: Sequence[str]) -> str:
    """By what is drawn, fitted or added."""
    if module == "plots":
        for wanted in (("title", "set_title", "suptitle"), ("ylabel", "set_ylabel")):
            for call in calls_of(parts):
                words = _words(_text(call.args[0])) if last_name(call.func) in wanted and call.args else []
                if 1 <= len(words) <= _LONGEST + 1:
                    return "_".join(["plot", *words])
        return ""
    classes = [name for call in calls_of(parts) if (name := last_name(call.func))[:1].isupper() and not name.isupper()]
    if module == "train":
        models = [name for name in classes if _MODEL.search(name)]
        verb = "tune" if any(name.endswith("SearchCV") for name in classes) else "train"
        return "_".join([verb, _slug(re.sub(r"(?<=.)(?:Regressor|Classifier)$", "", models[0]))]) if models else ""
    if module == "features":
        if "train_test_split" in called(parts):
            return "split_train_test"
        columns = list(
            dict.fromkeys(_slug(name) for part in parts for node in part.nodes for name in _columns(node, made[:1]))
        )
        return "_".join(["add", *columns]) if 1 <= len(columns) <= 2 and all(columns) else ""
    return ""


def _columns(node: ast.AST, frames: Sequence[str]) -> Iterator[str]:
    for inner in nodes_in(node):
        if isinstance(inner, ast.Assign):
            for target in inner.targets:
                if (
                    isinstance(target, ast.Subscript)
                    and isinstance(target.value, ast.Name)
                    and target.value.id in frames
                ):
                    yield _text(target.slice)


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _section(page: Page, number: int) -> str:
    """The heading of the section that a cell stands in, the title of the notebook left out."""
    for above in range(number, max(2, number - _NEAR), -1):
        if heading := _heading(page, above):
            return heading
    return ""


def heading_above(page: Page, number: int) -> str:
    """The heading right above a cell, or an empty text."""
    return _heading(page, number)


def _heading(page: Page, number: int) -> str:
    above = page.notebook.cells[number - 2] if number >= 2 else None
    lines = [line.strip() for line in above.source.splitlines() if line.strip()] if above else []
    if above is None or above.kind != "markdown" or not lines:
        return ""
    found = re.match(r"#{1,6}\s*(.+)", lines[-1]) or re.match(r"#{1,6}\s*(.+)", lines[0])
    if found is None or (number == 2 and found[0].startswith("# ")):
        return ""  # the title speaks of the whole notebook
    return re.sub(r"\(.*?\)|<[^>]*>|\[|\]|`", " ", found[1])


def _words(text: str) -> list[str]:
    return [
        word for word in _slug(text.partition(":")[0]).split("_") if word and word not in _SMALL and not word.isdigit()
    ]


def _verbal(words: Sequence[str], module: str) -> str:
    """`clean_data` for `Data cleaning`; without a module only where the first word is a verb."""
    if not 2 <= len(words) <= _LONGEST or not all(len(word) > 1 for word in words):
        return ""
    first, *rest = words
    if (_VERBS.get(first, first) == "plot" or "plot" in rest or "plots" in rest) and module not in ("plots", ""):
        return ""
    if first in _DOING:
        return "_".join(words)
    if first in _VERBS:
        return "_".join([_VERBS[first], *rest])
    if not module:
        return ""
    for place, word in enumerate(words):
        if word in _VERBS:
            others = [*words[:place], *words[place + 1 :]]
            return "_".join([_VERBS[word], *(["features"] if others == ["feature"] else others)])
    return ""


def _slug(text: str) -> str:
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    text = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", text)
    return re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_").lower()
