"""NBC105."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nbcritic.analysis.code import CodeCell
from nbcritic.analysis.idempotence import Reason
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Confidence, Hit, Related, Severity, Span
from nbcritic.rule import rule
from nbcritic.rules.hidden_state._own_file import overwritten
from nbcritic.rules.hidden_state._rerun import (
    changed_global,
    home_of,
    is_count,
    is_read_later,
    is_trial,
    is_worth_an_error,
    place,
    was_met,
    words,
)
from nbcritic.rules.hidden_state._second_run import adds_only_what_is_missing, error_of_merge, is_undone
from nbcritic.rules.hidden_state._shared import is_serious
from nbcritic.rules.hidden_state._slight import is_slight
from nbcritic.rules.hidden_state._sure import error_of_own_result, is_sure, is_training

_COUNTERS = regex(
    r"[a-z]|i\d*|idx|index|count\w*|\w*_?counter|cnt|steps?|epochs?|iterations?|num_\w+|n_\w+|seed|offset|row|col"
)


@rule(
    "NBC105",
    name="rerun-changes-state",
    severity="major",
    category="reproducibility",
)
def check(page: Page) -> Iterator[Hit]:
    r"""Running a cell a second time gives another result.

    The cell changes what an earlier cell made, and takes its own result for input when it runs again: a price is divided twice,
    rows stand there twice. In a session of many runs nobody knows how often that happened. Steps that repeat without effect (a
    filter, `dropna`, a column computed from others) are fine. A second run that only stops with an error (a dropped column is
    gone, a merged one has another name) weighs less, and counts only where the cell in fact ran out of turn and makes more than
    that, or where the saved output is that error. So does one after which the cells below stop. A page that writes over the file
    it starts from, less some rows or columns or with a column changed in terms of itself, is the same fault a size larger.
    Likely are a mapping to NaN, scaling by numbers, logarithms and the like, a turned table, fixed cuts, rows put below; else possible.

    Instead, give the result a name of its own, or change the data in the cell that reads them.

    Bad:

        # %%
        import pandas as pd
        sales = pd.read_csv("sales.csv")
        # %%
        sales["price"] /= 100  # <- flagged
        # %%
        sales["price"] = sales["price"] * 1.2  # <- flagged
        # %%
        sales = pd.concat([sales, pd.read_csv("more.csv")])  # <- flagged
        # %%
        print(sales["price"].sum())

    Bad:

        # %%
        import pandas as pd
        sales = pd.read_csv("sales.csv")
        scores = []
        # %%
        sales["region"] = sales["region"].map({"north": 0, "south": 1})  # <- flagged
        sales = sales.drop(columns=["comment"])
        # %%
        for region in sales["region"].unique():
            scores.append(region * 2)  # <- flagged
        # %%
        print(max(scores))

    Bad:

        # %% In[1]
        import pandas as pd
        flights = pd.read_csv("flights.csv")
        # %% In[7]
        flights["air_time"] = (flights["air_time"] / 60).round(2)  # <- flagged
        # %% In[3]
        target = flights["delay"]  # <- flagged
        flights = flights.drop(columns=["delay"])

    Bad:

        # %%
        import pandas as pd
        sales = pd.read_csv("sales.csv")
        # %%
        sales = sales.drop(columns=["comment"])  # <- flagged
        #! KeyError: "['comment'] not found in axis"

    Bad:

        # %%
        import pandas as pd
        def in_euros(table):
            table["price"] /= 100
        sales = pd.read_csv("sales.csv")
        # %%
        in_euros(sales)  # <- flagged
        # %%
        print(sales["price"].sum())

    Bad:

        # %%
        import pandas as pd
        total = pd.read_csv("sales.csv")["price"].sum()
        def add_tax(rate):
            global total
            total *= 1 + rate  # <- flagged
        # %%
        add_tax(0.2)
        # %%
        print(total)

    Bad:

        # %%
        import pandas as pd
        shops = pd.read_csv("shops.csv")
        shops = shops[shops["rent"] > 0]
        # %%
        shops.to_csv("shops.csv", index=False)  # <- flagged

    Good:

        # %%
        import pandas as pd
        path = "shops.csv"
        shops = pd.read_csv("all_shops.csv")
        shops.to_csv(path, index=False)
        log = pd.read_csv("log.csv")
        log = pd.concat([log, shops]).drop_duplicates()
        log.to_csv("log.csv", index=False)
        # %%
        shops = pd.read_csv(path)
        shops = shops.dropna()
        shops.to_csv(path, index=False)
        # %%
        sales = pd.read_csv("sales.csv")
        names = sales.columns[1:]
        sales.to_csv("sales.csv", columns=names)

    Good:

        # %%
        import pandas as pd
        sales = pd.read_csv("sales.csv")
        log = []
        def tidy(table):
            table.drop(columns=["comment"], inplace=True)
            table["price"] /= 100
        # %%
        tidy(sales)
        log.append("tidied")
        # %%
        prices = sales.filter(regex="_price$").columns
        sales[prices] = sales[prices] / 100
        sales = sales.rename(columns=lambda name: name.removesuffix("_price"))
        # %%
        print(sales, log)

    Good:

        # %%
        import pandas as pd
        prices = pd.read_csv("sales.csv")["price"]
        # %%
        prices = prices / 100

    Good:

        # %%
        import pandas as pd
        sales = pd.read_csv("sales.csv")
        sales["price"] /= 100
        # %%
        sales = sales.dropna()
        sales = sales[sales["price"] > 0]
        sales["total"] = sales["price"] * sales["pieces"]
        sales = sales.drop(columns=["comment"], errors="ignore").sort_values("price")
        sales["day"] = pd.to_datetime(sales["day"])
        # %%
        scaled = sales["price"] / 100
        sales["price"] = (sales["price"] - sales["price"].mean()) / sales["price"].std()

    Good:

        # %%
        import pandas as pd
        sales = pd.read_csv("sales.csv")
        # %%
        scores = []
        for price in sales["price"]:
            scores.append(price * 2)
        total = 0
        total += sum(scores)
        sales["share"] = sales["price"]
        sales["share"] /= total
        # %%
        if "comment" in sales:
            sales = sales.drop(columns=["comment"])
        sales["month"] = sales["day"].str[:7]
        monthly = sales.groupby("month")["price"].sum()
        sales = sales.drop(columns="month")
        sales = sales.reset_index()
        sales = sales.set_index("day")
        sales.loc[sales["price"] > 1000, "price"] /= 100

    Good:

        # %% In[1]
        import pandas as pd
        sales = pd.read_csv("sales.csv")
        # %% In[2]
        sales = sales.drop(columns=["comment"])
        sales["price"] /= 100
        # %% In[3]
        sales.insert(0, "row", range(len(sales)))

    Good:

        # %%
        import pandas as pd
        sales = pd.read_csv("sales.csv")
        # %%
        sales = sales.drop(columns=["comment"])
        #! KeyError: "['shop'] not in index"

    Good:

        # %%
        import pandas as pd
        sales = pd.read_csv("sales.csv")
        shops = pd.read_csv("shops.csv")
        shops["rent"] = shops["yearly_rent"] / 12
        # %%
        sales = sales.merge(shops, on="shop", how="left")
        sales["share"] = sales["rent"] / sales["price"]
        # %%
        print(sales["share"].mean())

    Good:

        # %%
        import pandas as pd
        sales = pd.read_csv("sales.csv")
        more = pd.read_csv("more.csv")
        def with_new_shops(table, other):
            new = set(other["shop"]) - set(table["shop"])
            return pd.concat([table, other[other["shop"].isin(new)]])
        # %%
        sales = with_new_shops(sales, more)
        # %%
        print(sales["price"].sum())

    Good:

        # %%
        import pandas as pd
        sales = pd.read_csv("sales.csv")
        more = pd.read_csv("more.csv")
        def with_resampled(table, kind, size):
            drawn = table[table["kind"] == kind].sample(size, replace=True, random_state=1)
            rest = table[table["kind"] != kind]
            return pd.concat([drawn, rest])
        # %%
        sales = sales.sort_values("day").reset_index().drop("index", axis=1)
        # %%
        sales = pd.concat([more, sales])
        sales = sales.drop_duplicates(subset="receipt", keep="last")
        # %%
        sales = with_resampled(sales, "return", 500)
        # %%
        print(sales["price"].sum())

    Good:

        # %%
        import pandas as pd
        hours = pd.read_csv("hours.csv")
        city = pd.read_csv("city.csv")
        runs = [[1, 0.5], [2, 0.4]]
        # %%
        hours = hours.merge(city[["hour", "regime"]], on="hour")
        jams = hours.groupby("zone").agg(jams=("regime", "count"))
        # %%
        hours = pd.merge(hours, jams, on="zone", indicator=True)
        # %%
        runs = pd.DataFrame(runs, columns=["step", "loss"])
        runs = runs[["loss"]]
        best = runs["loss"].min()
        # %%
        print(hours["jams"].max(), best)

    Good:

        # %%
        import pandas as pd
        sales = pd.read_csv("sales.csv")
        people = pd.read_csv("people.csv")
        # %%
        sales = sales.merge(people, on="city")
        sales["each"] = sales["price"] / sales["count"]
        sales = sales.drop(columns=["count"])
        # %%
        prices = sales.filter(["city", "price"])
        prices.reset_index(inplace=True)
        prices = prices["price"]

    Good:

        # %%
        files = ["bonn.csv", "lyon.csv"]
        # %%
        files.append("riga.csv")
        # %%
        first = open(files[0]).read()

    Good:

        # %%
        fruits = ["apple"]
        # %%
        fruits.append("kiwi")
        print(fruits)
    """
    said: set[object] = set()
    for cell in page.code if is_serious(page) else ():
        found = list(_told(page, cell))
        if not found or (found[0].kind == "raises" and not is_worth_an_error(page, cell, found[0])):
            continue
        function = changed_global(page, found[0])
        if function not in said:
            yield _hit(page, cell, found, function.name if function is not None else "")
        if function is not None:
            said.add(function)
    yield from overwritten(page)


def _told(page: Page, cell: CodeCell) -> Iterator[Reason]:
    """What a second run does until it stops, as far as words are known for it and somebody would miss it."""
    sources = page.flow.sources[cell.number]
    suspects = page.idempotence.suspects(cell.number)
    if not any(name in sources and not _COUNTERS.fullmatch(name) for name in suspects):
        return
    for reason in page.idempotence.reasons(cell.number, chance=False):
        if not words(reason) or _COUNTERS.fullmatch(reason.name) or is_count(page, reason):
            continue
        if is_trial(page, cell, reason) or is_training(reason):
            continue
        error = error_of_merge(page, cell, reason) or error_of_own_result(page, cell, reason)
        if reason.name in sources and error:
            yield replace(reason, kind="raises", operation=error, key=None)
            return
        if adds_only_what_is_missing(page, cell, reason) or is_undone(page, cell, reason):
            continue
        if reason.kind == "raises":
            if reason.name in sources:
                yield reason
            return
        is_outside = reason.name in sources or changed_global(page, reason) is not None
        if is_outside and is_read_later(page, cell, reason):
            yield reason


def _hit(page: Page, cell: CodeCell, found: list[Reason], function: str) -> Hit:
    first = found[0]
    then = words(first).format(f"`{place(page, cell, first)}`")
    home = home_of(page, first) if function else cell
    source = page.flow.sources[cell.number].get(first.name)
    related = [Related(Span(source), f"`{first.name}` comes from here")] if source is not None and not function else []
    related += [Related(reason.span, "and this once more") for reason in found[1:6] if reason.span != first.span]
    if function:
        message = f"Each call of `{function}` {then}, a global of the notebook"
        return Hit(home.at(first.node), message, tuple(related))
    message = f"A second run of this cell {then}: `{first.name}` comes from cell {source}"
    if first.kind != "raises":
        grown = {reason.name for reason in found if reason.kind == "accumulates"}
        slight = all(is_slight(page, cell, reason, grown) for reason in found if reason.kind != "raises")
        sure = any(is_sure(page, reason) for reason in found) and not slight
        severity: Severity | None = "minor" if slight else None
        return Hit(first.span, message, tuple(related), severity=severity, confidence=None if sure else "possible")
    confidence: Confidence | None = None if was_met(page, cell, first) else "possible"
    return Hit(first.span, message, tuple(related), severity="minor", confidence=confidence)
