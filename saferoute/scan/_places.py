"""Districts and parks of stretches, and the summary of a scan by district and park."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from saferoute.exports.schema import PLACES, SUMMARY, names_of
from saferoute.osm.tags import is_tagged
from saferoute.report.text import sanitize_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray
    from saferoute.table import Table


def locate_points(areas: Table, xy: FloatArray) -> dict[str, NDArray[np.object_]]:
    """Return the district and the park of points.

    Parameters
    ----------
    areas : Table
        Areas of the map with ``boundary``, ``leisure``, ``name`` and OSM ids.
    xy : ndarray of shape (n, 2)
        In the CRS of the areas.

    Returns
    -------
    dict of ndarray of shape (n,)
        The columns of `saferoute.exports.schema.PLACES`, NaN where there is no such area.
    """
    found = {}
    for kind, key, value in (("district", "boundary", "administrative"), ("park", "leisure", "park")):
        named = areas.select_rows((areas[key] == value) & is_tagged(areas, "name"))
        found[kind], found[f"{kind}_osm_id"] = _find_smallest_areas(named, xy)
    return found


def _find_smallest_areas(areas: Table, xy: FloatArray) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Return the name and id of the smallest area around each point, NaN if there is none."""
    name, number = np.full(len(xy), np.nan, dtype=object), np.full(len(xy), np.nan, dtype=object)
    near = shapely.intersects(shapely.MultiPoint(xy).envelope, shapely.envelope(areas.geometry))
    areas = areas.select_rows(near)
    geometry = shapely.make_valid(areas.geometry)
    size, ids = shapely.area(geometry), areas["osm_id"]
    # The tree is that of the points, so that areas of thousands of corners are prepared and not gone through.
    area, point = shapely.STRtree(shapely.points(xy)).query(geometry, predicate="intersects")
    # The smallest area is written last, so that it stays.
    largest_first = np.lexsort((ids[area], -size[area]))
    smallest = np.full(len(xy), -1)
    smallest[point[largest_first]] = area[largest_first]
    held = np.flatnonzero(smallest >= 0)
    texts = np.array([sanitize_text(text, 200) for text in areas["name"]], dtype=object)
    keys = np.array([f"{kind}/{osm_id}" for kind, osm_id in zip(areas["osm_type"], ids, strict=True)], dtype=object)
    name[held], number[held] = texts[smallest[held]], keys[smallest[held]]
    return name, number


_COUNTED = ("length_m", "grade_pct", "rating", "score_low")
"""Columns that are counted."""


class Summary:
    """Counts of stretches and their kilometres by region, district and park."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str, str], dict[str, float]] = {}

    def add_stretches(self, table: gpd.GeoDataFrame) -> None:
        """Add the stretches of a table in WGS 84."""
        data = pd.DataFrame(table[[*_COUNTED, *names_of(PLACES)]])
        middle = shapely.get_coordinates(
            shapely.line_interpolate_point(table.geometry.to_numpy(), 0.5, normalized=True)
        )
        data["lon"], data["lat"] = middle.T
        self._count_rows("region", data, [("the whole region", "")] * len(data))
        for kind, otherwise in (("district", "outside all districts"), ("park", "")):
            pairs = data[[kind, f"{kind}_osm_id"]].astype(object).where(data[kind].notna(), "").to_numpy().tolist()
            named = [(name or otherwise, number) for name, number in pairs]
            held: BoolArray = np.array([name != "" for name, _ in named], dtype=bool)
            self._count_rows(kind, data[held], [pair for pair in named if pair[0]])

    def _count_rows(self, kind: str, data: pd.DataFrame, keys: Iterable[tuple[str, str]]) -> None:
        for (name, number), row in zip(keys, data[[*_COUNTED, "lon", "lat"]].to_dict("records"), strict=True):
            of = self._rows.setdefault((kind, number, name), {"stretches": 0, "best_score_low": -1.0})
            km = row["length_m"] / 1000
            of["stretches"] += 1
            unknown = "unknown_slope_km" if pd.isna(row["grade_pct"]) else ""
            for column in ("length_km", f"{row['rating'].lower()}_km", unknown):
                of[column] = of.get(column, 0.0) + km
            if row["score_low"] > of["best_score_low"]:
                of.update(best_score_low=row["score_low"], best_lon=round(row["lon"], 6), best_lat=round(row["lat"], 6))

    def to_table(self) -> pd.DataFrame:
        """Return a table with the columns of `SUMMARY`: the region, then districts and parks, best first."""
        rows: list[dict[str, Any]] = [
            {"kind": kind, "name": name, "osm_id": number or None, **counts}
            for (kind, number, name), counts in self._rows.items()
        ]
        order = {"region": 0, "district": 1, "park": 2}
        rows.sort(key=lambda r: (order[r["kind"]], -r["best_score_low"], r["osm_id"] or "", r["name"]))
        table = pd.DataFrame(rows, columns=names_of(SUMMARY))
        kilometres = [name for name in names_of(SUMMARY) if name.endswith("_km")]
        table[kilometres] = table[kilometres].astype(float).fillna(0.0).round(3)
        return table
