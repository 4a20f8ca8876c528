"""What the page of a scan holds of a stretch and no file does: draws and heights, written as for a search's page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from saferoute.exports.schema import IN_PYTHON, Column
from saferoute.page.columns import encode_draws, encode_profiles

if TYPE_CHECKING:
    import geopandas as gpd

DRAWS = Column("draws", "text", "", "quantiles of the draws of each criterion, a character each", "no draws")
HEIGHTS = Column("heights", "text", "", "steps between the heights along it", "no heights")
OF_PAGE = (DRAWS, HEIGHTS, *(column for column in IN_PYTHON if column.name in {"height_sigma_m", "height_source"}))
"""Columns of a tile's table that only the page has."""


def add_details(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a table of stretches with the columns `DRAWS` and `HEIGHTS` besides its own."""
    draws = [None if parts is None else "".join(parts) for parts in encode_draws(table)]
    return table.assign(**{DRAWS.name: draws, HEIGHTS.name: encode_profiles(table)})
