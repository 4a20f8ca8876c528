"""The width of a way, tagged or by its class: of foot ways in all, of roads half the carriageway."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from saferoute.osm.tags import Tags, has_value, is_tagged, map_tag_values, read_metres, read_numbers
from saferoute.osm.values import normalize_word, parse_number
from saferoute.osm.ways import rate_class

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from saferoute.arrays import BoolArray, FloatArray
    from saferoute.osm.tags import Tagged

BY_CLASS_M = {"footway": 1.8, "path": 1.2, "track": 2.5, "pedestrian": 5.0, "cycleway": 1.8, "bridleway": 1.8}
"""Usual width in m where none is tagged [J]."""
HALF_WIDTH_M = {
    "motorway": 6.0, "trunk": 5.0, "primary": 4.5, "secondary": 4.0, "tertiary": 3.5,
    "unclassified": 3.0, "residential": 3.0, "living_street": 2.75, "service": 1.75,
}  # fmt: skip
"""Half the carriageway by class where neither width nor lanes are tagged [J]."""
_LANE_M = 3.25
_NARROWEST_M, _WIDEST_M = 0.3, 60.0
"""A tagged width outside is taken for a slip of the pen, hence unknown."""
_ENOUGH_TAGGED = 20


def learn_usual_widths(tagged: pd.DataFrame) -> dict[str, float]:
    """Return the usual width of each class: the 25th percentile of those tagged in the source.

    Classes with fewer than 20 tagged ways keep `BY_CLASS_M`. A quarter of the
    tagged ways is narrower, so silence never looks better than speech.
    """
    width, known = _read_tagged_widths(tagged)
    usual = dict(BY_CLASS_M)
    for name in BY_CLASS_M:
        rows = known & has_value(tagged, "highway", {name})
        of_class = np.repeat(width[rows], tagged["n"].to_numpy(dtype=np.int64)[rows])
        if len(of_class) >= _ENOUGH_TAGGED:
            usual[name] = float(np.percentile(of_class, 25))
    return usual


def _read_tagged_widths(tags: Tagged) -> tuple[FloatArray, BoolArray]:
    tagged = read_metres(tags, "width")
    tagged = np.where(np.isfinite(tagged), tagged, read_metres(tags, "est_width"))
    return tagged, (tagged >= _NARROWEST_M) & (tagged <= _WIDEST_M)


def estimate_widths(ground: pd.DataFrame, usual: Mapping[str, float] = BY_CLASS_M) -> tuple[FloatArray, BoolArray]:
    """Return the width in m of each row, and whether it is tagged or, on open ground, measured.

    Parameters
    ----------
    ground : DataFrame of n rows
        On open ground with ``clear_width_m``, NaN elsewhere.
    usual : mapping of str to float
        Width by class, for the rows that say nothing.
    """
    width, known = estimate_way_widths(ground, usual)
    if "clear_width_m" in ground:
        clear = ground["clear_width_m"].to_numpy(dtype=float)
        measured = np.isfinite(clear)
        width, known = np.where(measured, np.fmin(clear, _WIDEST_M), width), known | measured
    return width, known


def estimate_way_widths(ways: Tagged, usual: Mapping[str, float] = BY_CLASS_M) -> tuple[FloatArray, BoolArray]:
    """Return the width in m of each way or track, and whether it is tagged."""
    ways = Tags.of(ways)
    width, known = _read_tagged_widths(ways)
    by_way, by_ground = (
        map_tag_values(ways, key, lambda kind: usual.get(normalize_word(kind), np.nan), missing=np.nan)
        for key in ("highway", "leisure")
    )
    by_class = np.where(is_tagged(ways, "highway"), by_way, by_ground)
    fallback = np.where(np.isfinite(by_class), by_class, min(usual.values()))
    return np.where(known, width, fallback), known


def estimate_half_widths(ways: Tagged) -> FloatArray:
    """Return half the carriageway's width in m: from `width`, `lanes`, else by class."""
    ways = Tags.of(ways)
    width, lanes = read_metres(ways, "width"), read_numbers(ways, "lanes", parse_number)
    half = np.where(np.isfinite(width), width / 2, np.where(lanes >= 1, lanes * _LANE_M / 2, np.nan))
    half = np.where(np.isfinite(half), half, rate_class(ways, HALF_WIDTH_M))
    return np.where(np.isfinite(half), half, HALF_WIDTH_M["residential"])
