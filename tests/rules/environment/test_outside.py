"""What a notebook has to do with the world outside: addresses, downloads, loaded programs and statements put together as text."""

import ast

import pytest

from nbcritic import rules
from nbcritic.analysis.page import Page
from nbcritic.model import Cell, Hit, Notebook
from nbcritic.rules.environment._remote import fetches, text_of


def page(*sources: str) -> Page:
    return Page(Notebook("x.ipynb", tuple(Cell(n, "code", source) for n, source in enumerate(sources, 1))))


def hits(code: str, *sources: str) -> list[Hit]:
    return list(rules.load()[code].check(page(*sources)))


@pytest.mark.parametrize(
    "source",
    [
        'client = MongoClient("mongodb://10.2.0.7:27017/shop")',
        'client = MongoClient(host="mongo-3.shop.internal")',
        'import psycopg2\npsycopg2.connect(dbname="sales", host="192.168.4.17")',
        'engine = create_engine("mssql+pyodbc://report@sql4.shop.net/sales?driver=x")',
        'connection = pyodbc.connect("Driver=x;Server=sql4.shop.net;Trusted_Connection=yes;")',
        'prices = requests.get("http://10.20.0.31:8080/prices")',
        'consumer = KafkaConsumer("orders", bootstrap_servers="kafka1.shop.internal:9092")',
        'DB_HOST = "sales.c9x2.eu-west-1.rds.amazonaws.com"',
        'spark = SparkSession.builder.master("spark://node1.shop.internal:7077")',
        'engine = create_engine(f"postgresql://{user}:{password}@sales.c9x2.eu-west-1.rds.amazonaws.com/sales")',
    ],
)
def test_endpoints(source: str) -> None:
    (hit,) = hits("NBC204", source)
    assert hit.at.line == len(source.split("\n"))


@pytest.mark.parametrize(
    "source",
    [
        'client = MongoClient("mongodb://localhost:27017/shop")',
        'client = MongoClient("mongodb://mongo:27017/shop")',
        'redis.Redis(host="127.0.0.1")',
        'psycopg2.connect(host="your-host.com")',
        'psycopg2.connect(host="db.example.com")',
        'psycopg2.connect(host=os.getenv("HOST", "db.shop.internal"))',
        'host = os.environ.get("HOST") or "db.shop.internal"',
        'answer = requests.get("https://api.openstreetmap.org/api/0.6/map")',
        'page = "https://www.shop.com/orders"',
        'print("http://10.20.0.31:8080/prices")',
        'version = "1.10.20.3"',
        'if host == "10.20.0.31":\n    pass',
        '"""Ask at http://10.20.0.31/help"""',
        'plot(title="10.20.0.31")',
    ],
)
def test_no_endpoints(source: str) -> None:
    assert not hits("NBC204", source)


def test_a_password_in_the_address_is_the_graver_fault() -> None:
    source = 'engine = create_engine("postgresql://report:kestrel88@db.shop.internal/sales")'
    assert not hits("NBC204", source)
    assert hits("NBC205", source)


@pytest.mark.parametrize(
    "source",
    [
        'f"select * from orders where city = {city()}"',
        '"select * from orders where city = \'%s\'" % row["city"]',
        "\"select * from orders where city = '{}'\".format(ask())",
        '"select * from orders where city = \'" + row.city + "\' limit 10"',
        'f"select * from orders where id in {tuple(frame.id)}"',
        "f\"select * from orders where city like '%{row.city}%'\"",
        "f\"insert into orders (city, price) values ('{row.city}', {row.price})\"",
        "f\"update orders set city = '{row.city}' where id = 3\"",
        "f\"-- orders of one city\\nselect * from orders where city = '{row.city}'\"",
        "text(f\"select * from orders where city = '{row.city}'\")",
    ],
)
def test_values_in_statements(source: str) -> None:
    (hit,) = hits("NBC213", f"for row in frame.itertuples():\n    cursor.execute({source})")
    assert hit.at.line == 2


