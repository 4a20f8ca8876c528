"""Open ground: ratings of what it may be made of, and how far the map is believed there."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

import numpy as np

from saferoute.candidates import CUT_OFF, GROUND_MATERIALS
from saferoute.criteria import _samples
from saferoute.criteria._likely_surfaces import LikelyRatings
from saferoute.osm.ground import KEPT_KINDS, SHORE_KINDS
from saferoute.osm.tags import has_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from saferoute.arrays import FloatArray, IntArray
    from saferoute.model import Windows
    from saferoute.table import Table

_IF_DOUBTED = 0.4
"""Factor on confidence for each doubt about a piece of ground [J]: a lawn that keeps so little of it is unrated."""
_TRUST = {"stadium": 1.0, CUT_OFF: 0.3}
"""The same for single doubts [J]. A stadium is a check alone: a village's pitch is tagged as one, too, and is as good
as any if it is open. Where nobody gets on foot is unrated, however well its surface is known."""
_IF_TIDAL = 0.7
"""Factor on confidence on ground that every tide reshapes [J]."""
_ODDS_KEPT, _ODDS_SHORE, _ODDS_OTHER = 0.18, 0.5, 1.3
"""Odds that something undrawn stands on a corridor with half a thing drawn per hectare around: on pitches and tracks,
which are kept free, on beaches [J], and on other ground.

Of the corridors on Liechtenstein's map of 2019 that of 2024 has a limit against 9 of 93 on pitches, and against 21
of 48 on lawns, parks and squares [M]. In Helsinki's centre it was 3 of 5 and 45 of 59: there the map grew by far more
than the town did, which no formula of the older map could tell [M]."""
_DRAWN_POWER, _LEAST_DRAWN = 0.3, 0.5
"""The odds fall with this power of the things drawn per hectare; to that power the number of new limits fell where more
was drawn: −.1 ± .4 and −.4 ± .4 in two pairs of Liechtenstein's maps, −1 ± 1 in Helsinki's, kinds held alike [M]."""


def estimate_completeness(windows: Windows, otherwise: float) -> FloatArray:
    """Return by window how probable it is that all that stands on open ground is drawn, `otherwise` at the most.

    Returns
    -------
    ndarray of shape (windows,)
        0..1; `otherwise` on ways.
    """
    ground = windows.samples.ground
    drawn = ground.get_column("drawn_per_ha", np.nan)
    kinds = ((KEPT_KINDS, _ODDS_KEPT), (SHORE_KINDS, _ODDS_SHORE))
    start = np.select([has_value(ground, "kind", values) for values, _ in kinds], [of for _, of in kinds], _ODDS_OTHER)
    odds = start * ((drawn + _LEAST_DRAWN) / (2 * _LEAST_DRAWN)) ** -_DRAWN_POWER
    of_ground = np.where(np.isfinite(drawn), np.fmin(1 / (1 + odds), otherwise), otherwise)
    return _samples.reduce_ground(windows, of_ground, "min")


def estimate_trust(windows: Windows) -> FloatArray:
    """Return by window a factor on confidence, below 1 where ground is doubted, tidal or cut off.

    Returns
    -------
    ndarray of shape (windows,)
    """
    import pandas as pd

    ground = windows.samples.ground
    doubts, trust = ground.get_column("doubts", None), np.ones(len(ground))
    told = np.flatnonzero(pd.notna(doubts))
    trust[told] = [_trust_ground(names) for names in doubts[told]]
    tidal = np.where(ground.get_column("is_tidal", False), _IF_TIDAL, 1.0)
    return _samples.reduce_ground(windows, tidal * trust, "min")


def _trust_ground(doubts: tuple[str, ...]) -> float:
    """Return the factor on confidence for all doubts about a piece of ground."""
    return prod(_TRUST.get(name, _IF_DOUBTED) for name in doubts)


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


def _rate_odds(ground: Table, ratings: Mapping[str, float], support: FloatArray) -> tuple[IntArray, FloatArray]:
    """Return the row of a distribution of each piece of ground, −1 where there are no odds, and the distributions."""
    import pandas as pd

    row, told = np.full(len(ground), -1), ground.get_column("surface_odds", None)
    known = np.flatnonzero(pd.notna(told))
    row[known] = np.arange(len(known))
    kept = has_value(ground, "kind", KEPT_KINDS)[known]
    odds = np.array(told[known].tolist(), dtype=float).reshape(-1, len(GROUND_MATERIALS))
    probability = np.zeros((len(known), len(support)))
    for material, share in zip(GROUND_MATERIALS, odds.T, strict=True):
        as_turf = kept & (material == "grass")
        rating = np.where(as_turf, ratings["turf"], ratings.get(material, 0.0))
        probability[np.arange(len(known)), np.searchsorted(support, rating)] += share
    return row, probability
