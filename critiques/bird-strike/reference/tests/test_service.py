"""The service over a real socket, as maintenance control's screen uses it."""

from typing import Any

import httpx
import pytest

from strike_triage.artifact import Artifact
from strike_triage.service import LIMIT


def report(**changed: Any) -> dict[str, Any]:
    return {
        "id": "7", "date": "2002-08-01", "aircraft": "B-737", "phase": "Take-off run", "size": "Large",
        "time_of_day": "Night", "speed": 140,
    } | changed  # fmt: skip


def ask(client: httpx.Client, *reports: dict[str, Any]) -> httpx.Response:
    return client.post("/score", json={"reports": list(reports)})


def test_a_large_bird_at_take_off_sends_the_team_and_a_small_one_on_approach_does_not(
    client: httpx.Client, artifact: Artifact
) -> None:
    found = ask(client, report(), report(id="8", size="Small", phase="Approach")).json()
    assert [answer["id"] for answer in found["answers"]] == ["7", "8"]
    assert [answer["send"] for answer in found["answers"]] == [True, False]
    assert found["model"] == artifact.name
    assert all(answer["send"] == (answer["chance"] >= found["threshold"]) for answer in found["answers"])


def test_a_report_without_speed_gets_an_answer(client: httpx.Client) -> None:
    without = report()
    del without["speed"]
    chances = [answer["chance"] for answer in ask(client, without, report(speed=None)).json()["answers"]]
    assert chances[0] == chances[1]
    assert 0 < chances[0] < 1


def test_an_aircraft_that_nobody_has_seen_gets_an_answer(client: httpx.Client) -> None:
    assert ask(client, report(aircraft="A-380")).status_code == 200


def test_one_report_is_answered_alike_alone_and_among_others(client: httpx.Client) -> None:
    alone = ask(client, report()).json()["answers"][0]
    among = ask(client, *(report(id=str(n), size=s) for n, s in enumerate(["Small", "Medium"])), report()).json()
    assert among["answers"][2] == alone


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"size": "Huge"}, "reports.0.size: "),
        ({"phase": "take-off"}, "reports.0.phase: "),
        ({"speed": 501}, "reports.0.speed: "),
        ({"speed": -1}, "reports.0.speed: "),
        ({"date": "soon"}, "reports.0.date: "),
        ({"id": ""}, "reports.0.id: "),
        ({"cost_total": 0}, "reports.0.cost_total: Extra inputs"),
        ({"species": "Canada goose"}, "reports.0.species: Extra inputs"),
    ],
)
def test_a_report_that_makes_no_sense_is_refused_in_a_line(
    client: httpx.Client, changed: dict[str, Any], place: str
) -> None:
    refused = ask(client, report(**changed))
    assert refused.status_code == 422
    assert refused.json()["error"].startswith(place)
    assert "\n" not in refused.json()["error"]
    assert ask(client, report()).status_code == 200


def test_a_refusal_does_not_repeat_what_was_typed(client: httpx.Client) -> None:
    assert "Whitlock" not in ask(client, report(size="First officer Whitlock shaken")).text


def test_no_report_too_many_and_no_json_are_refused(client: httpx.Client) -> None:
    assert ask(client).status_code == 422
    assert ask(client, *[report()] * (LIMIT + 1)).status_code == 422
    assert ask(client, *[report()] * LIMIT).status_code == 200
    refused = client.post("/score", content=b"{", headers={"content-type": "application/json"})
    assert refused.status_code == 422
    assert refused.json()["error"]


def test_it_says_which_model_answers(client: httpx.Client, artifact: Artifact) -> None:
    assert client.get("/health").json() == {"status": "ready", "model": artifact.name}
    card = client.get("/model").json()
    assert card["evaluation"] == artifact.metadata["evaluation"]
    assert card["threshold"] == artifact.threshold


def test_what_happens_is_counted_without_the_reports(client: httpx.Client, artifact: Artifact) -> None:
    ask(client, report(speed=None), report(id="8", size="Small", phase="Approach"))
    ask(client, report(size="Huge"))
    text = client.get("/metrics").text
    lines = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert float(lines['strike_answers_total{send="yes"}']) == 1
    assert float(lines['strike_answers_total{send="no"}']) == 1
    assert float(lines["strike_refused_total"]) == 1
    assert float(lines["strike_speed_missing_total"]) == 1
    assert float(lines["strike_large_birds_total"]) == 1
    assert float(lines["strike_chance_count"]) == 2
    assert float(lines['strike_usual{what="large"}']) == artifact.metadata["usual"]["large"]
    assert "B-737" not in text
