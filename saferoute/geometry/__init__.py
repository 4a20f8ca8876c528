"""Pure geometry on numpy arrays and shapely objects: no tables, no input, no output.

All lengths are metres, so coordinates must be in a metric CRS.
"""

from __future__ import annotations

from saferoute.geometry._corridors import clear_lines
from saferoute.geometry._lines import (
    Strips,
    chord_headings,
    cut_lines,
    distances_along,
    evenly_along,
    fitted_slopes,
    joined,
    ragged,
    slices,
    strip_widths,
)
from saferoute.geometry._near import Nearby, in_pieces

__all__ = [
    "Nearby",
    "Strips",
    "chord_headings",
    "clear_lines",
    "cut_lines",
    "distances_along",
    "evenly_along",
    "fitted_slopes",
    "in_pieces",
    "joined",
    "ragged",
    "slices",
    "strip_widths",
]
