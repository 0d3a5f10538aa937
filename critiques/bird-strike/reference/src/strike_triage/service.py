"""The service that maintenance control's screen asks: reports in, chance and decision out.

The schema is the promise: what is not known at the gate (costs, species, names) is no field, and an unknown field is refused.
"""

from __future__ import annotations

import logging
from datetime import date
from typing import Annotated, Any, Literal

import pandas as pd
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse
from pydantic import BaseModel, ConfigDict, Field

from strike_triage.artifact import Artifact
from strike_triage.features import design
from strike_triage.model import chances
from strike_triage.monitor import Monitor
from strike_triage.reports import FASTEST

log = logging.getLogger(__name__)
LIMIT = 500
"""Reports in one request."""


class Report(BaseModel):
    """What the crew says at the gate."""

    model_config = ConfigDict(extra="forbid")

    id: Annotated[str, Field(min_length=1, max_length=64)]
    date: Annotated[date, Field(ge=date(1980, 1, 1), lt=date(2100, 1, 1))]
    aircraft: Annotated[str, Field(min_length=1, max_length=64)]
    phase: Literal["Parked", "Taxi", "Take-off run", "Climb", "Descent", "Approach", "Landing Roll"]
    size: Literal["Small", "Medium", "Large"]
    time_of_day: Literal["Dawn", "Day", "Dusk", "Night"]
    speed: Annotated[float, Field(ge=0, le=FASTEST)] | None = None
    """Knots; may be left out."""


class Reports(BaseModel):
    """One request."""

    model_config = ConfigDict(extra="forbid")

    reports: Annotated[list[Report], Field(min_length=1, max_length=LIMIT)]


class Answer(BaseModel):
    """Chance of grave damage, 0 to 1, and whether the team goes."""

    id: str
    chance: float
    send: bool


class Answers(BaseModel):
    """The answers in the order of the reports, signed with the model that gave them."""

    model: str
    threshold: float
    answers: list[Answer]


def create_app(artifact: Artifact) -> FastAPI:
    """The service for one model. It is loaded before the first request: a service that answers `/health` can score."""
    app = FastAPI(title="strike-triage", summary="Does the structures team have to go out?")
    monitor = Monitor(artifact)

    @app.exception_handler(RequestValidationError)
    async def refuse(request: Request, error: RequestValidationError) -> JSONResponse:
        monitor.refused()
        return JSONResponse({"error": _explained(error)}, status_code=422)

    @app.post("/score")
    def score(asked: Reports) -> Answers:
        found = _answers(artifact, asked.reports)
        monitor.answered(
            found["chance"].to_numpy(),
            found["send"].tolist(),
            [report.speed for report in asked.reports],
            [report.size for report in asked.reports],
        )
        log.info("model %s: %d reports, %d visits", artifact.name, len(found), int(found["send"].sum()))
        answers = [Answer.model_validate(row) for row in found.to_dict("records")]
        return Answers(model=artifact.name, threshold=artifact.threshold, answers=answers)

    @app.get("/health")
    def health() -> dict[str, str]:
        return {"status": "ready", "model": artifact.name}

    @app.get("/model")
    def model() -> dict[str, Any]:
        return artifact.metadata

    @app.get("/metrics")
    def metrics() -> PlainTextResponse:
        return PlainTextResponse(monitor.text(), media_type="text/plain; version=0.0.4")

    return app


def _answers(artifact: Artifact, reports: list[Report]) -> pd.DataFrame:
    table = pd.DataFrame([report.model_dump() for report in reports])
    table["date"] = pd.to_datetime(table["date"])
    chance = chances(artifact.model, design(table))
    return pd.DataFrame({"id": table["id"], "chance": chance.round(6), "send": chance >= artifact.threshold})


def _explained(error: RequestValidationError) -> str:
    """The first fault in one line, without the value: what was typed may be personal."""
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"] if part != "body")
    return f"{place or 'body'}: {first['msg']}"
