"""The width of a way, tagged or by its class: of foot ways in all, of roads half the carriageway."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from saferoute.osm.tags import map_tag_values, read_numbers
from saferoute.osm.values import find_lengths, parse_metre_range, parse_number
from saferoute.osm.ways import FOOT_CLASSES, find_foot_classes, rate_class
from saferoute.table import Tags

if TYPE_CHECKING:
    from collections.abc import Callable

    from saferoute.arrays import BoolArray, FloatArray
    from saferoute.table import Table, Tagged

BY_CLASS_M = {
    "footway": 1.8, "sidewalk": 1.5, "path": 1.2, "track": 2.5, "pedestrian": 5.0, "cycleway": 2.1, "bridleway": 1.8,
}  # fmt: skip
"""Usual width in m where none is tagged [J].

Geometric means of the widths tagged in eight extracts of Europe and Sydney: footways 1.7 (420 tags),
pavements beside roads 1.4 (36), paths 1.0 (1006), tracks 2.4 (365), pedestrian streets 5.4 (40), cycleways
2.1 (140) [M]."""
HALF_WIDTH_M = {
    "motorway": 6.0, "trunk": 5.0, "primary": 4.5, "secondary": 4.0, "tertiary": 3.5,
    "unclassified": 3.0, "residential": 3.0, "living_street": 2.75, "service": 1.75,
}  # fmt: skip
"""Half the carriageway by class where neither width nor lanes are tagged [J]."""
_LANE_M = 3.25
_NARROWEST_M, _WIDEST_M = 0.3, 60.0
"""A tagged width outside is taken for a slip of the pen, hence not understood."""


def parse_width(text: str) -> tuple[float, float] | None:
    """Return the least and the greatest width that a text tells, in m; None where it is not understood, or cannot be.

    Examples
    --------
    >>> parse_width("2,5 m"), parse_width("1-3"), parse_width("about 1.5")
    ((2.5, 2.5), (1.0, 3.0), (1.5, 1.5))
    >>> parse_width("wide"), parse_width("0"), parse_width("2000")
    (None, None, None)
    """
    found = parse_metre_range(text)
    return found if found is not None and found[0] >= _NARROWEST_M and found[1] <= _WIDEST_M else None


def read_widths(ways: Tagged) -> FloatArray:
    """Return the tagged width of each way in m, where it is narrowest; NaN where missing or not understood."""
    return _read_ends(ways, "width")[0]


def read_narrowest_numbers(ways: Tagged) -> FloatArray:
    """Return the least width in m that the tag ``width`` names where it is not understood, NaN elsewhere.

    No way is taken for wider than that.
    """
    return _read_ends(ways, "width", parse=_find_ends)[0]


def _read_ends(
    ways: Tagged, key: str, *, parse: Callable[[str], tuple[float, float] | None] = parse_width
) -> tuple[FloatArray, FloatArray]:
    """Return the least and the greatest width in m that a tag tells of each way, NaN where it tells none."""
    nothing = (np.nan, np.nan)
    ends = map_tag_values(ways, key, lambda text: parse(text) or nothing, missing=nothing)
    least, greatest = ends.astype(float).T
    return least, greatest


def _find_ends(text: str) -> tuple[float, float] | None:
    """Return the least and the greatest width that a text names which is not understood, None if it names none."""
    if parse_width(text) is not None:
        return None
    possible = [length for length in find_lengths(text) if _NARROWEST_M <= length <= _WIDEST_M]
    return (min(possible), max(possible)) if possible else None


def estimate_widths(ground: Table) -> tuple[FloatArray, BoolArray]:
    """Return the width in m of each row, and whether it is tagged or, on open ground, measured.

    Parameters
    ----------
    ground : Table of n rows
        On open ground with ``clear_width_m``, NaN elsewhere.
    """
    width, known = estimate_way_widths(ground)
    clear = ground.get_column("clear_width_m", np.nan)
    measured = np.isfinite(clear)
    return np.where(measured, np.fmin(clear, _WIDEST_M), width), known | measured


def estimate_way_widths(ways: Tagged) -> tuple[FloatArray, BoolArray]:
    """Return the width in m of each way or track, and whether it is tagged."""
    ways = Tags.of(ways)
    width = read_tagged_widths(ways)
    known = np.isfinite(width)
    width = np.where(known, width, list_usual_widths()[find_foot_classes(ways)])
    return np.fmin(width, read_narrowest_numbers(ways)), known


def read_tagged_widths(ways: Tagged) -> FloatArray:
    """Return the width of each way in m as it was measured or else estimated by mappers, NaN where neither is told."""
    ways = Tags.of(ways)
    width = read_widths(ways)
    return np.where(np.isfinite(width), width, _read_ends(ways, "est_width")[0])


def list_usual_widths() -> FloatArray:
    """Return the usual width in m of each of `FOOT_CLASSES`, at last that of all other ways: the least."""
    return np.array([*(BY_CLASS_M[name] for name in FOOT_CLASSES), min(BY_CLASS_M.values())])


def estimate_half_widths(ways: Tagged) -> FloatArray:
    """Return half the carriageway's width in m: from `width`, `lanes`, else by class."""
    ways = Tags.of(ways)
    # Where a road is widest it comes nearest to who runs beside it.
    width, lanes = _read_ends(ways, "width")[1], read_numbers(ways, "lanes", parse_number)
    half = np.where(np.isfinite(width), width / 2, np.where(lanes >= 1, lanes * _LANE_M / 2, np.nan))
    half = np.where(np.isfinite(half), half, rate_class(ways, HALF_WIDTH_M))
    half = np.where(np.isfinite(half), half, HALF_WIDTH_M["residential"])
    return np.fmax(half, _read_ends(ways, "width", parse=_find_ends)[1] / 2)
