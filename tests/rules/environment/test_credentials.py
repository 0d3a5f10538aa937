"""Seeded credentials: each kind is found in code and in outputs and shown by no report; look-alikes raise no alarm.

Every value is made here from pieces, at random with a fixed seed: nothing in this file is, or looks like, anybody's.
"""

import base64
import json
import random
import re
import string
import zlib
from collections.abc import Callable

import pytest

from nbcritic import rules
from nbcritic.analysis.page import Page
from nbcritic.config import Config
from nbcritic.engine import critique
from nbcritic.model import Cell, Notebook
from nbcritic.report import FORMATS, render

CHANCE = random.Random(20)
WORD = string.ascii_letters + string.digits
HEX = "0123456789abcdef"
UPPER = string.ascii_uppercase + "234567"
CONFIG = Config().with_options(profile="review")


def some(length: int, letters: str = WORD) -> str:
    """Letters at random, never a run that reads like a specimen."""
    while True:
        text = "".join(CHANCE.choice(letters) for _ in range(length))
        if not re.search(r"(.)\1\1|xxx|000|123456|abcdef|test|demo", text, re.I) and len(set(text)) > min(
            7, length - 1
        ):
            return text


def checked(prefix: str) -> str:
    """A token that ends with the CRC32 of its body in base 62."""
    body, digits = some(30), ""
    number = zlib.crc32(body.encode())
    while number:
        number, digit = divmod(number, 62)
        digits = (string.digits + string.ascii_uppercase + string.ascii_lowercase)[digit] + digits
    return prefix + "_" + body + digits.rjust(6, "0")


def web_token() -> str:
    parts = ({"alg": "HS256", "typ": "JWT"}, {"sub": some(9), "iss": "shop"})
    return ".".join((*(base64.urlsafe_b64encode(json.dumps(p).encode()).decode().rstrip("=") for p in parts), some(43)))


def padded(length: int, end: str) -> str:
    return some(length, WORD + "+/") + end


