"""What may be run on by its own tags, joined to chains: the same for every runner, hour and place."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from saferoute import stretches
from saferoute.criteria import limits

if TYPE_CHECKING:
    import geopandas as gpd

    from saferoute.model import Chains


def join(ways: gpd.GeoDataFrame) -> Chains:
    """Join foot ways, and running tracks apart from them, with the side paths at each vertex.

    Parameters
    ----------
    ways : GeoDataFrame of n rows
        As of `Features`, in metres or degrees.
    """
    reasons = limits.of_ways(ways)
    counted = pd.notna(reasons) & ~np.isin(reasons.astype(str), ["motor road", "not built"])
    on_foot = stretches.chains(ways, reasons == "")
    on_foot = replace(on_foot, side_paths=stretches.side_paths(on_foot, ways, counted))
    return stretches.together([on_foot, stretches.chains(ways, limits.of_tracks(ways) == "")])
