"""Ways: what roads and foot ways are, where they run, and how hard they are to walk."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from saferoute.osm.answers import Answer, ask_value
from saferoute.osm.tags import has_any_value, has_only_values, has_tag, has_value, is_tagged, map_tag_values
from saferoute.osm.values import normalize_word, parse_number, split_list
from saferoute.table import Tags

if TYPE_CHECKING:
    from collections.abc import Mapping

    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.table import Tagged

_LANES = frozenset({"service", "living_street"})
_STREETS = frozenset({"residential", "unclassified", "road", "tertiary", "tertiary_link"})
_MAIN_ROADS = frozenset("motorway motorway_link trunk trunk_link primary primary_link secondary secondary_link".split())
MOTOR_ROADS = (
    _LANES | _STREETS | _MAIN_ROADS
    | frozenset("busway bus_guideway raceway escape rest_area services emergency_bay".split())
)  # fmt: skip
"""Values of ``highway`` for roads of motor traffic."""
_FAST_ROADS = frozenset({"motorway", "motorway_link", "trunk", "trunk_link", "raceway", "busway"})
"""Roads that nobody walks along."""

PAVED_FOR_FEET = frozenset({"footway", "pedestrian"})
WALKS = PAVED_FOR_FEET | {"path"}
"""Ways for people on foot alone, by their class."""
FOOT_WAYS = WALKS | {"track", "bridleway", "cycleway"}
"""Ways that may be run on."""
FOOT_CLASSES = ("footway", "sidewalk", "path", "track", "pedestrian", "cycleway", "bridleway")
"""Classes of foot ways by what they are like: pavements beside roads (``sidewalk``) are unlike footways elsewhere."""
_PATHS = FOOT_WAYS | {"steps"}
"""Ways without motor traffic."""
NOT_BUILT = frozenset({"construction", "proposed", "planned", "abandoned", "razed", "disused", "demolished"})
_INDOOR_WAYS = frozenset({"corridor", "elevator", "platform", "ladder"})
_CROSSINGS = {
    "footway": frozenset({"crossing", "traffic_island", "island", "access_aisle", "link_crossing"}),
    "path": frozenset({"crossing"}),
    "cycleway": frozenset({"crossing"}),
}
NOT_STREETS = frozenset({"sidewalk", "crossing", "traffic_island", "link", "access_aisle"})
"""Values of ``footway`` for what is drawn beside or across a street."""
_SAC_GRADES = (
    ("strolling",), ("hiking", "t1"), ("mountain_hiking", "t2"), ("demanding_mountain_hiking", "t3"),
    ("alpine_hiking", "t4"), ("demanding_alpine_hiking", "t5"), ("difficult_alpine_hiking", "t6"),
)  # fmt: skip
"""Values of ``sac_scale``, the easiest first, each with the grade of the Swiss Alpine Club that some write."""
_EASIEST_MOUNTAIN, _EASIEST_ALPINE = 2, 4
_ALL_GRADES = frozenset(chain(*_SAC_GRADES))
_MOUNTAIN, _ALPINE = (frozenset(chain(*_SAC_GRADES[first:])) for first in (_EASIEST_MOUNTAIN, _EASIEST_ALPINE))
_BAD_VISIBILITY = frozenset({"bad", "horrible", "no"})
_GOOD_VISIBILITY = frozenset({"excellent", "good", "intermediate"})
_PLATFORMS = dict.fromkeys(("railway", "public_transport", "highway"), frozenset({"platform"}))
_COVERED = frozenset({"yes", "arcade", "colonnade", "building_arcade", "building_colonnade"})
_FORDS = frozenset({"yes", "stepping_stones", "boat"})
_LIT = frozenset({"yes", "24/7", "automatic", "sunset_sunrise", "dusk_dawn", "limited", "interval", "operating_times"})
_UNLIT = frozenset({"no", "disused"})
_BURIED = frozenset({"underground", "underwater"})
_RAISED = frozenset({"roof", "rooftop", "overhead"})


def is_highway(tags: Tagged) -> BoolArray:
    """Return a mask of ways with a class, roads and foot ways alike."""
    return is_tagged(tags, "highway")


def is_motor_road(tags: Tagged) -> BoolArray:
    """Return a mask of roads for motor traffic."""
    return has_value(tags, "highway", MOTOR_ROADS)


def is_fast_road(tags: Tagged) -> BoolArray:
    """Return a mask of roads that nobody walks along."""
    return has_value(tags, "highway", _FAST_ROADS)


def is_foot_way(tags: Tagged) -> BoolArray:
    """Return a mask of ways of a class that may be run on."""
    return has_only_values(tags, "highway", FOOT_WAYS)


def find_foot_classes(tags: Tagged) -> IntArray:
    """Return the position of each way's class in `FOOT_CLASSES`, the length for none, as of running tracks."""
    tags, none = Tags.of(tags), len(FOOT_CLASSES)
    place = {name: number for number, name in enumerate(FOOT_CLASSES)}
    of_class: IntArray = map_tag_values(
        tags, "highway", lambda kind: place.get(normalize_word(kind), none), missing=none
    )
    beside_road = has_value(tags, "footway", {"sidewalk"}) & (of_class == place["footway"])
    return np.where(beside_road, place["sidewalk"], of_class)


