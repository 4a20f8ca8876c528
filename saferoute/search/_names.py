"""Names of the stretches of a survey, and of a whole search."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from saferoute.report import names
from saferoute.search._rows import find_main_rows

if TYPE_CHECKING:
    import geopandas as gpd

    from saferoute.arrays import IntArray
    from saferoute.report.units import Units
    from saferoute.search._survey import Survey

_OF_NAMES = ["nearby", "is_lost"]
_OF_GROUND = ["origin", "kind", "highway", "footway", "geometry"]
"""What a stretch is named by, of all that is known of its ground."""


def add_names(table: gpd.GeoDataFrame, survey: Survey, first: IntArray, n: IntArray) -> gpd.GeoDataFrame:
    """Return a table of stretches with the columns of `saferoute.report.names.name_stretches`.

    Parameters
    ----------
    table : GeoDataFrame of s rows
        With ``surface``.
    survey : Survey
    first, n : ndarray of shape (s,)
        The samples of each stretch.
    """
    main, own = find_main_rows(survey.samples, first, n)
    named = names.name_stretches(
        table, survey.samples.ground[_OF_GROUND].iloc[main], own, survey.features, survey.units
    )
    return table.assign(**{str(column): named[column] for column in named})


def settle_names(table: gpd.GeoDataFrame, units: Units) -> gpd.GeoDataFrame:
    """Return the stretches of a search with names of which no two are alike.

    Parameters
    ----------
    table : GeoDataFrame
        As `add_names` returns it.
    units : Units
        Units of the words.
    """
    away, lost = table[["east_m", "north_m"]].to_numpy(), table["is_lost"].to_numpy(dtype=bool)
    naming = table[["name", "nearby"]].astype(object)
    naming.loc[lost, "name"] += [f", {names.locate_from_start(point, units)}" for point in away[lost]]
    told = names.tell_apart(naming, away)
    return table.drop(columns=_OF_NAMES).assign(name=pd.array(told, dtype="str"))
