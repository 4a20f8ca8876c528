"""What open ground without a surface tag most likely is made of, by its kind and by what is tagged around."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from saferoute.geometry import REACH_M
from saferoute.osm import ground
from saferoute.osm.surfaces import USUAL_GROUND
from saferoute.osm.tags import Tags

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from saferoute.arrays import FloatArray, IntArray

PRIOR = 2.0
"""What ground of a kind usually is weighs as much as this many tagged pieces of it at hand [J]."""
AROUND_M, BESIDE_M = 500.0, 60.0
"""Tagged ground of the same kind at distance d weighs exp(−d/500 m) …"""
BESIDE = 8.0
"""… and this many times exp(−d/60 m) more: two pitches side by side were laid together [J]."""
LIKELY = 0.5
"""Ground is called likely of a material that is more probable than this."""
GROUND_MATERIALS = tuple(sorted({material for usual in USUAL_GROUND.values() for material in usual}))
"""Materials that open ground may be of, in the order of `surface_odds`."""


def fill_likely_surfaces(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return areas with what open ground without a surface tag is made of, as far as one can tell.

    Returns
    -------
    GeoDataFrame
        With these columns changed or added:

        ``surface``, ``surface_implied``
            Where no tag tells, the surface that the kind itself says, as of grass, and True.
        ``surface_odds``
            Of other open ground without a tag the probabilities of `GROUND_MATERIALS`, else None.
        ``likely_surface``
            The one that is more probable than `LIKELY`, if any.
    """
    kinds = ground.find_kinds(areas)
    implied = pd.Series(kinds, index=areas.index).map({k.name: k.surface for k in ground.KINDS})
    fill = areas["surface"].isna() & implied.notna()
    silent = np.flatnonzero(areas["surface"].isna() & implied.isna() & (kinds != ""))
    odds, likely = (np.full(len(areas), None, dtype=object) for _ in range(2))
    share = _estimate_odds(areas, kinds, silent)
    odds[silent] = list(map(tuple, share))
    sure = share.max(axis=1, initial=0) > LIKELY
    likely[silent[sure]] = np.array(GROUND_MATERIALS, dtype=object)[share[sure].argmax(axis=1)]
    return areas.assign(
        surface=areas["surface"].where(~fill, implied),
        surface_implied=fill,
        surface_odds=odds,
        likely_surface=pd.array(likely, dtype=areas["surface"].dtype),
    )


def _estimate_odds(areas: gpd.GeoDataFrame, kinds: NDArray[np.object_], rows: IntArray) -> FloatArray:
    """Return the probabilities of `GROUND_MATERIALS` of some areas, shape (rows, materials); each row sums to 1."""
    tags, place = Tags.of(areas), {material: k for k, material in enumerate(GROUND_MATERIALS)}
    told = tags.get_text("surface")
    tagged = np.flatnonzero((kinds != "") & np.isin(told, GROUND_MATERIALS))
    # Pitches of one sport are alike, a court and a football field are not.
    alike = pd.factorize(kinds + np.where(kinds == "pitch", tags.get_text("sport").astype(str), ""))[0]
    column = np.array([place[text] for text in told[tagged]], dtype=np.int64)
    middles = shapely.get_coordinates(shapely.centroid(areas.geometry.to_numpy()))
    odds = _list_usual(kinds[rows])
    for group in np.unique(alike[rows]):
        ours, theirs = np.flatnonzero(alike[rows] == group), np.flatnonzero(alike[tagged] == group)
        if len(theirs):
            one = np.zeros((len(theirs), len(GROUND_MATERIALS)))
            one[np.arange(len(theirs)), column[theirs]] = 1.0
            here, there = middles[rows[ours]], middles[tagged[theirs]]
            away = np.hypot(*(here[:, None] - there).transpose(2, 0, 1))
            weight = np.exp(-away / AROUND_M) + BESIDE * np.exp(-away / BESIDE_M)
            counts = np.where(away <= REACH_M, weight, 0.0) @ one
            odds[ours] = (counts + PRIOR * odds[ours]) / (counts.sum(axis=1, keepdims=True) + PRIOR)
    return odds


def _list_usual(kinds: NDArray[np.object_]) -> FloatArray:
    """Return what ground of each kind usually is made of, shape (n, materials)."""
    names = list(USUAL_GROUND)
    usual = np.array([[USUAL_GROUND[name].get(material, 0.0) for material in GROUND_MATERIALS] for name in names])
    number = {name: row for row, name in enumerate(names)}
    shares: FloatArray = usual[[number[kind] for kind in kinds]] if len(kinds) else usual[:0]
    return shares
