"""NBC619 beyond its documentation."""

from datetime import datetime

import pytest

from nbcritic import rules
from nbcritic.analysis.page import Page
from nbcritic.model import Hit
from nbcritic.notebook import percent


def hits(text: str) -> list[Hit]:
    return list(rules.load()["NBC619"].check(Page(percent.read(f"# %%\n{text}", "t.py"))))


@pytest.mark.parametrize(
    "text",
    [
        "gap = (row.end - row.start).seconds",
        "gap = (df['end'] - df['start']).dt.seconds",
        "gap = abs(df['end'] - moment).dt.seconds\nmoment = day['end']",
        "df['gap'] = df.end - df.start\n# %%\ndf['gap'].dt.seconds.mean()",
        "df['gap'] = df['time'].diff()\ndf['gap'].dt.seconds.plot()",
        "gaps = df['day'].max() - df['day']\ngaps.dt.seconds",
    ],
)
def test_what_is_left_after_whole_days(text: str) -> None:
    assert len(hits(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "gap = (row.end - row.start).total_seconds()",
        "gap = row.end - row.start\nprint(gap.days, gap.seconds)",
        "gap = row.end - row.start\nprint(gap.total_seconds(), gap.seconds)",
        "def f(start, end):\n    return (end - start).seconds",
        "print((datetime.now() - row.start).seconds)",
        "start = pd.Timestamp.now()\nstep()\nprint((row.end - start).seconds)",
        "df['gap'] = df.end - df.start\ndf['gap'] = df['gap'].fillna(0)\ndf['gap'].dt.seconds",
        "print(gap.seconds, settings.seconds)",
        "gap = (pl.col('end') - pl.col('start')).dt.seconds()",
        "gap = model.diff().seconds",
        "opens = datetime.strptime(text, '%H:%M')\nprint((datetime.strptime(other, '%H:%M') - opens).seconds)",
        "gap.seconds = (row.end - row.start) / 2",
    ],
)
def test_seconds_that_are_meant(text: str) -> None:
    assert hits(text) == []


@pytest.mark.parametrize(
    ("written", "reads", "writes"),
    [
        ("%d.%m.%Y %H:%M", 0, 0),
        ("%d.%m.%Y %I:%M %p", 0, 0),
        ("%d.%m.%Y %H:%M %p", 1, 0),
        ("%d.%m.%Y %I:%M", 0, 0),  # whoever takes AM and PM off adds the hours, too
        ("%Y/%M/%d", 1, 1),
        ("%d %b %M", 0, 0),
        ("%M:%S", 0, 0),
        ("%Y%m%d%H%m", 1, 1),
        ("%H:%M on %m/%d", 0, 0),
        ("%H%%%m", 0, 0),
        ("no codes", 0, 0),
    ],
)
def test_formats(written: str, reads: int, writes: int) -> None:
    assert len(hits(f"day = datetime.strptime(text, {written!r})")) == reads
    assert len(hits(f"shape = {written!r}\nday = pd.to_datetime(df.day, format=shape)")) == reads
    assert len(hits(f"name = day.strftime({written!r})")) == writes
    assert len(hits(f"print({written!r})")) == 0


def test_python_reads_these_formats_as_the_rule_says() -> None:
    assert datetime.strptime("5:30 PM", "%H:%M %p").hour == 5
    assert datetime.strptime("2024-05-01", "%Y-%M-%d").month == 1
