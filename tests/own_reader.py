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


@dataclass
class Things:
    """Geometries in metres, and a name for each."""

    shapes: list[shapely.Geometry] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    def add(self, shape: shapely.Geometry, name: str) -> None:
        """Remember a thing."""
        self.shapes.append(shape)
        self.names.append(name)

    def find_near(self, lines: np.ndarray, distance_m: float) -> list[tuple[int, int]]:
        """Return pairs of a line and a thing that are no further apart."""
        found = shapely.STRtree(self.shapes).query(lines, predicate="dwithin", distance=distance_m)
        return [(int(line), int(thing)) for line, thing in found.T]


@dataclass
class Map:
    """What an extract holds of barriers, buildings, covered ways and members of water relations."""

    to_metres: Transformer
    bounds: tuple[float, ...] = ()
    """West, south, east and north of all but the outermost nodes."""
    barriers: Things = field(default_factory=Things)
    buildings: Things = field(default_factory=Things)
    waters: Things = field(default_factory=Things)
    passages: Things = field(default_factory=Things)

    def list_violations(self, stretches: gpd.GeoDataFrame) -> list[str]:
        """Return one text for each thing that a recommended line meets and should not."""
        degrees = stretches.to_crs(4326).geometry.to_numpy()
        lines = shapely.transform(degrees, self._project)
        bad = [("touches", line, self.barriers.names[i]) for line, i in self.barriers.find_near(lines, TOUCH_M)]
        near = self.waters.find_near(lines, WATER_M - ROUNDING_M)
        bad += [("is too near to", line, self.waters.names[i]) for line, i in near]
        walls = Things([shapely.buffer(b, -WALL_M) for b in self.buildings.shapes], self.buildings.names)
        open_air = shapely.difference(lines, shapely.union_all(shapely.buffer(self.passages.shapes, WALL_M)))
        bad += [("lies in", line, walls.names[i]) for line, i in walls.find_near(open_air, 0.0)]
        ranks = stretches["rank"].to_list()
        return sorted({f"{ranks[line]} {what} {name} at {_say_middle(lines[line])}" for what, line, name in bad})

    def _project(self, xy: np.ndarray) -> np.ndarray:
        return np.stack(self.to_metres.transform(xy[:, 0], xy[:, 1]), axis=1)

    def draw_lines(self, way: osmium.osm.Way) -> shapely.Geometry:
        """Return a way, in pieces where the extract lacks nodes of it."""
        runs: list[list[tuple[float, float]]] = [[]]
        for node in way.nodes:
            if node.location.valid():
                runs[-1].append((node.lon, node.lat))
            elif runs[-1]:
                runs.append([])
        return shapely.transform(shapely.MultiLineString([run for run in runs if len(run) > 1]), self._project)

    def read_way(self, way: osmium.osm.Way, wet: Mapping[int, str]) -> None:
        """Remember a way that is a barrier, the edge of a building, a covered way or the shore of water."""
        tags, name = dict(way.tags), f"w{way.id}"
        lines = self.draw_lines(way)
        if is_barrier(tags):
            self.barriers.add(lines, f"{name} barrier={tags['barrier']}")
        corners = shapely.get_coordinates(lines)
        if is_building(tags) and way.is_closed() and len(lines.geoms) == 1 and len(corners) > 3:
            outline = shapely.Polygon(corners)
            self.buildings.add(shapely.make_valid(outline), f"{name} building")
        if way.id in wet:
            self.waters.add(lines, f"{name} of {wet[way.id]}")
        if "highway" in tags and tags.get("covered") in PASSAGES:
            self.passages.add(lines, name)


def _say_middle(line: shapely.Geometry) -> str:
    x, y = shapely.get_coordinates(shapely.line_interpolate_point(line, 0.5, normalized=True))[0]
    return f"{x:.0f} {y:.0f}"


def is_elsewhere(tags: Mapping[str, str]) -> bool:
    """Return whether something is on a bridge, in a tunnel or on a layer of its own."""
    lifted = any(tags.get(key, "no") != "no" for key in ("tunnel", "bridge"))
    return lifted or tags.get("layer", "0") != "0" or tags.get("location") in ELSEWHERE


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


def read_map(extract: Path) -> Map:
    """Return what an extract holds that no recommended line may meet."""
    places = np.array([(n.lon, n.lat) for n in osmium.FileProcessor(str(extract), osmium.osm.NODE)])
    lon, lat = np.median(places, axis=0)
    zone = (32700 if lat < 0 else 32600) + int((lon + 180) // 6) + 1
    found = Map(Transformer.from_crs(4326, zone, always_xy=True))
    found.bounds = (*np.quantile(places, 0.01, axis=0), *np.quantile(places, 0.99, axis=0))
    wet, housed = _list_members(osmium.FileProcessor(str(extract), osmium.osm.RELATION))
    for obj in osmium.FileProcessor(str(extract)).with_areas():
        if isinstance(obj, osmium.osm.Way):
            found.read_way(obj, wet)
        elif isinstance(obj, osmium.osm.Area) and not obj.from_way() and is_building(dict(obj.tags)):
            found.buildings.add(_draw_area(obj, found), f"r{obj.orig_id()} building")
            housed.discard(obj.orig_id())
    return found


def _list_members(relations: Iterable[osmium.osm.Relation]) -> tuple[dict[int, str], set[int]]:
    """Return the ways of water relations, with what they are part of, and the relations that are buildings."""
    wet: dict[int, str] = {}
    housed = set()
    for relation in relations:
        tags = dict(relation.tags)
        if is_water(tags):
            wet |= {m.ref: f"water r{relation.id}" for m in relation.members if m.type == "w"}
        if is_building(tags):
            housed.add(relation.id)
    return wet, housed


def _draw_area(area: osmium.osm.Area, found: Map) -> shapely.Geometry:
    """Return the polygons of an assembled relation."""
    rings = []
    for outer in area.outer_rings():
        holes = [[(n.lon, n.lat) for n in inner] for inner in area.inner_rings(outer)]
        rings.append(shapely.Polygon([(n.lon, n.lat) for n in outer], holes))
    return shapely.make_valid(shapely.transform(shapely.MultiPolygon(rings), found._project))
