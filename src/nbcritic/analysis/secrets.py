"""What a credential looks like in code: by the shape of the token, or by the name that it is given; and how to hide one.

There is no guess by entropy: a hash, a commit or a document's id look as random as a key and hurt nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Literal, TypeAlias

from nbcritic.analysis.pattern import regex
from nbcritic.analysis.secret_shapes import tokens

Family: TypeAlias = Literal["password", "key"]

MASK = "•"
_PASSWORDS = "password passwd pwd passphrase passcode contrasena senha passwort kennwort motdepasse".split()
_KEYS = "secret token apikey authtoken apitoken accesstoken secretkey accesskey authkey apisecret clientsecret".split()
_BEFORE_KEY = frozenset(
    "api access secret private auth account storage subscription consumer encryption signing service application app admin "
    "master license maps gmaps openai azure aws google gcp bing kaggle wandb comet census fred quandl alpaca binance twitter "
    "tmdb omdb nasa yelp spotify news newsapi weather owm finnhub polygon iex tiingo alphavantage av cohere anthropic "
    "groq mistral pinecone stripe sendgrid twilio datadog hf huggingface".split()
)
_WORD = regex(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_TRAILING = frozenset("value val str string literal raw default prod production dev live main new old".split())
_NLP = frozenset(
    "pad unk oov eos bos sep cls mask start end stop next first last special sentence word sos go eot im num max image "
    "input output blank begin close open delimiter split separator new line newline unknown target source prompt current "
    "prev previous extra trigger each".split()
)
"""Before `token`, these speak of text, not of access."""


@lru_cache(maxsize=4096)
def telling(name: str) -> Family | None:
    """Does this name (of a variable, argument, key or environment variable) say that it holds a credential?

    The last words decide: `db_password` does, `password_hash`, `token_pattern` and `secret_name` do not.
    """
    words = [word.lower() for word in _WORD.findall(name[-80:])]
    while len(words) > 1 and (words[-1].isdigit() or words[-1] in _TRAILING):
        words.pop()
    if not words:
        return None
    last, before = words[-1], words[-2] if len(words) > 1 else ""
    if last in _PASSWORDS or (last in ("pass", "pw") and (before or last == "pw")):
        return "password"
    if last == "token" and before in _NLP:
        return None
    if last in _KEYS or (last == "key" and before in _BEFORE_KEY):
        return "key"
    return "key" if before + last in _KEYS else None


_PLACEHOLDER = regex(
    r"your|(?:^|[^a-z])(?:my|mi|tu|su|mein|dein|mon|votre|sua|meu)[_\- ]?(?:api|key|token|secret|pass|pw|contra|senha|clave|own)"
    r"|exampl|sample|placeholder|change[_\- ]?(?:me|this|it)|replace|insert|enter|paste|fill|redact|remov|hidden|secret"
    r"|dummy|fake|mock|lorem|ipsum|todo|fixme|x{3}|\*{2}|\.{3}|#{3}|_{3}|-{3}|•|…|^<.*>$|^\$|\$\{|\{[\w.]*\}|%[sd(]|^%\w+%$|goes?[_\- ]here|here$|^here"
    r"|not?[_\- ]?(?:used|needed|required|key)|^(?:none|null|nil|true|false|empty|string|str|text|any|n/?a|tbd|ollama|demo)$"
    r"|passw|token|credential|(?:api|access|auth)[_\- ]?key|^test|^demo|123456|abcdef|qwerty|^(.)\1*$",
    re.I,
)
_TRIVIAL = frozenset(
    "root admin postgres mysql oracle sa user guest pass pw pwd sys system 123 1234 12345 abc abc123 hello world foo bar baz foobar "
    "spam eggs letmein welcome python jupyter monkey hunter2 toor abcd neo4j elastic changeit minioadmin airflow".split()
)
_ENVIRONMENT = regex(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*")
_REFERENCE = regex(
    r"[a-z][a-z0-9+.-]*:/|[~/\\.]|.*\.(?:json|txt|pem|key|env|ya?ml|ini|cfg|toml|csv|pickle|pkl|html?|com|org|net|io|gov|edu)$|\w+(?:\.[a-z_]+)+$"
    r"|arn:|projects/|vault:|op:",
    re.I,
)
_WORDS = regex(r"[^\W\d_]+(?:[_\- .,:;][^\W\d_]*)*[!?.:]*")
_MIXED = regex(r"(?=[A-Za-z]*\d[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{8,}")
"""Letters with several digits among them: no word, no date, no `word2vec`."""
_KEYLIKE = regex(r"[A-Za-z0-9_\-./+=:~|]{8,}")


def is_placeholder(value: str) -> bool:
    """Does the value only stand in for a credential: `your_key_here`, `xxx`, `<token>`, the name of a variable or a file?"""
    value = value.strip()
    return (
        len(value) < 4
        or value.lower() in _TRIVIAL
        or _PLACEHOLDER.search(value) is not None
        or (_ENVIRONMENT.fullmatch(value) is not None and not any(c.isdigit() for c in value))
        or _REFERENCE.match(value) is not None
    )


def is_credential(value: str, family: Family, *, sure: bool = False) -> bool:
    """Can `value`, given to a telling name, be the real thing?

    A key mixes letters and digits and is long. A password is anything that is no placeholder where it is `sure` to be used as
    one (it is handed to something that connects); elsewhere a plain word is taken for a demonstration.
    """
    if is_placeholder(value) or len(value) > 4096 or any(c.isspace() for c in value.strip()):
        return False
    if family == "password":
        return sure or not _WORDS.fullmatch(value)
    if not _KEYLIKE.fullmatch(value) or len(value) < (8 if sure else 12):
        return False
    changes = sum(a.islower() and b.isupper() for a, b in pairwise(value))
    return _MIXED.search(value) is not None or (len(value) >= 20 and changes > 2)


# -- in plain text ---------------------------------------------------------------------------------------------------

_TELLING = r"pass|pwd|pw|secret|token|key|contrasena|senha|kennwort|motdepasse"
_ASSIGNED = regex(
    rf"""(?<![\w.-])-{{0,2}}(?P<name>(?:[A-Za-z_][\w.-]{{0,60}}?)?(?:{_TELLING})[\w.-]{{0,30}})
    ["']?\]?[ \t]{{0,40}}(?:={{1,2}}|:(?![:=])|:=|<-|(?<=["']),)
    \s{{0,200}}(?:[A-Za-z.]{{1,30}}[ \t]{{0,9}}=(?!=)[ \t]{{0,9}})?[(]?\s{{0,200}}
    (?:[rbu]{{0,2}}(?P<quote>["'])(?P<value>(?:\\.|(?!(?P=quote))[^\\\n])*)|(?P<bare>[^\s"'(){{}}\[\],;&|<>=]+))""",
    re.I | re.X,
)
_FLAG = regex(
    rf"(?<!\S)--?(?P<name>[\w-]{{0,40}}?(?:{_TELLING}))[ \t]+[\"']?(?P<value>[^\s\"'-][^\s\"']{{3,200}})", re.I
)
_CURL = regex(r"\bcurl\b[^\n]{0,200}?\s(?:-u|--user)\s{1,9}[\"']?[^\s:\"']{1,99}:(?P<value>[^\s\"']{4,200})")
_IN_URL = regex(
    r"://(?<=[a-z][a-z0-9+.-]://)(?P<user>[^\s:/@\"'<>{}]*):(?P<value>[^\s@\"'<>{}/]+)@(?P<host>[\w.-]+)",
    re.I,
)
_IN_QUERY = regex(r"[?&](?P<name>[\w-]{2,40})=(?P<value>[\w\-.~%+/]{8,})")
_IN_DSN = regex(
    r"(?:^|[;\"'{ ])(?P<name>pwd|password)[ \t]*=[ \t]*(?P<value>[^;\s\"'{}]{3,})(?=[^\n]{0,300};|[;\"'])", re.I
)
_IN_LIBPQ = regex(
    r"[\"'](?:\w{1,20}=[^\s,;\"']{1,99}\s{1,9}){1,9}?password=(?P<value>[^\s,;\"'{}]{3,99})(?=[\s\"'])", re.I
)
_DSN_WORDS = regex(r"(?:server|uid|user(?: id)?|dsn|driver|database)\s*=", re.I)
_QUERY_NAMES = frozenset(
    {"appid", "apikey", "api_key", "key", "access_key", "authtoken", "registrationkey", "userkey", "app_key"}
)
_SIGNED = ("X-Amz-Credential=", "AWSAccessKeyId=")
"""In the signed address of a download stands the key id of the host that signed it."""
_TELLING_WORDS = tuple(_TELLING.split("|"))
_RUN = regex(r"[\w.-]+")
_LONGEST = 64
"""A telling word that stands deeper in its word than this names nothing."""


@dataclass(frozen=True, slots=True)
class Leak:
    """A credential that stands in a text: what encloses it must not be shown."""

    start: int
    end: int
    what: str
    """Such as `an AWS access key id` or `the password of a connection string`."""
    name: str = ""
    """The name that it is given to, where that is what gives it away."""
    sure: bool = False
    """Told by a shape that nothing else has."""
    public: bool = False
    """Made to be seen, and still somebody's."""
    host: str = ""
    doubtful: bool = False
    """It may be a demonstration."""


def may_tell(text: str) -> bool:
    """A quick look: does any telling word occur at all?"""
    lower = text.lower()
    return any(word in lower for word in _TELLING_WORDS)


def _assigned(text: str) -> Iterator[re.Match[str]]:
    """The matches of `_ASSIGNED`, which is tried only at the words with a telling word in them: it is slow elsewhere."""
    end = 0
    for start in sorted(_starts(text)):
        if start >= end and (found := _ASSIGNED.match(text, start)):
            end = found.end()
            yield found


def _starts(text: str) -> set[int]:
    """Where the words stand that hold a telling word."""
    lower = text.lower()
    if len(lower) != len(text):  # some letters of other scripts are two in small print
        return {found.start() for found in _RUN.finditer(text)}
    starts = set[int]()
    for word in _TELLING_WORDS:
        at = lower.find(word)
        while at >= 0:
            start = at
            while start and (text[start - 1].isalnum() or text[start - 1] in "_.-") and at - start <= _LONGEST:
                start -= 1
            starts.add(start)
            at = lower.find(word, at + 1)
    return starts


def _connects(text: str) -> bool:
    """A quick look: may the text hold a connection string?"""
    return ";" in text and ("pwd" in (lower := text.lower()) or "password" in lower)


def leaks_by_shape(text: str) -> Iterator[Leak]:
    """Tokens of a known shape, and credentials inside URLs and connection strings, whatever they are assigned to."""
    for token in tokens(text):
        if not text.endswith(_SIGNED, 0, token.start):
            yield Leak(token.start, token.end, token.shape.what, sure=True, public=token.shape.public)
    if "://" in text:
        for found in _IN_URL.finditer(text):
            if not is_placeholder(found["value"]) and "%" not in found["user"]:
                yield Leak(*found.span("value"), "the password in a connection string", host=found["host"])
        for found in _IN_QUERY.finditer(text):
            given = _is_query_name(found["name"]) and is_credential(found["value"], "key")
            if given and (found["name"].lower() != "key" or re.fullmatch(r"[0-9a-f]{32,40}", found["value"])):
                yield Leak(*found.span("value"), "a key in a URL", found["name"])
    for found in _IN_LIBPQ.finditer(text) if "password=" in text else ():
        if not is_placeholder(found["value"]):
            yield Leak(*found.span("value"), "the password in a connection string")
    for found in _IN_DSN.finditer(text) if _connects(text) else ():
        if _DSN_WORDS.search(text) and not is_placeholder(found["value"]):
            yield Leak(*found.span("value"), "the password in a connection string", found["name"])


def leaks_by_name(text: str, *, bare: bool = False) -> Iterator[Leak]:
    """Literals assigned to telling names in text that is no Python tree: shell lines, comments, broken cells.

    With `bare` the literal needs no quotes (`export API_KEY=…`).
    """
    for found in _assigned(text):
        family = telling(found["name"])
        group = "value" if found["quote"] else "bare"
        if family and (bare or group == "value") and is_credential(found[group], family):
            yield Leak(*found.span(group), f"a {family}", found["name"])
    for found in _FLAG.finditer(text) if bare else ():
        if (family := telling(found["name"])) and is_credential(found["value"], family):
            yield Leak(*found.span("value"), f"a {family}", found["name"])
    for found in _CURL.finditer(text) if bare and "curl" in text else ():
        if not is_placeholder(found["value"]):
            yield Leak(*found.span("value"), "the password of a request")


def _is_query_name(name: str) -> bool:
    return name.lower() in _QUERY_NAMES or (telling(name) == "key" and not name.lower().startswith("x-amz-"))


def redact(text: str, spans: Iterable[tuple[int, int]] = ()) -> str:
    """The text with every credential masked, character by character: columns and lines stay where they are.

    It hides more than rules report (what only may be one, a literal that the end of the text cuts), for what is shown once
    cannot be taken back. Give it the whole cell where you can (a literal may stand a line below its name); `spans` are
    masked whatever they hold.
    """
    spans = [*spans, *((token.start, token.end) for token in tokens(text, strict=False))]
    if "://" in text:
        spans += [found.span("value") for found in _IN_URL.finditer(text)]
        spans += [found.span("value") for found in _IN_QUERY.finditer(text) if _is_query_name(found["name"])]
    if "password=" in text:
        spans += [found.span("value") for found in _IN_LIBPQ.finditer(text)]
    if _connects(text):
        spans += [found.span("value") for found in _IN_DSN.finditer(text)]
    for found in _assigned(text):
        if family := telling(found["name"]):
            group = "value" if found["quote"] else "bare"
            if _must_hide(found[group], family, bare=group == "bare"):
                spans.append(found.span(group))
    if "-" in text:
        spans += [found.span("value") for found in _FLAG.finditer(text) if _hides(found)] if may_tell(text) else ()
        spans += [found.span("value") for found in _CURL.finditer(text) if _hides(found)] if "curl" in text else ()
    return _masked(text, spans)


def _masked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    pieces, at = [], 0
    for start, end in sorted(spans):
        if end > at:
            start = max(start, at)
            pieces += [text[at:start], re.sub(r"\S", MASK, text[start:end])]
            at = end
    return "".join((*pieces, text[at:]))


def _hides(found: re.Match[str]) -> bool:
    family = telling(found["name"]) if "name" in found.groupdict() else "password"
    return family is not None and is_credential(found["value"], family)


def _must_hide(value: str, family: Family, *, bare: bool) -> bool:
    cut = value.endswith("…")
    value = value.rstrip("…")
    if bare:
        return is_credential(value, "key" if family == "key" else family) and any(c.isdigit() for c in value)
    return is_credential(value, family, sure=True) or (cut and len(value) > 3)
