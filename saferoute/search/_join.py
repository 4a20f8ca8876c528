"""Joining of ways to strokes by their tags, which is the same for every runner, hour and place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from saferoute import candidates, limits

if TYPE_CHECKING:
    from saferoute.table import Tagged


def join_ways(tags: Tagged) -> candidates.Joining:
    """Return what joins ways to strokes: foot ways, and apart from them running tracks.

    Parameters
    ----------
    tags : table or Tags of n ways
        With the tags of `saferoute.osm.keys.WAY_TAGS`.
    """
    import pandas as pd

    reasons = limits.exclude_ways(tags)
    # People also come from side paths that are excluded, but not from motor roads or what is not built.
    counted = pd.notna(reasons) & ~np.isin(reasons.astype(str), ["motor road", "not built"])
    return candidates.Joining(reasons == "", limits.exclude_tracks(tags) == "", counted)
