"""The model learns what it should not know."""

from __future__ import annotations

from random import Random

from nbcritic.analysis.page import Page
from nbcritic.kit.inject import code, roles
from nbcritic.kit.inject.operator import Plant
from nbcritic.kit.inject.roles import Roles


def random_split(page: Page, given: Roles, chance: Random) -> Plant | str:
    """Two masks over time become `train_test_split`."""
    split = roles.split(page)
    if split is None or not split.by_time:
        return "no split by time: two assignments of the form `train = table[table[column] < limit]`"
    place = code.imports_below(page)
    if place is None:
        return "no cell imports anything"
    share = chance.choice(("0.2", "0.25", "0.3"))
    first, second = split.statements
    line = f"{split.parts[0]}, {split.parts[1]} = train_test_split({split.table}, test_size={share}, random_state=42)"
    edits = (
        code.after(*place, "from sklearn.model_selection import train_test_split"),
        code.replace(split.cell, first, line),
        code.without(split.cell, second),
    )
    return Plant(edits, split.cell.cell.id or "", line, {"table": split.table})


def known_afterwards(page: Page, given: Roles, chance: Random) -> Plant | str:
    """A column that exists only after the decision joins the features."""
    found = roles.features(page)
    if not given.known_afterwards:
        return "nobody said which columns are known only afterwards (--known-afterwards COLUMN)"
    if found is None:
        return "no literal list of feature columns"
    cell, features, name = found
    there = {code.literal(page, item) for item in features.elts}
    choices = [column for column in given.known_afterwards if column not in there]
    if not choices:
        return "every column that is known afterwards is a feature already"
    column = chance.choice(choices)
    last = code.text(cell, features.elts[-1])
    edit = code.replace(cell, features.elts[-1], f'{last}, "{column}"')
    return Plant((edit,), cell.cell.id or "", f'"{column}"', {"column": column, "list": name})


def average_of_the_answer(page: Page, given: Roles, chance: Random) -> Plant | str:
    """The mean of the target by group, taken over all rows, becomes a feature before the split."""
    split, found, answer = roles.split(page), roles.features(page), roles.target(page)
    if split is None or found is None or answer is None:
        return "needs a split, a literal list of feature columns, and a target column that can be told"
    if not given.groups:
        return "nobody said which column names a group (--group COLUMN)"
    cell, features, _ = found
    if cell.number > split.cell.number:
        return "the list of features stands below the split"
    group = chance.choice(given.groups)
    column = f"{group}_rate"
    line = f'{split.table}["{column}"] = {split.table}.groupby("{group}")["{answer}"].transform("mean")'
    statement = next(node for node in (cell.tree.body if cell.tree else []) if node.end_lineno >= features.lineno)  # type: ignore[operator]
    last = code.text(cell, features.elts[-1])
    edits = (
        code.before(cell, statement, f"# how does this {group} usually do?\n{line}"),
        code.replace(cell, features.elts[-1], f'{last}, "{column}"'),
    )
    return Plant(edits, cell.cell.id or "", line, {"group": group, "target": answer, "column": column})


def statistics_before_split(page: Page, given: Roles, chance: Random) -> Plant | str:
    """Gaps are filled with medians of all rows, before the split."""
    split, found = roles.split(page), roles.features(page)
    if split is None or found is None:
        return "needs a split and a literal list of feature columns"
    cell, _, name = found
    if (cell.number, 0) > (split.cell.number, 0):
        return "the list of features stands below the split"
    frame = f"{split.table}[{name}]"
    line = f"{frame} = {frame}.fillna({frame}.median())"
    edit = code.before(split.cell, split.statements[0], line)
    return Plant((edit,), split.cell.cell.id or "", line, {"table": split.table})
