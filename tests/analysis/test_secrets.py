"""Credentials: which names tell, which values count, and that nothing comes out. No token here is anybody's: all are made."""

import base64
import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbcritic.analysis.credentials import leaks, redacted
from nbcritic.analysis.page import Page
from nbcritic.analysis.secret_shapes import tokens
from nbcritic.analysis.secrets import _ASSIGNED, MASK, _assigned, is_credential, is_placeholder, redact, telling
from nbcritic.model import Cell, Notebook

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
SOURCES = st.text(st.characters(codec="utf-8")) | st.text("kKeytokn_passwrd='\"\n:=#!% {}(),./@?&-AIza09", max_size=80)


def page_of(source: str) -> Page:
    return Page(Notebook("x.ipynb", (Cell(1, "code", source),)))


def github(body: str) -> str:
    number, digits = zlib.crc32(body.encode()), ""
    while number:
        number, digit = divmod(number, 62)
        digits = BASE62[digit] + digits
    return f"gh{'p'}_{body}{digits.rjust(6, '0')}"


def web_token(head: dict[str, str], body: dict[str, str]) -> str:
    parts = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (head, body))
    return ".".join((*parts, "Qm9vK" * 8))


@pytest.mark.parametrize(
    "name",
    "password DB_PASSWORD dbPassword mysql_pwd user_pass pw api_key apiKey API_KEY_2 client_secret CONSUMER_KEY openai_key "
    "aws_secret_access_key auth.token access_token HF_TOKEN github_token secretKey telegram_bot_token subscription-key".split(),
)
def test_telling_names(name: str) -> None:
    assert telling(name)


@pytest.mark.parametrize(
    "name",
    "key keys token_count pad_token unk_token oov_token eos_token next_token tokens tokenizer password_hash passwordField secret_name "
    "token_pattern password_file compass bypass monkey primary_key foreign_key sort_key key_path _ x 1".split(),
)
def test_names_that_do_not_tell(name: str) -> None:
    assert telling(name) is None


@pytest.mark.parametrize(
    "value",
    [
        *"your_key_here YOUR-TOKEN xxx xxxxxxxx ******** ... <token> {token} ${TOKEN} $TOKEN %s API_KEY MY_SERVICE_TOKEN changeme".split(),
        *"password secret test test123 demo EMPTY none null token.json ~/.ssh/id_rsa /run/secrets/db https://x.org/token".split(),
        *"s3://bucket/key config.api_key 1234 admin mypassword my-api-key tu_api_key aaaaaaaa 12345678 sk-test-123456789".split(),
        "",
        "insert key",
        MASK * 20,
    ],
)
def test_placeholders(value: str) -> None:
    assert not is_credential(value, "key", sure=True)
    assert is_placeholder(value) or " " in value


@pytest.mark.parametrize(
    "value", ["covid-19-vaccine", "project-2021", "hello world 1", "n2", "word", "word2vec-2020", "αβγδεζηθικ1234"]
)
def test_words_are_no_keys(value: str) -> None:
    assert not is_credential(value, "key")


def test_check_digits_decide() -> None:
    real = github("q7" * 15)
    assert [token.shape.what for token in tokens(f'x = "{real}"')] == ["a GitHub token"]
    assert not list(tokens(f'x = "{real[:-1]}!"'))
    assert not list(tokens(f'x = "gh{"p"}_{"q7" * 15}000000"'))
    assert real not in redact(f'x = "{real}"')


def test_web_tokens_are_decoded() -> None:
    head = {"alg": "HS256"}
    assert list(tokens(web_token(head, {"sub": "report", "iss": "shop"})))
    assert not list(tokens(web_token({"foo": "HS256"}, {"sub": "report", "iss": "shop"})))
    assert not list(tokens(web_token(head, {"sub": "0", "name": "John Doe"})))


@pytest.mark.parametrize(
    "token, what",
    [
        ("AKIA" + "Q4WZ7MNB2XKD5RTE", "an AWS access key id"),
        ("AIza" + "SyB7qk3Rw9TzXm1LpN5vHc8Jd2Gf4Ye6Ua0", "a Google API key"),
        ("hf_" + "QwErTyUiOpAsDfGhJkLzXcVbNmqWeRtYuI", "a Hugging Face token"),
        ("sk-" + "q1W2e3R4t5Y6u7I8o9P0" + "T3BlbkFJ" + "q1W2e3R4t5Y6u7I8o9P0", "an OpenAI key"),
        ("xoxb-" + "210934876512-" + "q1W2e3R4t5Y6u7I8o9P0aBcD", "a Slack token"),
        ("glpat-" + "q1W2e3R4t5Y6u7I8o9P0", "a GitLab token"),
        ("dapi" + "0f1e2d3c4b5a69788796a5b4c3d2e1f0", "a Databricks token"),
        ("Basic " + base64.b64encode(b"report:kestrel-88").decode(), "a user name and password"),
        ("-----BEGIN RSA " + "PRIVATE KEY-----\n" + "MIIEpAIBAAKCAQEA7bq/" * 5, "a private key"),
        ("pk.eyJ" + "1IjoicmVwb3J0IiwiYSI6ImNrMTIifQ" + ".q1W2e3R4t5Y6u7I8o9P0aB", "a Mapbox public token"),
    ],
)
def test_shapes(token: str, what: str) -> None:
    text = f'connect("{token}")'
    assert [found.shape.what for found in tokens(text)] == [what]
    hidden = redact(text)
    assert MASK in hidden
    assert hidden.startswith("connect(")
    assert token[-12:] not in hidden


