"""`python -m triage train|serve`."""

from __future__ import annotations

import argparse
import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from triage.rates import SIZES, grounded, read_reports, share_by_size

SEND_FROM = 0.5


def train(options: argparse.Namespace) -> None:
    """Count, and keep the counts."""
    from sklearn.metrics import roc_auc_score

    reports = read_reports(options.reports)
    rates = share_by_size(reports)
    score = roc_auc_score(grounded(reports), reports["Wildlife Size"].map(rates))
    options.model.mkdir(parents=True, exist_ok=True)
    (options.model / "rates.json").write_text(json.dumps(rates) + "\n")
    (options.model / "claim.json").write_text(json.dumps({"metric": "AUC", "value": round(float(score), 4)}) + "\n")


def answers(asked: Any, rates: dict[str, float]) -> dict[str, Any]:
    """Look up. ValueError: the request is none."""
    try:
        found = [(str(report["id"]), rates[report["size"]]) for report in asked["reports"]]
    except (KeyError, TypeError) as error:
        raise ValueError(
            f"a request is {{'reports': [...]}}, each with an id and a size of {SIZES}: {error}"
        ) from error
    return {"answers": [{"id": id_, "chance": chance, "send": chance > SEND_FROM} for id_, chance in found]}


def serve(options: argparse.Namespace) -> None:
    """Answer requests until stopped."""
    rates = json.loads((options.model / "rates.json").read_text())

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._reply(200 if self.path == "/health" else 404, {"status": "ready"})

        def do_POST(self) -> None:
            try:
                asked = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
                self._reply(200, answers(asked, rates))
            except ValueError as error:
                self._reply(422, {"error": str(error)})

        def _reply(self, status: int, content: Any) -> None:
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Requests are not printed."""

    ThreadingHTTPServer(("127.0.0.1", options.port), Handler).serve_forever()


def main() -> int:
    """Run one command; bad input is one line and exit code 2."""
    parser = argparse.ArgumentParser(prog="triage", description=__doc__)
    commands = parser.add_subparsers(required=True)
    for job, name, kind in ((train, "reports", Path), (serve, "port", int)):
        command = commands.add_parser(job.__name__, help=job.__doc__)
        command.set_defaults(job=job)
        command.add_argument("--model", type=Path, required=True)
        command.add_argument(f"--{name}", type=kind, required=True)
    options = parser.parse_args()
    try:
        options.job(options)
    except (OSError, ValueError, KeyError) as error:
        print(f"triage: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
