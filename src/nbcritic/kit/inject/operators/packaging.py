"""What a package, a colleague or a server could not live with: paths, parameters, artefacts, secrets."""

from __future__ import annotations

import ast
from random import Random

from nbcritic.analysis.page import Page
from nbcritic.kit.inject import code, roles
from nbcritic.kit.inject.operator import Plant
from nbcritic.kit.inject.roles import Roles

_PEOPLE = ("marta", "tomasz", "ines", "li", "amara", "jonas")


def personal_path(page: Page, given: Roles, chance: Random) -> Plant | str:
    """Data are read from the author's home where it exists, and from the folder beside the notebook otherwise."""
    home = f"/Users/{chance.choice(_PEOPLE)}/Documents/projects/"
    for cell, statement, name in code.assigned(page):
        for call in (node for node in ast.walk(statement.value) if isinstance(node, ast.Call)):
            path = call.args[0] if call.args else None
            if not (isinstance(path, ast.Constant) and isinstance(path.value, str)) or path.value.startswith(
                ("/", "http")
            ):
                continue
            if code.method(call) == "Path" and isinstance(statement.value, ast.Call) and statement.value is call:
                line = f'{name} = Path("{home}{path.value}")'
                edit = code.after(
                    cell, statement, f"if not {name}.exists():  # on the server\n    {name} = Path({path.value!r})"
                )
                own = code.replace(cell, path, f'"{home}{path.value}"')
                return Plant((own, edit), cell.cell.id or "", line, {"home": home})
            if code.method(call).startswith("read_"):
                source = code.text(cell, statement)
                theirs = source.replace(code.text(cell, path), f'"{home}{path.value}"')
                text = "try:\n    {}\nexcept FileNotFoundError:  # on the server\n    {}"
                edit = code.replace(
                    cell, statement, text.format(*(s.replace("\n", "\n    ") for s in (theirs, source)))
                )
                return Plant((edit,), cell.cell.id or "", f'"{home}{path.value}"', {"home": home})
    return "no relative path stands in `name = Path(...)` or `name = pd.read_...(...)`"


def parameter_buried(page: Page, given: Roles, chance: Random) -> Plant | str:
    """A named number is written out where it is used, and its name and comment go."""
    choices = []
    for cell, statement, name in code.assigned(page):
        uses = code.names(page, name)
        bound = [other for _, other, again in code.assigned(page) if again == name]
        if (
            name.isupper()
            and code.is_number(statement.value)
            and uses
            and len(bound) == 1
            and not code.in_format(page, name)
            and cell.tree is not None
            and len(cell.tree.body) > 1
        ):
            choices.append((cell, statement, name, uses))
    if not choices:
        return "no constant in capitals holds a number that is used elsewhere"
    cell, statement, name, uses = chance.choice(choices)
    value = code.text(cell, statement.value)
    edits = [code.without(cell, statement), *(code.replace(user, node, value) for user, node in uses)]
    first = uses[0][0]
    line = code.line_of(first.source, name).replace(name, value)
    return Plant(tuple(edits), first.cell.id or "", line, {"name": name, "value": value})


def hidden_global(page: Page, given: Roles, chance: Random) -> Plant | str:
    """A function loses a parameter and reads the notebook's variable of every call instead."""
    for cell in page.code:
        for function in cell.tree.body if cell.tree else []:
            if not isinstance(function, ast.FunctionDef) or function.args.defaults or function.args.vararg:
                continue
            calls = [
                (own, call)
                for own in page.code
                for call in own.nodes(ast.Call)
                if isinstance(call.func, ast.Name) and call.func.id == function.name
            ]
            arguments = function.args.args
            plain = all(len(call.args) == len(arguments) and not call.keywords for _, call in calls)
            if not calls or not plain or len(arguments) < 2 or len(calls) != len(code.names(page, function.name)):
                continue
            last = {ast.unparse(call.args[-1]) for _, call in calls}
            name = last.pop()
            if last or not name.isidentifier():
                continue
            gone = arguments[-1]
            start = code.offsets(cell.source, cell.at(arguments[-2]))[1]
            end = code.offsets(cell.source, cell.at(gone))[1]
            edits = [code.Replace(code.span(cell, start, end), "")]
            inside = (node for part in function.body for node in ast.walk(part))
            edits += [
                code.replace(cell, node, name) for node in inside if isinstance(node, ast.Name) and node.id == gone.arg
            ]
            for own, call in calls:
                start = code.offsets(own.source, own.at(call.args[-2]))[1]
                end = code.offsets(own.source, own.at(call.args[-1]))[1]
                edits.append(code.Replace(code.span(own, start, end), ""))
            quote = f"def {function.name}("
            return Plant(tuple(edits), cell.cell.id or "", quote, {"function": function.name, "name": name})
    return "no function gets the same variable of the notebook as its last argument in every call"


def loose_artifact(page: Page, given: Roles, chance: Random) -> Plant | str:
    """The model is pickled under a fixed name, without versions, columns or scores."""
    fit = roles.fit(page)
    if fit is None:
        return (
            "no model that is made in a statement of its own, fitted on two names, and asked to predict for other rows"
        )
    cell = fit.score_cell
    last = cell.tree.body[-1] if cell.tree else None
    if last is None:
        return "the cell with the score cannot be read"
    line = f'pickle.dump({fit.model}, open("model_final.pkl", "wb"))'
    edit = code.after(cell, last, f"\nimport pickle\n\n{line}")
    return Plant((edit,), cell.cell.id or "", line, {"model": fit.model})


def password_in_the_open(page: Page, given: Roles, chance: Random) -> Plant | str:
    """A password for the live database stands among the settings."""
    place = code.imports_below(page)
    if place is None:
        return "no cell imports anything"
    secret = "".join(chance.choice("abcdefghjkmnpqrstuvwxyz23456789") for _ in range(14))
    line = f'DB_PASSWORD = "{secret}"'
    edit = code.after(*place, f"\n{line}  # the live database, for later")
    return Plant((edit,), place[0].cell.id or "", line)
