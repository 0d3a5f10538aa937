"""The sql-etl scenario: the story of its page, and the decision that turns with it."""

from tests.kit.shipped import SCENARIOS, outputs

SCENARIO = SCENARIOS["sql-etl"]


def test_every_flight_of_the_year_ships_once() -> None:
    months = [entry.rows for entry in SCENARIO.facts.data.files if "landing" in entry.file]
    assert (len(months), sum(months)) == (12, SCENARIO.measured["rows.flights"])


def test_the_page_still_tells_its_story() -> None:
    assert "before 120,835, after 120,835" in outputs(SCENARIO, "check")  # Wednesday's, when only Newark was there
    assert "1006987 2013-01-01 2014-01-01" in outputs(SCENARIO, "size")
    assert outputs(SCENARIO, "where").index("EWR") < outputs(SCENARIO, "where").index("JFK")
    assert "30.5" in outputs(SCENARIO, "how-often")
    assert "100 pages" in outputs(SCENARIO, "pages")
    assert "rows without an airline: 0" in outputs(SCENARIO, "names")
    assert "paid back after 11 months" in outputs(SCENARIO, "money")


def test_what_the_page_shows_is_what_the_probe_builds() -> None:
    assert f"{SCENARIO.measured['shares.as_saved.EWR']:.3f}"[2:] in outputs(SCENARIO, "where").replace(".", "")
    assert round(SCENARIO.measured["payback.newark_as_saved"]) == 11


def test_the_decision_turns_with_the_first_repair() -> None:
    measured = SCENARIO.measured
    assert measured["shares.as_saved.EWR"] > measured["shares.as_saved.JFK"]
    assert measured["shares.with_airport.JFK"] > measured["shares.with_airport.EWR"]
    assert measured["shares.honest.JFK"] > measured["shares.honest.EWR"]
