"""Joining the ways that may be run on by their tags to strokes: the same for every runner, hour and place."""

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
    """Join foot ways, and running tracks apart from them, with the side paths at each vertex.

    Parameters
    ----------
    ways : GeoDataFrame of n rows
        As of `Features`, in metres or degrees.
    """
    reasons = limits.exclude_ways(ways)
    counted = pd.notna(reasons) & ~np.isin(reasons.astype(str), ["motor road", "not built"])
    on_foot = candidates.build_strokes(ways, reasons == "")
    on_foot = replace(on_foot, side_paths=candidates.count_side_paths(on_foot, ways, counted))
    return candidates.concatenate_strokes([on_foot, candidates.build_strokes(ways, limits.exclude_tracks(ways) == "")])
