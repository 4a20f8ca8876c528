"""Causes: what draws people to a point, by kind and number, and whether they gather there."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import numpy as np

from saferoute.criteria.crowding import when
from saferoute.criteria.crowding.kernels import NEAR_M
from saferoute.geometry import pair_points
from saferoute.osm.people import SETTINGS
from saferoute.osm.tags import has_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.criteria.crowding.where import Around
    from saferoute.model import Moment
    from saferoute.table import Tagged

NAMED_M = 100.0
"""Greatest distance of attractors that are named in words."""
_MOST_NAMED = 3
"""Kinds of attractors named at most."""
_AT_ITS_EDGE_M = 40.0
"""Distance from a station of places at the edge of a square or street: half of a wide one, and half of the 50 m
between stations [J]."""
GATHERING = 3.0
"""Small shops, each at the share of its clock, around a square on which people gather: a sight, a stop of trams, a few
shops or a third of a market [J]."""
_GATHERING_SETTINGS = [SETTINGS.index(name) for name in ("centre", "evening", "transit")]
_ITSELF = "square"
"""Word of the attractor that a square is itself."""


def list_causes(around: Around, station: IntArray, moment: Moment | None, many_run: BoolArray) -> dict[str, object]:
    """Return the evidence for the people at some stations: attractors, quiet hours and sources, by column.

    Hours in which `many_run`, shape (stations, 3, 24), are not called quiet.
    """
    activity = around.activity[station]
    quiet = when.find_quiet_hours(activity, moment, many_run)
    attractors = _count_attractors(around, station, when.shares_at_moment(moment))
    return {
        "attractors": _as_objects(attractors),
        "quiet_hours": _as_objects(quiet),
        "share_with_guessed_clock": when.share_with_guessed_clock(activity, moment),
        "moment": _as_objects([moment] * len(station)),
        "has_houses": around.houses[station] > 0.5,
    }


def is_square(ground: Tagged) -> BoolArray:
    """Return a mask of squares, and of streets without cars."""
    return has_value(ground, "highway", {"pedestrian"}) | has_value(ground, "kind", {"square"})


def sum_gathering_places(around: Around, station: IntArray, shares: FloatArray) -> FloatArray:
    """Return the shops, stops and sights close around some stations, in small shops at the hour of `shares`."""
    places = around.places
    gather = np.isin(places.setting, _GATHERING_SETTINGS) & (places.word != _ITSELF)
    drawn = np.zeros(len(station))
    if not gather.any() or not len(station):
        return drawn
    places = places.select_rows(gather)
    # A large place has many points: each counts for its part.
    near = pair_points(around.xy[station], places.xy, _AT_ITS_EDGE_M)
    np.add.at(drawn, near.point, (places.units * shares[places.setting])[near.thing])
    return drawn


def _as_objects(things: Sequence[object] | NDArray[np.bool_]) -> NDArray[np.object_]:
    """Return an array with one object per row, where NumPy would unpack sequences into further dimensions."""
    column = np.empty(len(things), dtype=object)
    for row, thing in enumerate(things):
        column[row] = thing
    return column


def _count_attractors(around: Around, station: IntArray, shares: FloatArray) -> list[list[tuple[int, str]]]:
    """Return the number and kind of the strongest attractors within 100 m of each station, strongest first."""
    if not len(station) or not len(around.places.xy):
        return [[] for _ in station]
    places, xy = around.places, around.xy[station]
    pairs = pair_points(xy, places.xy, NAMED_M)
    result = []
    for here, near in zip(xy, np.split(pairs.thing, np.searchsorted(pairs.point, range(1, len(xy)))), strict=True):
        rows = np.sort(near)
        pull = places.units[rows] * shares[places.setting[rows]]
        pull = pull * np.exp(-np.hypot(*(places.xy[rows] - here).T) / NEAR_M)
        total: dict[str, float] = defaultdict(float)
        for word, weight in zip(places.word[rows], pull, strict=True):
            total[word] += float(weight)
        # A large area has many points, but is one thing.
        many = Counter(word for word, _ in set(zip(places.word[rows], places.thing[rows], strict=True)))
        most = sorted(total.items(), key=lambda item: -item[1])[:_MOST_NAMED]
        result.append([(many[word], word) for word, weight in most if weight > 0])
    return result