SHAPES: dict[str, Callable[[], str]] = {
    "aws": lambda: "AK" + "IA" + some(16, UPPER),
    "aws session": lambda: "AS" + "IA" + some(16, UPPER),
    **{f"github {kind}": lambda kind=kind: checked("gh" + kind) for kind in "pousr"},  # type: ignore[misc]
    "github fine": lambda: "github" + "_pat_" + some(22) + "_" + some(59),
    **{f"gitlab {kind}": lambda kind=kind: f"gl{kind}-" + some(24) for kind in ("pat", "dt", "rt", "ptt")},  # type: ignore[misc]
    "npm": lambda: checked("np" + "m"),
    "pypi": lambda: "py" + "pi-AgEI" + "cHlwaS5vcmc" + some(80),
    "slack bot": lambda: "xo" + "xb-" + some(12, string.digits) + "-" + some(12, string.digits) + "-" + some(24),
    "slack app": lambda: "xa" + "pp-1-A" + some(10, UPPER) + "-" + some(13, string.digits) + "-" + some(64, HEX),
    "slack hook": lambda: "https://hooks.sl" + "ack.com/services/T" + some(8, UPPER) + "/B" + some(8, UPPER) + "/" + some(24),
    "discord hook": lambda: "https://discord.com/api/web" + "hooks/" + some(18, string.digits) + "/" + some(68),
    "telegram": lambda: "bot" + some(10, string.digits) + ":A" + "A" + some(33),
    "google": lambda: "AI" + "za" + some(35),
    "google secret": lambda: "GOC" + "SPX-" + some(28),
    "google access": lambda: "ya" + "29." + some(80),
    "openai": lambda: "s" + "k-proj-" + some(40) + "T3Blbk" + "FJ" + some(40),
    "openai old": lambda: "s" + "k-" + some(20) + "T3Blbk" + "FJ" + some(20),
    "anthropic": lambda: "sk" + "-ant-api03-" + some(93) + "AA",
    "groq": lambda: "gs" + "k_" + some(52),
    "openrouter": lambda: "sk" + "-or-v1-" + some(64, HEX),
    "xai": lambda: "xa" + "i-" + some(80),
    "nvidia": lambda: "nv" + "api-" + some(64),
    "tavily": lambda: "tv" + "ly-dev-" + some(32),
    "langsmith": lambda: "ls" + "v2_pt_" + some(32, HEX) + "_" + some(10, HEX),
    "pinecone": lambda: "pc" + "sk_" + some(6) + "_" + some(63),
    "huggingface": lambda: "h" + "f_" + some(34, string.ascii_letters),
    "perplexity": lambda: "pp" + "lx-" + some(48),
    "replicate": lambda: "r" + "8_" + some(37),
    "kaggle": lambda: "KG" + "AT_" + some(32, HEX),
    "databricks": lambda: "da" + "pi" + some(32, HEX),
    "digitalocean": lambda: "do" + "p_v1_" + some(64, HEX),
    "docker": lambda: "dc" + "kr_pat_" + some(27),
    "heroku": lambda: "HR" + "KU-" + some(60),
    "vault": lambda: "hv" + "s." + some(90),
    "terraform": lambda: some(14) + ".atlas" + "v1." + some(67),
    "pulumi": lambda: "pu" + "l-" + some(40, HEX),
    "doppler": lambda: "dp" + ".pt." + some(43),
    "grafana": lambda: "gl" + "sa_" + some(32) + "_" + some(8, HEX),
    "new relic": lambda: "NR" + "AK-" + some(27, UPPER),
    "postman": lambda: "PM" + "AK-" + some(24, HEX) + "-" + some(34, HEX),
    "planetscale": lambda: "psc" + "ale_tkn_" + some(43),
    "supabase": lambda: "sb" + "p_" + some(40, HEX),
    "airtable": lambda: "pa" + "t" + some(14) + "." + some(64, HEX),
    "notion": lambda: "nt" + "n_" + some(11, string.digits) + some(35),
    "linear": lambda: "lin" + "_api_" + some(40),
    "figma": lambda: "fi" + "gd_" + some(40),
    "prefect": lambda: "pn" + "u_" + some(36),
    "rubygems": lambda: "ruby" + "gems_" + some(48, HEX),
    "shopify": lambda: "shp" + "at_" + some(32, HEX),
    "square": lambda: "sq0" + "atp-" + some(22),
    "brevo": lambda: "xkey" + "sib-" + some(64, HEX) + "-" + some(16),
    "stripe": lambda: "sk" + "_live_" + some(40),
    "stripe hook": lambda: "wh" + "sec_" + some(32),
    "sendgrid": lambda: "S" + "G." + some(22) + "." + some(43),
    "mailgun": lambda: "key" + "-" + some(32, HEX),
    "mailchimp": lambda: some(32, HEX) + "-us" + "12",
    "twilio": lambda: "S" + "K" + some(32, HEX),
    "facebook": lambda: "EA" + "AC" + some(140),
    "alibaba": lambda: "LT" + "AI" + "5t" + some(16) + "kQ",
    "sonar": lambda: "sq" + "p_" + some(40, HEX),
    "jfrog": lambda: "AK" + "Cp" + some(69),
    "azure client": lambda: some(3) + "8" + "Q~" + some(34),
    "azure storage": lambda: "DefaultEndpointsProtocol=https;AccountName=shop;Account" + "Key=" + padded(86, "=="),
    "azure bus": lambda: "Endpoint=sb://shop.servicebus.windows.net/;Shared" + "AccessKey=" + padded(43, "="),
    "atlassian": lambda: "ATA" + "TT3" + some(190),
    "private key": lambda: "-----BEGIN RSA PRIV" + "ATE KEY-----" + padded(300, "==") + "-----END RSA PRIV" + "ATE KEY-----",
    "web token": web_token,
    "mapbox secret": lambda: "sk" + ".eyJ" + some(40) + "." + some(22),
    "bearer": lambda: "Bear" + "er " + some(40),
    "basic": lambda: "Bas" + "ic " + base64.b64encode(b"report:kestrel" + some(6).encode()).decode(),
    "connection": lambda: "postgresql://report:" + some(12) + "@db.shop.internal/sales",
    "mongo": lambda: "mongodb+srv://report:" + some(12) + "@shop.mongodb.net/sales",
    "odbc": lambda: "Driver=x;Server=db.shop.internal;UID=report;PW" + "D=" + some(12) + ";Encrypt=yes",
    "query": lambda: "https://api.shop.internal/orders?api" + "_key=" + some(32, HEX),
}  # fmt: skip
SEEDS = {name: make() for name, make in SHAPES.items()}


def page(source: str, *printed: str) -> Page:
    outputs = json.dumps([{"output_type": "stream", "name": "stdout", "text": text} for text in printed]).encode()
    return Page(Notebook("x.ipynb", (Cell(1, "code", source, execution_count=1, outputs=outputs),)))


def codes(page: Page) -> set[str]:
    return {f.code for f in critique(page, CONFIG).findings}


