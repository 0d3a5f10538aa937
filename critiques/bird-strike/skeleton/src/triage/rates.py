"""Shares of aircraft that had to stay on the ground, by size of the bird."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

GROUNDED = ("Substantial", "B", "C")
SIZES = ("Small", "Medium", "Large")


def read_reports(path: Path) -> pd.DataFrame:
    """Reports, every value as it is spelt. ValueError: a size of bird that is none."""
    reports = pd.read_csv(path, dtype=str, keep_default_na=False)
    strange = reports.loc[~reports["Wildlife Size"].isin(SIZES), "Wildlife Size"]
    if len(strange):
        raise ValueError(f"{path}: Wildlife Size may not be {strange.iloc[0]!r}")
    return reports


def grounded(reports: pd.DataFrame) -> pd.Series:
    """Was the aircraft grounded by its damage?"""
    return reports["Effect Amount of damage"].isin(GROUNDED)


def share_by_size(reports: pd.DataFrame) -> dict[str, float]:
    """Share of grounded aircraft for each size of bird."""
    shares = grounded(reports).groupby(reports["Wildlife Size"]).mean()
    return {str(size): float(share) for size, share in shares.items()}