def is_path(tags: Tagged) -> BoolArray:
    """Return a mask of ways without motor traffic, but for what is drawn beside or across streets."""
    return has_value(tags, "highway", _PATHS) & ~has_value(tags, "footway", {"crossing", "sidewalk"})


def is_lane(tags: Tagged) -> BoolArray:
    """Return a mask of the least roads: drives, alleys and living streets."""
    return has_value(tags, "highway", _LANES)


def is_street(tags: Tagged) -> BoolArray:
    """Return a mask of roads that are neither lanes nor main roads."""
    return has_value(tags, "highway", _STREETS)


def is_street_to_live_in(tags: Tagged) -> BoolArray:
    """Return a mask of streets that have houses beside them, mapped or not."""
    return has_value(tags, "highway", {"residential", "living_street"})


def is_main_road(tags: Tagged) -> BoolArray:
    """Return a mask of roads from motorways down to secondary ones."""
    return has_value(tags, "highway", _MAIN_ROADS)


def is_walk(tags: Tagged) -> BoolArray:
    """Return a mask of ways that are for people on foot by their class."""
    return has_value(tags, "highway", WALKS)


def is_platform(tags: Tagged) -> BoolArray:
    """Return a mask of platforms of trains, trams and buses, whose edge is a step."""
    return has_any_value(tags, _PLATFORMS)


def is_steps(tags: Tagged) -> BoolArray:
    """Return a mask of steps."""
    return has_value(tags, "highway", {"steps"})


def is_lift(tags: Tagged) -> BoolArray:
    """Return a mask of lifts, as points, lines or areas."""
    return has_value(tags, "highway", {"elevator"})


def is_conveyor(tags: Tagged) -> BoolArray:
    """Return a mask of escalators and moving walkways."""
    return has_tag(tags, "conveying")


def is_via_ferrata(tags: Tagged) -> BoolArray:
    """Return a mask of climbing routes on iron rungs."""
    return has_value(tags, "highway", {"via_ferrata"})


def is_running_track(tags: Tagged) -> BoolArray:
    """Return a mask of lines that are sports tracks and no ways."""
    return has_value(tags, "leisure", {"track"}) & ~is_highway(tags)


def is_not_built(tags: Tagged) -> BoolArray:
    """Return a mask of ways under construction, planned or gone."""
    return has_value(tags, "highway", NOT_BUILT) | is_tagged(tags, "construction")


def is_indoors(tags: Tagged) -> BoolArray:
    """Return a mask of ways, and ground, inside buildings or stations."""
    return has_value(tags, "highway", _INDOOR_WAYS) | has_tag(tags, "indoor")


