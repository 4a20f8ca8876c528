"""Barriers: what stands across or beside a way, falls away or runs on rails."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from saferoute.osm import water
from saferoute.osm.answers import Answer, ask_any_value, ask_value
from saferoute.osm.tags import has_any_value, has_only_values, has_tag, has_value, is_tagged
from saferoute.table import Tags

if TYPE_CHECKING:
    from saferoute.arrays import BoolArray
    from saferoute.table import Tagged

_FENCES = frozenset(
    "fence wall hedge guard_rail city_wall retaining_wall handrail railing jersey_barrier wire_fence "
    "cable_barrier hedge_bank".split()
)
"""Values of ``barrier`` for lines that nobody walks across."""
_HARMLESS = frozenset({"no", "none", "entrance", "border_control"})
"""Values of ``barrier`` for what nobody runs into, as a point or as a line."""
_THICK = frozenset({"hedge", "wall", "hedge_bank", "city_wall"})
"""Values of ``barrier`` for what fills the area that it is drawn as."""
_FALLS = frozenset({"retaining_wall", "city_wall", "ditch", "earth_bank", "breakwater"})
"""Values of ``barrier`` for lines with lower ground behind."""
_WITH_GAPS = frozenset(
    "kerb curb gate lift_gate swing_gate sliding_gate bump_gate hampshire_gate kissing_gate wicket_gate bollard "
    "bollards cattle_grid cycle_barrier motorcycle_barrier stile horse_stile turnstile full_height_turnstile "
    "toll_booth toll_gantry height_restrictor chain rope wire chain_and_post post_and_chain lift_chain block boulder "
    "boulders stone log debris fallen_tree step spikes bus_trap sump_buster planter planters barrier_board delineators "
    "tank_trap tyres door sally_port checkpoint shelter chicane traffic_sign kent_carriage_gap drawbridge".split()
)
"""Values of ``barrier`` for what stands in the way, but keeps nobody from what lies behind."""
_KNOWN_BARRIERS = _FENCES | _FALLS | _WITH_GAPS | _HARMLESS
_FLUSH_KERBS = frozenset({"flush", "no", "none"})
_HANDRAILS = frozenset({"yes", "both", "left", "right", "center", "centre", "separate"})
_DROPS = {
    "natural": frozenset({"cliff", "coastline", "earth_bank", "berm"}),
    "historic": frozenset({"citywalls", "city_wall", "bastion"}),
    "man_made": frozenset({"quay", "embankment", "earth_bank", "breakwater", "groyne", "pier"}),
}
_DRAWN_RAILS = frozenset({"rail", "light_rail", "tram", "narrow_gauge"})
"""Those of `_RAILS` that one finds one's way by."""
_RAILS = _DRAWN_RAILS | {"subway", "monorail", "funicular", "preserved", "miniature"}
"""Values of ``railway`` for lines in use."""
_RAIL_CROSSINGS = frozenset({"level_crossing", "crossing", "tram_level_crossing", "tram_crossing"})
_STOPS = {
    "highway": frozenset({"crossing", "traffic_signals", "stop", "give_way", "elevator", "steps", "turning_circle"}),
    "handrail": frozenset({"yes"}),
}
_STOPS_OF_ANY_KIND = ("crossing", "ford")
"""Points on a way that end a stretch; of the latter keys whatever they say but no."""


def is_fence(tags: Tagged) -> Answer:
    """Return whether lines, or edges of ground, are fences, walls, hedges or rails."""
    tags = Tags.of(tags)
    named = ask_value(tags, "barrier", _FENCES, _KNOWN_BARRIERS, missing_is_no=True)
    return named | Answer.from_mask(_is_bare(tags) & _is_said_to_be_fenced(tags))


def is_gap(points: Tagged) -> BoolArray:
    """Return a mask of gates, bollards, entrances and other gaps in fences, locked or not."""
    return has_any_value(points, {"barrier": _WITH_GAPS | _HARMLESS})


def is_thick(areas: Tagged) -> Answer:
    """Return whether areas are filled by a barrier: hedges and walls."""
    return ask_value(areas, "barrier", _THICK, _KNOWN_BARRIERS, missing_is_no=True)


def has_railing(tags: Tagged) -> BoolArray:
    """Return a mask of ways with a mapped railing."""
    return has_value(tags, "handrail", _HANDRAILS) | is_fence(tags).yes


def is_drop(tags: Tagged) -> Answer:
    """Return whether one may fall over the edge of lines: cliffs, quays, walls, waterways, coast."""
    tags = Tags.of(tags)
    falls = ask_value(tags, "barrier", _FALLS, _KNOWN_BARRIERS, missing_is_no=True)
    return falls | ask_any_value(tags, _DROPS) | water.is_water_line(tags)


def is_rail(tags: Tagged) -> BoolArray:
    """Return a mask of railways in use."""
    return has_value(tags, "railway", _RAILS)


def is_drawn_rail(tags: Tagged) -> BoolArray:
    """Return a mask of railways that one finds one's way by."""
    return has_value(tags, "railway", _DRAWN_RAILS)


def is_rail_crossing(tags: Tagged) -> BoolArray:
    """Return a mask of points where ways cross rails."""
    return has_value(tags, "railway", _RAIL_CROSSINGS)


def is_kerb(tags: Tagged) -> BoolArray:
    """Return a mask of points at kerbs that are not flush."""
    return has_tag(tags, "kerb", but=_FLUSH_KERBS)


def is_flush_kerb(tags: Tagged) -> BoolArray:
    """Return a mask of kerbs that are flush with the ground."""
    tags = Tags.of(tags)
    return has_only_values(tags, "barrier", {"kerb"}) & has_only_values(tags, "kerb", _FLUSH_KERBS)


def is_barrier(tags: Tagged) -> BoolArray:
    """Return a mask of barriers of every kind, also of those nobody has heard of, but for harmless ones."""
    tags = Tags.of(tags)
    unnamed = _is_said_to_be_fenced(tags) | is_kerb(tags)
    return (has_tag(tags, "barrier", but=_HARMLESS) & ~is_flush_kerb(tags)) | (_is_bare(tags) & unnamed)


def _is_said_to_be_fenced(tags: Tags) -> BoolArray:
    """Return a mask of lines and ground with a tag that says of a fence what it is, or only that there is one."""
    return has_tag(tags, "fence_type", but=_HARMLESS) | has_tag(tags, "fenced", but=_HARMLESS)


def _is_bare(tags: Tags) -> BoolArray:
    """Return a mask of what is neither named as a barrier nor a way, so that its fence or kerb is what it is."""
    return ~is_tagged(tags, "barrier") & ~is_tagged(tags, "highway")


def blocks_way(points: Tagged) -> BoolArray:
    """Return a mask of points that end a stretch of the way they lie on; barriers nobody has heard of, too."""
    points = Tags.of(points)
    stops = is_barrier(points) | is_kerb(points) | has_any_value(points, _STOPS)
    return stops | reduce(or_, (has_tag(points, key) for key in _STOPS_OF_ANY_KIND))
