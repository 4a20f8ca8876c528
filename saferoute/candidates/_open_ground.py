"""Corridors on open ground: beaches, lawns, pitches, squares, tracks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from saferoute.candidates._strokes import NO_NODE, empty_strokes
from saferoute.geometry import find_longest_lines
from saferoute.model import Strokes

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.model import Profile

KINDS = (
    ("pitch", "leisure", ("pitch",), None),
    ("track", "leisure", ("track",), None),
    ("beach", "natural", ("beach",), None),
    ("sand", "natural", ("sand",), "sand"),
    ("grass", "landuse", ("grass",), "grass"),
    ("village green", "landuse", ("village_green",), "grass"),
    ("square", "highway", ("pedestrian", "footway"), None),
    ("meadow", "landuse", ("meadow",), "grass"),
    ("recreation ground", "landuse", ("recreation_ground",), None),
    ("park", "leisure", ("park", "common"), None),
)
"""Kinds of open ground: name, key, values, and the surface that the tag itself says."""

_LARGEST_LAWN_M2 = 15_000.0
"""Grass larger than this, outside parks and sports grounds, is taken for a farmer's [J],
and so is grass that only roads, tracks and paths lead to: in Liechtenstein's valley nearly all
of it is, while Helsinki's lawns have footways beside them."""
_RECREATION = frozenset({"park", "recreation ground", "village green"})
_WAY_NEAR_M = 30.0
_MOST = 8
_AREA_PER_CORRIDOR_M2 = 2500.0
_APART_M = 12.0
_SHORE_NEAR_M = 300.0
_ALONG_SHORE = 0.35
"""On a beach the ends of a corridor differ this much of its length in their
distance from the water, at the most: the rest runs across the slope [J]."""


@dataclass(frozen=True)
class OpenGround:
    """Corridors found on open ground.

    Attributes
    ----------
    lines : ndarray of n LineStrings
    rows : GeoDataFrame of n rows
        The tags of the polygon each corridor lies on, with ``kind``,
        ``clear_width_m`` (twice the distance from the line to the edge of the
        free ground), ``surface_implied`` (the kind says the surface) and
        ``beach_club``.
    refused : GeoDataFrame
        Open ground without a corridor: ``reason`` and the polygon.
    counts : mapping of str to (int, int)
        Polygons and corridors by kind.
    bounds : ndarray of shape (p, 4)
        West, south, east and north of each piece of ground that was searched: touching
        polygons of one kind are one piece, and what lies anywhere on it decides where its
        corridors are.
    """

    lines: NDArray[np.object_]
    rows: gpd.GeoDataFrame
    refused: gpd.GeoDataFrame
    counts: dict[str, tuple[int, int]]
    bounds: FloatArray


@dataclass(frozen=True)
class Cutters:
    """What is cut out of open ground; see `saferoute.limits.clearance.Blockers`."""

    geometry: NDArray[np.object_]
    margin_m: FloatArray
    yields: BoolArray
    shore: NDArray[np.object_]
    coastline: NDArray[np.object_]
    walkable: NDArray[np.object_]
    """Public ways by which one gets there."""
    foot_paths: NDArray[np.object_]
    """Those of them that are made for walking: what leads to a lawn and not to a field."""


