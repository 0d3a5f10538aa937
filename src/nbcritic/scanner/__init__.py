"""Paths to a stream of reports.

`find` says which notebooks there are, `source` what is known of each (the cache), `team` and `pool` who judges the others, `batch`
how. What is light stands apart from what is heavy: when the cache knows everything, no rule and no analysis is loaded.
"""

from __future__ import annotations

from nbcritic.scanner.find import configure, find
from nbcritic.scanner.stream import scan

__all__ = ["configure", "find", "scan"]
