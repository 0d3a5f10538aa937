"""Tokens that services give out and that can be told by their shape alone, with the check digits that some of them carry."""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SAMPLE = re.compile(r"example|sample|dummy|fake|placeholder|your|xxxx|0{8}|1234567|abcdefg|\.\.\.", re.I)
"""Words of documentation: a value that holds one of them belongs to nobody."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One kind of token. Every match holds the text `hint`; `check` says whether one is real; `public` is made to be seen."""

    what: str
    hint: str
    pattern: str
    check: Callable[[str], bool] | None = None
    public: bool = False


@dataclass(frozen=True, slots=True)
class Token:
    """A token found in a text: `start` and `end` enclose what must not be shown."""

    start: int
    end: int
    shape: Shape


def _crc(value: str) -> bool:
    """GitHub and npm end their tokens with the CRC32 of the random part, in base 62."""
    body, number, digits = value.partition("_")[2][:-6], 0, ""
    number = zlib.crc32(body.encode())
    while number:
        number, digit = divmod(number, 62)
        digits = _BASE62[digit] + digits
    return value.endswith(digits.rjust(6, "0"))


def _decode(part: str) -> bytes:
    try:
        return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""


def _jwt(value: str) -> bool:
    """The head of a JSON web token is JSON and names its algorithm; the specimen of every tutorial is nobody's."""
    head, body, *_ = value.split(".")
    try:
        named = isinstance(json.loads(_decode(head)), dict) and b'"alg"' in _decode(head)
    except (ValueError, RecursionError):
        return False
    return named and b"John Doe" not in _decode(body)


def _discord(value: str) -> bool:
    """A bot's token starts with its numeric id in base 64."""
    return _decode(value.split(".")[0]).isdigit()


def _basic(value: str) -> bool:
    """What follows `Basic` is `user:password` in base 64."""
    text = _decode(value).decode("ascii", "replace")
    return text.isprintable() and re.fullmatch(r"[^:�]+:[^:�]{4,}", text) is not None


def _varied(value: str) -> bool:
    """No run of one character: not a row of x or 0."""
    return len(set(value)) > 7


def _mixed(value: str) -> bool:
    """Letters of both cases and digits: no word and no number."""
    return (
        _varied(value)
        and any(map(str.isdigit, value))
        and any(map(str.islower, value))
        and any(map(str.isupper, value))
    )


