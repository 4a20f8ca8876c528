"""What stands, runs or falls away beside a line: roads, rails, drops, water, closed ground."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.geometry import Nearby
from saferoute.osm.tags import has_tag, has_value, map_tag_values, read_metres, tag_column

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.model import Features

MOTOR_ROADS = frozenset(
    "motorway motorway_link trunk trunk_link primary primary_link secondary secondary_link tertiary "
    "tertiary_link unclassified residential living_street service road busway bus_guideway raceway escape "
    "rest_area services emergency_bay".split()
)
# Things beside a line.
_RAILS = frozenset("rail light_rail tram subway narrow_gauge monorail funicular preserved miniature".split())
_WATERWAYS = frozenset("river stream canal ditch drain dock tidal_channel fish_pass weir dam lock_gate".split())
FENCES = frozenset(
    "fence wall hedge guard_rail city_wall retaining_wall handrail railing jersey_barrier wire_fence "
    "cable_barrier hedge_bank".split()
)
_DROPS = {
    "natural": frozenset({"cliff", "coastline", "earth_bank"}),
    "man_made": frozenset({"quay", "embankment", "breakwater", "groyne", "pier"}),
    "barrier": frozenset({"retaining_wall"}),
    "waterway": _WATERWAYS,
}
_CLOSED_GROUND = {
    "landuse": frozenset({"military", "railway", "quarry", "landfill", "cemetery", "construction"}),
    "leisure": frozenset({"golf_course", "miniature_golf"}),
    "amenity": frozenset({"grave_yard", "school", "kindergarten", "prison"}),
    "aeroway": frozenset({"aerodrome", "apron", "runway", "taxiway", "helipad", "heliport"}),
    "man_made": frozenset({"pier", "breakwater", "groyne"}),
    "railway": frozenset({"platform", "station", "yard"}),
    "public_transport": frozenset({"platform"}),
}
_PARKING_OFF_GROUND = frozenset({"underground", "multi-storey", "rooftop", "sheds", "carports"})

_GROUND_LAYER = frozenset({"0", "+0", "-0"})

BESIDE_ROAD_M = 3.0
BESIDE_DROP_M = 5.0
BEYOND_END_M = 15.0
_ON_THE_WAY_M = 1.0
"""Who runs on past an end passes this near to what lies beyond."""
HALF_WIDTH_M = {
    "motorway": 6.0, "trunk": 5.0, "primary": 4.5, "secondary": 4.0, "tertiary": 3.5,
    "unclassified": 3.0, "residential": 3.0, "living_street": 2.75, "service": 1.75,
}  # fmt: skip
"""Half the carriageway by class where neither width nor lanes are tagged [J]."""
_LANE_M = 3.25


def is_off_ground(ways: pd.DataFrame) -> BoolArray:
    """Say which lines run above or below the ground: bridges, tunnels, culverts, other layers."""
    off = has_tag(ways, "tunnel") | has_tag(ways, "bridge") | has_tag(ways, "layer", but=_GROUND_LAYER)
    return off | has_value(ways, "location", {"underground", "underwater", "overground", "roof", "overhead"})


def is_below_ground(ways: pd.DataFrame) -> BoolArray:
    """Say which lines run under the ground, where nobody meets them."""
    lower = map_tag_values(ways, "layer", lambda v: v.startswith("-") and v not in _GROUND_LAYER, missing=False)
    return has_tag(ways, "tunnel") | lower | has_value(ways, "location", {"underground", "underwater"})


def is_drop(ways: pd.DataFrame) -> BoolArray:
    """Say which lines one may fall over the edge of: cliffs, quays, walls, waterways, coast."""
    hit = np.zeros(len(ways), dtype=bool)
    for tag, values in _DROPS.items():
        hit |= has_value(ways, tag, values)
    return hit


def is_rail(ways: pd.DataFrame) -> BoolArray:
    """Say which lines are railways in use."""
    return has_value(ways, "railway", _RAILS)


def is_fence(ways: pd.DataFrame) -> BoolArray:
    """Say which lines are fences, walls, hedges or rails."""
    return has_value(ways, "barrier", FENCES)


def estimate_half_widths(ways: pd.DataFrame) -> FloatArray:
    """Return half the carriageway's width in m: from `width`, `lanes`, else by class."""
    width = read_metres(ways, "width")
    lanes = map_tag_values(ways, "lanes", _parse_number, missing=np.nan)
    by_class = map_tag_values(
        ways, "highway", lambda v: HALF_WIDTH_M.get(v.removesuffix("_link"), np.nan), missing=np.nan
    )
    half = np.where(np.isfinite(width), width / 2, np.where(lanes >= 1, lanes * _LANE_M / 2, by_class))
    return np.where(np.isfinite(half), half, HALF_WIDTH_M["residential"])


def _parse_number(value: str) -> float:
    try:
        return float(value)
    except ValueError:
        return float("nan")


