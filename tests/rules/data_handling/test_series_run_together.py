"""NBC622 beyond its documentation: what tells series apart, and what heeds where they end."""

import pytest

from nbcritic.analysis.page import Page
from nbcritic.notebook import percent
from nbcritic.rules.data_handling.series_run_together import check

HEAD = "# %%\nimport pandas as pd\ndf = pd.read_csv('a.csv')\n"
SORTED = "df = df.sort_values(['shop', 'date'])\n"
SHIFTED = "df['before'] = df['sold'].shift(1)\n"


def messages(text: str) -> list[str]:
    return [hit.message for hit in check.check(Page(percent.read(HEAD + text, "t.py")))]


def test_all_keys_are_named() -> None:
    (message,) = messages("df.sort_values(by=['shop', 'brand', 'week'], inplace=True)\ndf['d'] = df.sold.diff()\n")
    assert message.endswith('write `df.groupby(["shop", "brand"])` before it')


def test_several_windows_are_one_fault() -> None:
    text = HEAD + SORTED + SHIFTED + "df['mean'] = df['sold'].rolling(7).mean()\n"
    (hit,) = check.check(Page(percent.read(text, "t.py")))
    assert len(hit.related) == 2


@pytest.mark.parametrize(
    "text",
    [
        SHIFTED,
        "other = df.sort_values(['shop', 'date'])\n" + SHIFTED,
        "df = df.sort_values(['date', 'shop'])\n" + SHIFTED,
        "df = df.sort_values(['shop', 'price'])\n" + SHIFTED,
        SORTED + "df = pd.read_csv('b.csv')\n" + SHIFTED,
        SORTED + "df = df[df.shop == 1]\n" + SHIFTED,
        SORTED + "df = df.query('shop == 1')\n" + SHIFTED,
        SORTED + SHIFTED + "df = df[df['shop'] == df['shop'].shift()]\n",
        SORTED + SHIFTED + "df = df[df.groupby('shop').cumcount() > 0]\n",
        SORTED + "for _, df in df.groupby('shop'):\n    df['before'] = df['sold'].shift(1)\n",
        SORTED + "before = df['sold'].shift(1)\n",
        SORTED + "def lagged(df):\n    df['before'] = df['sold'].shift(1)\n    return df\n",
    ],
)
def test_innocent(text: str) -> None:
    assert messages(text) == []