_W = r"(?<![\w-])"
_E = r"(?![\w-])"
SHAPES = (
    Shape("an AWS access key id", "AKIA", rf"{_W}AKIA[A-Z2-7]{{16}}{_E}", _varied),
    Shape("an AWS access key id", "ASIA", rf"{_W}ASIA[A-Z2-7]{{16}}{_E}", _varied),
    *(Shape("a GitHub token", f"gh{kind}_", rf"{_W}gh{kind}_[A-Za-z0-9]{{36}}{_E}", _crc) for kind in "pousr"),
    Shape("a GitHub token", "github_pat_", rf"{_W}github_pat_[A-Za-z0-9]{{22}}_[A-Za-z0-9]{{59}}{_E}", _varied),
    *(Shape("a GitLab token", f"{kind}-", rf"{_W}{kind}-[\w-]{{20,}}", _varied) for kind in "glpat gldt glrt glptt gloas glcbt".split()),
    Shape("an npm token", "npm_", rf"{_W}npm_[A-Za-z0-9]{{36}}{_E}", _crc),
    Shape("a PyPI token", "pypi-AgEI", rf"{_W}pypi-AgEIcHlwaS5vcmc[\w-]{{50,}}"),
    Shape("a Slack token", "xox", rf"{_W}xox[abeoprs]-(?:\d{{6,}}-){{1,3}}[A-Za-z0-9-]{{16,}}", _varied),
    Shape("a Slack token", "xapp-", rf"{_W}xapp-\d-[A-Z0-9]+-\d+-[a-f0-9]{{40,}}", _varied),
    Shape("a QuickNode token", "quiknode.pro/", r"quiknode\.pro/(?P<secret>[0-9a-f]{40})(?![\w-])", _varied),
    Shape("an Infura key", "infura.io/", r"infura\.io/(?:ws/)?v3/(?P<secret>[0-9a-f]{32})(?![\w-])", _varied),
    Shape("an Alchemy key", "alchemy", r"alchemy(?:api)?\.(?:com|io)/(?:nft/)?v\d/(?P<secret>[\w-]{32})(?![\w-])", _mixed),
    Shape("a Slack webhook", "hooks.slack", r"hooks\.slack\.com/services/T[A-Z0-9]{6,}/B[A-Z0-9]{6,}/\w{18,}", _varied),
    Shape("a Discord webhook", "/api/webhooks/", r"discord(?:app)?\.com/api/webhooks/\d{15,}/[\w-]{60,}", _varied),
    Shape("a Discord bot token", "iscord", rf"{_W}[MNO][\w-]{{23,25}}\.[\w-]{{6}}\.[\w-]{{27,38}}{_E}", _discord),
    Shape("a Telegram bot token", ":AA", r"(?<![\w-])(?:bot)?\d{8,10}:AA[\w-]{33}(?![\w-])", _varied),
    Shape("a Google API key", "AIza", rf"{_W}AIza[\w-]{{35}}{_E}", _varied),
    Shape("a Google client secret", "GOCSPX", rf"{_W}GOCSPX-[\w-]{{28}}{_E}", _varied),
    Shape("a Google access token", "ya29.", rf"{_W}ya29\.[\w-]{{60,}}", _varied),
    Shape("an OpenAI key", "T3BlbkFJ", rf"{_W}sk-[\w-]{{20,}}T3BlbkFJ[\w-]{{20,}}", _varied),
    Shape("an Anthropic key", "sk-ant-", rf"{_W}sk-ant-(?:api|admin)\d\d-[\w-]{{80,}}", _varied),
    Shape("a Groq key", "gsk_", rf"{_W}gsk_[A-Za-z0-9]{{52}}{_E}", _varied),
    Shape("an OpenRouter key", "sk-or-", rf"{_W}sk-or-v1-[0-9a-f]{{64}}{_E}", _varied),
    Shape("an xAI key", "xai-", rf"{_W}xai-[A-Za-z0-9]{{70,}}{_E}", _varied),
    Shape("an NVIDIA key", "nvapi-", rf"{_W}nvapi-[\w-]{{60,}}{_E}", _varied),
    Shape("a Tavily key", "tvly-", rf"{_W}tvly-(?:dev-|prod-)?[A-Za-z0-9]{{28,}}{_E}", _varied),
    Shape("a LangSmith key", "lsv2_", rf"{_W}lsv2_(?:pt|sk)_[a-f0-9]{{32}}_[a-f0-9]{{10}}{_E}", _varied),
    Shape("a Pinecone key", "pcsk_", rf"{_W}pcsk_[A-Za-z0-9]{{5,6}}_[A-Za-z0-9]{{60,}}{_E}", _varied),
    Shape("a Fireworks key", "fw_", rf"{_W}fw_3[A-Za-z0-9]{{21,}}{_E}", _varied),
    Shape("a Kaggle key", "KGAT_", rf"{_W}KGAT_[0-9a-f]{{32}}{_E}", _varied),
    Shape("a Hugging Face token", "hf_", rf"{_W}hf_[A-Za-z]{{34}}{_E}", _varied),
    Shape("a Hugging Face token", "api_org_", rf"{_W}api_org_[A-Za-z]{{34}}{_E}", _varied),
    Shape("a Perplexity key", "pplx-", rf"{_W}pplx-[A-Za-z0-9]{{40,}}{_E}", _varied),
    Shape("a Replicate token", "r8_", rf"{_W}r8_[A-Za-z0-9]{{37}}{_E}", _varied),
    Shape("a Databricks token", "dapi", rf"{_W}dapi[0-9a-f]{{32}}(?:-\d)?{_E}", _varied),
    Shape("a DigitalOcean token", "_v1_", rf"{_W}do[opr]_v1_[a-f0-9]{{64}}{_E}", _varied),
    Shape("a Docker Hub token", "dckr_", rf"{_W}dckr_[po]at_[\w-]{{27,}}{_E}", _varied),
    Shape("a Heroku key", "HRKU-", rf"{_W}HRKU-[\w-]{{36,}}{_E}", _varied),
    Shape("a Vault token", "hvs.", rf"{_W}hvs\.[\w-]{{60,}}", _varied),
    Shape("a Terraform token", ".atlasv1.", rf"{_W}[A-Za-z0-9]{{14}}\.atlasv1\.[\w=-]{{60,}}", _varied),
    Shape("a Pulumi token", "pul-", rf"{_W}pul-[a-f0-9]{{40}}{_E}", _varied),
    Shape("a Doppler token", "dp.", rf"{_W}dp\.(?:pt|st|ct|sa)\.[A-Za-z0-9]{{40,}}", _varied),
    Shape("a Grafana token", "glsa_", rf"{_W}glsa_[A-Za-z0-9]{{32}}_[A-Fa-f0-9]{{8}}{_E}", _varied),
    Shape("a Grafana token", "glc_", rf"{_W}glc_[A-Za-z0-9+/]{{32,}}={{0,2}}(?![\w-])", _varied),
    Shape("a New Relic key", "NRAK-", rf"{_W}NRAK-[A-Z0-9]{{27}}{_E}", _varied),
    Shape("a Sentry token", "sntrys_", rf"{_W}sntrys_eyJ[\w+/=-]{{60,}}", _varied),
    Shape("a Postman key", "PMAK-", rf"{_W}PMAK-[a-f0-9]{{24}}-[a-f0-9]{{34}}{_E}", _varied),
    Shape("a PlanetScale key", "pscale_", rf"{_W}pscale_(?:tkn|pw|oauth)_[\w=.-]{{32,}}", _varied),
    Shape("a Supabase key", "sbp_", rf"{_W}sbp_[a-f0-9]{{40}}{_E}", _varied),
    Shape("a Supabase key", "sb_secret_", rf"{_W}sb_secret_[\w-]{{31,}}{_E}", _varied),
    Shape("an Airtable token", "pat", rf"{_W}pat[A-Za-z0-9]{{14}}\.[a-f0-9]{{64}}{_E}", _varied),
    Shape("a Notion key", "ntn_", rf"{_W}ntn_[0-9]{{11}}[A-Za-z0-9]{{35}}{_E}", _varied),
    Shape("a Linear key", "lin_api_", rf"{_W}lin_api_[A-Za-z0-9]{{40}}{_E}", _varied),
    Shape("a Figma token", "figd_", rf"{_W}figd_[\w-]{{40}}{_E}", _varied),
    Shape("a Prefect key", "pnu_", rf"{_W}pnu_[A-Za-z0-9]{{36}}{_E}", _varied),
    Shape("a RubyGems key", "rubygems_", rf"{_W}rubygems_[a-f0-9]{{48}}{_E}", _varied),
    *(Shape("a Shopify token", f"shp{kind}_", rf"{_W}shp{kind}_[a-fA-F0-9]{{32}}{_E}", _varied) for kind in ("at", "ca", "pa", "ss")),
    Shape("a Square token", "sq0", rf"{_W}sq0(?:atp|csp)-[\w-]{{22,43}}{_E}", _varied),
    Shape("a Brevo key", "xkeysib-", rf"{_W}xkeysib-[a-f0-9]{{64}}-[A-Za-z0-9]{{16}}{_E}", _varied),
    Shape("a Typeform token", "tfp_", rf"{_W}tfp_[\w.=-]{{59}}{_E}", _varied),
    Shape("a Stripe webhook secret", "whsec_", rf"{_W}whsec_[A-Za-z0-9+/]{{32,}}", _varied),
    Shape("a Cloudflare key", "v1.0-", rf"{_W}v1\.0-[a-f0-9]{{24}}-[a-f0-9]{{146}}{_E}", _varied),
    Shape("a Facebook token", "EAA", rf"{_W}EAA[MC][A-Za-z0-9]{{100,}}{_E}", _varied),
    Shape("an Alibaba access key id", "LTAI", rf"{_W}LTAI[A-Za-z0-9]{{17,21}}{_E}", _mixed),
    Shape("an age key", "AGE-SECRET-KEY-", rf"{_W}AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{{58}}{_E}", _varied),
    Shape("an Azure client secret", "8Q~", r"(?<![\w~.-])[\w~.]{3}8Q~[\w~.-]{31,34}(?![\w~.-])", _varied),
    *(Shape("a Sonar token", f"sq{kind}_", rf"{_W}sq{kind}_[a-f0-9]{{40}}{_E}", _varied) for kind in "pua"),
    Shape("a JFrog key", "AKCp", rf"{_W}AKCp[A-Za-z0-9]{{69}}{_E}", _varied),
    Shape("a Stripe live key", "k_live_", rf"{_W}[rs]k_live_[A-Za-z0-9]{{24,}}{_E}", _varied),
    Shape("a SendGrid key", "SG.", rf"{_W}SG\.[\w-]{{22}}\.[\w-]{{43}}{_E}", _varied),
    Shape("a Mailgun key", "key-", rf"{_W}key-[0-9a-f]{{32}}{_E}", _varied),
    Shape("a Mailchimp key", "-us", rf"{_W}[0-9a-f]{{32}}-us\d{{1,2}}{_E}", _varied),
    Shape("a Twilio key", "SK", rf"{_W}SK[0-9a-f]{{32}}{_E}", _varied),
    Shape("an Azure account key", "AccountKey=", r"AccountKey=(?P<secret>[A-Za-z0-9+/]{86}==)", _varied),
    Shape("an Azure shared access key", "SharedAccessKey=", r"SharedAccessKey=(?P<secret>[A-Za-z0-9+/]{43}=)", _varied),
    Shape("an Atlassian token", "ATATT3", rf"{_W}ATATT3[\w=-]{{180,}}", _varied),
    Shape("a Kaggle key", "username", r"""["']username["']\s*:\s*["'][\w.-]+["']\s*,\s*["']key["']\s*:\s*["'](?P<secret>[0-9a-f]{32})["']""", _varied),
    Shape("a Weights & Biases key", "wandb", r"\bwandb\s+login\s+(?:--\S+\s+)*(?P<secret>[0-9a-f]{40})\b", _varied),
    Shape("an ngrok token", "ngrok", r"\bngrok(?:\s+config)?\s+(?:add-)?authtoken\s+(?P<secret>[A-Za-z0-9]{20,}_[A-Za-z0-9]{12,})", _varied),
    Shape(
        "a private key",
        "PRIVATE KEY",
        r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----(?P<secret>(?:\s|\\n|[A-Za-z0-9+/=]){60,})",
        _varied,
    ),
    Shape("a JSON web token", "eyJ", rf"{_W}eyJ[\w-]{{10,}}\.eyJ[\w-]{{10,}}\.[\w-]{{20,}}", _jwt),
    Shape("a Mapbox secret token", "sk.eyJ", rf"{_W}sk\.eyJ[\w-]{{20,}}\.[\w-]{{20,}}", _varied),
    Shape("a Mapbox public token", "pk.eyJ", rf"{_W}pk\.eyJ[\w-]{{20,}}\.[\w-]{{20,}}", _varied, public=True),
    Shape("a bearer token", "Bearer", r"\bBearer\s+(?P<secret>(?=[\w.~+/=-]*\d)(?=[\w.~+/=-]*[A-Za-z])[\w.~+/=-]{20,})", _varied),
    Shape("a user name and password", "Basic", r"\bBasic\s+(?P<secret>[A-Za-z0-9+/]{8,}={0,2})(?![A-Za-z0-9+/])", _basic),
)  # fmt: skip


