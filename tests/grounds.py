"""Plans with open ground, drawn by the corners of things, and the corridors on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely
from town import ORIGIN, lonlat, write_town

from saferoute import search
from saferoute.model import Place
from saferoute.sources.osm.extract import ExtractSource
from saferoute.sources.profiles import load_profile

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from saferoute.candidates import OpenGround

Point = tuple[float, float]


class Town:
    """A plan under construction: things by their corners, in metres."""

    def __init__(self) -> None:
        self._rows: list[str] = []
        self._nodes: dict[Point, int] = {}
        self._ways = 0

    def _node(self, at: Point) -> str:
        if at not in self._nodes:
            self._nodes[at] = len(self._nodes) + 1
            self._rows.append(f"n{self._nodes[at]} {at[0]:.3f} {at[1]:.3f}")
        return f"n{self._nodes[at]}"

    def line(self, points: Sequence[Point], tags: str) -> str:
        nodes = ",".join(self._node((float(x), float(y))) for x, y in points)
        self._ways += 1
        self._rows.append(f"w{self._ways} {nodes} {tags}")
        return f"w{self._ways}"

    def ring(self, points: Sequence[Point], tags: str) -> str:
        return self.line([*points, points[0]], tags)

    def box(self, west: float, south: float, east: float, north: float, tags: str) -> str:
        return self.ring([(west, south), (east, south), (east, north), (west, north)], tags)

    def point(self, x: float, y: float, tags: str) -> None:
        self._rows.append(f"n{90_000 + len(self._rows)} {x:.3f} {y:.3f} {tags}")

    def relation(self, members: str, tags: str) -> None:
        self._rows.append(f"r1 {members} type=multipolygon {tags}")

    def __str__(self) -> str:
        return "\n".join(self._rows)


def town_with_a_walk(y: float = -10.0) -> Town:
    """Return a town with a footway along y, beside what is drawn north of y = 0."""
    town = Town()
    town.line([(-50, y), (200, y)], "highway=footway")
    return town


def in_plan(lines) -> list[shapely.LineString]:
    return [shapely.transform(line, lambda xy: xy - ORIGIN) for line in lines]


LAWN = (0, 0, 120, 40)


def lawn(tags: str = "landuse=grass", **walk) -> Town:
    town = town_with_a_walk(**walk)
    town.box(*LAWN, tags)
    return town


def find_corridors(folder: Path, town: Town | str) -> OpenGround:
    """Return the corridors of a town's open ground, with their run-outs."""
    area = search.area_around(Place("here", *lonlat(50, 20)), 700)
    source = ExtractSource([write_town(folder / "town.osm", str(town))])
    return search.survey_map(area, features_of=source, profile=load_profile("beginner")).open_ground
