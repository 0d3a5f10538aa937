"""The HTML report in a real browser: it works, it stays quiet, and nothing that a notebook holds acts in it."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.report.hostile import CELLS, MARKDOWN, OUTPUTS, hostile_notebook, notebook

import nbcritic
from nbcritic.report.html import render

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from playwright.sync_api import Page as Tab

pytestmark = pytest.mark.slow
SHIPPED = Path(__file__).parents[2] / "notebooks/flight-delay/flight-delay.ipynb"
FLAGS = "--no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update --disable-sync"


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no Chromium here: on Debian, apt-get install chromium")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS.split())
        yield browser
        browser.close()


class Opened:
    """A page that was opened, and all that it did unasked."""

    def __init__(self, browser: "Browser", path: Path, **options: Any) -> None:
        self.tab: Tab = browser.new_page(reduced_motion="reduce", **options)
        self.noise: list[str] = []
        self.tab.on("console", lambda message: self.noise.append(f"console: {message.text}"))
        self.tab.on("pageerror", lambda error: self.noise.append(f"error: {error}"))
        self.tab.on("dialog", self.told)
        self.tab.on("request", lambda request: self.asked(request.url))
        self.tab.goto(path.as_uri())

    def asked(self, url: str) -> None:
        if not url.startswith(("file:", "data:")):
            self.noise.append(f"request: {url}")

    def told(self, dialog: Any) -> None:
        self.noise.append("dialog")
        dialog.dismiss()

    def count(self, selector: str) -> int:
        return self.tab.locator(selector).count()

    def visible(self, selector: str) -> int:
        return sum(one.is_visible() for one in self.tab.locator(selector).all())


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("html") / "report.html"
    path.write_text("".join(render([nbcritic.critique(SHIPPED)])), encoding="utf-8")
    return path


def test_the_page_opens_without_a_word(browser: "Browser", shipped: Path) -> None:
    page = Opened(browser, shipped)
    assert page.noise == []
    assert page.tab.inner_text(".top h1") == "flight-delay.ipynb"
    assert page.count(".start li") == 3


def test_filters_hide_and_show_remarks(browser: "Browser", shipped: Path) -> None:
    page = Opened(browser, shipped)
    everything = page.count(".note")
    blockers = page.count(".note.blocker")
    assert 0 < blockers < everything
    for severity in ("major", "minor", "nit"):
        if page.count(f'[data-filter="severity"][value="{severity}"]'):
            page.tab.uncheck(f'[data-filter="severity"][value="{severity}"]')
    assert page.visible(".note") == blockers
    assert page.tab.inner_text("#shown") == f"{blockers} of {everything} remarks"
    page.tab.uncheck('[data-filter="family"][value="leakage"]')
    assert page.visible(".note") == page.count('.note.blocker:not([data-family="leakage"])')
    page.tab.check("#only-remarks")
    assert 0 < page.visible(".cell") == page.count(".cell.noted") < page.count(".cell")
    assert page.noise == []


def test_the_cells_of_a_chain_light_up(browser: "Browser", shipped: Path) -> None:
    page = Opened(browser, shipped)
    note = page.tab.locator('.note[data-family="leakage"]').first
    chain = (note.get_attribute("data-chain") or "").split()
    assert len(chain) > 1
    note.hover()
    held = page.tab.eval_on_selector_all(".cell.held", "cells => cells.map(cell => cell.id)")
    assert held == [f"cell-{number}" for number in sorted(map(int, chain))]
    page.tab.mouse.move(0, 0)
    assert page.count(".cell.held") == 0
    note.locator(".what").click()
    page.tab.mouse.move(0, 0)
    assert page.count(".cell.held") == len(chain)
    page.tab.keyboard.press("Escape")
    assert page.count(".cell.held") == 0


def test_the_keyboard_reaches_every_remark(browser: "Browser", shipped: Path) -> None:
    page = Opened(browser, shipped)
    seen = []
    for _ in range(page.count(".note")):
        page.tab.keyboard.press("j")
        seen.append(page.tab.evaluate("document.activeElement.id"))
    assert seen == page.tab.eval_on_selector_all(".note", "notes => notes.map(note => note.id)")
    page.tab.keyboard.press("k")
    assert page.tab.evaluate("document.activeElement.id") == seen[-2]
    page.tab.keyboard.press("Enter")
    assert page.count(".note.held") == 1
    page.tab.keyboard.press("Escape")
    assert page.count(".note.held") == 0


def test_the_first_tab_skips_to_the_notebook(browser: "Browser", shipped: Path) -> None:
    page = Opened(browser, shipped)
    page.tab.keyboard.press("Tab")
    assert page.tab.evaluate("document.activeElement.className") == "skip"
    page.tab.keyboard.press("Enter")
    page.tab.wait_for_url("**#notebook")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_theme_follows_the_system_and_the_button(browser: "Browser", shipped: Path, scheme: Any) -> None:
    page = Opened(browser, shipped, color_scheme=scheme)
    paper = "getComputedStyle(document.body).backgroundColor"
    before = page.tab.evaluate(paper)
    page.tab.click("#theme")
    after = page.tab.evaluate(paper)
    dark, light = "rgb(23, 24, 27)", "rgb(251, 250, 247)"
    assert (before, after) == ((dark, light) if scheme == "dark" else (light, dark))


@pytest.mark.parametrize("width", [390, 800, 1400])
def test_nothing_runs_out_of_the_window(browser: "Browser", shipped: Path, width: int) -> None:
    page = Opened(browser, shipped, viewport={"width": width, "height": 900})
    assert page.tab.evaluate("document.documentElement.scrollWidth") <= width


def test_on_paper_the_remarks_stay_and_the_controls_go(browser: "Browser", shipped: Path) -> None:
    page = Opened(browser, shipped)
    page.tab.emulate_media(media="print")
    assert page.visible(".filters") == 0
    assert page.visible(".note") == page.count(".note")


def test_nothing_hostile_acts(browser: "Browser", tmp_path: Path) -> None:
    assert len(OUTPUTS) + len(MARKDOWN) + len(CELLS) >= 40
    source, target = tmp_path / "hostile.ipynb", tmp_path / "hostile.html"
    source.write_text(json.dumps(hostile_notebook()), encoding="utf-8")
    target.write_text("".join(render([nbcritic.critique(source)])), encoding="utf-8")
    page = Opened(browser, target)
    for link in page.tab.locator("main .text a, main .rich a").all():
        assert (link.get_attribute("href") or "").startswith(("http", "mailto")) or not link.get_attribute("href")
    for box in page.tab.locator("main summary").all():
        if box.is_visible():
            box.click()
    page.tab.mouse.move(300, 300)
    assert page.tab.evaluate("window.hit") is None
    assert page.tab.evaluate("location.protocol") == "file:"
    assert [noise for noise in page.noise if "Content Security Policy" not in noise] == []
    assert (
        page.count("main script, main iframe, main object, main embed, main form, main meta, main link, main style")
        == 0
    )
    assert page.tab.evaluate("document.getElementById('theme').tagName") == "BUTTON"
    assert page.count("#shown") == 1


def test_the_index_leads_to_its_pages_and_back(browser: "Browser", tmp_path: Path) -> None:
    for name in ("a", "b"):
        cell = {"cell_type": "code", "metadata": {}, "execution_count": 1, "source": f"print({name})", "outputs": []}
        (tmp_path / f"{name}.ipynb").write_text(json.dumps(notebook([cell])))
    index = tmp_path / "report.html"
    index.write_text("".join(render(nbcritic.scan([tmp_path]), target=str(index))), encoding="utf-8")
    page = Opened(browser, index)
    page.tab.click("table a >> nth=0")
    page.tab.locator(".note").first.wait_for()
    page.tab.click(".back a")
    page.tab.wait_for_url(index.as_uri())
    assert page.noise == []
