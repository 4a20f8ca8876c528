"""OpenStreetMap around an area, with what is known of people there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    import pandas as pd
    import shapely
    from numpy.typing import NDArray

    from saferoute.arrays import FloatArray, IntArray


OSM_ATTRIBUTION = "Map data © OpenStreetMap contributors, ODbL 1.0"


@dataclass(frozen=True)
class Strokes:
    """Ways joined end to end.

    Attributes
    ----------
    lines : ndarray of n LineStrings
    vertex_stroke, vertex_node : ndarray of shape (v,)
        Stroke and OSM node of every vertex, in order.
    edge_ground : ndarray of shape (v,)
        Row of the ways table of the edge from each vertex to the next; −1 at
        a stroke's last vertex, and where the table does not hold the way.
    side_paths : ndarray of shape (v,), optional
        Number of other ways that leave each vertex.
    number : ndarray of shape (n,), optional
        Number of each stroke among all of its source; by default its place here.
    """

    lines: NDArray[np.object_]
    vertex_stroke: IntArray
    vertex_node: IntArray
    edge_ground: IntArray
    side_paths: FloatArray | None = None
    number: IntArray | None = None


@dataclass(frozen=True)
class Counters:
    """Counts of people on foot, and the map around them."""

    table: pd.DataFrame
    """``x_m``, ``y_m``, ``count`` of people an hour and ``hour_of_week`` (0 = Monday 0:00, NaN = a mean hour)."""
    features: Features
    """The map as far as counters stand, in the same CRS."""


@dataclass(frozen=True)
class Features:
    """OpenStreetMap around an area as tables in one metric CRS.

    Every table has ``osm_type`` (``node``, ``way``, ``relation``), ``osm_id``,
    a column per tag of `saferoute.osm.keys` (small letters, missing = NaN) and
    ``geometry``; `ways` has also ``nodes``, the node ids in order.
    """

    ways: gpd.GeoDataFrame
    """Every line: highways, railways, waterways, barriers, cliffs, coastline."""
    areas: gpd.GeoDataFrame
    """Polygons and multipolygons with their holes."""
    fragments: gpd.GeoDataFrame
    """Lines of areas that are not whole, each with the tags of its area: a part of it is missing, or its
    rings do not close or cross. Its edge is known there, what lies within is not."""
    points: gpd.GeoDataFrame
    """Tagged nodes."""
    tagged: pd.DataFrame
    """Highways of the whole source, what silence is judged by: ``highway``, ``footway``,
    ``surface``, ``smoothness``, ``tracktype``, ``width``, ``est_width``, ``n`` (how many
    ways have these tags) and the middle ``x_m``, ``y_m``: NaN for rows that speak of the whole
    source. Rows of ``n`` 0 are counted in one of those, and are there for where they lie."""
    extent: shapely.Geometry | None
    """Where the source is whole: beyond, a missing wall only means a missing map.
    None where the source does not say."""
    strokes: Strokes | None = None
    """The foot ways and running tracks joined, as far as the whole source goes; None = not yet:
    who needs them joins those of the tables."""
    data_date: str | None = None
    """ISO date the data speaks of, or None where the file does not say."""
    attribution: tuple[str, ...] = (OSM_ATTRIBUTION,)
    notes: tuple[str, ...] = ()
    """What was repaired, skipped or missing, in words for the user."""
    counters: Counters | None = None
    """Counts of people on foot; None where nobody counted."""
    population: pd.DataFrame | None = None
    """People who live at points: ``x_m``, ``y_m``, ``people``, ``cell_m``; cells
    where nobody lives are listed, too. None where it is not known."""

    @cached_property
    def outlines(self) -> gpd.GeoDataFrame:
        """All that is known of areas: `areas`, and behind them `fragments`."""
        import pandas as pd

        return pd.concat([self.areas, self.fragments], ignore_index=True) if len(self.fragments) else self.areas