@cache
def _compiled(shape: Shape) -> re.Pattern[str]:
    """The pattern with its first letters in front of the look behind them, so that it is sought as fast as those letters are."""
    for start in (shape.hint, re.escape(shape.hint)):
        if shape.pattern.startswith(_W + start):
            return re.compile(f"{start}(?<![\\w-]{start}){shape.pattern.removeprefix(_W + start)}")
    return re.compile(shape.pattern)


_APART = frozenset("iscord username wandb ngrok Bearer Basic".split()) | {"PRIVATE KEY"}
"""The hints that stand in other words than the token does."""
_SHORTEST = 20
"""Characters of the shortest token with its hint."""
_LONGEST = 20_000
"""A word of so many characters is a picture in base64, no token."""
_FEW = 32
"""Long words of one text that are looked up one by one."""
_BREAKS = bytes(c if chr(c).isalnum() or c in b"_-.~+/=:" or c > 127 else 32 for c in range(256))
_LONG = re.compile(rb" [^ ]{%d,}" % _SHORTEST)
"""With the blank before it, so that a word is tried from its first letter only."""
_BY_HINT = tuple((shape.hint, shape) for shape in SHAPES)
_LOOSE = tuple(shape for shape in SHAPES if shape.hint in _APART)


def _hinted(text: str) -> list[Shape]:
    """The shapes whose hint occurs; all but a few hints are sought only in words as long as a token is, which are rare."""
    every = set(_LONG.findall(b" " + text.encode("utf-8", "surrogatepass").translate(_BREAKS)))
    every = {word for word in every if len(word) < _LONGEST}
    if len(every) <= _FEW and sum(map(len, every)) <= _FEW * 100:
        found = set[str]().union(*map(_hints_in, every))
    else:  # to seek each hint once in all of them is quicker then, and nobody has to remember them
        found = set(_hints(b"".join(every)))
    if not found:
        return [shape for shape in _LOOSE if shape.hint in text]
    return [shape for hint, shape in _BY_HINT if hint in found or (hint in _APART and hint in text)]


@lru_cache(maxsize=4096)
def _hints_in(word: bytes) -> frozenset[str]:
    """The hints that occur in a word; most long words are names that come again and again."""
    return _hints(word)


def _hints(words: bytes) -> frozenset[str]:
    text = words.decode("utf-8", "replace")
    return frozenset(hint for hint, _ in _BY_HINT if hint in text)


def tokens(text: str, *, strict: bool = True) -> Iterator[Token]:
    """The tokens in `text`, none within another. With `strict`, only those that pass their check and are no specimens."""
    found: list[Token] = []
    for shape in _hinted(text):
        pattern = _compiled(shape)
        group = "secret" if "secret" in pattern.groupindex else 0
        found += [Token(*match.span(group), shape) for match in pattern.finditer(text)]
    end = -1
    for token in sorted(found, key=lambda token: token.start):
        value = text[token.start : token.end]
        if token.start < end or (strict and (_SAMPLE.search(value) or not (token.shape.check or bool)(value))):
            continue
        end = token.end
        yield token