def bare(value: str) -> str:
    """What must not be read: the longest run of letters that no placeholder, scheme or host accounts for."""
    return max(
        re.split(r"[^A-Za-z0-9]", re.sub(r"https?://|DefaultEndpointsProtocol|AccountName|servicebus", " ", value)),
        key=len,
    )


def test_there_are_enough_of_them() -> None:
    assert len(SEEDS) >= 60


@pytest.mark.parametrize("name", SEEDS)
def test_in_code(name: str) -> None:
    found = page(f"connect({SEEDS[name]!r})\n")
    assert "NBC205" in codes(found)


@pytest.mark.parametrize("name", SEEDS)
def test_in_an_output(name: str) -> None:
    assert "NBC206" in codes(page("print(settings)", f"connecting with {SEEDS[name]}\nok"))


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("name", SEEDS)
def test_no_report_shows_it(name: str, format: str) -> None:
    value = SEEDS[name]
    report = critique(page(f"import os, sys\nclient = connect({value!r})  # {value}\n", f"now {value}\n"), CONFIG)
    assert report.findings
    text = "".join(render([report], format)) + repr(report)
    assert value not in text
    assert bare(value) not in text


LOOK_ALIKES = [
    'key = "AK' + 'IAIOSFODNN7EXAMPLE"',
    'secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCY' + 'EXAMPLEKEY"',
    'token = "<your token>"',
    'api_key = "<API_KEY>"',
    'api_key = "YOUR_API_KEY"',
    'api_key = "your-api-key-here"',
    'password = "changeme"',
    'password = "xxxxxxxxxxxx"',
    'password = "********"',
    'password = "..."',
    'token = "TODO"',
    'token = "insert-token-here"',
    'password = os.environ["DB_PASSWORD"]',
    'password = os.getenv("DB_PASSWORD")',
    'password = getpass("Password: ")',
    "password = getpass.getpass()",
    'password = input("Password: ")',
    'token = user_secrets.get_secret("HF_TOKEN")',
    'token = userdata.get("HF_TOKEN")',
    'token = dbutils.secrets.get("scope", "key")',
    "token = tokenizer(text)",
    'token = tokenizer.tokenize("vaccine-2021")',
    'pad_token = "[PAD]"',
    'mask_token = "<mask>"',
    'eos_token = "</s>"',
    'token = "vaccine2021"',
    'tokens = ["k29dK2k1", "mZq81LpQ"]',
    'token_pattern = r"(?u)\\b\\w\\w+\\b"',
    'secret_name = "prod/db/password"',
    'key = "customer_id"',
    'primary_key = "order_id"',
    'sort_key = "price_2021_q1"',
    'foreign_key = "a8d7f9e01b2c3d4e5f60"',
    'password_hash = "5f4dcc3b5aa765d61d8327deb882cf99"',
    'commit = "9f3c61d07be24a85b1e6d2c4a7b85f3e1d0c9b8a"',
    'sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"',
    'md5 = "d41d8cd98f00b204e9800998ecf8427e"',
    'run_id = "3f2504e0-4f89-11d3-9a0c-0305e82c3301"',
    'cell_id = "a1b2c3d4"',
    'uid = "507f1f77bcf86cd799439011"',
    'url = "https://example.com/orders?page=2&per_page=100"',
    'url = "https://api.shop.org/v1/orders?key=name"',
    'url = "postgresql://user:password@localhost/db"',
    'url = f"postgresql://{user}:{password}@{host}/sales"',
    'url = "postgresql://" + user + ":" + password + "@host/db"',
    'url = "https://user:pass@example.com"',
    'image = "data:image/png;base64,' + "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ" + '"',
    'blob = "' + base64.b64encode(bytes(range(256))).decode() + '"',
    'sequence = "ACGTACGTTAGCCGATAGCTTAGCATCGATCGATCGTAGC"',
    'smiles = "CC(C)Cc1ccc(cc1)C(C)C(=O)O"',
    'protein = "MKTAYIAKQRQISFVKSHFSRQLEERLGLIEVQAPILSRV"',
    'model = "sk-learn-random-forest-classifier-with-many-trees"',
    'path = "secrets/token.json"',
    'key_file = "~/.ssh/id_rsa"',
    'headers = {"Authorization": f"Bearer {token}"}',
    'headers = {"Authorization": "Bearer " + token}',
    'headers = {"Authorization": "Bearer <token>"}',
    'headers = {"X-Api-Key": API_KEY}',
    'login(username="user", password="password")',
    'login(user, password=None)',
    'def connect(user, password=""):\n    return user',
    'if password == "swordfish9":\n    print("right")',
    'df["token"] = "n2-w3"',
    'df.rename(columns={"secret": "hidden_2021"})',
    'labels = {"token": "Wort", "password": "Kennwort"}',
    'driver.find_element("id", "password").send_keys(word)',
    'widgets.Password(description="Password:")',
    'sk_params = dict(n_estimators=100, max_depth=8)',
    'hf_model = "hf_internal_testing_tiny_random_bert_model_2"',
]  # fmt: skip
PRINTED = [
    "tensor([[ 101, 7592, 2088,  102]])",
    "{'input_ids': [101, 7592], 'token_type_ids': [0, 0]}",
    "token='Nov', token='group', token='1956'",
    "9f3c61d07be24a85b1e6d2c4a7b85f3e1d0c9b8a  orders.csv",
    "commit 9f3c61d07be24a85b1e6d2c4a7b85f3e1d0c9b8a",
    "password    123456\nsecret      monkey",
    "Password: ········",
    "<function connect(user, password=None)>",
    "KeyError: 'API_KEY'",
    "{'api_key': '***', 'password': '<hidden>'}",
    "API_KEY=\nTOKEN=<unset>\nHOME=/home/jovyan",
    "Bearer token is missing",
    "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
    "postgresql://report:***@db.shop.internal/sales",
    "Basic statistics of the columns",
]


