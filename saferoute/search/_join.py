"""Joining of ways to strokes by their tags, which is the same for every runner, hour and place."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from saferoute import candidates, limits

if TYPE_CHECKING:
    import geopandas as gpd

    from saferoute.model import Strokes


def join_ways(ways: gpd.GeoDataFrame) -> Strokes:
    """Return the strokes of foot ways and, apart from them, of running tracks.

    Parameters
    ----------
    ways : GeoDataFrame of n rows
        As of `Features`, in metres or degrees.

    Returns
    -------
    Strokes
        With the number of side paths at each vertex.
    """
    reasons = limits.exclude_ways(ways)
    # People also come from side paths that are excluded, but not from motor roads or what is not built.
    counted = pd.notna(reasons) & ~np.isin(reasons.astype(str), ["motor road", "not built"])
    on_foot = candidates.build_strokes(ways, reasons == "")
    on_foot = replace(on_foot, side_paths=candidates.count_side_paths(on_foot, ways, counted))
    return candidates.concatenate_strokes([on_foot, candidates.build_strokes(ways, limits.exclude_tracks(ways) == "")])