def is_crossing(tags: Tagged) -> BoolArray:
    """Return a mask of crossings and traffic islands drawn as ways."""
    return has_any_value(tags, _CROSSINGS)


def is_ford(tags: Tagged) -> Answer:
    """Return whether ways, or points on them, go through water."""
    return ask_value(tags, "ford", _FORDS, {"no"}, missing_is_no=True)


def is_bridge(tags: Tagged) -> BoolArray:
    """Return a mask of ways on bridges."""
    return has_tag(tags, "bridge")


def is_in_tunnel(tags: Tagged) -> BoolArray:
    """Return a mask of ways in tunnels, passages and culverts."""
    return has_tag(tags, "tunnel")


def is_covered(tags: Tagged) -> BoolArray:
    """Return a mask of ways under a roof that are known to be open: passages, arcades and colonnades."""
    return has_value(tags, "covered", _COVERED)


def parse_layer(text: str) -> float | None:
    """Return a layer, of several that farthest from the ground; None where it is not understood.

    Examples
    --------
    >>> parse_layer("-1"), parse_layer("0;1"), parse_layer("upstairs")
    (-1.0, 1.0, None)
    """
    layers = [parse_number(part) for part in split_list(text)]
    known = [layer for layer in layers if layer is not None]
    return max(known, key=abs) if len(known) == len(layers) else None


def _read_layers(tags: Tagged) -> FloatArray:
    """Return the tagged layer of each object, 0 where there is none, or one that is not understood.

    What may be a hazard must not leave the ground for a slip of the pen.
    """
    return map_tag_values(tags, "layer", lambda text: parse_layer(text) or 0.0, missing=0.0)


def is_off_ground(tags: Tagged) -> BoolArray:
    """Return a mask of objects on bridges, raised, or below the ground.

    A layer above the ground alone lifts nothing: roofs, walls and buildings have one so that they are drawn on top.
    """
    tags = Tags.of(tags)
    return is_below_ground(tags) | is_bridge(tags) | has_value(tags, "location", _RAISED)


def may_be_off_ground(tags: Tagged) -> BoolArray:
    """Return a mask of objects off the ground, or on another layer: no ground to run on for sure."""
    tags = Tags.of(tags)
    return is_off_ground(tags) | (_read_layers(tags) != 0)


def is_below_ground(tags: Tagged) -> BoolArray:
    """Return a mask of objects under the ground, where nobody meets them.

    Roads below the ground are tagged as tunnels: a layer alone tells which way goes on top where others cross.
    """
    tags = Tags.of(tags)
    sunken = (_read_layers(tags) < 0) & ~is_highway(tags)
    return is_in_tunnel(tags) | sunken | has_value(tags, "location", _BURIED)


def is_mountain_path(tags: Tagged) -> Answer:
    """Return whether paths are harder than hiking, alpine ones included."""
    return ask_value(tags, "sac_scale", _MOUNTAIN, _ALL_GRADES)


def is_alpine_path(tags: Tagged) -> Answer:
    """Return whether paths are for mountaineers."""
    return ask_value(tags, "sac_scale", _ALPINE, _ALL_GRADES)


def is_hard_to_see(tags: Tagged) -> Answer:
    """Return whether paths can be lost sight of."""
    return ask_value(tags, "trail_visibility", _BAD_VISIBILITY, _GOOD_VISIBILITY)


def is_lit(tags: Tagged) -> Answer:
    """Return whether there are lamps in use."""
    return ask_value(tags, "lit", _LIT, _UNLIT)


def read_class(highway: str) -> str:
    """Return the class of a value of ``highway``: of a slip road that of its road.

    Examples
    --------
    >>> read_class("primary_link"), read_class("Footway")
    ('primary', 'footway')
    """
    return normalize_word(highway).removesuffix("_link")


def rate_class(tags: Tagged, ratings: Mapping[str, float]) -> FloatArray:
    """Return the rating of each way's class, slip roads as their road, NaN where it has none."""
    return map_tag_values(tags, "highway", lambda value: ratings.get(read_class(value), np.nan), missing=np.nan)
