"""What the user may choose, and how a mistake in it is answered."""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbcritic import rules
from nbcritic.analysis.page import Page
from nbcritic.config import Config, strength
from nbcritic.model import FAMILIES, Hit, NbcriticError, Profile
from nbcritic.ruff import ruff_select

STAR: tuple[str, str, str, Profile] = ("NBC114", "star-import", "hidden-state", "review")


def write(folder: Path, text: str) -> Path:
    file = folder / "pyproject.toml"
    file.write_text(text, "utf-8")
    return file


def load(folder: Path, text: str) -> Config:
    write(folder, "[tool.nbcritic]\n" + text)
    return Config.load(folder)


def complaint(folder: Path, text: str) -> str:
    with pytest.raises(NbcriticError) as caught:
        load(folder, text)
    message = str(caught.value)
    assert "\n" not in message
    assert "pyproject.toml" in message
    return message


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert Config.load(tmp_path) == Config()


def test_the_nearest_table_counts_and_files_without_one_are_passed_by(tmp_path: Path) -> None:
    write(tmp_path, '[tool.nbcritic]\nprofile = "production"\n')
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    write(tmp_path / "a", "[tool.other]\n")
    config = Config.load(inner / "analysis.ipynb")
    assert (config.profile, config.root) == ("production", str(tmp_path))
    write(inner, '[tool.nbcritic]\nprofile = "explore"\n')
    assert Config.load(inner).profile == "explore"


def test_a_broken_file_of_somebody_else_is_passed_by_and_ones_own_is_not(tmp_path: Path) -> None:
    write(tmp_path, "not toml at all [")
    assert Config.load(tmp_path) == Config()
    assert "not valid TOML" in complaint(tmp_path, "select = [")


def test_an_explicit_file_may_hold_the_keys_at_its_top(tmp_path: Path) -> None:
    file = tmp_path / "strict.toml"
    file.write_text('fail-on = "minor"\n')
    assert Config.load(tmp_path, explicit=file).effective_fail_on == "minor"
    with pytest.raises(NbcriticError, match="No such file"):
        Config.load(tmp_path, explicit=tmp_path / "absent.toml")
    with pytest.raises(NbcriticError, match=r"has no \[tool.nbcritic\]"):
        Config.load(tmp_path, explicit=write(tmp_path, "[tool.other]\n"))


def test_a_byte_order_mark_and_latin_1_are_survived(tmp_path: Path) -> None:
    file = tmp_path / "pyproject.toml"
    file.write_bytes(b'\xef\xbb\xbf[tool.nbcritic]\nprofile = "explore"\n')
    assert Config.load(tmp_path).profile == "explore"
    file.write_bytes(b'[tool.nbcritic]\nprofile = "explor\xe9"\n')
    with pytest.raises(NbcriticError, match="UTF-8"):
        Config.load(tmp_path, explicit=file)


def test_every_key_is_read(tmp_path: Path) -> None:
    config = load(
        tmp_path,
        """
        profile = "explore"
        select = ["nbc1", "PD", "Hidden-State"]
        extend-select = ["star-import"]
        ignore = ["f401"]
        fail-on = "never"
        exclude = ["old/"]
        [tool.nbcritic.per-file-ignores]
        "talks/*.ipynb" = ["ruff"]
        [tool.nbcritic.rules.star-import]
        """,
    )
    assert config == Config(
        "explore", ("NBC1", "PD", "hidden-state"), ("star-import",), ("F401",), "never", ("old/",),
        {"talks/*.ipynb": ("ruff",)}, {"star-import": {}}, str(tmp_path),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('profil = "review"', 'has no key "profil"; did you mean profile?'),
        ("per_file_ignores = {}", "did you mean per-file-ignores?"),
        ('profile = "reveiw"', "did you mean review?"),
        ("profile = 3", "profile must be one of"),
        ('fail-on = "majer"', "did you mean major?"),
        ('select = "NBC1"', "select must be a list"),
        ("select = [1]", "select must be a list of strings"),
        ('select = ["star-imports"]', "did you mean star-import?"),
        ('ignore = ["hiden-state"]', "did you mean hidden-state?"),
        ('select = ["NBC7777"]', "is no code, rule or family"),
        ('select = ["F8411x"]', "is no code, rule or family"),
        ('select = [""]', "is no code, rule or family"),
        ('per-file-ignores = ["a"]', "per-file-ignores must be a table"),
        ('[tool.nbcritic.per-file-ignores]\n"*" = ["sta-import"]', "did you mean star-import?"),
        ("[tool.nbcritic.rules.star-imprt]", "did you mean star-import?"),
        ("[tool.nbcritic.rules.star-import]\nlimit = 3", 'star-import has no option "limit"'),
        ('rules = "all"', "rules must be a table"),
        ('exclude = ["!"]', "is not a pattern"),
    ],
)
def test_a_mistake_is_answered_with_one_line(tmp_path: Path, text: str, expected: str) -> None:
    assert expected in complaint(tmp_path, text)


