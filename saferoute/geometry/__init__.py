"""Pure geometry on numpy arrays and shapely objects: no tables, no input, no output.

All lengths are metres, so coordinates must be in a metric CRS: `saferoute.geometry.geodesy`
finds one, and turns metres into degrees. `project_to_square` alone takes degrees.
"""

from __future__ import annotations

from saferoute.geometry._corridors import ALL_PAIRS_UP_TO, find_longest_lines
from saferoute.geometry._graphs import group_joined, span_shortest
from saferoute.geometry._lines import (
    chord_headings,
    cut_lines,
    distances_along,
    find_midpoints,
    join_pieces,
    place_points_evenly,
)
from saferoute.geometry._mercator import project_to_square
from saferoute.geometry._near import Nearby, find_entering, find_sides, split_long_lines, take_edges
from saferoute.geometry._nearness import (
    REACH_M,
    count_nearby,
    find_squares,
    measure_coverage,
    sum_nearby,
    sum_nearby_by_group,
)
from saferoute.geometry._pairs import Pairs, pair_points, pair_points_in_parts
from saferoute.geometry._slices import indices_of_slices, reduce_slices, take_slices
from saferoute.geometry._slopes import fit_slopes
from saferoute.geometry._strips import Strips, strip_widths

__all__ = [
    "ALL_PAIRS_UP_TO",
    "REACH_M",
    "Nearby",
    "Pairs",
    "Strips",
    "chord_headings",
    "count_nearby",
    "cut_lines",
    "distances_along",
    "find_entering",
    "find_longest_lines",
    "find_midpoints",
    "find_sides",
    "find_squares",
    "fit_slopes",
    "group_joined",
    "indices_of_slices",
    "join_pieces",
    "measure_coverage",
    "pair_points",
    "pair_points_in_parts",
    "place_points_evenly",
    "project_to_square",
    "reduce_slices",
    "span_shortest",
    "split_long_lines",
    "strip_widths",
    "sum_nearby",
    "sum_nearby_by_group",
    "take_edges",
    "take_slices",
]
