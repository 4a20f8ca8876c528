"""Names of the stretches of a survey, and of a whole search."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from saferoute.arrays import list_records
from saferoute.report import names
from saferoute.search._rows import find_main_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from saferoute.arrays import IntArray
    from saferoute.report.units import Units
    from saferoute.search._survey import Survey

_OF_NAMES = ["nearby", "is_lost"]
_OF_GROUND = ["origin", "kind", "highway", "footway"]
"""What a stretch is named by, of all that is known of its ground, beside its shape."""


def add_names(columns: Mapping[str, Any], survey: Survey, first: IntArray, n: IntArray) -> dict[str, Any]:
    """Return columns of stretches with those of `saferoute.report.names.name_stretches`.

    Parameters
    ----------
    columns : mapping of columns of s rows
        With ``surface`` and ``geometry``.
    survey : Survey
    first, n : ndarray of shape (s,)
        The samples of each stretch.
    """
    main, own = find_main_rows(survey.samples, first, n)
    ground = survey.samples.ground.select_rows(main)
    told = {name: ground[name] for name in _OF_GROUND}
    grounds = list_records({**told, "geometry": ground.geometry, "surface": list(columns["surface"])})
    return {**columns, **names.name_stretches(columns["geometry"], grounds, own, survey.features, survey.units)}


def settle_names(columns: Mapping[str, Any], units: Units) -> dict[str, Any]:
    """Return the stretches of a search with names of which no two are alike.

    Parameters
    ----------
    columns : mapping of columns
        As `add_names` returns them.
    units : Units
        Units of the words.
    """
    import pandas as pd

    away = np.stack([columns["east_m"], columns["north_m"]], axis=1)
    told = [
        f"{name}, {names.locate_from_start(point, units)}" if lost else name
        for name, lost, point in zip(columns["name"], columns["is_lost"], away, strict=True)
    ]
    kept = {name: column for name, column in columns.items() if name not in _OF_NAMES}
    return {**kept, "name": pd.array(names.tell_apart(told, columns["nearby"], away), dtype="str")}
