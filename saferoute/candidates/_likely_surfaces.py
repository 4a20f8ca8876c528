"""What open ground without a surface tag most likely is made of, by its kind and by what is tagged around."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.osm import ground
from saferoute.osm.surfaces import USUAL_GROUND
from saferoute.osm.tags import has_value, is_tagged
from saferoute.table import Column, Tags

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.table import Table

PRIOR = 2.0
"""What ground of a kind usually is weighs as much as this many tagged pieces of it at hand [J]."""
AROUND_M, BESIDE_M = 500.0, 60.0
"""Tagged ground of the same kind at distance d weighs exp(−d/500 m) …"""
_ODDS_REACH_M = 1200.0
"""Beyond this distance of their middles it does not count [J]: what is learnt of grounds that reach out of an area
by half a kilometre is the same wherever a search begins."""
BESIDE = 8.0
"""… and this many times exp(−d/60 m) more: two pitches side by side were laid together [J]."""
SAME_SIZE = 0.15
"""Pitches side by side whose areas differ by less than this share are twins, for the same sport [J]."""
LIKELY = 0.5
"""Ground is called likely of a material that is more probable than this."""
UNDRAWN = {"paving_stones": 0.3, "ground": 0.3, "gravel": 0.2, "rock": 0.2}
"""What ground of a town is where it is no lawn, and nobody has drawn what it is: squares and yards, and beds and walls,
which are no better than rock [J]."""
_UNDRAWN_SHARE, _DRAWN_PER_HA, _BUILT_PER_HA = 0.6, 3.0, 1.0
"""Share of such ground among parks and the like in the midst of houses on which nothing is drawn. It falls by e with
three things drawn per hectare, and is half as great with one house per hectare around [J]."""
GROUND_MATERIALS = tuple(sorted({material for usual in (*USUAL_GROUND.values(), UNDRAWN) for material in usual}))
"""Materials that open ground may be of, in the order of `surface_odds`."""


def fill_likely_surfaces(areas: Table) -> Table:
    """Return areas with what open ground without a surface tag is made of, as far as one can tell.

    Returns
    -------
    Table
        With these tags and columns changed or added:

        ``surface``, ``surface_implied``
            Where no tag tells, the surface that the kind itself says, as of grass, and ``yes``.
        ``surface_odds``
            Of other open ground without a tag the probabilities of `GROUND_MATERIALS`, else None.
        ``likely_surface``
            The one that is more probable than `LIKELY`, if any.
    """
    import pandas as pd

    kinds = ground.find_kinds(areas)
    says = {kind.name: kind.surface for kind in ground.KINDS}
    untagged = np.flatnonzero((kinds != "") & ~is_tagged(areas, "surface"))
    implied = np.array([says[kind] for kind in kinds[untagged]], dtype=object)
    fill, silent = untagged[pd.notna(implied)], untagged[pd.isna(implied)]
    odds, share = np.full(len(areas), None, dtype=object), _estimate_odds(areas, kinds, silent)
    odds[silent] = list(map(tuple, share))
    nothing = Column.make_missing(len(areas))
    return areas.add_columns(surface_odds=odds).add_tags(
        surface=areas.tags["surface"].set_texts(fill, (says[kind] for kind in kinds[fill])),
        surface_implied=nothing.set_texts(fill, ["yes"] * len(fill)),
        likely_surface=nothing.set_texts(silent, _name_likely(share)),
    )


def doubt_surfaces(ground_of: Table, drawn_per_ha: FloatArray, built_per_ha: FloatArray) -> Table:
    """Return ground with odds that tell less of lawn the less is drawn on parks and the like in the midst of houses.

    Parameters
    ----------
    ground_of : Table of n rows
        As `fill_likely_surfaces` returns it, with ``kind``.
    drawn_per_ha, built_per_ha : ndarray of shape (n,)
        Things drawn and houses by `measure_density`.
    """
    import pandas as pd

    named = has_value(ground_of, "kind", ground.DESIGNATED_KINDS) & pd.notna(ground_of["surface_odds"])
    rows = np.flatnonzero(named)
    among_houses = built_per_ha[rows] / (built_per_ha[rows] + _BUILT_PER_HA)
    share = (_UNDRAWN_SHARE * np.exp(-drawn_per_ha[rows] / _DRAWN_PER_HA) * among_houses)[:, None]
    other = np.array([UNDRAWN.get(material, 0.0) for material in GROUND_MATERIALS])
    odds = ground_of["surface_odds"].copy()
    before = np.array(odds[rows].tolist(), dtype=float).reshape(-1, len(GROUND_MATERIALS))
    after = (1 - share) * before + share * other
    odds[rows] = list(map(tuple, after))
    likely = ground_of.tags["likely_surface"].set_texts(rows, _name_likely(after))
    return ground_of.add_columns(surface_odds=odds).add_tags(likely_surface=likely)


def _name_likely(share: FloatArray) -> NDArray[np.object_]:
    """Return the material that each row of odds calls likely, None where none is."""
    names = np.array([*GROUND_MATERIALS, None], dtype=object)
    likeliest = share.argmax(axis=1) if len(share) else np.empty(0, dtype=np.int64)
    return names[np.where(share.max(axis=1, initial=0) > LIKELY, likeliest, len(GROUND_MATERIALS))]


def _estimate_odds(areas: Table, kinds: NDArray[np.object_], rows: IntArray) -> FloatArray:
    """Return the probabilities of `GROUND_MATERIALS` of some areas, shape (rows, materials); each row sums to 1."""
    tags, place = Tags.of(areas), {material: k for k, material in enumerate(GROUND_MATERIALS)}
    told = tags.get_text("surface")
    tagged = np.flatnonzero((kinds != "") & np.isin(told, GROUND_MATERIALS))
    # Pitches of one sport are alike, a court and a football field are not.
    alike = Column.from_texts(kinds + _guess_sports(areas, tags, kinds == "pitch")).codes
    column = np.array([place[text] for text in told[tagged]], dtype=np.int64)
    middles = shapely.get_coordinates(shapely.centroid(areas.geometry))
    odds = _list_usual(kinds[rows])
    for group in np.unique(alike[rows]):
        ours, theirs = np.flatnonzero(alike[rows] == group), np.flatnonzero(alike[tagged] == group)
        if len(theirs):
            here, there = middles[rows[ours]], middles[tagged[theirs]]
            away = np.hypot(*(here[:, None] - there).transpose(2, 0, 1))
            # One after the other, so that what lies beyond the reach changes not even the last digit.
            one, other = np.nonzero(away <= _ODDS_REACH_M)
            weight = np.exp(-away[one, other] / AROUND_M) + BESIDE * np.exp(-away[one, other] / BESIDE_M)
            cell = one * len(GROUND_MATERIALS) + column[theirs[other]]
            counts = np.bincount(cell, weight, len(ours) * len(GROUND_MATERIALS)).reshape(len(ours), -1)
            odds[ours] = (counts + PRIOR * odds[ours]) / (counts.sum(axis=1, keepdims=True) + PRIOR)
    return odds


def _guess_sports(areas: Table, tags: Tags, pitch: BoolArray) -> NDArray[np.object_]:
    """Return the sport of each pitch, where none is tagged that of its twin, ``""`` of other ground; shape (n,)."""
    sport = np.where(pitch, tags.get_text("sport").astype(str), "").astype(object)
    silent, told = (np.flatnonzero(pitch & (is_tagged(tags, "sport") == tagged)) for tagged in (False, True))
    shapes = areas.geometry
    one, other = shapely.STRtree(shapes[told]).query(shapes[silent], predicate="dwithin", distance=BESIDE_M)
    size = shapely.area(shapes[told[other]]) / shapely.area(shapes[silent[one]])
    twin = np.flatnonzero(np.abs(np.log(size)) <= SAME_SIZE)
    # The nearest comes last and stays.
    twin = twin[np.argsort(-shapely.distance(shapes[silent[one[twin]]], shapes[told[other[twin]]]), kind="stable")]
    sport[silent[one[twin]]] = sport[told[other[twin]]]
    return sport


def _list_usual(kinds: NDArray[np.object_]) -> FloatArray:
    """Return what ground of each kind usually is made of, shape (n, materials)."""
    names = list(USUAL_GROUND)
    usual = np.array([[USUAL_GROUND[name].get(material, 0.0) for material in GROUND_MATERIALS] for name in names])
    number = {name: row for row, name in enumerate(names)}
    shares: FloatArray = usual[[number[kind] for kind in kinds]] if len(kinds) else usual[:0]
    return shares
