"""What the page of a scan holds of a stretch and no file does: draws and heights, written as for a search's page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from saferoute.exports.schema import IN_PYTHON, Column
from saferoute.model import CRITERIA
from saferoute.page.columns import encode_draws, encode_profiles

if TYPE_CHECKING:
    from saferoute.arrays import Columns

DRAWS = Column("draws", "text", "", "quantiles of the draws of each criterion, a character each", "no draws")
HEIGHTS = Column("heights", "text", "", "steps between the heights along it", "no heights")
OF_PAGE = (DRAWS, HEIGHTS, *(column for column in IN_PYTHON if column.name in {"height_sigma_m", "height_source"}))
"""Columns of a tile's table that only the page has."""


_ENCODED = (*(f"q_{name}" for name in CRITERIA), "heights_m")


def add_details(columns: Columns) -> dict[str, Any]:
    """Return columns of stretches with `DRAWS` and `HEIGHTS` besides their own."""
    table = pd.DataFrame({name: columns[name] for name in _ENCODED})
    draws = [None if parts is None else "".join(parts) for parts in encode_draws(table)]
    return {**columns, DRAWS.name: draws, HEIGHTS.name: encode_profiles(table)}