def test_there_are_enough_look_alikes() -> None:
    assert len(LOOK_ALIKES) >= 60


@pytest.mark.parametrize("source", LOOK_ALIKES)
def test_look_alikes_in_code(source: str) -> None:
    assert not {"NBC205", "NBC206"} & codes(page(source))


@pytest.mark.parametrize("text", [*PRINTED, *LOOK_ALIKES])
def test_look_alikes_in_an_output(text: str) -> None:
    assert "NBC206" not in codes(page("show()", text))


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("pwd = {!r}\nlink = psycopg2.connect(host=host, password=pwd)", True),
        ("password = {!r}\nengine = create_engine(url, connect_args=d)\nsession.login(user=u, passwd=password)", True),
        ("def link():\n    pwd = {!r}\n    return MongoClient(host, password=pwd)", True),
        ("pwd = {!r}\nshow(password=pwd)", False),
        ("pwd = {!r}\nconnect(database=pwd)", False),
        ("pwd = {!r}\npwd = getpass()\nconnect(password=pwd)", False),
        ("def connect(password):\n    print(password)\npwd = {!r}\nconnect(password=pwd)", False),
    ],
)
@pytest.mark.parametrize("length", [10, 14])
def test_letters_that_a_connection_takes_as_its_password(source: str, told: bool, length: int) -> None:
    word = some(length, string.ascii_lowercase)
    assert ("NBC205" in codes(page(source.format(word)))) is told


@pytest.mark.parametrize("word", ["password", "changeme", "your_password", "xxx", "DB_PASSWORD", "postgres"])
def test_placeholders_that_a_connection_takes(word: str) -> None:
    assert "NBC205" not in codes(page(f"pwd = {word!r}\nlink = psycopg2.connect(host=host, password=pwd)"))


def test_pictures_are_never_looked_at() -> None:
    picture = base64.b64encode(f"password='{SEEDS['aws']}'".encode()).decode()
    shown = {
        "image/png": SEEDS["aws"] + picture,
        "text/plain": "<Figure>",
        "text/html": f'<img src="data:image/png;base64,{SEEDS["aws"]}">',
    }
    outputs = json.dumps([{"output_type": "display_data", "data": shown, "metadata": {}}]).encode()
    cell = Cell(1, "code", "plot()", execution_count=1, outputs=outputs)
    assert not list(rules.load()["NBC206"].check(Page(Notebook("x.ipynb", (cell,)))))


def test_a_traceback_is_an_output() -> None:
    lines = ["\x1b[0;31mValueError\x1b[0m", f"connect(\x1b[0;34m'{SEEDS['aws']}'\x1b[0m)"]
    outputs = json.dumps([{"output_type": "error", "ename": "E", "evalue": "x", "traceback": lines}]).encode()
    found = Page(Notebook("x.ipynb", (Cell(1, "code", "f()", execution_count=1, outputs=outputs),)))
    assert "NBC206" in codes(found)


