"""A reader of extracts that shares nothing with the package: what no recommended line may meet.

It asks osmium for objects and shapely for geometry, and knows tags by short lists of its own, so that a
fault in the package's vocabulary, tables or indexes cannot hide itself here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import osmium
import shapely
from pyproj import Transformer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import geopandas as gpd

TOUCH_M = 0.01
"""Things this near touch: the package rounds coordinates."""
WALL_M = 0.1
"""A line less than this inside an outline runs along the wall."""
WATER_M, ROUNDING_M = 5.0, 0.05
HALF_LANE_M = 1.5
SHARED_M = 2.0
"""A line that has more than this in common with another runs along it; less is a crossing at a sharp angle."""
OPEN_GROUND = {"area", "track"}
HARMLESS = {"no", "none", "entrance", "border_control"}
FLUSH = {"flush", "no", "none"}
WATER = {
    "natural": {"water", "bay", "strait"},
    "waterway": {"riverbank", "dock"},
    "landuse": {"reservoir", "basin"},
    "leisure": {"swimming_pool", "marina"},
}
BURIED = {"underground", "underwater"}
ELSEWHERE = BURIED | {"overground", "roof", "overhead"}
PASSAGES = {"yes", "arcade", "colonnade"}
STREETS = set(
    "motorway motorway_link trunk trunk_link primary primary_link secondary secondary_link tertiary tertiary_link "
    "unclassified residential living_street service road busway raceway".split()
)
CLOSED = {"no", "private"}
KEYS = ("barrier", "building", "highway", "natural")
"""Things with none of these matter only as edges of water."""


@dataclass
class Things:
    """Geometries, and a name for each: in degrees while they are read, then in metres."""

    shapes: list[shapely.Geometry] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    def add(self, shape: shapely.Geometry, name: str) -> None:
        """Remember a thing."""
        self.shapes.append(shape)
        self.names.append(name)

    def project(self, to_metres: Transformer) -> None:
        """Turn degrees into metres; outlines that cross themselves become valid."""
        self.shapes = list(shapely.make_valid(_project(np.array(self.shapes, dtype=object), to_metres)))

    def find_near(self, lines: np.ndarray, distance_m: float) -> list[tuple[int, int]]:
        """Return pairs of a line and a thing that are no further apart."""
        found = shapely.STRtree(self.shapes).query(lines, predicate="dwithin", distance=distance_m)
        return [(int(line), int(thing)) for line, thing in found.T]

    def find_along(self, lines: np.ndarray) -> list[tuple[int, int]]:
        """Return pairs of a line and a thing that share a part of their course, where they are not merely crossing."""
        pairs = self.find_near(lines, TOUCH_M)
        line, thing = np.array(pairs, dtype=int).reshape(-1, 2).T
        beside = shapely.buffer(np.array(self.shapes, dtype=object)[thing], TOUCH_M)
        shared = shapely.length(shapely.intersection(lines[line], beside)) > SHARED_M
        return [pair for pair, is_long in zip(pairs, shared, strict=True) if is_long]


@dataclass
class Map:
    """What an extract holds that no recommended line may meet."""

    to_metres: Transformer
    bounds: tuple[float, ...] = ()
    """West, south, east and north of all but the outermost nodes."""
    barriers: Things = field(default_factory=Things)
    buildings: Things = field(default_factory=Things)
    waters: Things = field(default_factory=Things)
    """Ways of relations."""
    passages: Things = field(default_factory=Things)
    roads: Things = field(default_factory=Things)
    """Streets, steps, tunnels and ways that are closed on foot."""
    obstacles: Things = field(default_factory=Things)
    """Buildings on any layer, water and trees."""

    def list_violations(self, stretches: gpd.GeoDataFrame) -> list[str]:
        """Return one text for each thing that a recommended line meets and should not."""
        lines = _project(stretches.to_crs(4326).geometry.to_numpy(), self.to_metres)
        bad = [("touches", line, self.barriers.names[i]) for line, i in self.barriers.find_near(lines, TOUCH_M)]
        near = self.waters.find_near(lines, WATER_M - ROUNDING_M)
        bad += [("is too near to", line, self.waters.names[i]) for line, i in near]
        walls = Things([shapely.buffer(b, -WALL_M) for b in self.buildings.shapes], self.buildings.names)
        open_air = shapely.difference(lines, shapely.union_all(shapely.buffer(self.passages.shapes, WALL_M)))
        bad += [("lies in", line, walls.names[i]) for line, i in walls.find_near(open_air, 0.0)]
        bad += [("runs along", line, self.roads.names[i]) for line, i in self.roads.find_along(lines)]
        on_open_ground = np.flatnonzero(stretches["origin"].isin(OPEN_GROUND))
        lanes = shapely.buffer(lines[on_open_ground], HALF_LANE_M - ROUNDING_M, cap_style="flat")
        held = self.obstacles.find_near(lanes, 0.0)
        bad += [("has on its lane", int(on_open_ground[lane]), self.obstacles.names[i]) for lane, i in held]
        ranks = stretches["rank"].to_list()
        return sorted({f"{ranks[line]} {what} {name} at {_say_middle(lines[line])}" for what, line, name in bad})

    def read_way(self, way: osmium.osm.Way) -> None:
        """Remember a way that is a barrier, the edge of a building, a road or a covered way."""
        tags, name = dict(way.tags), f"w{way.id}"
        homes = [(self.roads, f"{name} {kind}") for kind in list_kinds_of_road(tags)]
        if is_barrier(tags):
            homes.append((self.barriers, f"{name} barrier={tags['barrier']}"))
        if "highway" in tags and tags.get("covered") in PASSAGES:
            homes.append((self.passages, name))
        outlines = is_building(tags) and way.is_closed()
        if not homes and not outlines:
            return
        lines = draw_lines(way)
        for things, title in homes:
            things.add(lines, title)
        corners = shapely.get_coordinates(lines)
        if outlines and len(lines.geoms) == 1 and len(corners) > 3:
            self.buildings.add(shapely.Polygon(corners), f"{name} building")

    def read_area(self, area: osmium.osm.Area, wkb: osmium.geom.WKBFactory) -> None:
        """Remember an area that is a building or water."""
        tags, name = dict(area.tags), f"{'w' if area.from_way() else 'r'}{area.orig_id()}"
        built = tags.get("building", "no") != "no" and not is_below(tags)
        if not built and (tags.get("natural") != "water" or is_elsewhere(tags)):
            return
        try:
            shape = shapely.from_wkb(wkb.create_multipolygon(area))
        except RuntimeError:  # rings that cannot be closed
            return
        self.obstacles.add(shape, f"{name} {'building' if built else 'water'}")
        if is_building(tags) and not area.from_way():
            self.buildings.add(shape, f"{name} building")


def draw_lines(way: osmium.osm.Way) -> shapely.Geometry:
    """Return a way in degrees, in pieces where the extract lacks nodes of it."""
    runs: list[list[tuple[float, float]]] = [[]]
    for node in way.nodes:
        if node.location.valid():
            runs[-1].append((node.lon, node.lat))
        elif runs[-1]:
            runs.append([])
    return shapely.MultiLineString([run for run in runs if len(run) > 1])


def _project(shapes: np.ndarray, to_metres: Transformer) -> np.ndarray:
    return shapely.transform(shapes, lambda xy: np.stack(to_metres.transform(xy[:, 0], xy[:, 1]), axis=1))


def _say_middle(line: shapely.Geometry) -> str:
    x, y = shapely.get_coordinates(shapely.line_interpolate_point(line, 0.5, normalized=True))[0]
    return f"{x:.0f} {y:.0f}"


def is_elsewhere(tags: Mapping[str, str]) -> bool:
    """Return whether something is on a bridge, in a tunnel or on a layer of its own."""
    lifted = any(tags.get(key, "no") != "no" for key in ("tunnel", "bridge"))
    return lifted or tags.get("layer", "0") != "0" or tags.get("location") in ELSEWHERE


def is_below(tags: Mapping[str, str]) -> bool:
    """Return whether something lies below the ground."""
    return tags.get("location") == "underground" or tags.get("layer", "0").startswith("-")


def is_barrier(tags: Mapping[str, str]) -> bool:
    """Return whether a line is a barrier on the ground that nobody knows to be harmless."""
    flush = tags.get("barrier") == "kerb" and tags.get("kerb") in FLUSH
    return tags.get("barrier", "no") not in HARMLESS and not flush and not is_elsewhere(tags)


def is_building(tags: Mapping[str, str]) -> bool:
    """Return whether an outline is that of a building that stands on the ground."""
    return tags.get("building", "no") != "no" and not is_elsewhere(tags)


def is_water(tags: Mapping[str, str]) -> bool:
    """Return whether a relation is water under the open sky."""
    return any(tags.get(key) in values for key, values in WATER.items()) and not is_elsewhere(tags)


def is_carless(tags: Mapping[str, str]) -> bool:
    """Return whether neither cars nor motorcycles may drive."""
    return all(tags.get(key, tags.get("motor_vehicle")) == "no" for key in ("motorcar", "motorcycle"))


def list_kinds_of_road(tags: Mapping[str, str]) -> list[str]:
    """Return why a way is none to run along."""
    highway = tags.get("highway")
    closed = tags.get("foot", tags.get("access")) in CLOSED
    rules = {
        "street": highway in STREETS and not is_elsewhere(tags) and not is_carless(tags),
        "steps": highway == "steps",
        "tunnel": highway is not None and tags.get("tunnel", "no") != "no",
        "private": highway is not None and closed,
    }
    return [kind for kind, hit in rules.items() if hit]


def read_map(extract: Path) -> Map:
    """Return what an extract holds that no recommended line may meet."""
    places = np.array([(n.lon, n.lat) for n in osmium.FileProcessor(str(extract), osmium.osm.NODE)])
    lon, lat = np.median(places, axis=0)
    zone = (32700 if lat < 0 else 32600) + int((lon + 180) // 6) + 1
    found = Map(Transformer.from_crs(4326, zone, always_xy=True))
    found.bounds = (*np.quantile(places, 0.01, axis=0), *np.quantile(places, 0.99, axis=0))
    wkb = osmium.geom.WKBFactory()
    for obj in osmium.FileProcessor(str(extract)).with_areas().with_filter(osmium.filter.KeyFilter(*KEYS)):
        if obj.is_way():
            found.read_way(obj)
        elif obj.is_area():
            found.read_area(obj, wkb)
        elif obj.is_node() and obj.tags.get("natural") == "tree":
            found.obstacles.add(shapely.Point(obj.lon, obj.lat), f"n{obj.id} tree")
    wet = _list_wet_ways(osmium.FileProcessor(str(extract), osmium.osm.RELATION))
    located = osmium.FileProcessor(str(extract), osmium.osm.NODE | osmium.osm.WAY).with_locations()
    for way in located.with_filter(osmium.filter.IdFilter(wet)):
        if way.is_way():
            found.waters.add(draw_lines(way), f"w{way.id} of {wet[way.id]}")
    for things in (found.barriers, found.buildings, found.waters, found.passages, found.roads, found.obstacles):
        things.project(found.to_metres)
    return found


def _list_wet_ways(relations: Iterable[osmium.osm.Relation]) -> dict[int, str]:
    """Return the ways of water relations, with what they are part of."""
    return {
        member.ref: f"water r{relation.id}"
        for relation in relations
        if is_water(dict(relation.tags))
        for member in relation.members
        if member.type == "w"
    }
