"""The documentation as a site: it builds without a warning, every link inside it arrives, and it needs no other host."""

import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("furo") is None, reason="needs the extra docs: pip install -e '.[docs]'"),
]

ADDRESSED = {"a": "href", "link": "href", "area": "href"}
LOADED = {("script", "src"), ("img", "src"), ("iframe", "src"), ("source", "src"), ("video", "src"), ("audio", "src")}
LOADED_LINKS = {"stylesheet", "icon", "preload", "modulepreload", "preconnect", "dns-prefetch", "prefetch", "manifest"}
IN_STYLE = re.compile(r"""(?:url\(\s*|@import\s+)["']?([^"')\s;]+)""")


class Parsed(HTMLParser):
    """The anchors of a page, what it links to, and what a browser loads to show it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.anchors = {"", "top"}
        self.links: list[str] = []
        self.loads: list[str] = IN_STYLE.findall("".join(re.findall(r"<style[^>]*>(.*?)</style>", text, re.S)))
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.anchors |= {given[name] for name in ("id", "name") if name in given}
        self.loads += [value for name, value in given.items() if (tag, name) in LOADED]
        self.loads += IN_STYLE.findall(given.get("style", ""))
        if tag == "link" and LOADED_LINKS & set(given.get("rel", "").split()):
            self.loads.append(given.get("href", ""))
        elif tag in ADDRESSED and ADDRESSED[tag] in given:
            self.links.append(given[ADDRESSED[tag]])


def broken(pages: dict[Path, Parsed]) -> Iterator[str]:
    """Every link and every loaded file inside the site that is not there."""
    for path, page in pages.items():
        for address in [*page.links, *page.loads]:
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.is_file():
                yield f"{path.name}: {address} is not there"
            elif target in pages and unquote(parts.fragment) not in pages[target].anchors:
                yield f"{path.name}: {address} has no such anchor"


def foreign(addresses: list[str]) -> list[str]:
    """Those that lie on another host."""
    return [
        address for address in addresses if urlsplit(address).netloc or urlsplit(address).scheme not in ("", "data")
    ]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    target = folder / "site"
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-q",
        "-W",
        "--keep-going",
        "-n",
        "-d",
        str(folder / "doctrees"),
        "docs",
        str(target),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    return target.resolve()


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Parsed]:
    return {path: Parsed(path.read_text("utf-8")) for path in site.rglob("*.html")}


def test_every_page_of_the_docs_is_in_the_site(site: Path, pages: dict[Path, Parsed]) -> None:
    written = {path.relative_to(ROOT / "docs").with_suffix(".html") for path in (ROOT / "docs").rglob("*.md")}
    assert written <= {path.relative_to(site) for path in pages}


def test_every_link_arrives(pages: dict[Path, Parsed]) -> None:
    assert sum(len(page.links) for page in pages.values()) > 1000
    assert list(broken(pages)) == []


def test_links_that_lead_nowhere_are_seen(tmp_path: Path) -> None:
    page = tmp_path / "a.html"
    page.write_text(
        '<p id="here"><a href="#here">1</a><a href="#gone">2</a><a href="b.html">3</a><img src="c.png">', "utf-8"
    )
    assert [line.split()[1] for line in broken({page: Parsed(page.read_text("utf-8"))})] == ["#gone", "b.html", "c.png"]


def test_no_page_asks_another_host(site: Path, pages: dict[Path, Parsed]) -> None:
    assert {path.name: found for path, page in pages.items() if (found := foreign(page.loads))} == {}
    styles = {path.name: IN_STYLE.findall(path.read_text("utf-8")) for path in site.rglob("*.css")}
    assert styles
    assert {name: found for name, loads in styles.items() if (found := foreign(loads))} == {}


def test_what_other_hosts_would_be_asked_is_seen() -> None:
    page = Parsed(
        '<link rel="stylesheet" href="//a.example/x.css"><script src="https://b.example/y.js"></script><a href="https://c.example">'
    )
    assert foreign(page.loads) == ["//a.example/x.css", "https://b.example/y.js"]
