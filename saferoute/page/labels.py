"""Labels of the base map: names of places, areas and roads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from saferoute.osm.tags import is_tagged
from saferoute.page.base import clip_geometries, merge_lines
from saferoute.page.grid import Grid
from saferoute.report.text import sanitize_text

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from saferoute.arrays import IntArray
    from saferoute.model import Area, Features
    from saferoute.table import Table

    Geometries = NDArray[np.object_]

MOST = 80
"""Most names in a file; the page shows those that find room at its zoom."""
_LONGEST = 32
"""Most characters of a name."""

_PLACES = {
    "city": 4.0, "town": 3.5, "suburb": 3.0, "village": 3.0, "quarter": 2.5, "island": 2.5,
    "hamlet": 2.0, "neighbourhood": 2.0, "islet": 1.5, "locality": 1.5, "square": 1.5,
}  # fmt: skip
"""Weight of a named point by its kind [J]; areas and roads have weights of their own."""
_AREA_KEYS = {
    "green": ("leisure", "park garden common nature_reserve"),
    "water": ("natural", "water bay"),
    "sand": ("natural", "beach"),
    "place": ("place", "island islet square"),
}
_ROADS = (
    "motorway trunk primary secondary tertiary unclassified residential living_street pedestrian footway path track"
)
_SHORTEST_ROAD_M = 120.0
"""Shortest piece of road that gets a label, in metres [J]."""


def choose_labels(features: Features, frame: BaseGeometry, area: Area) -> list[list[Any]]:
    """Return the names worth showing, the most important first.

    Parameters
    ----------
    features : Features
        The map data.
    frame : Polygon
        The ground that is drawn, in the metric CRS of the features.
    area : Area
        Gives the CRS and the origin of the coordinates.

    Returns
    -------
    list of [text, kind, east, north, angle, length_m]
        `kind` is ``place``, ``green``, ``water``, ``sand`` or ``road``; `east` and
        `north` are steps of the base map's `Grid`; `angle` is the direction of a road
        in degrees, counter-clockwise from east, within ±90; `length_m` is the length
        of that road, 0 for everything else.
    """
    found = find_labels(features, frame, MOST)
    if found.empty:
        return []
    grid = Grid.around_place(area.place, area.crs, decimals=5)
    return [
        [row["text"], row["kind"], *grid.encode_point(row["x"], row["y"]), round(row["angle"]), round(row["length_m"])]
        for row in found.to_dict("records")
    ]


def find_labels(features: Features, frame: BaseGeometry, most: int) -> pd.DataFrame:
    """Return the names worth showing, at most so many, the most important first.

    Parameters
    ----------
    features : Features
        The map data.
    frame : Polygon
        The ground that is drawn, in the metric CRS of the features.
    most : int

    Returns
    -------
    DataFrame
        Columns ``text``, ``kind``, ``x`` and ``y`` in the CRS of the features, ``weight``
        (1 for a park 100 m across), ``angle`` and ``length_m``, as of `choose_labels`.
    """
    found = pd.concat(
        [_label_places(features.points), _label_areas(features.areas, frame), _label_roads(features.ways, frame)]
    )
    if found.empty:
        return found
    found = found[shapely.intersects_xy(frame, found["x"].to_numpy(float), found["y"].to_numpy(float))]
    found = found.sort_values(["weight", "text"], ascending=[False, True], kind="stable")
    # A street of many ways, or a park of several areas, gets its name once.
    return found.drop_duplicates(["text", "kind"]).head(most)


def _select_named(table: Table, key: str, values: str) -> Table:
    wanted = frozenset(values.split())
    return table.select_rows(table.tags.map_values(key, wanted.__contains__, missing=False) & is_tagged(table, "name"))


def _label_rows(names: NDArray[np.object_], kind: str, xy: np.ndarray, weight: np.ndarray) -> pd.DataFrame:
    text = [sanitize_text(name, _LONGEST) for name in names]
    rows = pd.DataFrame({"text": text, "kind": kind, "x": xy[:, 0], "y": xy[:, 1], "weight": weight})
    return rows[rows["text"] != ""].assign(angle=0.0, length_m=0.0)


def _label_places(points: Table) -> pd.DataFrame:
    named = _select_named(points, "place", " ".join(_PLACES))
    if not len(named):
        return pd.DataFrame()
    weight = named.tags.map_values("place", _PLACES.get, missing=0).astype(float)
    return _label_rows(named.tags.get_text("name"), "place", shapely.get_coordinates(named.geometry), weight)


def _label_areas(areas: Table, frame: BaseGeometry) -> pd.DataFrame:
    """Return labels of areas, weighed by size: 1 at 100 m across, 2.4 at most."""
    parts = []
    for kind, (key, values) in _AREA_KEYS.items():
        named = _select_named(areas, key, values)
        named = named.select_rows(shapely.intersects(frame, named.geometry))
        if len(named):
            inside = shapely.intersection(shapely.make_valid(named.geometry), frame)
            xy = shapely.get_coordinates(shapely.point_on_surface(inside))
            known = ~shapely.is_empty(inside)
            weight = np.minimum(np.sqrt(shapely.area(inside)) / 100, 2.4)
            parts.append(_label_rows(named.tags.get_text("name")[known], kind, xy, weight[known]))
    return pd.concat(parts) if parts else pd.DataFrame()


def _label_roads(ways: Table, frame: BaseGeometry) -> pd.DataFrame:
    """Return labels at the middle of the longest piece of each road; 1 km weighs 2, of a main road 4."""
    named = _select_named(ways, "highway", _ROADS)
    named = named.select_rows(shapely.intersects(frame, named.geometry))
    if not len(named):
        return pd.DataFrame()
    number, texts = pd.factorize(
        np.array([sanitize_text(name, _LONGEST) for name in named.tags.get_text("name")], dtype=object), sort=True
    )
    # A road is a main road if any way of that name is one.
    main = np.zeros(len(texts), dtype=bool)
    main[number[np.isin(named.tags.get_text("highway"), _ROADS.split()[:5])]] = True
    of, longest = _longest_pieces(named.geometry, number, frame)
    length = shapely.length(longest)
    shown = (length >= _SHORTEST_ROAD_M) & (texts[of] != "")
    of, longest, length = of[shown], longest[shown], length[shown]
    x, y = shapely.get_coordinates(shapely.line_interpolate_point(longest, 0.5, normalized=True)).T
    return pd.DataFrame(
        {
            "text": texts[of],
            "kind": "road",
            "x": x,
            "y": y,
            "weight": length / 500 * np.where(main[of], 2, 1),
            "angle": [_angle_at_middle(line) for line in longest],
            "length_m": length,
        }
    )


def _longest_pieces(lines: Geometries, number: IntArray, frame: BaseGeometry) -> tuple[IntArray, Geometries]:
    """Return the distinct numbers of lines, and the longest joined line of each within the frame."""
    pieces, owner = shapely.get_parts(clip_geometries(lines, frame), return_index=True)
    straight = shapely.get_type_id(pieces) == shapely.GeometryType.LINESTRING
    whole, of = merge_lines(pieces[straight], number[owner[straight]])
    best_first = np.lexsort((-shapely.length(whole), of))
    numbers, first = np.unique(of[best_first], return_index=True)
    return numbers, whole[best_first][first]


def _angle_at_middle(line: shapely.LineString) -> float:
    """Return the direction of a line around its middle in degrees, within ±90 so that text stands upright."""
    # Over a fifth of the line: the direction at a single point would follow every kink.
    (x0, y0), (x1, y1) = (line.interpolate(share, normalized=True).coords[0] for share in (0.4, 0.6))
    angle = float(np.degrees(np.arctan2(y1 - y0, x1 - x0)))
    return (angle + 90) % 180 - 90