@pytest.mark.parametrize(
    "source",
    [
        'f"select * from {row.table} where city = 1"',
        'f"select {row.column} from orders"',
        'f"select * from orders order by {row.column} limit {row.size}"',
        '"select * from orders where city = %s", [row.city]',
        '"select * from orders where city = \'%s\'" % "Oslo"',
        'f"select * from orders where price > {len(frame)}"',
        'f"select * from orders where id = {int(row.id)}"',
        'f"hello {row.name} from me"',
        "query",
        '"select 1"',
    ],
)
def test_no_values_in_statements(source: str) -> None:
    assert not hits("NBC213", f"for row in frame.itertuples():\n    cursor.execute({source})")


def test_literals_of_the_page_are_no_values_from_outside() -> None:
    start = "START = '2021-01-01'\nCITIES = ['Oslo', 'Rome']\nWHERE = f\"city in {tuple(CITIES)}\""
    use = "for city in CITIES:\n    spark.sql(f\"select * from orders where day > '{START}' and city = '{city}'\")"
    assert not hits("NBC213", start, use)
    assert hits("NBC213", start.replace("'2021-01-01'", "input()"), use)


@pytest.mark.parametrize(
    "source, severity",
    [
        ("import requests\nrequests.get(url, verify=False)", None),
        ("session = open_session()\nsession.post('https://api.shop.org', verify=False)", None),
        ("import ssl\nssl._create_default_https_context = ssl._create_unverified_context", "minor"),
        ("import pickle, requests\npickle.loads(requests.get(url).content)", None),
        ("import pandas as pd\npd.read_pickle('https://shop.org/orders.pkl')", None),
        ("import joblib\njoblib.load(hub.download('https://shop.org/a.pkl', 'a.pkl'))", None),
        ("import numpy as np\nnp.load(fetch('https://shop.org/a.npy'), allow_pickle=True)", None),
        ("import yaml\nyaml.load(text)", None),
        ("import yaml\nyaml.load(text, Loader=yaml.UnsafeLoader)", "minor"),
        ("n = 1\nn = eval(input('n: '))", "minor"),
        ("from urllib.request import urlopen\nexec(urlopen(url).read())", None),
        ("films = 1\nfilms['cast'].apply(eval)", "minor"),
    ],
)
def test_unsafe_loads(source: str, severity: str | None) -> None:
    (hit,) = hits("NBC212", source)
    assert hit.at.line == 2
    assert hit.severity == severity


def test_a_file_that_was_downloaded_stays_foreign() -> None:
    load = "import torch\nstate = torch.load('models/net.pt', weights_only=False)"
    assert hits("NBC212", "!wget https://shop.org/net.pt -P models", load)
    assert hits("NBC212", "!curl -L https://shop.org/v2 -o net.pt", load)
    assert hits(
        "NBC212", "from urllib.request import urlretrieve\nurlretrieve('https://shop.org/a', 'models/net.pt')", load
    )
    assert not hits("NBC212", "torch.save(state, 'models/net.pt')", load)
    assert not hits("NBC212", "!wget https://shop.org/other.pt", load)


@pytest.mark.parametrize(
    "source",
    [
        "import pickle\npickle.load(open('model.pkl', 'rb'))",
        "import torch\ntorch.load('model.pt')\ntorch.load('model.pt', weights_only=True)",
        "import numpy as np\nnp.load('a.npy', allow_pickle=True)",
        "import yaml\nyaml.safe_load(text)\nyaml.load(text, yaml.SafeLoader)\nyaml.load(text, Loader=yaml.FullLoader)",
        "model.eval()\ndf.eval('a + b')\neval('1 + 2')\neval(name)\neval(config['generator'])",
        "import requests\nrequests.get('http://localhost:8080', verify=False)\nrequests.get(url, verify=True)",
        "def eval(text):\n    return text\nfilms['cast'].apply(eval)",
        "films['cast'].apply(lambda x: model.eval(x))",
    ],
)
def test_safe_loads(source: str) -> None:
    assert not hits("NBC212", source)


