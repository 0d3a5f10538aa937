"""NBC204."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from nbcritic.analysis.code import CodeCell, nodes_in
from nbcritic.analysis.credentials import Offsets, leaks
from nbcritic.analysis.page import Page
from nbcritic.analysis.pattern import regex
from nbcritic.model import Hit, Related, Span
from nbcritic.rule import rule
from nbcritic.rules.environment._purpose import purpose
from nbcritic.rules.environment._shared import SHOWN
from nbcritic.rules.tests._hosted import is_exercise

_STORES = (
    r"postgres(?:ql)?|mysql|mariadb|mssql|oracle|mongodb|rediss?|amqps?|clickhouse|snowflake|redshift|hive2?|presto|trino|impala|neo4j|"
    r"bolt|cassandra|spark|ldaps?|sqlserver|db2|teradata|vertica|hdfs|dask|tcp|ftp|sftp"
)
_STORE = regex(rf"(?:jdbc:)?(?:{_STORES})(?:\+[\w+]+)?://(?:[^\s/@\"']*@)?(?P<host>[\w.-]+)(?::\d+)?", re.I)
_WEB = regex(r"https?://(?:[^\s/@\"']*@)?(?P<host>[\w.-]+)(?P<port>:\d{2,5})?(?=/|$)", re.I)
_ODBC = regex(r"(?:^|;)\s*(?:server|data source|hostname|host)\s*=\s*(?:tcp:)?(?P<host>[\w.-]+)", re.I)
_ADDRESS = regex(r"(?:\d{1,3}\.){3}\d{1,3}")
_INSIDE = regex(r"\.(?:internal|local|lan|corp|intra|intranet|private|cluster\.local|prod|svc)$", re.I)
_MANAGED = regex(
    r"\.(?:rds|redshift|es|cache|docdb|neptune)\.amazonaws\.com|\.(?:database|documents|azuredatabricks|search|redis\.cache)\.\w*\.?(?:windows|azure)?\.?net$|"
    r"\.mongodb\.net$|snowflakecomputing\.com$|azuredatabricks\.net$|cloud\.databricks\.com$|\.elastic-cloud\.com$|\.clickhouse\.cloud$|"
    r"\.(?:neon\.tech|supabase\.co|aivencloud\.com|cockroachlabs\.cloud|databases\.neo4j\.io)$",
    re.I,
)
_NOBODYS = regex(
    r"127\..*|0\.0\.0\.0|169\.254\..*|255\..*|1\.2\.3\.4|1\.1\.1\.1|8\.8\.[48]\.\d+|(?:.*\.)?example(?:\.\w+)*|host\.docker\.internal|"
    r"(?:your|my|some)[\w-]*\..*|(?:host(?:name)?|server(?:name)?|account|cluster|dummy|placeholder|xxx+|domain|foo|bar|user|localhost)\..*",
    re.I,
)
"""Hosts of this machine, of documentation, and of a compose file."""
_CONNECTS = regex(
    r"connect\w*|Connection\w*|\w*Client|\w*Redis|Elasticsearch|OpenSearch|Kafka(?:Consumer|Producer)|Cluster|Database|SSHClient|Pool|"
    r"create_\w*(?:pool|connection)|ServerProxy|GraphDatabase|driver|Tunnel\w*|SMTP|FTP|IMAP4(?:_SSL)?"
)
_NAMED = frozenset(
    "host hostname server servers bootstrap_servers contact_points endpoint uri url dsn server_hostname ssh_address_or_host".split()
)
_DATABASES = (
    "psycopg2.connect", "psycopg.connect", "pymysql.connect", "MySQLdb.connect", "mysql.connector.connect", "pymssql.connect",
    "mariadb.connect", "sqlalchemy.create_engine",
)  # fmt: skip
_HERE = regex(r"(?i)(?:^|@|//|host=['\"]?)(?:localhost|127\.0\.0\.1)(?=$|[:/\s;'\"])")
_TAKES = frozenset("read_sql read_sql_query read_sql_table fetchall fetchone fetchmany".split())
_FILLS = regex(
    r"(?i)\bto_sql\(|\bcopy_(?:expert|from)\(|\bexecutemany\(|\bcreate\s+(?:temp\w*\s+)?table\b|\binsert\s+into\b|docker|pg_restore|\bdump\b|\brestore\b"
)
"""What fills a database, or tells how to."""
_SETS = regex(r"(?:^|_)(?:host(?:name)?|server|endpoint)$", re.I)


@rule("NBC204", name="hard-coded-endpoint", severity="minor", category="configuration")
def check(page: Page) -> Iterator[Hit]:
    r"""The address of a service or database stands in the code.

    It belongs to one place (a test bench, production, somebody's network): whoever runs the notebook elsewhere reaches nothing, or
    the wrong one, and the address tells strangers where to knock. A database on the author's own machine (`localhost`) that the data
    are read from is one that nobody else has; it is named where nothing in the notebook fills it or tells how to.

    Instead, read it from the environment (`os.environ["DB_HOST"]`) or from a configuration that each place has its own of.

    Bad:

        # %%
        import psycopg2
        connection = psycopg2.connect(host="db-7.shop.internal", dbname="sales", user=user, password=password)  # <- flagged

    Bad:

        # %%
        from sqlalchemy import create_engine
        engine = create_engine(f"mysql+pymysql://{user}:{password}@sales.c9x2.eu-west-1.rds.amazonaws.com:3306/sales")  # <- flagged
        # %%
        import requests
        prices = requests.get("http://10.20.0.31:8080/prices").json()

    Bad:

        # %%
        import pandas as pd
        import psycopg2
        connection = psycopg2.connect(host="localhost", dbname="sales", user="anna")  # <- flagged
        orders = pd.read_sql("SELECT * FROM orders", connection)

    Good:

        # %%
        import pandas as pd
        from sqlalchemy import create_engine
        engine = create_engine("postgresql://anna@localhost:5432/sales")
        pd.read_csv("orders.csv").to_sql("orders", engine)
        # %%
        orders = pd.read_sql("SELECT shop, sum(euro) FROM orders GROUP BY shop", engine)

    Good:

        # %%
        import os
        import psycopg2
        connection = psycopg2.connect(host=os.environ["DB_HOST"], dbname="sales")
        connection = psycopg2.connect(host=os.environ.get("DB_HOST", "db-7.shop.internal"), dbname="sales")
        local = psycopg2.connect(host="localhost", dbname="sales")
        local = psycopg2.connect("postgresql://postgres@127.0.0.1:5432/sales")

    Good:

        # %%
        import requests
        cities = requests.get("https://api.openstreetmap.org/api/0.6/map").json()
        answer = requests.get("http://localhost:8080/prices")
        engine = create_engine("postgresql://user:password@host:5432/db")
        print("the server is at http://10.20.0.31:8080/prices")
        version = "10.20.0.31"
        cluster = SparkSession.builder.master("local[*]")
    """
    found = list(_endpoints(page))
    if not found:
        yield from _own_database(page)
        return
    at, host = found[0]
    others = found[1:]
    more = f" and {len({h for _, h in others} - {host})} more" if {h for _, h in others} - {host} else ""
    related = tuple(Related(place, f"`{name}`") for place, name in others[:SHOWN])
    yield Hit(
        at, f"the address `{host}`{more} stands in the code; read it from the environment or a configuration", related
    )


def _own_database(page: Page) -> Iterator[Hit]:
    """The data come from a database on the author's machine, and nothing on the page fills it."""
    places = [
        (cell, call)
        for cell, call in page.calls(*_DATABASES)
        if any(map(_HERE.search, _texts(call))) and not _is_asked(page, call)
    ]
    if not places or _TAKES.isdisjoint(page.called_words) or is_exercise(page):
        return
    if any(_FILLS.search(cell.source) for cell in page.notebook.cells):
        return
    (cell, call), *others = places
    text = (
        "the data are read from a database on the author's own machine, which nobody else has: "
        "say how it is filled, or keep what is read from it in a file"
    )
    yield Hit(cell.at(call), text, tuple(Related(c.at(n), "and here") for c, n in others[:SHOWN]))


def _texts(call: ast.Call) -> Iterator[str]:
    """The literal texts that a connection is given as its address."""
    given = [*call.args[:1], *(word.value for word in call.keywords if word.arg in (*_NAMED, "conn_str", "conninfo"))]
    for node in (node for value in given for node in nodes_in(value, ast.Constant)):
        if isinstance(node.value, str):
            yield node.value


def _is_asked(page: Page, call: ast.Call) -> bool:
    """Is the address only what stands in for one from the environment?"""
    return any((page.qualified(inner.func) or "").startswith("os.") for inner in nodes_in(call, ast.Call))


def _endpoints(page: Page) -> Iterator[tuple[Span, str]]:
    for cell in page.code:
        secret: set[int] | None = None
        for node in cell.nodes(ast.Constant):
            if isinstance(node.value, str) and 6 < len(node.value) < 500 and (host := _host(cell, node, node.value)):
                if secret is None:
                    offsets = Offsets(cell.cell)
                    secret = {offsets.span(leak.start, leak.end).line for leak in leaks(page, cell.cell)}
                at = cell.at(node)
                # The credential beside it is the graver fault, and goes the same way.
                if secret.isdisjoint(range(at.line, at.end_line + 1)) and not purpose(page, cell, node).alternative:
                    yield at, host


def _host(cell: CodeCell, node: ast.Constant, text: str) -> str:
    """The host that a literal names, or an empty string where it names none that anybody has to configure."""
    parent = cell.parent(node)
    inner = isinstance(parent, ast.JoinedStr)
    if isinstance(parent, ast.Expr) or _is_said(cell, node):
        return ""
    found = _STORE.match(text) or _ODBC.search(text)
    if found is None and inner and re.match(r"@[\w.-]+\.\w", text):
        found = re.match(r"@(?P<host>[\w.-]+)", text)
        return _foreign(found["host"]) if found and _MANAGED.search(found["host"]) else ""
    if found is not None:
        return _foreign(found["host"])
    if (web := _WEB.match(text)) is not None:
        host = web["host"]
        special = _ADDRESS.fullmatch(host) or _INSIDE.search(host) or _MANAGED.search(host)
        return _foreign(host) if special else ""
    if isinstance(parent, ast.keyword) and parent.arg in _NAMED and _connects(cell.parent(parent)):
        return _foreign(text.partition(":")[0])
    if isinstance(parent, ast.Assign) and any(
        _SETS.search(getattr(t, "id", getattr(t, "attr", ""))) for t in parent.targets
    ):
        special = _ADDRESS.fullmatch(text) or _INSIDE.search(text) or _MANAGED.search(text)
        return _foreign(text) if special else ""
    return ""


def _foreign(host: str) -> str:
    dotted = _ADDRESS.fullmatch(host) or re.fullmatch(r"[\w-]+(?:\.[\w-]+)+", host)
    return host if dotted and not _NOBODYS.fullmatch(host) else ""


def _connects(call: ast.AST | None) -> bool:
    if not isinstance(call, ast.Call):
        return False
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return _CONNECTS.fullmatch(name) is not None


def _is_said(cell: CodeCell, node: ast.AST) -> bool:
    """Is the text only printed, matched or shown?"""
    parent = cell.parent(node)
    if isinstance(parent, ast.JoinedStr):
        parent = cell.parent(parent)
    if not isinstance(parent, ast.Call):
        return isinstance(parent, ast.Compare)
    name = parent.func.attr if isinstance(parent.func, ast.Attribute) else getattr(parent.func, "id", "")
    return name in (
        "print",
        "display",
        "HTML",
        "Markdown",
        "info",
        "warning",
        "debug",
        "error",
        "startswith",
        "replace",
        "compile",
        "match",
    )
