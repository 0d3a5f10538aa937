"""From a chance to a yes or no: where do two costs put the threshold?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from strike_triage.config import Config
from strike_triage.model import Floats

Bools = NDArray[np.bool_]


def cost(grave: Bools, visit: Bools, config: Config) -> float:
    """Dollars: visits for nothing, and grave damage that nobody went to see. A visit that was needed costs nothing extra."""
    wasted, missed = int((visit & ~grave).sum()), int((~visit & grave).sum())
    return wasted * config.visit_cost + missed * config.missed_cost


def best_threshold(grave: Bools, chance: Floats, config: Config) -> float:
    """The threshold that would have cost least on these reports; the team goes where `chance >= threshold`.

    The choice is kept within a factor of two of the break-even chance: with few grave cases the lowest point of the curve
    is partly luck. Of equal ones the nearest to break-even is taken.
    """
    even = config.break_even
    near = np.unique(chance[(chance >= even / 2) & (chance <= even * 2)])
    candidates = np.append(near, even)
    costs = np.array([cost(grave, chance >= value, config) for value in candidates])
    cheapest = candidates[costs == costs.min()]
    return float(cheapest[np.argmin(np.abs(cheapest - even))])
