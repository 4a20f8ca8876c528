"""Stretches at the seams between metric zones, each kept once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from saferoute import candidates

if TYPE_CHECKING:
    import geopandas as gpd

    from saferoute.arrays import BoolArray


def is_kept_at_seam(table: gpd.GeoDataFrame, lane_m: float) -> BoolArray:
    """Return a mask of the stretches to keep along seams.

    Each zone measures in its own metres, so that a stretch across the seam may end
    a few metres elsewhere in the other zone. Stretches inside the tile that found
    them come first, the better of two on the same ground. Those found beyond a
    tile's edge are kept only on ground that no other stretch has.

    Parameters
    ----------
    table : GeoDataFrame of n rows
        In WGS 84, with ``zone`` of the tile each comes from, ``seam``,
        ``beyond``, ``score``, ``length_m`` and ``quadkey``.
    lane_m : float
        Width of a lane in metres: stretches whose lanes overlap are on the same ground.

    Returns
    -------
    ndarray of shape (n,)
    """
    kept = np.ones(len(table), dtype=bool)
    pair = [" ".join(sorted(zones)) for zones in zip(table["zone"], table["seam"], strict=True)]
    for both, rows in pd.Series(np.arange(len(table))).groupby(pair):
        of = table.iloc[rows.to_numpy()]
        lines = of.geometry.to_crs(str(both).split()[0]).to_numpy()
        rivals = candidates.find_rivals(lines, lane_m)
        zone = of["zone"].to_numpy(dtype=object)
        # Rivals within a zone are settled already.
        rivals = rivals[zone[rivals[:, 0]] != zone[rivals[:, 1]]]
        # Rounded scores and the key decide ties, whatever the last digits are.
        order = np.lexsort((of["quadkey"].to_numpy(dtype=str), -of["length_m"], -of["score"].round(6), of["beyond"]))
        kept[rows.to_numpy()] = candidates.is_best_of_rivals(rivals, order)
    return kept
