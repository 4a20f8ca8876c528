"""Which OSM objects and tags the tables hold: one list for every feature source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from saferoute.osm.kinds import name_kind
from saferoute.osm.values import split_list

if TYPE_CHECKING:
    from collections.abc import Callable

LINE_KEYS = ("highway", "railway", "waterway", "barrier", "natural", "man_made", "leisure", "aeroway", "amenity",
             "fence_type", "kerb")  # fmt: skip
"""A way with one of these keys is a row of `ways`."""

DISUSED_BUILDINGS = ("abandoned:building", "disused:building")
"""Keys of buildings that nobody uses and that stand all the same."""

GONE_BUILDINGS = ("demolished:building", "razed:building", "removed:building", "was:building", "historic:building")
"""Keys of buildings that were torn down."""

FORMER_GROUNDS = tuple(
    f"{prefix}:landuse" for prefix in ("was", "disused", "abandoned", "historic", "demolished", "razed")
)
"""Keys of what ground was used for, and is no more."""

AREA_KEYS = (
    "building", "natural", "landuse", "leisure", "amenity", "area:highway", "water", "waterway",
    "man_made", "aeroway", "military", "tourism", "highway", "boundary", "place",
    "public_transport", "railway", "shop", "office", "sport", "golf", "barrier", "hazard", "power",
    "building:part", "historic", *DISUSED_BUILDINGS, *GONE_BUILDINGS, *FORMER_GROUNDS,
)  # fmt: skip
"""A closed way or multipolygon with one of these keys is a row of `areas`."""

POINT_KEYS = (
    "highway", "barrier", "natural", "amenity", "shop", "tourism", "leisure", "man_made", "power",
    "railway", "emergency", "public_transport", "office", "historic", "ford", "kerb", "crossing",
    "advertising", "playground", "entrance", "handrail", "traffic_calming", "place", "aeroway",
    "electrified", "traffic_sign", "aerialway", "pipeline", "marker", "utility", "telecom",
)  # fmt: skip
"""A node with one of these keys is a row of `points`."""

WAY_TAGS = (
    "highway", "footway", "path", "cycleway", "surface", "smoothness", "tracktype", "width",
    "est_width", "lanes", "access", "foot", "bicycle", "motor_vehicle", "vehicle", "segregated",
    "maxspeed", "motorcar", "motorcycle", "moped", "mofa", "atv", "ohv", "quad",
    "inline_skates", "lcn", "rcn", "ncn", "icn", "route",
    "tunnel", "bridge", "layer", "location", "covered", "indoor", "sac_scale", "trail_visibility", "mtb:scale",
    "incline",
    "lit", "area", "service", "construction", "conveying", "handrail", "ford", "barrier", "natural",
    "waterway", "intermittent", "railway", "man_made", "leisure", "sport", "aeroway", "amenity", "kerb", "fence_type",
    "opening_hours", "foot:conditional", "access:conditional", "motor_vehicle:conditional", "vehicle:conditional",
    "fee", "charge", "historic", "name",
)  # fmt: skip
AREA_TAGS = (
    "building", "natural", "landuse", "leisure", "amenity", "area:highway", "area", "highway", "athletics",
    "water", "waterway", "man_made", "aeroway", "military", "tourism", "boundary", "protect_class",
    "place", "public_transport", "railway", "shop", "office", "sport", "golf", "barrier", "hazard", "power", "surface",
    "smoothness", "width", "access", "foot", "bicycle", "dog", "fee", "lit", "seasonal", "wetland",
    "tunnel", "bridge", "layer", "location", "parking", "indoor", "intermittent", "building:levels",
    "building:part", "building:min_level", "min_height", "fence_type", "fenced", "kerb",
    "opening_hours", "foot:conditional", "access:conditional", "charge", "historic",
    *DISUSED_BUILDINGS, *GONE_BUILDINGS, *FORMER_GROUNDS, "name",
)  # fmt: skip
POINT_TAGS = (
    "highway", "barrier", "natural", "amenity", "shop", "tourism", "leisure", "man_made", "power",
    "railway", "emergency", "public_transport", "office", "historic", "ford", "kerb", "crossing",
    "advertising", "playground", "entrance", "handrail", "traffic_calming", "place", "aeroway",
    "electrified", "traffic_sign", "aerialway", "pipeline", "marker", "utility", "telecom", "foot",
    "access", "ele", "sport", "name",
)  # fmt: skip

ROUTES_OF_WHEELS = frozenset({"bicycle", "mtb", "inline_skates"})
ROUTES_OF_RUNNERS = frozenset({"running", "fitness_trail"})
ROUTES = ROUTES_OF_WHEELS | ROUTES_OF_RUNNERS
"""Values of ``route`` of relations that lead cyclists, skaters and runners; it becomes a tag of the ways on them."""

VERBATIM = frozenset({
    "opening_hours", "foot:conditional", "access:conditional", "motor_vehicle:conditional", "vehicle:conditional",
    "charge",
})  # fmt: skip
"""Keys of phrases in which capitals have a meaning: PH are public holidays."""

# Values that make a line of a key that also makes areas: a closed cliff is a line.
LINEAR_VALUES = {
    "natural": {"coastline", "cliff", "tree_row", "ridge", "arete", "valley", "earth_bank"},
    "man_made": {"embankment", "quay", "pier", "breakwater", "groyne", "dyke", "cutline"},
    "aeroway": {"runway", "taxiway"},
}

# Values of things with a length, drawn as lines or areas. The outline of a track that is drawn as
# an area is its kerb or its edge, and no lane.
_OBJECT_VALUES = {
    "leisure": {"track", "slipway"},
    "amenity": {"bench", "lounger", "table", "bicycle_parking"},
    "man_made": {"planter", "snow_fence", "street_cabinet"},
}

_YES = {"yes"}

# Values of keys of lines that enclose something all the same.
_AREA_VALUES = {
    "waterway": {"riverbank", "dock", "lake", "pond", "boatyard", "water_point", "fuel"},
    "railway": {"platform", "station", "yard", "turntable"},
    "aeroway": {"aerodrome", "apron", "helipad", "heliport", "terminal", "hangar", "runway", "taxiway"},
    "highway": set(),
    "barrier": set(),
}


_NEVER_LINES = {"building", "river", "lake", "basin", "pool"}
"""Kinds of areas of which ``area=no`` is a slip of the pen, by their words."""


def is_line(get: Callable[[str], str | None]) -> bool:
    """Return whether a way with these tags is a line, closed or not.

    Parameters
    ----------
    get : callable
        Looks a tag up, None where it is missing.

    Examples
    --------
    >>> is_line({"highway": "footway"}.get)
    True
    >>> is_line({"highway": "pedestrian", "area": "yes"}.get)
    False
    >>> is_line({"leisure": "track"}.get), is_line({"leisure": "track", "area": "yes"}.get)
    (True, False)
    """
    if any(_says(get, key, values) for key, values in LINEAR_VALUES.items()):
        return True
    if any(_says(get, key, values) for key, values in _OBJECT_VALUES.items()):
        return not _says(get, "area", _YES)
    if _says(get, "area", _YES):
        return False
    if get("highway") or (get("barrier") and not get("building")):
        return True
    if any(get(key) and not _says(get, key, _AREA_VALUES[key]) for key in ("railway", "waterway")):
        return True
    # What stands along the edge of ground is a tag of that ground.
    return bool(get("fence_type") or get("kerb")) and not any(_encloses_area(get, key) for key in AREA_KEYS)


def is_line_if_open(get: Callable[[str], str | None]) -> bool:
    """Return whether a way with these tags is a line where it does not close: also one of a kind nobody here knows.

    Examples
    --------
    >>> is_line_if_open({"natural": "cliffs"}.get), is_line_if_open({"natural": "water"}.get)
    (True, False)
    """
    said = {key: get(key) for key in LINE_KEYS if get(key) not in {None, "no"}}
    return is_line(get) or (bool(said) and name_kind(said.get) is None and get("building") is None)


def is_area(get: Callable[[str], str | None], *, relation: bool = False) -> bool:
    """Return whether a closed way or multipolygon with these tags encloses an area.

    A multipolygon says so by being one, and needs no ``area=yes``.

    Examples
    --------
    >>> is_area({"highway": "footway"}.get)
    False
    >>> is_area({"natural": "beach"}.get)
    True
    >>> is_area({"natural": "coastline"}.get)
    False
    """
    if _says(get, "area", _YES | {"no"}) and name_kind(get) not in _NEVER_LINES:
        return _says(get, "area", _YES)
    return relation or any(_encloses_area(get, key) for key in AREA_KEYS)


def _encloses_area(get: Callable[[str], str | None], key: str) -> bool:
    if get(key) in {None, "", "no"}:
        return False
    if key in _AREA_VALUES:
        return _says(get, key, _AREA_VALUES[key])
    # A pier is a line and a platform.
    return not _says(get, key, LINEAR_VALUES.get(key, set())) or _says(get, key, {"pier"})


def _says(get: Callable[[str], str | None], key: str, values: set[str]) -> bool:
    """Return whether a tag is one of some values, however it is typed; of a list, whether any part is."""
    text = get(key)
    return text is not None and (text in values or not values.isdisjoint(split_list(text)))
