"""NBC206."""

from __future__ import annotations

from collections.abc import Iterator

from nbcritic.analysis.credentials import shown_leaks
from nbcritic.analysis.page import Page
from nbcritic.analysis.secrets import Leak
from nbcritic.model import Hit
from nbcritic.rule import rule


@rule(
    "NBC206",
    name="credential-in-output",
    severity="blocker",
    category="security-and-privacy",
    any_language=True,
)
def check(page: Page) -> Iterator[Hit]:
    r"""A saved output shows a password, key or token.

    The code may read it from a safe place: the file that is shared, rendered and committed carries it all the same, in the text
    that the cell printed or in the lines of a traceback.

    Instead, revoke it, clear the output, and print no more than what proves the point: `bool(token)`, its last two characters,
    the host without the address.

    Bad:

        # %% In[3]  # <- flagged
        print(url)
        #> postgresql://report:kestrel88@db.shop.internal/sales
        # %% In[4]  # <- flagged
        settings
        #> {'user': 'report', 'api_key': '9f3c61d07be24a85b1e6'}
        # %% In[5]  # <- flagged
        !env
        #> HOME=/home/jovyan
        #> WEATHER_API_KEY=4b1d9e7c20f84d3ba6

    Good:

        # %% In[3]
        print(url)
        #> postgresql://report:***@db.shop.internal/sales
        # %% In[4]
        settings
        #> {'user': 'report', 'api_key': '<hidden>', 'token': '[PAD]', 'password': 'secret'}
        # %% In[5]
        !git log -1 --format=%H; md5sum orders.csv
        #> 9f3c61d07be24a85b1e6d2c4a7b85f3e1d0c9b8a
        #> 5f4dcc3b5aa765d61d8327deb882cf99  orders.csv
        # %% In[6]
        !wget https://shop.org/releases/orders.zip
        #> Location: https://assets.s3.amazonaws.com/orders.zip?X-Amz-Credential=AKIAQ7RM2WPX4KTD6HNZ%2F20240301&X-Amz-Expires=300
        # %% In[7]
        tokens
        #> tensor([[101, 7592, 102]]) {'token': 'vaccine', 'token_type_ids': [0, 0]}
    """
    for cell in page.cells:
        found = [leak for output in cell.outputs for leak in shown_leaks(output)] if cell.cell.outputs != b"[]" else []
        if found:
            first = found[0]
            more = f" (and {len(found) - 1} more like it)" if len(found) > 1 else ""
            yield Hit(
                cell.at(),
                f"the saved output of cell {cell.number} shows {_named(first)}{more}; revoke it and clear the output",
                confidence="certain" if first.sure else None,
            )


def _named(leak: Leak) -> str:
    return f"the value of `{leak.name}`" if leak.name else leak.what
