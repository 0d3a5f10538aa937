"""NBC213 and NBC215: what the page itself was told by a database, and what it keeps of what it fetches."""

import pytest

from nbcritic import rules
from nbcritic.analysis.page import Page
from nbcritic.notebook import percent
from nbcritic.rules.environment.remote_data import check

URL = "https://data.shop.org/exports"


@pytest.mark.parametrize(
    ("source", "severity"),
    [
        ("names = base.sql('select name from shops').df()['name']", "minor"),
        ("names = base.execute('select name from shops').fetchall()", "minor"),
        ("names = client.query('select name from shops').to_dataframe()['name']", "minor"),
        ("names = input('Shops: ')", None),
        ("names = pd.read_csv('shops.csv')['name']", None),
    ],
)
def test_values_from_an_earlier_query_weigh_less(source: str, severity: str | None) -> None:
    text = f"# %%\n{source}\nlisted = ','.join(f\"'{{name}}'\" for name in names)\n"
    text += "base.sql(f'select price from orders where shop in ({listed})')"
    (hit,) = rules.load()["NBC213"].check(Page(percent.read(text, "t.py")))
    assert hit.severity == severity


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"urlretrieve('{URL}/orders.csv', 'orders.csv')", 1),
        (f"if not path.exists():\n    urlretrieve('{URL}/orders.csv', path)", 0),
        (f"if large:\n    urlretrieve('{URL}/orders.csv', path)", 1),
        (f"def get(path):\n    if os.path.isfile(path):\n        return\n    urlretrieve('{URL}/orders.csv', path)", 0),
        (
            f"def get(path):\n    if os.path.isfile(path):\n        print(1)\n    urlretrieve('{URL}/orders.csv', path)",
            1,
        ),
        (
            f"if not os.path.exists('data'):\n    os.mkdir('data')\nurlretrieve('{URL}/orders.csv', 'data/orders.csv')",
            1,
        ),
        (f"!wget -nc {URL}/orders.csv", 0),
        (f"!wget -q {URL}/orders.csv", 1),
        (f"![ -f orders.csv ] || wget {URL}/orders.csv", 0),
        (f"urlretrieve('{URL}/orders_v2.csv', 'orders.csv')", 0),
        (f"urlretrieve('{URL}/orders-20210304.csv', 'orders.csv')", 0),
        (f"urlretrieve('{URL}/orders.6.21.19.zip', 'orders.zip')", 0),
        (f"urlretrieve('{URL}/mnist/train-images-idx3-ubyte.gz', 'images.gz')", 0),
        ("urlretrieve('https://publicdatasets.blob.core.windows.net/x/orders.csv', 'orders.csv')", 0),
    ],
)
def test_files_that_are_fetched_once_or_never_change(text: str, expected: int) -> None:
    page = Page(percent.read(f"# %%\nimport os\nfrom urllib.request import urlretrieve\n# %%\n{text}", "t.py"))
    assert len(list(check.check(page))) == expected
