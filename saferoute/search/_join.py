"""Joining of ways to strokes by their tags, which is the same for every runner, hour and place."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from saferoute import candidates, limits

if TYPE_CHECKING:
    from saferoute.model import Strokes, WayLines
    from saferoute.osm.tags import Tagged


def join_ways(tags: Tagged, lines: WayLines) -> Strokes:
    """Return the strokes of foot ways and, apart from them, of running tracks.

    Parameters
    ----------
    tags : table or Tags of n ways
        With the tags of `saferoute.osm.keys.WAY_TAGS`.
    lines : WayLines of n ways
        In metres or degrees.

    Returns
    -------
    Strokes
        With the number of side paths at each vertex.
    """
    reasons = limits.exclude_ways(tags)
    # People also come from side paths that are excluded, but not from motor roads or what is not built.
    counted = pd.notna(reasons) & ~np.isin(reasons.astype(str), ["motor road", "not built"])
    on_foot = candidates.build_strokes(lines, reasons == "")
    on_foot = replace(on_foot, side_paths=candidates.count_side_paths(on_foot, lines, counted))
    return candidates.concatenate_strokes([on_foot, candidates.build_strokes(lines, limits.exclude_tracks(tags) == "")])
