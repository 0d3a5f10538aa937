"""Notebooks whose author owes nobody a check: contests, exercises, well-known practice sets, work that is put away."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from nbcritic.analysis.page import Page, once
from nbcritic.analysis.pattern import regex

_CONTEST = regex(r"kaggle|zindi|drivendata|(?:sample|gender|my)?_?submissions?(?:_\w+)?\.csv", re.I)
_CONTEST_WORDS = ("kaggle", "zindi", "drivendata", "submission")
_TRAIN = regex(r"(?:^|[/\\_-])train(?:ing)?(?:[_-]?(?:data|set|\w{1,12}))?\.(?:csv|tsv|xlsx?|parquet|json|zip)(?:\.\w+)?$", re.I)  # fmt: skip
_TEST = regex(r"(?:^|[/\\_-])test(?:ing)?(?:[_-]?(?:data|set|\w{1,12}))?\.(?:csv|tsv|xlsx?|parquet|json|zip)(?:\.\w+)?$", re.I)  # fmt: skip
_PRACTICE = regex(
    r"(?<![a-z])(?:titanic|iris(?:es)?|boston|wine|winequality|penguins?|mnist|cifar|hr_comma_sep|hr_?analytics|hr-employee|telco|churn|diamonds|"
    r"house[-_ ]?pric\w*|housing|adult|mpg|auto-?mpg|heart(?:_disease)?|diabetes|pima\w*|mall_customers|creditcard|credit_card|"
    r"loan\w*|bank(?:-full|-additional\w*)|spam|imdb\w*|netflix\w*|movielens|movies|u\.data|ratings|airbnb|startups|salary_data|"
    r"social_network_ads|advertising|position_salaries|abalone|mushrooms?|breast[-_ ]?cancer|wdbc|wbcd|glass|zoo|superstore|"
    r"sample[-_]superstore|gapminder|nyc_?taxi|flights?|tips|ecommerce|e-commerce|online_?retail\w*|googleplaystore|pokemon|"
    r"world[-_]happiness\w*|covid\w*|insurance|student\w*|starbucks|portfolio|transcript|walmart\w*|rossmann|bigmart\w*|"
    r"melb_data|ames\w*|kc_house\w*|german_credit\w*|compas\w*|cereals?|ramen\w*|fake|fraud\w*|twitter_?sentiment\w*|train_data|"
    r"data_train|heart_failure\w*|weatheraus|cardio\w*|framingham|stroke|sonar|ionosphere|seeds|20_?news\w*)(?![a-z])",
    re.I,
)
_FIXED_HOST = regex(
    r"https?://(?:raw\.githubusercontent\.com|(?:www\.)?github\.com|gist\.github|archive\.ics\.uci|(?:drive|docs)\.google|"
    r"storage\.googleapis\.com|[\w.-]*cloud-object-storage|cf-courses|bit\.ly|tf-assets|[\w.-]*\.edu/|ndownloader|zenodo|"
    r"(?:www\.)?dropbox|media\.githubusercontent|[\w.-]*\.github\.io)",
    re.I,
)
_EXERCISE = regex(
    r"your (?:code|answer|solution)s? (?:goes |starts? |is )?here|\bassignments?\b|\bhome ?work\b|\bexercises?\b|\bcoursework\b|"
    r"\bgraded\b|\bexam(?:en)?\b|\btarea\b|\bejercicios?\b|\bcase study\b|\bTODO: implement|\bproblem set\b|\bquiz\b|\budacity\b|\bcoursera\b|\blab \d",
    re.I,
)
_EXERCISE_WORDS = tuple(
    "your assignment home exercise coursework graded exam tarea ejercicio case todo problem quiz udacity coursera lab".split()
)
"""What the pattern above finds begins with one of these: to look for them first is many times as fast."""
_EXERCISE_PATH = regex(
    r"(?:^|[/\\_ -])(?:assignments?|home ?works?|hw[_ -]?\d+|exercises?|coursework|labs?|lessons?|tutorials?|practicals?|practices?|"
    r"course|exams?|examen|case[_ -]*stud(?:y|ies)|week ?_?\d+|day ?_?\d+|cheat ?sheets?)(?=$|[/\\_ .-]|\d)",
    re.I,
)


_ARCHIVE = frozenset("old older arch archive archived archives attic backup backups bak deprecated graveyard legacy obsolete outdated trash".split())  # fmt: skip


def is_archived(path: str) -> bool:
    """Does the notebook lie in a folder for work that is put away?"""
    *folders, _ = _inner_path(path).lower().split("/")
    return any(folder.strip("_. 0123456789-") in _ARCHIVE for folder in folders)


def texts(page: Page) -> Iterator[str]:
    """Every short literal string in the page's code."""
    for cell in page.code:
        for constant in cell.nodes(ast.Constant):
            if isinstance(constant.value, str) and len(constant.value) < 300:
                yield constant.value


def is_hosted(page: Page) -> bool:
    """Does the notebook run where a contest is held, and is it written for that contest alone?"""
    return "kaggle" in page.path.lower() or any("/kaggle/" in text or "kaggle_datasets" in text for text in texts(page))


@once
def is_contest(page: Page) -> bool:
    """Are these a contest's data, frozen on the day that it began?"""
    if re.search(r"kaggle|competition|leaderboard|(?<![a-z])lb[-_ ]?\d", page.path, re.I):
        return True
    train = test = False
    for text in texts(page):
        lower = text.lower()
        if any(word in lower for word in _CONTEST_WORDS) and _CONTEST.search(text):
            return True
        train = train or ("train" in lower and bool(_TRAIN.search(text)))
        test = test or ("test" in lower and bool(_TEST.search(text)))
    if train and test:
        return True
    return any(re.search(r"\bkaggle\b", page.prose[cell.number], re.I) for cell in page.markdown)


def is_practice(text: str) -> bool:
    """Does a path name one of the sets that everybody learns with?"""
    return bool(_PRACTICE.search(text.replace("\\", "/").rpartition("/")[2])) or bool(_FIXED_HOST.match(text))


def practises(page: Page) -> bool:
    """Does the notebook's own name say that it is about a well-known practice set?"""
    return is_practice(re.sub(r"(?i)\.ipynb$|\.py$", "", page.path.replace("\\", "/").rpartition("/")[2]))


@once
def is_exercise(page: Page) -> bool:
    """Is the notebook an assignment or a lesson?"""
    if _EXERCISE_PATH.search(_inner_path(page.path)):
        return True
    if any(_is_set(page.prose[cell.number]) for cell in page.markdown):
        return True
    comments = (
        line for cell in page.cells if "#" in cell.source for line in cell.lines if line.lstrip().startswith("#")
    )
    return any(_is_set(line) for line in comments)


def _is_set(text: str) -> bool:
    """Do the words speak of a task that somebody set?"""
    lower = text.lower()
    if len(lower) != len(text):  # some letters of other scripts are two in small print
        return _EXERCISE.search(text) is not None
    for word in _EXERCISE_WORDS:
        at = lower.find(word)
        while at >= 0:
            if _EXERCISE.match(text, at):
                return True
            at = lower.find(word, at + 1)
    return False


def _inner_path(path: str) -> str:
    """The last folders and the name: what lies above the project tells nothing."""
    return "/".join(path.replace("\\", "/").split("/")[-4:])