PLACED = [
    'import smtplib\nserver = smtplib.SMTP_SSL("mail.shop.internal")\nserver.login("report", {!r})',
    'import smtplib\nwith smtplib.SMTP(host) as server:\n    server.login(sender, {!r})',
    'import imaplib\nimaplib.IMAP4_SSL(host).login("report", {!r})',
    'import ftplib\nserver = ftplib.FTP("files.shop.internal", "report", {!r})',
    'import pymssql\nlink = pymssql.connect("db.shop.internal", "report", {!r}, "sales")',
    'link = driver.connect("db.shop.internal", "report", {!r}, "sales")',
    'import paramiko\nclient = paramiko.SSHClient()\nclient.connect("shop.internal", 22, "report", {!r})',
    'import cx_Oracle\nlink = cx_Oracle.connect("report", {!r}, dsn)',
    'word = {!r}\nengine = create_engine(f"postgresql://report:{{word}}@db.shop.internal/sales")',
    'import urllib\nword = {!r}\nengine = create_engine(f"mysql://{{user}}:{{urllib.parse.quote_plus(word)}}@{{host}}/sales")',
    'user = "report"\nword = {!r}\nengine = create_engine("mysql://%s:%s@%s/sales" % (user, word, host))',
    'word = {!r}\nengine = create_engine("mysql://{{}}:{{}}@{{}}/sales".format(user, word, host))',
    'word = {!r}\nengine = create_engine("mysql://{{u}}:{{w}}@db/sales".format(u=user, w=word))',
    'word = {!r}\nengine = create_engine("mysql://" + user + ":" + word + "@db.shop.internal/sales")',
    'import smtplib\nword = {!r}\nserver = smtplib.SMTP(host)\nserver.login(sender, word)',
    'import MySQLdb\nword = {!r}\nlink = MySQLdb.connect("db.shop.internal", "report", word, "sales")',
]  # fmt: skip
NOT_PLACED = [
    'link = driver.connect("orders.csv.zip", "report")',
    'signal.connect("clicked", "report", {!r})',
    'def connect(a, b, c): pass\nconnect("db.shop.internal", "report", {!r})',
    'class Shop:\n    def login(self, name, word): pass\nShop().login("ann", {!r})',
    'game.login("ann", {!r})',
    'import smtplib\nserver = smtplib.SMTP(host)\nserver.sendmail("report", {!r})',
    'word = {!r}\nurl = f"https://{{word}}:8080/sales"',
    'word = {!r}\nurl = f"https://shop.internal/{{word}}:{{number}}@{{size}}"',
    'word = {!r}\nword = getpass()\nengine = create_engine(f"mysql://report:{{word}}@db/sales")',
    'size = {!r}\nprint(f"orders: {{size}}@ 3 euro")',
]  # fmt: skip


@pytest.mark.parametrize("source", PLACED)
def test_a_password_that_only_its_place_tells(source: str) -> None:
    assert "NBC205" in codes(page(source.format(some(10, string.ascii_lowercase))))


@pytest.mark.parametrize("source", NOT_PLACED)
def test_words_at_other_places(source: str) -> None:
    assert "NBC205" not in codes(page(source.format(some(10, string.ascii_lowercase))))


@pytest.mark.parametrize("word", ["password", "changeme", "your_password", "xxx", "<password>", "postgres"])
def test_placeholders_at_the_place_of_a_password(word: str) -> None:
    for source in PLACED:
        assert "NBC205" not in codes(page(source.format(word)))


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("source", PLACED)
def test_no_report_shows_a_placed_one(source: str, format: str) -> None:
    """Not even a message that quotes the cell for another fault, such as two copies that differ in it."""
    value = some(10, string.ascii_lowercase)
    work = "".join(f"rows{n} = read({n})[{n}:].dropna().groupby('shop').sum()\n" for n in range(9))
    first = page(source.format(value) + "\n" + work)
    second = Cell(2, "code", source.format("other" + value[:5]) + "\n" + work, execution_count=2)
    report = critique(Page(Notebook("x.ipynb", (*first.notebook.cells, second))), CONFIG)
    assert value not in "".join(render([report], format)) + repr(report)


def test_a_place_on_this_machine_is_less_grave() -> None:
    source = 'word = {!r}\nengine = create_engine(f"postgresql://report:{{word}}@{}/sales")'
    found = [
        finding.severity
        for host in ("localhost", "db.shop.internal")
        for finding in critique(page(source.format(some(10), host)), CONFIG).findings
        if finding.code == "NBC205"
    ]
    assert found == ["major", "blocker"]


def test_an_address_of_many_pieces_is_followed_only_so_far(work: Callable[[Callable[[], object]], int]) -> None:
    def steps(terms: int) -> int:
        found = page('word = "kestrelwing"\nurl = "mysql://me:" + word + "@db/" + ' + " + ".join("x" * terms))
        return work(lambda: list(check(found)))

    check = rules.load()["NBC205"].check
    steps(20)  # what is compiled once
    assert steps(400) < 3 * steps(200)