def kinds_of_areas(areas: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Return the kind of open ground of each area, ``""`` where it is none."""
    kinds = np.full(len(areas), "", dtype=object)
    for name, key, values, _ in KINDS:
        hit = areas[key].isin(values).to_numpy() & (kinds == "")
        if name == "track":  # closed ways are lines unless they say they are areas
            hit &= (areas["osm_type"].eq("relation") | areas["area"].eq("yes")).to_numpy()
        kinds[hit] = name
    return kinds


def fill_implied_surface(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Fill in the surface that the kind of open ground says where no tag does, and note it in ``surface_implied``."""
    implied = pd.Series(kinds_of_areas(areas), index=areas.index).map({name: surface for name, _, _, surface in KINDS})
    fill = areas["surface"].isna() & implied.notna()
    return areas.assign(surface=areas["surface"].where(~fill, implied), surface_implied=fill)


def _is_for_recreation(areas: gpd.GeoDataFrame, kinds: NDArray[np.object_], rows: IntArray) -> BoolArray:
    """Say which areas are open on foot by tag, and of some rows whether they lie in a park or the like."""
    geometry = areas.geometry.to_numpy()
    sports = areas["leisure"].isin(["sports_centre", "stadium", "beach_resort"]).to_numpy()
    parks = geometry[np.isin(kinds, list(_RECREATION)) | sports]
    allowed = ["yes", "designated", "permissive"]
    hit = (areas["foot"].isin(allowed) | areas["access"].isin(allowed)).to_numpy(dtype=bool, copy=True)
    if len(parks):
        inside = shapely.STRtree(shapely.point_on_surface(geometry[rows])).query(parks, predicate="intersects")[1]
        hit[rows[inside]] = True
    return hit


def search_open_ground(
    areas: gpd.GeoDataFrame,
    *,
    reasons: NDArray[np.object_],
    wanted: BoolArray,
    cutters: Cutters,
    profile: Profile,
) -> OpenGround:
    """Find the longest clear corridors on every piece of open ground.

    Parameters
    ----------
    areas : GeoDataFrame of n rows
        As `with_surface_of_kind` returns it.
    reasons : ndarray of n str
        Why an area is never run on, ``""`` where it may be.
    wanted : ndarray of shape (n,)
        Which areas to look at; the others only matter as neighbours.
    cutters : Cutters
    profile : Profile
        Its lane must lie on free ground over the whole corridor, run-outs
        included.
    """
    kinds = kinds_of_areas(areas)
    finder = _Finder(areas, kinds, cutters, profile)
    counts = {name: (int(((kinds == name) & wanted).sum()), 0) for name, *_ in KINDS}
    refused = [(int(row), str(reasons[row])) for row in np.flatnonzero((kinds != "") & (reasons != "") & wanted)]
    lines: list[shapely.LineString] = []
    rows: list[int] = []
    widths: list[float] = []
    bounds: list[FloatArray] = []
    shapes = areas.geometry.to_numpy()
    for name, *_ in KINDS:
        of_kind = np.flatnonzero((kinds == name) & (reasons == ""))
        for members in (m for m in _group_touching_areas(areas, of_kind) if wanted[m].any()):
            found, reason = finder.find_corridors(members, name)
            for line, row, width in found:
                lines.append(line)
                rows.append(row)
                widths.append(width)
            counts[name] = (counts[name][0], counts[name][1] + len(found))
            if reason != "farmland":
                bounds.append(shapely.total_bounds(shapes[members]))
            if not found:
                refused += [(int(row), reason) for row in members]
    table = areas.iloc[rows].reset_index(drop=True)
    table["kind"] = kinds[rows] if rows else pd.Series(dtype=object)
    table["clear_width_m"] = np.array(widths, dtype=float)
    clubs = shapes[areas["leisure"].eq("beach_resort").to_numpy()]
    in_club = shapely.STRtree(np.array(lines, dtype=object)).query(clubs, predicate="intersects")[1]
    table["beach_club"] = np.isin(np.arange(len(lines)), in_club)
    pieces = np.array(bounds, dtype=float).reshape(-1, 4)
    return OpenGround(np.array(lines, dtype=object), table, _excluded_areas(areas, refused), counts, pieces)


def _excluded_areas(areas: gpd.GeoDataFrame, refused: list[tuple[int, str]]) -> gpd.GeoDataFrame:
    table = areas.iloc[[row for row, _ in refused]][["osm_type", "osm_id", "name", "geometry"]].reset_index(drop=True)
    table["reason"] = np.array([reason for _, reason in refused], dtype=object)
    return table


def _group_touching_areas(areas: gpd.GeoDataFrame, rows: IntArray) -> list[IntArray]:
    """Group rows of one kind and surface whose polygons overlap or touch."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    if not len(rows):
        return []
    geometry = areas.geometry.to_numpy()[rows]
    surface = areas["surface"].fillna("").to_numpy(dtype=object)[rows]
    a, b = shapely.STRtree(geometry).query(geometry, predicate="intersects")
    same = surface[a] == surface[b]
    graph = coo_matrix((np.ones(same.sum()), (a[same], b[same])), shape=(len(rows), len(rows)))
    _, group = connected_components(graph, directed=False)
    order = np.argsort(group, kind="stable")
    return [np.sort(part) for part in np.split(rows[order], np.flatnonzero(np.diff(group[order])) + 1)]


class _Finder:
    """Finds corridors on polygons, given all that cuts them."""

    def __init__(self, areas: gpd.GeoDataFrame, kinds: NDArray[np.object_], cutters: Cutters, profile: Profile) -> None:
        self._open = np.flatnonzero(kinds != "")
        self._geometry = areas.geometry.to_numpy().copy()
        self._geometry[self._open] = shapely.make_valid(self._geometry[self._open])
        self._area = shapely.area(self._geometry)
        self._cutters = cutters
        self._cutter_area = shapely.area(cutters.geometry)
        self._tree = shapely.STRtree(cutters.geometry)
        self._open_tree = shapely.STRtree(self._geometry[self._open])
        self._ways = shapely.STRtree(cutters.walkable)
        self._paths = shapely.STRtree(cutters.foot_paths)
        self._recreation = _is_for_recreation(areas, kinds, self._open)
        self._shore = shapely.STRtree(cutters.shore)
        self._coast = shapely.STRtree(cutters.coastline)
        self._half_lane = profile.lane_m / 2
        self._shortest = profile.clear_length_m + 2 * profile.run_out_m

    def find_corridors(self, members: IntArray, kind: str) -> tuple[list[tuple[shapely.LineString, int, float]], str]:
        """Return lines with the row they lie on and their clear width in m; or why there are none."""
        whole = shapely.union_all(self._geometry[members]) if len(members) > 1 else self._geometry[members[0]]
        if not self._is_long_enough(whole):
            return [], "no clear corridor"
        if kind in {"grass", "meadow"} and self._is_farmed(whole, members, kind):
            return [], "farmland"
        if not len(self._ways.query(whole, predicate="dwithin", distance=_WAY_NEAR_M)):
            return [], "no way leads there"
        found = []
        for part in self._drop_parts_at_sea(self._free_parts(whole, members)):
            inner = shapely.buffer(part, -self._half_lane, quad_segs=4)
            for piece in shapely.get_parts(inner):
                if self._is_long_enough(piece):
                    found += [
                        (line, *self._locate_line(line, part, members)) for line in self._corridor_lines(piece, kind)
                    ]
        # Rounded corners of the inner polygon may let a line pass a hair too near.
        found = [f for f in found if f[2] >= 2 * self._half_lane * 0.98]
        return found, "no clear corridor"

    def _is_farmed(self, whole: shapely.Geometry, members: IntArray, kind: str) -> bool:
        """Say whether grass is more likely a farmer's than for everybody."""
        if self._recreation[members].any():
            return False
        if kind == "meadow" or shapely.area(whole) > _LARGEST_LAWN_M2:
            return True
        return not len(self._paths.query(whole, predicate="dwithin", distance=_WAY_NEAR_M))

    def _is_long_enough(self, polygon: shapely.Geometry) -> bool:
        west, south, east, north = shapely.bounds(polygon)
        return bool(np.hypot(east - west, north - south) >= self._shortest)

    def _free_parts(self, whole: shapely.Geometry, members: IntArray) -> NDArray[np.object_]:
        """Return the parts that are left when everything in the way is cut out."""
        cutters, area = self._cutters, shapely.area(whole)
        reach = float(cutters.margin_m.max()) if len(cutters.margin_m) else 0.0
        near = self._tree.query(whole, predicate="dwithin", distance=reach)
        near = near[shapely.distance(cutters.geometry[near], whole) <= cutters.margin_m[near]]
        near = near[~cutters.yields[near] | (self._cutter_area[near] < area)]
        cut = shapely.buffer(cutters.geometry[near], cutters.margin_m[near], quad_segs=2)
        # A smaller use of open ground within a larger is its own piece of ground.
        other = self._open[self._open_tree.query(whole, predicate="intersects")]
        other = other[(self._area[other] < area) & ~np.isin(other, members)]
        other = other[shapely.area(shapely.intersection(self._geometry[other], whole)) > 1]
        cut = np.concatenate([cut, self._geometry[other]])
        left = shapely.difference(whole, shapely.union_all(cut)) if len(cut) else whole
        parts = shapely.get_parts(left)
        return parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]

    def _drop_parts_at_sea(self, parts: NDArray[np.object_]) -> NDArray[np.object_]:
        """Drop the parts on the sea's side of a coastline: beaches are drawn down to low water."""
        if not len(self._cutters.coastline) or not len(parts):
            return parts
        points = shapely.point_on_surface(parts)
        part, coast = self._coast.query_nearest(points, max_distance=_SHORE_NEAR_M, all_matches=False)
        line = self._cutters.coastline[coast]
        at = shapely.line_locate_point(line, points[part])
        before = shapely.get_coordinates(shapely.line_interpolate_point(line, np.fmax(at - 0.5, 0)))
        after = shapely.get_coordinates(shapely.line_interpolate_point(line, at + 0.5))
        ahead, away = after - before, shapely.get_coordinates(points[part]) - before
        at_sea = ahead[:, 0] * away[:, 1] - ahead[:, 1] * away[:, 0] < 0
        return np.delete(parts, part[at_sea])

    def _corridor_lines(self, inner: shapely.Polygon, kind: str) -> list[shapely.LineString]:
        most = int(np.clip(1 + shapely.area(inner) // _AREA_PER_CORRIDOR_M2, 1, _MOST))
        beach = kind in {"beach", "sand"}
        ends = find_longest_lines(inner, shortest_m=self._shortest, most=2 * most if beach else most, apart_m=_APART_M)
        lines = shapely.linestrings(ends)
        return list((lines[self._is_along_shore(ends)] if beach and len(ends) else lines)[:most])

    def _is_along_shore(self, ends: FloatArray) -> BoolArray:
        """Say which lines run along the water, where there is water near."""
        if not len(self._cutters.shore):
            return np.ones(len(ends), dtype=bool)
        away = np.full(2 * len(ends), np.nan)
        points = shapely.points(ends.reshape(-1, 2))
        (which, _), distance = self._shore.query_nearest(
            points, max_distance=_SHORE_NEAR_M, return_distance=True, all_matches=False
        )
        away[which] = distance
        start, end = away.reshape(-1, 2).T
        length = np.hypot(*(ends[:, 1] - ends[:, 0]).T)
        return ~(np.abs(start - end) > _ALONG_SHORE * length)

    def _locate_line(self, line: shapely.LineString, part: shapely.Polygon, members: IntArray) -> tuple[int, float]:
        """Return the row of the polygon under a line's middle, and the clear width."""
        middle = shapely.line_interpolate_point(line, 0.5, normalized=True)
        away = shapely.distance(self._geometry[members], middle)
        return int(members[int(np.argmin(away))]), 2 * float(shapely.distance(line, shapely.boundary(part)))


def strokes_of_corridors(lines: NDArray[np.object_], first_row: int) -> Strokes:
    """Return corridors as strokes, each on its own row of ground from `first_row` on."""
    if not len(lines):
        return empty_strokes()
    xy, owner = shapely.get_coordinates(lines, return_index=True)
    last = np.r_[np.diff(owner) != 0, True]
    return Strokes(lines, owner, np.full(len(xy), NO_NODE), np.where(last, -1, first_row + owner))
