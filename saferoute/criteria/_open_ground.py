"""Ratings of open ground without a surface tag, by the materials that it may be of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from saferoute.candidates import GROUND_MATERIALS
from saferoute.criteria._likely_surfaces import LikelyRatings
from saferoute.osm.ground import KEPT_KINDS
from saferoute.osm.tags import has_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from saferoute.arrays import FloatArray, IntArray
    from saferoute.model import Windows


def take_odds(likely: LikelyRatings, windows: Windows, ratings: Mapping[str, float]) -> LikelyRatings:
    """Return likely ratings, those of open ground of whose materials the odds are known by these.

    Parameters
    ----------
    likely : LikelyRatings
        By the ways around.
    windows : Windows
    ratings : mapping of materials to ratings
        What it lacks is never run on, and rated 0.
    """
    samples = windows.samples
    row, probability = _rate_odds(samples.ground, ratings, likely.support)
    of_pair = row[samples.pair_ground]
    here = (of_pair >= 0) & (likely.row >= 0)
    return LikelyRatings(
        likely.support,
        np.concatenate([likely.probability, probability]),
        np.where(here, len(likely.probability) + of_pair, likely.row),
    )


def _rate_odds(ground: pd.DataFrame, ratings: Mapping[str, float], support: FloatArray) -> tuple[IntArray, FloatArray]:
    """Return the row of a distribution of each piece of ground, −1 where there are no odds, and the distributions."""
    row = np.full(len(ground), -1)
    if "surface_odds" not in ground:
        return row, np.empty((0, len(support)))
    known = np.flatnonzero(ground["surface_odds"].notna())
    row[known] = np.arange(len(known))
    kept = has_value(ground, "kind", KEPT_KINDS)[known]
    odds = np.array(ground["surface_odds"].iloc[known].tolist(), dtype=float).reshape(-1, len(GROUND_MATERIALS))
    probability = np.zeros((len(known), len(support)))
    for material, share in zip(GROUND_MATERIALS, odds.T, strict=True):
        as_turf = kept & (material == "grass")
        rating = np.where(as_turf, ratings["turf"], ratings.get(material, 0.0))
        probability[np.arange(len(known)), np.searchsorted(support, rating)] += share
    return row, probability
