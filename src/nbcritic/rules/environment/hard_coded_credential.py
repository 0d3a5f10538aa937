"""NBC205."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from nbcritic.analysis.credentials import Offsets, leaks
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.analysis.secrets import Leak
from nbcritic.model import Confidence, Hit, Related, Severity
from nbcritic.rule import rule

_LOCAL = regex(r"localhost|127\.0\.0\.1|0\.0\.0\.0|::1|host\.docker\.internal|db|postgres|mysql|mongo|redis|rabbitmq")
_NOT_LETTERS = regex(r"[^A-Z0-9]+")


@rule(
    "NBC205",
    name="hard-coded-credential",
    severity="blocker",
    category="security-and-privacy",
    covers=("S105", "S106", "S107"),
    any_language=True,
)
def check(page: Page) -> Iterator[Hit]:
    r"""A password, key or token stands in the notebook.

    Whoever gets the file, or any commit that ever held it, can act as its owner; deleting the line later does not take it
    back. Notebooks are shared, rendered and searched more freely than other code. A password is known by the name that it is given,
    or by its place: in a call that logs in or connects, and in an address that is put together.

    Instead, revoke the credential, then read the new one from the environment (`os.environ["SERVICE_TOKEN"]`), from the host's
    store of secrets, or ask for it with `getpass`.

    Bad:

        # %%
        api_key = "9f3c61d07be24a85b1e6"  # <- flagged
        # %%
        import mysql.connector
        connection = mysql.connector.connect(host="db.shop.internal", user="report", password="Kestrel!88")  # <- flagged

    Bad:

        # %%
        from sqlalchemy import create_engine
        engine = create_engine("postgresql://report:kestrel88@db.shop.internal/sales")  # <- flagged
        # %%
        import os
        os.environ["WEATHER_API_KEY"] = "4b1d9e7c20f84d3ba6"  # <- flagged
        login = {"username": "report", "password": "kestrel-88"}  # <- flagged

    Bad:

        # %%
        !curl -H "Authorization: Bearer 7Qm2vX9kLr4TzB8nWc3J" https://api.shop.internal/orders  # <- flagged
        !git clone https://report:k3strelFalcon2020@git.shop.internal/sales.git  # <- flagged
        %env WEATHER_API_KEY=4b1d9e7c20f84d3ba6  # <- flagged
        # token = "k29dK2k1mZq81LpQ0aWe"  # <- flagged
        !curl -u report:kestrel-88 https://api.shop.internal/orders  # <- flagged
        !huggingface-cli login --token w0Xe7Lq2Rz9TbN4kMv1C  # <- flagged

    Bad:

        # %%
        import plotapi
        plotapi.api_key("5c0e9b71-2d4f-4a86-b3d8-7f61c2a09e4d")  # <- flagged
        !ethereumetl export_blocks --provider-uri https://quiet-lake.quiknode.pro/4b1d9e7c20f84d3ba65c0e9b712d4f4a86b3d87f/ -o out  # <- flagged
        # %%
        import tweepy
        consumer_key, consumer_secret = "h7Kq9vTzX2mN4bLc", "r8Yw3PpD6sJf1gQa5uEo"  # <- flagged
        auth = tweepy.OAuthHandler("h7Kq9vTzX2mN4bLc", "r8Yw3PpD6sJf1gQa5uEo")

    Bad:

        # %%
        import psycopg2
        pwd = "kestrelwing"  # <- flagged
        connection = psycopg2.connect(host="db.shop.internal", user="report", password=pwd)

    Bad:

        # %%
        import smtplib
        server = smtplib.SMTP_SSL("mail.shop.internal")
        server.login("report", "kestrelwing")  # <- flagged
        # %%
        word = "larkmeadow"  # <- flagged
        engine = create_engine(f"postgresql://report:{word}@db.shop.internal/sales")
        link = driver.connect("db.shop.internal", "report", "swiftharbour")  # <- flagged

    Bad:

        # %%
        api_key = "9f3c61d07be24a85b1e6"  # <- flagged
        # %%
        api_key = "9f3c61d07be24a85b1e6"

    Good:

        # %%
        import os
        from getpass import getpass
        api_key = os.environ["WEATHER_API_KEY"]
        password = getpass("Password: ")
        token = os.getenv("SERVICE_TOKEN", "")
        secret = user_secrets.get_secret("SERVICE_TOKEN")
        client.set_api_key("SERVICE-KEY-2")

    Good:

        # %%
        api_key = "your_api_key_here"
        API_KEY = "API_KEY"
        token = "<token>"
        password = "********"
        secret = "xxxxxxxxxxxx"
        client = Client(api_key="EMPTY", token="...")
        url = "postgresql://user:password@localhost/db"
        engine = create_engine(f"postgresql://{user}:{password}@{host}/sales")
        key_file = "secrets/token.json"

    Good:

        # %%
        pad_token = "[PAD]"
        token_pattern = r"(?u)\b\w\w+\b"
        tokens = ["covid-19", "sars-cov-2"]
        token = "covid-19-vaccine-2021"
        password = "hello"
        if password == "swordfish9":
            print("correct")
        password_hash = "5f4dcc3b5aa765d61d8327deb882cf99"
        commit = "9f3c61d07be24a85b1e6d2c4a7b85f3e1d0c9b8a"
        keys = {"secret_name": "prod/db-2"}

    Good:

        # %%
        frame["token"] = "n2-w3"
        labels = {"token": "Wort", "password": "Kennwort"}
        driver.find_element("id", "password").send_keys(password)
        game.login("ann", "wonderland")
        signal.connect("clicked", "report", "kestrelwing")
    """
    found: dict[str, list[Hit]] = {}
    for cell in page.notebook.cells:
        offsets = Offsets(cell)
        for leak in leaks(page, cell):
            found.setdefault(cell.source[leak.start : leak.end], []).append(_hit(leak, offsets))
    yield from map(_together, found.values())


def _together(hits: list[Hit]) -> Hit:
    """One secret is revoked once, however often it is written: told at its surest place."""
    first = min(hits, key=lambda hit: (hit.severity is not None, hit.confidence == "possible"))
    related = tuple(Related(hit.at, "and here") for hit in hits if hit is not first)
    return replace(first, related=(*first.related, *related)) if related else first


def _hit(leak: Leak, text: Offsets) -> Hit:
    variable = _variable(leak)
    advice = f'revoke it and read it from `os.environ["{variable}"]`'
    if leak.public:
        message = (
            f"{leak.what} stands in the cell; it is made to be public, but whoever copies it spends its owner's quota"
        )
        return Hit(text.span(leak.start, leak.end), message, severity="minor", confidence="certain")
    if leak.sure or not leak.name:
        message = f"{leak.what} stands in the cell; {advice}"
    else:
        message = f"the value of `{leak.name}` stands in the cell; {advice}"
    severity: Severity | None = "major" if leak.doubtful or (leak.host and _LOCAL.fullmatch(leak.host)) else None
    confidence: Confidence | None = "certain" if leak.sure else "possible" if leak.doubtful else None
    return Hit(text.span(leak.start, leak.end), message, confidence=confidence, severity=severity)


def _variable(leak: Leak) -> str:
    """The name of the environment variable to read instead."""
    words = leak.name if leak.name else leak.what.removeprefix("an ").removeprefix("a ").removeprefix("the ")
    words = (
        "DATABASE_PASSWORD"
        if "connection" in leak.what and not leak.name
        else re.sub(r"(?<=[a-z])(?=[A-Z])", "_", words)
    )
    return _NOT_LETTERS.sub("_", words.upper()).strip("_")