@pytest.mark.parametrize(
    "text", ["AKIA" + "IOSFODNN7EXAMPLE", "AIza" + "x" * 35, "Bearer " + "{token}", "hf_" + "x" * 34]
)
def test_specimens_are_nobodys(text: str) -> None:
    assert not list(tokens(text))


HIDDEN = "k3str3l88Falc0n-q7"


@pytest.mark.parametrize(
    "source",
    [
        f'api_key = "{HIDDEN}"',
        f"api_key = (\n    '{HIDDEN}'\n)",
        f'api_key: str = "{HIDDEN}"',
        f'user, password = "report", "{HIDDEN}"\nconnect(user, password)',
        f'connect(host="db", password="{HIDDEN}")',
        f'connect("{HIDDEN}", api_key=\n    "{HIDDEN}")',
        f'{{"user": "report", "password": "{HIDDEN}"}}',
        f'os.environ["API_KEY"] = "{HIDDEN}"',
        f'os.environ.setdefault("API_KEY", "{HIDDEN}")',
        f'import tweepy\ntweepy.OAuthHandler("{HIDDEN}", "{HIDDEN}")',
        f'requests.get(url, auth=("report", "{HIDDEN}"))',
        f'create_engine("postgresql://report:{HIDDEN}@db.shop.internal/sales")',
        f'pyodbc.connect("Driver=x;Server=db;UID=report;PWD={HIDDEN};")',
        f"!export API_KEY={HIDDEN}",
        f'psycopg2.connect("host=db.shop.internal user=report password={HIDDEN} dbname=sales")',
        f'smtp.login("report@shop.internal", "{HIDDEN}")',
        f'spark.read.option("password", "{HIDDEN}")',
        f'conf.set("spark.hadoop.fs.s3a.secret.key", "{HIDDEN}")',
        f"!curl -u report:{HIDDEN} https://api.shop.internal",
        f"!login --token {HIDDEN}",
        f"%env API_KEY={HIDDEN}",
        f"%%bash\nexport DB_PASSWORD='{HIDDEN}'",
        f'# api_key = "{HIDDEN}"\npass',
        f'print "old"\npassword = "{HIDDEN}"',
    ],
)
def test_what_is_found_is_hidden(source: str) -> None:
    page = page_of(source)
    cell = page.notebook.cells[0]
    found = leaks(page, cell)
    assert found
    assert all(HIDDEN in source[leak.start : leak.end] for leak in found)
    text = redacted(page, cell)
    assert HIDDEN not in text or source.count(HIDDEN) > len(found)
    assert [len(line) for line in text.split("\n")] == [len(line) for line in source.split("\n")]


def test_a_literal_that_is_cut_is_hidden_too() -> None:
    assert "k3str3l" not in redact('password = "k3str3l88Fal…')
    assert "k3str3l" not in redact('connect(password="k3str3l88Fal')


@pytest.mark.parametrize(
    "text",
    [
        'pad_token = "[PAD]"',
        "password = getpass()",
        'api_key = os.environ["API_KEY"]',
        "`token` is given a literal key; read it from the environment",
        "keys = sorted(tokens, key=lambda token: token.start)",
        'frame["token"] = frame["word"].str.lower()',
        'the value of `api_key` stands in the cell; revoke it and read it from `os.environ["API_KEY"]`',
    ],
)
def test_innocent_text_stays(text: str) -> None:
    assert redact(text) == text


@given(SOURCES)
def test_redaction_keeps_the_shape_and_is_final(text: str) -> None:
    once = redact(text)
    assert len(once) == len(text)
    assert [i for i, c in enumerate(once) if c == "\n"] == [i for i, c in enumerate(text) if c == "\n"]
    assert redact(once) == once


@given(SOURCES)
def test_any_source_survives(text: str) -> None:
    page = page_of(text)
    for leak in leaks(page, page.notebook.cells[0]):
        assert 0 <= leak.start < leak.end <= len(text)


@pytest.mark.parametrize(
    "unit", ["key", "password=", "a://b:c", "?token=", "eyJ.", "Bearer ", 'token = "', "sk-", "pwd=;", "--token "]
)
def test_long_lines_take_no_time(unit: str) -> None:
    text = unit * (200_000 // len(unit))
    assert len(redact(text)) == len(text)


PIECES = "key token my_pass --pwd PassWord secret.x 3key -_key İkey ékey = : , ' \" ( ) [ ] \n a b1 'v4lue99' x= https://u:p4ss@h".split(
    " "
)


@given(st.lists(st.sampled_from([*PIECES, " ", "_" * 70]), max_size=12).map("".join))
def test_looking_at_telling_words_only_misses_nothing(text: str) -> None:
    assert [found.span() for found in _assigned(text)] == [found.span() for found in _ASSIGNED.finditer(text)]