def test_tool_nbcritic_must_be_a_table(tmp_path: Path) -> None:
    write(tmp_path, "[tool]\nnbcritic = 3\n")
    with pytest.raises(NbcriticError, match="must be a table"):
        Config.load(tmp_path)


@pytest.fixture
def tunable(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule with an option of every type, beside the real ones."""

    def check(
        page: Page,
        *,
        limit: int = 3,
        share: float = 0.5,
        strict: bool = False,
        word: str = "x",
        some_names: tuple[str, ...] = ("a",),
        codes: frozenset[int] = frozenset({1}),
    ) -> Iterator[Hit]:
        yield from ()

    fake = replace(rules.load()["NBC114"], code="NBC199", name="tunable", check=check)
    monkeypatch.setitem(rules.load(), "NBC199", fake)


@pytest.mark.usefixtures("tunable")
def test_options_of_rules_take_the_type_of_their_default(tmp_path: Path) -> None:
    text = """
        [tool.nbcritic.rules.NBC199]
        limit = 7
        share = 1
        strict = true
        word = "y"
        some-names = ["b", "c"]
        codes = [4]
        """
    options = load(tmp_path, text).options_for("tunable")
    assert options == {
        "limit": 7, "share": 1.0, "strict": True, "word": "y", "some_names": ("b", "c"), "codes": frozenset({4}),
    }  # fmt: skip
    assert isinstance(options["share"], float)
    assert load(tmp_path, "[tool.nbcritic.rules.tunable]\nsome-names = []").options_for("tunable") == {"some_names": ()}
    assert Config().options_for("tunable") == {}


@pytest.mark.usefixtures("tunable")
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("limit = true", "tunable.limit must be a whole number, not True"),
        ("limit = 1.5", "tunable.limit must be a whole number"),
        ('share = "half"', "tunable.share must be a number"),
        ("strict = 1", "tunable.strict must be true or false"),
        ("word = 1", "tunable.word must be a string"),
        ('some-names = "a"', "tunable.some-names must be a list"),
        ("some-names = [1]", "tunable.some-names must be a string"),
        ("codes = [1.5]", "tunable.codes must be a whole number"),
        ("limits = 3", "did you mean limit?"),
        ("some_names = []", "did you mean some-names?"),
    ],
)
def test_an_option_of_another_type_is_refused(tmp_path: Path, line: str, expected: str) -> None:
    assert expected in complaint(tmp_path, f"[tool.nbcritic.rules.tunable]\n{line}")


def test_the_default_of_each_real_option_can_be_written_down(tmp_path: Path) -> None:
    def toml(value: object) -> str:
        if isinstance(value, (tuple, list, set, frozenset)):
            return f"[{', '.join(map(toml, value))}]"
        return json.dumps(value)

    for rule in rules.load().values():
        for option, default in rule.options.items():
            if default is not None:
                line = f"{option.replace('_', '-')} = {toml(default)}"
                config = load(tmp_path, f"[tool.nbcritic.rules.{rule.name}]\n{line}")
                assert config.options_for(rule.name) == {option: default}


@pytest.mark.parametrize(
    ("selector", "code", "names"),
    [
        ("NBC", "NBC114", True),
        ("NBC1", "NBC114", True),
        ("NBC2", "NBC114", False),
        ("S", "S101", True),
        ("S", "SIM102", False),
        ("PL", "PLR2004", True),
        ("PLR", "PLR2004", True),
        ("P", "PD002", False),
        ("F8", "F841", True),
        ("F8", "FURB8", False),
        ("F841", "F841", True),
        ("F841", "F84", False),
    ],
)
def test_a_beginning_names_codes_of_its_own_tool_only(selector: str, code: str, names: bool) -> None:
    assert (strength(selector, code, "", "") > 0) is names


def test_the_profile_chooses_unless_select_does() -> None:
    assert Config().selects(*STAR)
    assert Config(profile="production").selects(*STAR)
    assert not Config(profile="explore").selects(*STAR)
    assert Config(profile="explore", select=("NBC1",)).selects(*STAR)
    assert not Config(select=("NBC2",)).selects(*STAR)
    assert Config(profile="explore", extend_select=("star-import",)).selects(*STAR)


@pytest.mark.parametrize("ignored", ["NBC114", "NBC11", "NBC1", "star-import", "hidden-state"])
def test_ignore_takes_away(ignored: str) -> None:
    assert not Config(ignore=(ignored,)).selects(*STAR)
    assert not Config(select=("hidden-state",), ignore=(ignored,)).selects(*STAR)
    assert Config(ignore=("NBC2", "ruff", "used-before-defined")).selects(*STAR)


def test_the_more_specific_choice_wins_and_ignore_wins_a_draw() -> None:
    assert Config(extend_select=("NBC114",), ignore=("NBC1",)).selects(*STAR)
    assert Config(extend_select=("NBC11",), ignore=("hidden-state",)).selects(*STAR)
    assert not Config(extend_select=("NBC114",), ignore=("star-import",)).selects(*STAR)
    assert not Config(extend_select=("NBC1",), ignore=("NBC114",)).selects(*STAR)


def test_the_family_ruff_is_what_profiles_take_from_ruff() -> None:
    config = Config(select=("ruff",))
    assert config.selects("F841", "unused-variable", "ruff", "review")
    assert config.selects("SIM102", "collapsible-if", "ruff", "production")
    assert not config.selects("S101", "assert", "ruff", None)
    assert Config(select=("S",)).selects("S101", "assert", "ruff", None)
    assert not Config(profile="production").selects("S101", "assert", "ruff", None)
    assert not Config(ignore=("ruff",)).selects("F841", "unused-variable", "ruff", "review")


CODES = st.sampled_from(["NBC101", "NBC114", "NBC205", "F401", "F841", "S101", "SIM102", "PD002"])
SELECTORS = st.sampled_from(
    ["NBC", "NBC1", "NBC114", "NBC20", "F", "F8", "F841", "S", "SIM", "PD", "ruff", "hidden-state", "star-import"]
)
CHOICES = st.lists(SELECTORS, max_size=3).map(tuple)
PROFILE = st.sampled_from(["explore", "review", "production"])


def about(code: str) -> tuple[str, str, str]:
    return code, "star-import" if code == "NBC114" else code.lower(), FAMILIES.get(code[:4], "ruff")


@given(CODES, PROFILE, CHOICES, CHOICES, SELECTORS)
def test_ignoring_more_never_selects_more(
    code: str, profile: Profile, select: tuple[str, ...], ignore: tuple[str, ...], extra: str
) -> None:
    less = Config(profile, select, ignore=(*ignore, extra))
    more = Config(profile, select, ignore=ignore)
    assert more.selects(*about(code), "review") >= less.selects(*about(code), "review")


@given(CODES, PROFILE, CHOICES, CHOICES, SELECTORS)
def test_extending_never_selects_less(
    code: str, profile: Profile, select: tuple[str, ...], ignore: tuple[str, ...], extra: str
) -> None:
    more = Config(profile, select, (extra,), ignore)
    less = Config(profile, select, (), ignore)
    assert more.selects(*about(code), "review") >= less.selects(*about(code), "review")


@given(CODES.filter(lambda code: not code.startswith("NBC")), PROFILE, CHOICES, CHOICES, CHOICES)
def test_ruff_is_asked_for_whatever_is_selected(
    code: str, profile: Profile, select: tuple[str, ...], extend: tuple[str, ...], ignore: tuple[str, ...]
) -> None:
    from nbcritic.ruff import profile_of

    config = Config(profile, select, extend, ignore)
    if config.selects(*about(code), profile_of(code)):
        assert any(strength(asked, code, "", "ruff") for asked in ruff_select(config))


def test_what_is_not_given_stays() -> None:
    config = Config("explore", ("NBC1",), ("F",), ("F401",), "minor", root="here")
    assert config.with_options() == config


def test_select_sets_aside_what_the_file_says() -> None:
    config = Config(extend_select=("F",), ignore=("NBC1",)).with_options(select=["NBC114"])
    assert config == Config(select=("NBC114",))


def test_ignore_and_extend_select_add_and_the_command_line_has_the_last_word() -> None:
    config = Config(extend_select=("I",), ignore=("NBC114",))
    assert config.with_options(ignore=["nbc2"]).ignore == ("NBC114", "NBC2")
    later = config.with_options(extend_select=["NBC114"])
    assert (later.extend_select, later.ignore) == (("I", "NBC114"), ())
    assert later.selects(*STAR)


def test_options_are_checked() -> None:
    with pytest.raises(NbcriticError, match=r"--select: 'star-imports' .* did you mean star-import\?"):
        Config().with_options(select=["star-imports"])
    with pytest.raises(NbcriticError, match="--profile must be one of"):
        Config().with_options(profile="strict")
    with pytest.raises(NbcriticError, match="--fail-on must be one of"):
        Config().with_options(fail_on="all")


@pytest.mark.parametrize(
    ("profile", "given", "effective"),
    [
        ("explore", None, "blocker"),
        ("review", None, "blocker"),
        ("production", None, "major"),
        ("review", "nit", "nit"),
    ],
)
def test_production_is_stricter_about_the_exit_code(profile: str, given: str | None, effective: str) -> None:
    assert Config().with_options(profile=profile, fail_on=given).effective_fail_on == effective


@pytest.mark.parametrize(
    ("pattern", "path", "silent"),
    [
        ("*.ipynb", "a/b.ipynb", True),
        ("talks/", "talks/2024/a.ipynb", True),
        ("talks/*.ipynb", "talks/a.ipynb", True),
        ("talks/*.ipynb", "talks/2024/a.ipynb", False),
        ("talks/**", "talks/2024/a.ipynb", True),
        ("/a.ipynb", "sub/a.ipynb", False),
        ("a.ipynb", "sub/../a.ipynb", True),
    ],
)
def test_per_file_ignores_are_relative_to_the_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pattern: str, path: str, silent: bool
) -> None:
    (tmp_path / "below").mkdir()
    config = Config(per_file_ignores={pattern: ("NBC1",)}, root=str(tmp_path))
    monkeypatch.chdir(tmp_path / "below")
    asked = STAR[:3]
    assert config.ignored_for(f"../{path}", *asked) is silent
    assert config.ignored_for(str(tmp_path / path), *asked) is silent
    assert not config.ignored_for(f"../{path}", "F841", "unused-variable", "ruff")
    assert not config.ignored_for("-", *asked)


def test_exclude_knows_folders() -> None:
    config = Config(exclude=("old/", "*_draft.ipynb"))
    assert config.excludes("a/old", folder=True)
    assert not config.excludes("a/old.ipynb")
    assert config.excludes("a/x_draft.ipynb")


def test_a_config_can_be_sent_to_a_worker() -> None:
    config = Config(exclude=("old/",), per_file_ignores={"a*": ("F",)})
    assert config.excludes("old", folder=True)
    assert pickle.loads(pickle.dumps(config)) == config
