"""The columns of the table of a tile."""

from __future__ import annotations

from functools import cache
from typing import Any

import geopandas as gpd
import pandas as pd

from saferoute.exports.schema import SCAN, Column
from saferoute.model import WGS84
from saferoute.scan._details import OF_PAGE

OF_TILES = (
    *SCAN,
    *OF_PAGE,
    Column("nearby", "text", "", "what is added to its name where others are alike"),
    Column("seam", "text", "", "the other metric zone it lies in or near"),
    Column("beyond", "flag", "", "its middle lies in a tile of that zone"),
)
"""Columns of a tile's table."""


@cache
def empty_table() -> gpd.GeoDataFrame:
    """Return the table of all tiles without stretches."""
    data: dict[str, Any] = {column.name: pd.Series(dtype=column.dtype) for column in OF_TILES}
    return gpd.GeoDataFrame(data, geometry=[], crs=WGS84)