@pytest.mark.parametrize(
    "source",
    [
        "import pandas as pd\npd.read_csv('https://raw.githubusercontent.com/shop/data/master/a.csv')",
        "import pandas as pd\npd.read_csv('https://docs.google.com/spreadsheets/d/x/export?format=csv')",
        "import requests\nrequests.get('https://shop.org/exports/a.zip')",
        "BASE = 'https://shop.org/exports/'\ndf = pd.read_csv(BASE + 'a.csv')",
        "BASE = 'https://shop.org/exports'\ndf = pd.read_csv(f'{BASE}/{name}.csv')",
        "# get\n!wget -q https://shop.org/exports/a.csv",
        "# get\n!curl -sL https://shop.org/exports/a.csv -o a.csv",
        "import tensorflow as tf\ntf.keras.utils.get_file('a.zip', origin='https://shop.org/a.zip')",
        "%%bash\nwget https://shop.org/exports/a.csv",
    ],
)
def test_remote_data(source: str) -> None:
    (hit,) = hits("NBC215", source)
    assert hit.at.line == 2


@pytest.mark.parametrize(
    "source",
    [
        "pd.read_csv('a.csv')",
        "pd.read_csv(f'https://raw.githubusercontent.com/shop/data/{\"9f3c61d07be24a85b1e6d2c4a7b85f3e1d0c9b8a\"}/a.csv')",
        "pd.read_csv('https://github.com/shop/data/releases/download/v1/a.csv')",
        "pd.read_csv('https://zenodo.org/record/1/files/a.csv')",
        "pd.read_csv('https://shop.org/2021/a.csv')",
        "requests.get('https://api.shop.org/orders').json()",
        "get_file('a.zip', origin='https://shop.org/a.zip', file_hash='9f3c')",
        "pooch.retrieve('https://shop.org/a.zip', known_hash='sha256:9f3c')",
        "!curl https://shop.org/exports/a.csv",
        "# !wget https://shop.org/exports/a.csv",
        "!wget https://shop.org/exports/a.csv\n!sha256sum -c a.sha",
        "!wget https://shop.org/logo.png",
    ],
)
def test_pinned_or_no_data(source: str) -> None:
    assert not hits("NBC215", source)


def test_a_fetch_knows_what_it_keeps() -> None:
    found = fetches(
        page(
            "!wget https://shop.org/a.csv -O data/b.csv; curl -o c.csv https://shop.org/d\n!gdown https://shop.org/e.zip"
        )
    )
    assert [(fetch.how, fetch.saved) for fetch in found] == [("wget", "b.csv"), ("curl", "c.csv"), ("gdown", "e.zip")]


def test_text_that_turns_in_circles_ends() -> None:
    notebook = page("a = b + 'x'\nb = a + 'y'\nread_csv(a)")
    call = notebook.code[0].nodes(ast.Call)[0]
    assert "x" in text_of(notebook, call.args[0])


SUM = "+".join(["a"] * 3_000)


@pytest.mark.parametrize("code", ["NBC204", "NBC212", "NBC213", "NBC214", "NBC215"])
@pytest.mark.parametrize(
    "source",
    [
        f"import pandas as pd\nif {SUM}:\n    pd.Panel()",
        f"cursor.execute('select * from orders where city = ' + {SUM})",
        f"cursor.execute(f'select * from orders where city = {{{SUM}}}')",
        "pd.read_csv(" + "+".join(["'https://shop.org/'"] * 3_000) + ")",
        "eval(" + "-" * 500 + "row['x'])",
    ],
)
def test_long_expressions_survive(code: str, source: str) -> None:
    hits(code, source)


def test_what_a_query_answered_weighs_less_than_what_somebody_types() -> None:
    answered = 'months = pd.read_sql("select month from counts", c)["month"].tolist()\nfor m in months:\n'
    typed = 'months = [input("Month: ")]\nfor m in months:\n'
    loop = "    cursor.execute(f\"select * from orders where month = '{m}'\")"
    assert [hit.severity for hit in hits("NBC213", answered + loop)] == ["minor"]
    assert [hit.severity for hit in hits("NBC213", typed + loop)] == [None]


def test_shared_code_comes_by_run_on_databricks() -> None:
    source = "%run ../_resources/setup"
    assert [hit.severity for hit in hits("NBC109", source, "orders = spark.table('orders')")] == ["minor"]
    assert [hit.severity for hit in hits("NBC109", source, "orders = load('orders')")] == [None]