class Hazards:
    """Roads, rails, drops, water and closed ground of some features, ready to be asked.

    Things on another layer than the ground (bridges above, tunnels and
    culverts below) are none.
    """

    def __init__(self, features: Features) -> None:
        ways, areas = features.ways, features.areas
        ground = ~is_off_ground(ways)
        lines = ways.geometry.to_numpy()
        road = tag_column(ways, "highway").isin(MOTOR_ROADS).to_numpy() & ground
        rail = is_rail(ways) & ground
        drop = is_drop(ways) & ground
        water = is_water(areas)
        steps = tag_column(ways, "highway").eq("steps").to_numpy()
        water_geometry = areas.geometry.to_numpy()[water]
        drops = np.concatenate([lines[drop], water_geometry])
        self._by_kind = {
            "road": (lines[road], estimate_half_widths(ways)[road]),
            "railway": (lines[rail], np.full(rail.sum(), 0.75)),  # half a standard gauge
            "drop": (drops, np.zeros(len(drops))),
            "beyond": (np.concatenate([drops, lines[steps]]), np.zeros(len(drops) + steps.sum())),
        }
        self._near = {kind: Nearby(things) for kind, (things, _) in self._by_kind.items()}
        self._fences = lines[is_fence(ways) & ground]
        closed = np.zeros(len(areas), dtype=bool)
        for tag, values in _CLOSED_GROUND.items():
            closed |= has_value(areas, tag, values)
        closed |= has_tag(areas, "military", but=())
        closed |= has_value(areas, "amenity", {"parking"}) & ~has_value(areas, "parking", _PARKING_OFF_GROUND)
        closed &= ~is_off_ground(areas)
        closed_lines = has_value(ways, "man_made", _CLOSED_GROUND["man_made"])
        protected = has_value(areas, "leisure", {"nature_reserve"}) | has_value(areas, "natural", {"dune"})
        protected |= has_value(areas, "boundary", {"protected_area", "national_park"})
        self._protected = areas.geometry.to_numpy()[protected]
        self._closed = np.concatenate([areas.geometry.to_numpy()[closed], lines[closed_lines]])

    def lines_on_closed_ground(self, lines: shapely.STRtree) -> IntArray:
        """Return which lines enter closed ground."""
        # Large polygons ask and small samples answer: what asks gets prepared.
        return np.unique(lines.query(self._closed, predicate="intersects")[1])

    def lines_on_protected_ground(self, lines: shapely.STRtree) -> IntArray:
        """Return which lines enter dunes or protected areas."""
        return np.unique(lines.query(self._protected, predicate="intersects")[1])

    def lines_crossing_barriers(self, lines: shapely.STRtree) -> IntArray:
        """Return which lines a fence, wall or hedge crosses."""
        return np.unique(lines.query(self._fences, predicate="crosses")[1])

    def lines_beside_hazard(self, lines: shapely.STRtree, kind: str, distance_m: float) -> IntArray:
        """Return the lines with a hazard within `distance_m` of its edge, no fence between.

        Drops count through a fence too: a mapped fence beside water says
        nothing of its height or its gaps.
        """
        things, half = self._by_kind[kind]
        if not len(things):
            return np.empty(0, np.int64)
        thing, sample = self._near[kind].pairs_within(lines, half + distance_m)
        if kind != "drop" and len(self._fences) and len(sample):
            link = shapely.shortest_line(lines.geometries[sample], things[thing])
            fenced = np.unique(shapely.STRtree(link).query(self._fences, predicate="intersects")[1])
            # Where the hazard touches the line nothing can stand between.
            fenced = fenced[shapely.length(link[fenced]) > 0]
            sample = np.delete(sample, fenced)
        return np.unique(sample)

    def is_drop_beyond(self, ends: FloatArray, ahead: FloatArray) -> BoolArray:
        """Say at which ends a drop lies in the way of a runner who goes on.

        Parameters
        ----------
        ends, ahead : ndarray of shape (n, 2)
            End of each stretch, and the unit vector that leads out of it.
        """
        things, _ = self._by_kind["beyond"]
        if not len(ends) or not len(things):
            return np.zeros(len(ends), dtype=bool)
        near = self._near["beyond"]
        beyond = np.zeros(len(ends), dtype=bool)
        # Most ends are far from all of them: points tell that sooner than the ways ahead.
        here = np.unique(near.pairs_within(shapely.STRtree(shapely.points(ends)), BEYOND_END_M + _ON_THE_WAY_M)[1])
        path = shapely.linestrings(np.stack([ends[here], ends[here] + BEYOND_END_M * ahead[here]], axis=1))
        beyond[here[near.pairs_within(shapely.STRtree(path), _ON_THE_WAY_M)[1]]] = True
        return beyond


def is_water(areas: gpd.GeoDataFrame) -> BoolArray:
    """Say which areas are water, on the ground."""
    water = has_value(areas, "natural", {"water", "bay", "strait"}) | has_value(
        areas, "landuse", {"reservoir", "basin"}
    )
    water |= has_value(areas, "waterway", {"riverbank", "dock"}) | has_value(
        areas, "leisure", {"swimming_pool", "marina"}
    )
    water |= has_value(areas, "amenity", {"fountain"})
    return water & ~is_off_ground(areas)
