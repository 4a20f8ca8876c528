"""The width of a way, tagged or by its class."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from saferoute.osm.tags import has_tag, map_tag_values, read_metres, tag_column

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from saferoute.arrays import BoolArray, FloatArray

BY_CLASS_M = {"footway": 1.8, "path": 1.2, "track": 2.5, "pedestrian": 5.0, "cycleway": 1.8, "bridleway": 1.8}
"""Usual width in m where none is tagged [J]."""
_NARROWEST_M, _WIDEST_M = 0.3, 60.0
"""A tagged width outside is taken for a slip of the pen, hence unknown."""


_ENOUGH_TAGGED = 20


def learn_usual_widths(tagged: pd.DataFrame) -> dict[str, float]:
    """Return the usual width of each class: the 25th percentile of those tagged in the source.

    Classes with fewer than 20 tagged ways keep `BY_CLASS_M`. A quarter of the
    tagged ways is narrower, so silence never looks better than speech.
    """
    width, known = _read_tagged_widths(tagged)
    highway = tag_column(tagged, "highway")
    usual = dict(BY_CLASS_M)
    for name in BY_CLASS_M:
        rows = known & highway.eq(name).to_numpy()
        of_class = np.repeat(width[rows], tagged["n"].to_numpy(dtype=np.int64)[rows])
        if len(of_class) >= _ENOUGH_TAGGED:
            usual[name] = float(np.percentile(of_class, 25))
    return usual


def _read_tagged_widths(table: pd.DataFrame) -> tuple[FloatArray, BoolArray]:
    tagged = read_metres(table, "width")
    tagged = np.where(np.isfinite(tagged), tagged, read_metres(table, "est_width"))
    return tagged, (tagged >= _NARROWEST_M) & (tagged <= _WIDEST_M)


def estimate_widths(ground: pd.DataFrame, usual: Mapping[str, float] = BY_CLASS_M) -> tuple[FloatArray, BoolArray]:
    """Return the width in m of each row, and whether it is tagged or, on open ground, measured.

    Parameters
    ----------
    ground : DataFrame of n rows
    usual : mapping of str to float
        Width by class, for the rows that say nothing.
    """
    width, known = _read_tagged_widths(ground)
    if "clear_width_m" in ground:
        clear = ground["clear_width_m"].to_numpy(dtype=float)
        width = np.where(np.isfinite(clear), np.fmin(clear, _WIDEST_M), width)
        known |= np.isfinite(clear)
    by_way, by_ground = (
        map_tag_values(ground, tag, lambda kind: usual.get(kind, np.nan), missing=np.nan)
        for tag in ("highway", "leisure")
    )
    by_class = np.where(has_tag(ground, "highway", but=()), by_way, by_ground)
    fallback = np.where(np.isfinite(by_class), by_class, min(usual.values()))
    return np.where(known, width, fallback), known
