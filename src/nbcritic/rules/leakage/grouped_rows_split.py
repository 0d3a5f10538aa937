"""NBC508."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.events import called_name
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.analysis.provenance import Fit
from nbcritic.model import Hit, Related
from nbcritic.rule import rule

_ENTITY = regex(
    r"^(?:user|patient|subject|customer|client|participant|player|person|speaker|driver|machine|engine|device|sensor|household|"
    r"student|author|animal|employee|account|member|respondent|visitor|card|house|well|unit|bearing|plot|tree)s?"
    r"(?:[_ ]?(?:id|no|nr|num|number|name|code|key))?$|(?:^|[a-z_])(?:_id|Id|ID)$",
    re.I,
)
_OWN = regex(
    r"^(?:row|index|record|sample|observation|transaction|order|line|entry|image|img|file|event|session|trip|ride|review|tweet|post|comment|passenger|loan|store|shop|city|country|state|region|station|product|item|category|movie|film|class|type|team|league|school|department|location|zone|area|brand|district|street|neighbou?rhood|borough|county|suburb|route|host|seller|vendor|supplier|model|word|topic|doc|document|job|task|order)s?[_ ]?(?:id|no|nr)?$",
    re.I,
)
"""One id a row; or places and things that the model will meet again, so that they may stand on both sides."""
_BY_GROUP = regex(
    r"Group(?:KFold|ShuffleSplit)|groups?\s*=|LeaveOneGroup|LeavePGroups|leave.one.(?:subject|patient|user)", re.I
)


@rule("NBC508", name="grouped-rows-split", severity="major", category="leakage", confidence="possible")
def check(page: Page) -> Iterator[Hit]:
    r"""Rows of the same entity are dealt out to training and test at random.

    Where a patient has ten scans, seven of them train and three test: the model may know the patient, not the disease. On new patients it
    falls back, and the score has not said so.

    Instead, split by entity: `GroupShuffleSplit` or `GroupKFold` with `groups=df["patient_id"]`. Where the entities in use are those of
    the training data, a split by rows is right; then say so.

    Bad:

        # %%
        from sklearn.ensemble import RandomForestClassifier
        from sklearn.model_selection import train_test_split
        scans = pd.read_csv("scans.csv")
        scans.groupby("patient_id").size().describe()
        # %%
        features = ["size", "density"]
        X_train, X_test, y_train, y_test = train_test_split(scans[features], scans["malignant"])  # <- flagged
        RandomForestClassifier().fit(X_train, y_train).score(X_test, y_test)

    Good:

        # %%
        from sklearn.ensemble import RandomForestClassifier
        from sklearn.model_selection import GroupShuffleSplit
        scans = pd.read_csv("scans.csv")
        scans.groupby("patient_id").size().describe()
        # %%
        train, test = next(GroupShuffleSplit(1).split(scans, groups=scans["patient_id"]))

    Good:

        # %%
        from sklearn.ensemble import RandomForestClassifier
        from sklearn.model_selection import train_test_split
        scans = pd.read_csv("scans.csv")
        by_patient = scans.groupby("patient_id")
        X, y = [], []
        for patient, rows in by_patient:
            X.append(summary_of(rows))
            y.append(rows["malignant"].iloc[0])
        X_train, X_test, y_train, y_test = train_test_split(X, y)
        RandomForestClassifier().fit(X_train, y_train).score(X_test, y_test)

    Good:

        # %%
        from sklearn.ensemble import RandomForestClassifier
        from sklearn.model_selection import train_test_split
        scans = pd.read_csv("scans.csv")
        patients = scans.groupby("patient_id").mean()
        X_train, X_test, y_train, y_test = train_test_split(patients[["size", "density"]], patients["malignant"])
        RandomForestClassifier().fit(X_train, y_train).score(X_test, y_test)
    """
    fits = [fit for fit in page.provenance.fits if fit.by == "model" and fit.kind != "cluster" and _by_rows(fit)]
    if not fits or any(_BY_GROUP.search(cell.source) for cell in page.notebook.cells):
        return
    for cell, call, frame, column in _grouped(page):
        rows = page.provenance.value(frame).rows
        for fit in fits:
            if rows & fit.rows:
                split = fit.part[0][0]
                message = (
                    f"`{split.cell.segment(split.node)}` deals out rows of `{frame}`, which has several of the same `{column}` "
                    f'(cell {cell.number}): split by `groups={frame}["{column}"]`, or say why they may stand on both sides'
                )
                related = (
                    Related(cell.at(call), "several rows of one entity"),
                    Related(fit.cell.at(fit.node), "the model is trained on some of them"),
                )
                yield Hit(split.cell.at(split.node), message, related)
                return


def _by_rows(fit: Fit) -> bool:
    return bool(fit.part) and fit.part[0][0].how == "train_test_split" and fit.part[0][0].shuffled


def _grouped(page: Page) -> Iterator[tuple[CodeCell, ast.Call, str, str]]:
    """Frames that are grouped by one column of entities."""
    for cell in page.code:
        for call in cell.nodes(ast.Call):
            function = call.func
            if called_name(function) != "groupby" or not isinstance(function, ast.Attribute) or not call.args:
                continue
            by, frame = call.args[0], function.value
            if isinstance(by, ast.List) and len(by.elts) == 1:
                by = by.elts[0]
            if not isinstance(by, ast.Constant) or not isinstance(by.value, str) or not isinstance(frame, ast.Name):
                continue
            if _ENTITY.search(by.value) and not _OWN.search(by.value) and not _is_turned(cell, call):
                yield cell, call, frame.id, by.value


def _is_turned(cell: CodeCell, call: ast.Call) -> bool:
    """`for name, rows in df.groupby(...)`: each group may become one row."""
    loops = (outer for outer in cell.ancestors(call) if isinstance(outer, (ast.For, ast.comprehension)))
    if any(call in nodes_in(loop.iter) for loop in loops):
        return True
    bound = cell.statement(call)
    names = (
        {target.id for target in bound.targets if isinstance(target, ast.Name)}
        if isinstance(bound, ast.Assign)
        else set()
    )
    iterables = (outer.iter for kind in (ast.For, ast.comprehension) for outer in cell.nodes(kind))  # type: ignore[attr-defined]
    return any(node.id in names for iterable in iterables for node in nodes_in(iterable, ast.Name))
