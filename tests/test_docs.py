"""Generated pages are what the rules say, and hand-written ones link to what exists."""

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from nbcritic import __version__, docs, rules
from nbcritic.model import FAMILIES
from nbcritic.rule import Rule

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")]
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]*))?\)|<img [^>]*src=\"([^\"]+)\"")


def test_generated_files_are_in_sync() -> None:
    assert [str(path.relative_to(ROOT)) for path in docs.out_of_date(ROOT)] == [], "run `make docs`"


def test_each_family_is_introduced() -> None:
    assert set(docs.ABOUT) == set(FAMILIES.values())


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a README and no generated page yet."""
    shutil.copy(ROOT / "README.md", tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_missing_changed_and_stale_pages_are_put_right(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert docs.main() == 0
    assert docs.main(["--check"]) == 0
    (copy / "docs/rules/no-such-rule.md").write_text("stale", "utf-8")
    (copy / "docs/rules/star-import.md").write_text("changed", "utf-8")
    (copy / "docs/report.schema.json").unlink()
    capsys.readouterr()
    assert docs.main(["--check"]) == 1
    said = capsys.readouterr().err
    assert all(name in said for name in ("no-such-rule.md", "star-import.md", "report.schema.json", "make docs"))
    assert docs.main() == 0
    assert docs.main(["--check"]) == 0
    assert not (copy / "docs/rules/no-such-rule.md").exists()


@pytest.mark.parametrize("rule", rules.load().values(), ids=lambda rule: rule.name)
def test_a_page_says_everything(rule: Rule) -> None:
    page = docs.page(rule)
    for part in (rule.code, rule.summary, rule.why, rule.remedy, rule.severity, rule.profile, rule.category):
        assert part in page
    assert page.count("### ") == len(rule.examples)
    assert all(option.replace("_", "-") in page for option in rule.options)


def test_the_readme_names_every_rule() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert all(f"| {rule.name} |" in readme for rule in rules.load().values())


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for path, anchor, image in LINK.findall(page.read_text("utf-8")):
        target = (page.parent / (path or image)) if path or image else page
        assert target.exists(), f"{path or image}"
        if anchor:
            headings = re.findall(r"^#+ (.*)$", target.read_text("utf-8"), re.M)
            slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
            assert anchor in slugs, f"{path}#{anchor}"


def test_the_rule_that_contributors_are_shown_works(tmp_path: Path) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), re.S)
    path = tmp_path / "noisy_cell.py"
    path.write_text(code, "utf-8")
    spec = importlib.util.spec_from_file_location("noisy_cell", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    rule: Rule = module.check
    assert {example.kind for example in rule.examples} == {"Bad", "Good"}
    for example in rule.examples:
        found = {(hit.at.cell, hit.at.line) for hit in rule.check(example.page, **example.options)}
        assert found == example.expected
    subprocess.run([sys.executable, "-m", "ruff", "check", "--config", str(ROOT / "pyproject.toml"), path], check=True)


def test_the_version_is_said_once() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["version"] == __version__
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text("utf-8")
