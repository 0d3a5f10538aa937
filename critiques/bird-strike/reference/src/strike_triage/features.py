"""What the crew says at the gate, as the model takes it. One pure function, for training and for the service.

Left out on purpose: costs and species (known later), operator and airport (they tell who reports, not what was hit).
"""

from __future__ import annotations

import pandas as pd

CATEGORIES = ("size", "phase", "time_of_day", "aircraft", "season")
NUMBERS = ("speed", "energy")
_SEASONS = {month: ("winter", "spring", "summer", "autumn")[month % 12 // 3] for month in range(1, 13)}


def design(reports: pd.DataFrame) -> pd.DataFrame:
    """One row a report, in its order; a missing speed stays missing.

    `speed` is in knots, `energy` is the square of the speed in units of (100 knots)².
    """
    speed = reports["speed"].astype(float)
    return pd.DataFrame(
        {
            "size": reports["size"],
            "phase": reports["phase"],
            "time_of_day": reports["time_of_day"],
            "aircraft": reports["aircraft"].str.strip().str.upper(),
            "season": reports["date"].dt.month.map(_SEASONS),
            "speed": speed,
            "energy": (speed / 100) ** 2,
        },
        index=reports.index,
    )
