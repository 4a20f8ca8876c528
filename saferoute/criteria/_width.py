"""The width of a way, tagged or by its class."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from saferoute.criteria._tags import column, metres

if TYPE_CHECKING:
    import pandas as pd

    from saferoute.model import BoolArray, FloatArray

BY_CLASS_M = {"footway": 1.8, "path": 1.2, "track": 2.5, "pedestrian": 5.0, "cycleway": 1.8, "bridleway": 1.8}
"""Usual width in m where none is tagged [J]."""
_NARROWEST_M, _WIDEST_M = 0.3, 60.0
"""A tagged width outside is taken for a slip of the pen, hence unknown."""


def widths(ground: pd.DataFrame) -> tuple[FloatArray, BoolArray]:
    """Return the width in m of each row, and whether it is tagged or, on open ground, measured."""
    tagged = metres(ground, "width")
    tagged = np.where(np.isfinite(tagged), tagged, metres(ground, "est_width"))
    if "clear_width_m" in ground:
        clear = ground["clear_width_m"].to_numpy(dtype=float)
        tagged = np.where(np.isfinite(clear), np.fmin(clear, _WIDEST_M), tagged)
    known = (tagged >= _NARROWEST_M) & (tagged <= _WIDEST_M)
    by_class = (
        column(ground, "highway")
        .fillna(column(ground, "leisure"))
        .map(BY_CLASS_M)
        .to_numpy(dtype=float, na_value=np.nan)
    )
    fallback = np.where(np.isfinite(by_class), by_class, min(BY_CLASS_M.values()))
    return np.where(known, tagged, fallback), known
