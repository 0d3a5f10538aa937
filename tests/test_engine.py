"""The engine: choosing rules, saying each fault once, silence on request, and a crash that stays where it is."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbcritic import engine, rules
from nbcritic.analysis.page import Page
from nbcritic.config import Config
from nbcritic.model import Finding, Hit, Lint, Report, Span
from nbcritic.notebook import percent

STAR = "# %%\nfrom numpy import *\n"
ONLY_STAR = Config(select=("star-import",))


def page(text: str, **facts: object) -> Page:
    return Page(percent.read(text, "x.ipynb", history=True), **facts)  # type: ignore[arg-type]


def judge(text: str, config: Config = ONLY_STAR) -> Report:
    return engine.critique(page(text), config)


def codes(report: Report) -> list[str]:
    return [finding.code for finding in report.findings]


def test_a_finding_says_where_in_the_file_and_shows_the_line() -> None:
    (finding,) = judge("# %%\nx = 1\n# %% In[4]\n\nfrom numpy import *\n").findings
    assert (finding.at.cell, finding.at.line, finding.file_line, finding.execution_count) == (2, 2, 5, 4)
    assert finding.code_line == "from numpy import *"


def test_a_crashed_rule_is_named_and_the_others_still_speak(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(page: Page) -> Iterator[Hit]:
        yield Hit(Span(1), "lost with the crash")
        raise KeyError("lost\nsecond line")

    broken = replace(rules.load()["NBC114"], code="NBC199", name="crasher", check=crash)
    monkeypatch.setitem(rules.load(), "NBC199", broken)
    report = judge(STAR, Config(select=("star-import", "NBC199")))
    assert codes(report) == ["NBC114"]
    assert report.problem is not None
    assert "NBC199 crasher crashed: KeyError" in report.problem
    assert "\n" not in report.problem


@pytest.mark.parametrize(
    "text",
    [
        "# %%\nfrom numpy import *  # nbcritic: ignore[star-import]\n",
        "# %%\nfrom numpy import *  # nbcritic: ignore[NBC114]\n",
        "# %%\nfrom numpy import *  # nbcritic: ignore[hidden-state]\n",
        "# %%\nfrom numpy import *  # nbcritic:ignore\n",
        "# %%\n# nbcritic: ignore[star-import]\nx = 1\nfrom numpy import *\n",
        '# %% tags=["nbcritic:ignore=star-import"]\nfrom numpy import *\n',
    ],
)
def test_a_suppressed_finding_is_counted_and_not_shown(text: str) -> None:
    report = judge(text, Config(select=("star-import", "unused-suppression")))
    assert codes(report) == []
    assert report.suppressed == 1


def test_metadata_suppresses_in_the_whole_notebook() -> None:
    notebook = percent.read(STAR, "x.ipynb")
    told = replace(notebook, metadata={"nbcritic": {"ignore": ["star-import"]}})  # type: ignore[arg-type]
    report = engine.critique(Page(told), ONLY_STAR)
    assert (codes(report), report.suppressed) == ([], 1)


def test_a_suppression_on_another_line_does_not_reach() -> None:
    assert codes(judge("# %%\nfrom numpy import *\nx = 1  # nbcritic: ignore[star-import]\n")) == ["NBC114"]


def test_a_suppression_that_silences_nothing_is_a_finding() -> None:
    config = Config(select=("star-import", "unused-suppression"))
    report = judge("# %%\nx = 1  # nbcritic: ignore[star-import]\n", config)
    assert codes(report) == ["NBC001"]
    assert "star-import" in report.findings[0].message


def test_a_suppression_of_a_rule_that_did_not_run_is_left_alone() -> None:
    report = judge("# %%\nx = 1  # nbcritic: ignore[long-cell]\n", Config(select=("star-import", "unused-suppression")))
    assert codes(report) == []


def test_what_our_rule_covers_is_not_said_again_by_ruff() -> None:
    def lint(line: int) -> Lint:
        return Lint(
            "F403", Span(1, line, 1, line, 20), "`from numpy import *` used", "undefined-local-with-import-star"
        )

    facts = page("# %%\nfrom numpy import *\nx = 1\nfrom math import *\n", lints=(lint(1), lint(2), lint(3)))
    report = engine.critique(facts, Config(select=("star-import", "F403")))
    assert [(f.code, f.at.line) for f in report.findings] == [("NBC114", 1), ("F403", 2)]


def test_a_foreign_language_is_said_not_passed_over() -> None:
    notebook = replace(percent.read("# %%\nx <- 1\n", "x.ipynb"), language="r")
    report = engine.critique(Page(notebook), Config())
    assert ("rules for Python", "the notebook's language is r") in [(s.what, s.reason) for s in report.skipped]


def test_start_here_takes_the_gravest_of_different_rules() -> None:
    text = "# %%\nfrom a import *\nfrom b import *\n# %%\nx = 1\nif x\n# %%\nlist = [1]\nprint(list)\n"
    report = judge(text, Config(select=("NBC1",)))
    first = [finding.code for finding in report.start_here]
    assert first[0] == "NBC116"
    assert len(first) == len(set(first))


@pytest.mark.parametrize("rule", ["hard-coded-credential", "star-import", "NBC1", "ruff"])
def test_no_report_shows_a_credential(rule: str) -> None:
    secret = "Zx81" + "kQ9wLmP4vT"
    text = f'# %%\npassword = "{secret}"; from numpy import *\n# %%\nconnect(password=(\n    "{secret}"\n))\n'
    report = judge(text, Config(select=(rule,), profile="production"))
    assert secret not in repr(report)


def fingerprints(report: Report) -> set[str]:
    return {finding.fingerprint for finding in report.findings}


def test_fingerprints_survive_a_rerun_and_new_cells_above() -> None:
    before = judge('# %% In[1] id="a"\nfrom numpy import *\n')
    after = judge('# %%\nx = 1\n# %% In[9] id="a"\ny = 2\nfrom numpy import *\n')
    assert fingerprints(before) == fingerprints(after)


def test_fingerprints_without_ids_tell_equal_cells_apart() -> None:
    lints = tuple(Lint("F403", Span(cell, 1, 1, 1, 20), "`import *` used") for cell in (1, 2))
    report = engine.critique(page(STAR + STAR, lints=lints), Config(select=("F403",)))
    assert len(fingerprints(report)) == 2


@given(st.permutations(["blocker", "major", "minor", "nit"]), st.data())
def test_start_here_never_puts_a_lesser_finding_before_a_graver(order: list[str], data: st.DataObject) -> None:
    base = replace(judge(STAR).findings[0], category="leakage")
    found: list[Finding] = [
        replace(base, code=f"NBC{n}", severity=severity, confidence=data.draw(st.sampled_from(["certain", "likely"])))  # type: ignore[arg-type]
        for n, severity in enumerate(order)
    ]
    first = [finding.severity for finding in engine.start_here(found)]
    assert first == ["blocker", "major", "minor"]


def test_start_here_hears_of_another_cause_before_the_same_again() -> None:
    base = replace(judge(STAR).findings[0], severity="major", confidence="likely")
    found = [replace(base, code=f"NBC10{n}") for n in (1, 2, 3)]
    found.append(replace(base, code="NBC604", family="data-handling", category="pandas-correctness", severity="minor"))
    first = [finding.code for finding in engine.start_here(found)]
    assert first == ["NBC101", "NBC102", "NBC103"]
    found = [found[0], replace(found[3], severity="major"), *found[1:3]]
    assert [finding.code for finding in engine.start_here(found)] == ["NBC604", "NBC101", "NBC102"]


def test_start_here_asks_whether_the_numbers_hold_before_where_the_notebook_runs() -> None:
    base = replace(judge(STAR).findings[0], severity="major")
    elsewhere = replace(base, code="NBC214", family="environment", confidence="certain")
    wrong = replace(base, code="NBC505", family="leakage", category="evaluation-and-baseline", confidence="likely")
    upkeep = replace(base, code="NBC405", family="packaging", category="packaging", confidence="likely")
    assert [finding.code for finding in engine.start_here([elsewhere, upkeep, wrong])] == ["NBC505", "NBC214"]
    assert [finding.code for finding in engine.start_here([elsewhere, upkeep])] == ["NBC214", "NBC405"]


def test_start_here_puts_a_run_out_of_order_before_upkeep_and_single_faults_but_not_before_what_is_sure() -> None:
    base = replace(judge(STAR).findings[0], confidence="likely")
    order = replace(base, code="NBC101", severity="minor")
    copied = replace(base, code="NBC401", family="packaging", category="packaging", severity="major")
    chained = replace(base, code="NBC603", family="data-handling", category="pandas-correctness", severity="minor")
    error = replace(base, code="NBC113", severity="major", confidence="certain")
    assert [finding.code for finding in engine.start_here([chained, copied, order])] == ["NBC101"]
    assert [finding.code for finding in engine.start_here([order, error])] == ["NBC113", "NBC101"]


def test_start_here_fills_no_place_with_small_upkeep() -> None:
    base = judge(STAR).findings[0]
    state = [replace(base, code=f"NBC10{n}", severity="major", confidence="likely") for n in (1, 2, 3)]
    copied = replace(
        base, code="NBC405", family="packaging", category="packaging", severity="major", confidence="certain"
    )
    untitled = replace(base, code="NBC702", family="narrative", category="readability", severity="minor")
    long = replace(untitled, code="NBC402", family="packaging", category="packaging")

    def codes(*findings: Finding) -> list[str]:
        return [finding.code for finding in engine.start_here(findings)]

    assert codes(*state, copied, untitled) == ["NBC101", "NBC102", "NBC103"]
    assert codes(state[0], state[1], copied, untitled) == ["NBC101", "NBC102"]
    assert codes(state[0], untitled, long) == ["NBC101"]
    assert codes(untitled, long) == []  # nobody begins with that
    paths = [
        replace(copied, code=code, family="environment", category="reproducibility")
        for code in ("NBC201", "NBC203", "NBC214")
    ]
    assert codes(copied, *paths) == ["NBC201", "NBC203", "NBC405"]  # twice why it runs nowhere else
    quiet = replace(untitled, code="NBC306", family="tests", category="tests")
    assert codes(quiet, replace(paths[0], severity="minor")) == ["NBC201"]
    assert codes(copied, replace(copied, code="NBC401"), state[0]) == ["NBC101"]
    assert codes(copied, replace(copied, code="NBC401")) == ["NBC401"]  # one word on its structure
    unsure = replace(state[0], code="NBC110", confidence="possible")
    assert codes(replace(state[1], severity="minor"), state[0], unsure) == ["NBC101", "NBC110"]


def test_start_here_adds_no_small_point_to_a_graver_one() -> None:
    base = judge(STAR).findings[0]
    grave = replace(base, code="NBC105", severity="major", confidence="likely")
    small = replace(grave, code="NBC603", family="data-handling", category="pandas-correctness", severity="minor")
    order = replace(grave, code="NBC101", severity="minor", confidence="certain")
    leak = replace(grave, code="NBC501", family="leakage", category="leakage", severity="minor", confidence="possible")

    def codes(*findings: Finding) -> list[str]:
        return [finding.code for finding in engine.start_here(findings)]

    assert codes(small, grave) == ["NBC105"]
    assert codes(small, replace(small, code="NBC607")) == ["NBC603"]  # one thing, where there is nothing graver
    assert codes(small, grave, order, leak) == ["NBC105", "NBC101", "NBC501"]  # these put every result in doubt
    assert codes(replace(small, confidence="possible")) == []


def test_start_here_names_the_path_before_the_manifest_and_doubtful_upkeep_alone() -> None:
    base = replace(judge(STAR).findings[0], family="environment", severity="minor", confidence="likely")
    manifest, path = replace(base, code="NBC210"), replace(base, code="NBC203")
    doubtful = replace(manifest, severity="major", confidence="possible")
    broken = replace(base, code="NBC103", family="hidden-state", severity="blocker")
    assert [finding.code for finding in engine.start_here([manifest, path])] == ["NBC203"]
    assert [finding.code for finding in engine.start_here([doubtful])] == ["NBC210"]
    assert [finding.code for finding in engine.start_here([doubtful, broken])] == ["NBC103"]


def test_every_category_has_its_cause() -> None:
    for rule in rules.load().values():
        given = {"code": rule.code, "category": rule.category, "family": rule.family, "severity": "major"}
        finding = replace(judge(STAR).findings[0], **given)  # type: ignore[arg-type]
        assert len(engine.start_here([finding])) == 1
