"""A reader of extracts that knows obvious grounds: those that anybody would call good, by osmium and shapely alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import osmium
import shapely
import shapely.ops

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import TypeAlias

    Thing: TypeAlias = tuple[str, dict[str, str], shapely.Geometry, bool]

TRACK_M, BEACH_M, PITCH_M, PATH_M = 300.0, 120.0, 90.0, 100.0
"""Least length of a track around, and of the others."""
PARK_M2, LAWN_M = 10_000.0, 90.0
"""Least area of a park, and width of its widest round piece without anything on it [J]."""
SPORTS = {"soccer", "football", "rugby", "rugby_union", "american_football", "field_hockey", "hockey", "multi"}
GOOD_SURFACES = {"asphalt", "concrete", "paving_stones", "paved", "compacted", "tartan"}
WALKS = {"footway", "path", "pedestrian"}
CLOSED = {"no", "private", "customers", "members"}
IN_THE_WAY = {
    "natural": {"wood", "scrub", "water", "wetland", "bare_rock", "tree_row", "tree", "shrubbery", "grassland"},
    "landuse": {"forest", "flowerbed", "construction", "farmland", "allotments", "cemetery", "railway"},
    "leisure": {"playground", "garden", "pitch", "dog_park", "swimming_pool"},
}
"""What leaves no lawn in a park, beside any building, barrier and way."""
CLEAR_M = 3.0
"""Distance from those."""
ON_FOOT = WALKS | {"track", "bridleway", "corridor", "street_lamp"}
HARD = {
    "natural": {"water", "coastline", "cliff", "wetland"},
    "railway": {"rail", "tram", "light_rail", "narrow_gauge", "level_crossing", "crossing", "tram_crossing"},
}
"""What a path that is obviously good keeps away from, beside buildings, barriers, waterways and all but foot ways."""
SHUT = {
    "landuse": {"military", "cemetery", "railway", "construction", "quarry", "landfill", "industrial", "allotments"},
    "amenity": {"school", "kindergarten", "grave_yard", "prison", "parking", "embassy"},
    "leisure": {"golf_course", "water_park"},
    "tourism": {"zoo", "theme_park"},
    "aeroway": {"aerodrome"},
    "man_made": {"pier", "breakwater", "groyne", "bridge"},
    "boundary": {"hazard"},
}
"""Ground within which nothing is obvious."""
EDGE = 0.02
"""Share of the nodes on each side that count as the edge of an extract."""
AWAY_M, ENDS_M = 10.0, 5.0
"""Distance from those that is kept, and what does not count at each end of a path."""


@dataclass(frozen=True)
class Ground:
    """An obvious ground: what kind, which object, and where, in degrees."""

    kind: str
    name: str
    shape: shapely.Geometry


def is_plain(tags: dict[str, str]) -> bool:
    """Return whether a ground is open to everybody, on the ground and under the sky, as far as its tags tell."""
    off = any(tags.get(key, "no") != "no" for key in ("tunnel", "bridge", "indoor", "covered", "construction", "fee"))
    shut = (
        {tags.get("access"), tags.get("foot")} & CLOSED
        or {"opening_hours", "barrier"} & set(tags)
        or tags.get("fenced") == "yes"
    )
    return not (off or shut or tags.get("layer", "0") != "0" or "level" in tags or "building" in tags)


def is_in_the_way(tags: dict[str, str]) -> bool:
    """Return whether nobody runs across a thing in a park."""
    if any(tags.get(key) in values for key, values in IN_THE_WAY.items()):
        return True
    return any(tags.get(key, "no") != "no" for key in ("building", "barrier", "highway", "railway", "amenity"))


def is_hard(tags: dict[str, str]) -> bool:
    """Return whether an obviously good path keeps away from a thing."""
    if tags.get("tunnel", "no") != "no" or tags.get("layer", "0") != "0":
        return False
    if any(tags.get(key) in values for key, values in HARD.items()):
        return True
    if any(tags.get(key, "no") != "no" for key in ("building", "barrier", "waterway")):
        return True
    return tags.get("highway", "path") not in ON_FOOT


def is_shut(tags: dict[str, str]) -> bool:
    """Return whether nothing is obvious within an area."""
    named = any(tags.get(key) in values for key, values in SHUT.items())
    return named or bool({tags.get("access"), tags.get("foot")} & CLOSED) or "military" in tags


def name_kind(tags: dict[str, str], *, is_area: bool) -> str:
    """Return the kind of ground that may be obvious by its tags, ``""`` = none."""
    sports = set(tags.get("sport", "").split(";"))
    if tags.get("leisure") == "track" and sports <= {"athletics", "running", ""}:
        return "track"
    if is_area and tags.get("natural") == "beach" and tags.get("surface") == "sand":
        return "beach"
    if is_area and tags.get("leisure") in {"park", "common"}:
        return "park"
    if is_area and tags.get("leisure") == "pitch" and sports <= SPORTS:
        return "pitch"
    good = tags.get("surface") in GOOD_SURFACES and tags.get("smoothness", "good") in {"excellent", "good"}
    along = not is_area and tags.get("highway") in WALKS and not {"footway", "area", "incline"} & set(tags)
    return "path" if along and good else ""


def read_objects(path: Path) -> Iterator[Thing]:
    """Yield the name, the tags, the shape and whether it is an area of each tagged object."""
    factory = osmium.geom.WKBFactory()
    for thing in osmium.FileProcessor(str(path)).with_areas().with_filter(osmium.filter.EmptyTagFilter()):
        try:
            if isinstance(thing, osmium.osm.Area):
                wkb, name = factory.create_multipolygon(thing), f"{'w' if thing.from_way() else 'r'}{thing.orig_id()}"
            elif isinstance(thing, osmium.osm.Way):
                wkb, name = factory.create_linestring(thing), f"w{thing.id}"
            elif isinstance(thing, osmium.osm.Node):
                wkb, name = factory.create_point(thing), f"n{thing.id}"
            else:
                continue
        except (RuntimeError, osmium.InvalidLocationError):  # cut at the extract's edge: not obvious
            continue
        yield name, dict(thing.tags), shapely.from_wkb(wkb), isinstance(thing, osmium.osm.Area)


def metres_per_degree(shape: shapely.Geometry) -> np.ndarray:
    """Return the metres of a degree east and north at a shape, near enough for lengths of some 100 m."""
    return np.array([111_320 * np.cos(np.radians(shape.centroid.y)), 110_574])


def to_metres(shape: shapely.Geometry) -> shapely.Geometry:
    """Return a shape in metres east and north."""
    return shapely.transform(shape, lambda xy: xy * metres_per_degree(shape))


def longest_side_m(shape: shapely.Geometry) -> float:
    """Return the length of the rectangle around a shape."""
    box = shapely.minimum_rotated_rectangle(to_metres(shape))
    xy = shapely.get_coordinates(box)
    return float(np.hypot(*np.diff(xy, axis=0).T).max())


def straight_parts(line: shapely.Geometry) -> list[shapely.Geometry]:
    """Return the pieces of a line between two of its corners that are long enough; bends of under 1 m are none."""
    xy = shapely.get_coordinates(shapely.simplify(to_metres(line), 1.0))
    long = np.flatnonzero(np.hypot(*np.diff(xy, axis=0).T) >= PATH_M)
    degrees = xy / metres_per_degree(line)
    return [shapely.LineString(degrees[[k, k + 1]]) for k in long]


def has_wide_lawn(park: shapely.Geometry, others: list[shapely.Geometry]) -> bool:
    """Return whether a circle of `LAWN_M` fits into a park between all that is in the way."""
    free, scale = to_metres(park), metres_per_degree(park)
    if others:
        cut = shapely.buffer(shapely.transform(np.array(others), lambda xy: xy * scale), CLEAR_M)
        free = shapely.difference(free, shapely.union_all(shapely.make_valid(cut)))
    return any(
        shapely.length(shapely.maximum_inscribed_circle(part, tolerance=1.0)) >= LAWN_M / 2
        for part in shapely.get_parts(free)
        if part.geom_type == "Polygon" and part.area > (LAWN_M / 2) ** 2
    )


class Around:
    """What lies around grounds: what is in the way in parks, what paths keep away from, and what is shut."""

    def __init__(self, objects: list[Thing]) -> None:
        self._bars = [shape for _, tags, shape, _ in objects if is_in_the_way(tags)]
        self._hard = [shape for _, tags, shape, _ in objects if is_hard(tags)]
        self._shut = [shape for _, tags, shape, is_area in objects if is_area and is_shut(tags)]
        self._trees = [shapely.STRtree(shapes) for shapes in (self._bars, self._hard, self._shut)]

    def is_obvious(self, kind: str, shape: shapely.Geometry) -> bool:
        """Return whether a ground of a kind is large enough and free enough for anybody to call it good."""
        if len(self._trees[2].query(shapely.point_on_surface(shape), predicate="within")):
            return False
        if kind == "path":
            ends = ENDS_M / to_metres(shape).length
            middle = shapely.ops.substring(shape, ends, 1 - ends, normalized=True)
            return not len(self._trees[1].query(shapely.buffer(middle, AWAY_M / 111_320), predicate="intersects"))
        if kind == "track":
            return bool(to_metres(shape).length >= TRACK_M)
        if kind == "park":
            inside = [self._bars[i] for i in self._trees[0].query(shape, predicate="intersects")]
            return bool(to_metres(shape).area >= PARK_M2) and has_wide_lawn(shape, inside)
        return longest_side_m(shape) >= (BEACH_M if kind == "beach" else PITCH_M)


def inner_box(objects: list[Thing]) -> shapely.Geometry:
    """Return the box that holds all but the outermost nodes, so that nothing is judged where a map ends."""
    xy = shapely.get_coordinates(np.array([s for _, _, s, _ in objects if s.geom_type == "Point"]))
    return shapely.box(*np.quantile(xy, EDGE, axis=0), *np.quantile(xy, 1 - EDGE, axis=0))


def list_grounds(path: Path) -> list[Ground]:
    """Return the obvious grounds of an extract."""
    objects = list(read_objects(path))
    around, whole = Around(objects), inner_box(objects)
    found: dict[tuple[str, str], Ground] = {}
    for name, tags, shape, is_area in objects:
        kind = name_kind(tags, is_area=is_area) if is_plain(tags) else ""
        parts = straight_parts(shape) if kind == "path" else [shape] if kind else []
        for number, part in enumerate(parts):
            if shapely.within(part, whole) and around.is_obvious(kind, part):
                found[kind, f"{name}.{number}"] = Ground(kind, name, part)
    return list(found.values())
