"""Fixed things one can fall over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from saferoute.osm import barriers, keys, ways
from saferoute.osm.answers import Answer, ask_value
from saferoute.osm.tags import has_any_value, has_only_values, has_tag, has_value, is_tagged
from saferoute.table import Tags

if TYPE_CHECKING:
    from saferoute.arrays import BoolArray
    from saferoute.table import Tagged

SMALL_OBJECTS = {
    "natural": frozenset("tree rock stone shrub tree_stump cave_entrance sinkhole".split()),
    "highway": frozenset(
        "street_lamp lamp_post traffic_sign milestone speed_camera traffic_mirror mirror speed_display "
        "emergency_access_point".split()
    ),
    "amenity": frozenset(
        "bench waste_basket waste_disposal recycling drinking_water fountain post_box telephone "
        "vending_machine bicycle_parking clock bbq shelter charging_station parcel_locker table lounger "
        "watering_place water_point grit_bin hunting_stand bicycle_repair_station artwork life_ring "
        "life_buoy life_boat binoculars public_bookcase luggage_locker ticket_validator ashtray "
        "letter_box parking_meter bell maxheight_warning_beam grandstand".split()
    ),
    "power": frozenset("pole tower catenary_mast portal box cable_distribution_cabinet substation transformer".split()),
    "man_made": frozenset(
        "street_cabinet utility_pole flagpole mast pole manhole monitoring_station water_well water_tap "
        "advertising planter tower antenna chimney cross beehive pillar support_pillar survey_point "
        "drinking_fountain ventilation_shaft obelisk water_tower lighthouse beacon telescope campanile "
        "signpost power_outlet_box carpet_hanger crane crater mineshaft gantry beam tap block".split()
    ),
    "emergency": frozenset({"fire_hydrant", "life_ring", "lifebuoy", "life_buoy", "phone", "water_tank"}),
    "tourism": frozenset({"information", "artwork"}),
    "leisure": frozenset({"picnic_table", "fitness_station", "firepit", "bbq", "bird_hide", "playground"}),
    "historic": frozenset(
        "memorial monument wayside_cross wayside_shrine boundary_stone milestone stone cannon tomb pillory "
        "bomb_crater".split()
    ),
    "public_transport": frozenset({"shelter", "info_board"}),
}
_PLACES = frozenset({"playground", "fitness_station", "memorial", "monument"})
"""Those of `SMALL_OBJECTS` that are ground with things on it where they are drawn as areas."""
_DRAWN_OBJECTS = {key: values - _PLACES for key, values in SMALL_OBJECTS.items()}
_LONG_OBJECTS = {
    **_DRAWN_OBJECTS,
    "natural": _DRAWN_OBJECTS["natural"] | {"tree_row"},
    "highway": _DRAWN_OBJECTS["highway"] | {"steps"},
    "man_made": _DRAWN_OBJECTS["man_made"] | {"snow_fence"},
    "railway": frozenset({"disused"}),  # rails out of use lie there all the same
}
_TABLES = frozenset({"table_tennis", "chess", "teqball"})
"""Values of ``sport`` for pitches that are tables."""
_ON_THE_GROUND = frozenset({"overground", "surface", "outdoor"})
_ELSEWHERE = frozenset({"underground", "underwater", "overhead", "indoor", "roof", "rooftop", "kiosk"})
"""Values of ``location``."""
_WITHOUT_WALLS = frozenset({"no", "roof", "carport"})
_GROUND_KEYS = tuple(key for key in keys.AREA_KEYS if key not in {"barrier", "water", "area:highway"})
"""Keys of areas that say what lies within a barrier along their edge; the two others come with one of them."""
_NOTHING = frozenset({"no", "none", "entrance"})
_NOT_STANDING = {
    **dict.fromkeys(("advertising", "playground", "traffic_calming"), _NOTHING),
    "man_made": _NOTHING | frozenset(
        "surveillance canopy bridge tunnel dyke pipeline adit wire runpipe cable cutline courtyard disused_buoy "
        "dolphin pier works water_works wastewater_plant reservoir_covered".split()
    ),
    "electrified": _NOTHING | frozenset("yes contact_line rail 4th_rail third_rail partial disused".split()),
    "traffic_sign": _NOTHING | {"city_limit", "maxspeed"},  # where a rule begins, not where its sign stands
    **dict.fromkeys(("aerialway", "pipeline", "marker", "utility", "telecom"), _NOTHING),
    "power": _NOTHING | frozenset("generator plant line minor_line cable".split()),
}  # fmt: skip
"""By key, the values of nodes that one cannot run into: nothing, what hangs on a wall or lies in the ground, and
places that are drawn themselves. Any other value stands there, known or not."""


def is_small_object(points: Tagged) -> BoolArray:
    """Return a mask of fixed objects that one can fall over."""
    points = Tags.of(points)
    hit = has_any_value(points, SMALL_OBJECTS) | _is_table(points)
    hit |= has_tag(points, "barrier", but=_NOTHING) & ~barriers.is_flush_kerb(points)
    for key, values in _NOT_STANDING.items():
        hit |= has_tag(points, key, but=values)
    return hit


def is_line_object(lines: Tagged) -> BoolArray:
    """Return a mask of barriers, rows of trees, steps, and benches and the like, drawn as lines."""
    lines = Tags.of(lines)
    return _is_high_barrier(lines) | is_long_object(lines)


def is_solid_area(areas: Tagged) -> BoolArray:
    """Return a mask of buildings with walls, and of hedges, walls, steps, planters and the like drawn as areas."""
    areas = Tags.of(areas)
    bare = ~np.logical_or.reduce([is_tagged(areas, key) for key in _GROUND_KEYS])
    drawn = (barriers.is_thick(areas).possible & bare) | is_long_object(areas)
    return (has_tag(areas, "building", but=_WITHOUT_WALLS) | drawn) & ~ways.is_below_ground(areas)


def is_fenced_area(areas: Tagged) -> BoolArray:
    """Return a mask of ground with a barrier along its edge, also of a kind nobody has heard of."""
    return _is_high_barrier(Tags.of(areas))


def is_long_object(drawn: Tagged) -> BoolArray:
    """Return a mask of rows of trees, steps, pipes on the ground, benches and the like, drawn as lines or as areas."""
    drawn = Tags.of(drawn)
    return has_any_value(drawn, _LONG_OBJECTS) | _is_table(drawn) | is_pipe_on_ground(drawn).possible


def is_furniture(drawn: Tagged) -> BoolArray:
    """Return a mask of benches, tables, planters and the like, drawn as lines or as areas."""
    drawn = Tags.of(drawn)
    return has_any_value(drawn, _DRAWN_OBJECTS) | _is_table(drawn)


def is_pipe_on_ground(lines: Tagged) -> Answer:
    """Return whether pipelines lie on the ground rather than in it; unknown where no tag tells."""
    lines = Tags.of(lines)
    pipes = Answer.from_mask(has_value(lines, "man_made", {"pipeline"}) & ~ways.is_off_ground(lines))
    return pipes & ask_value(lines, "location", _ON_THE_GROUND, _ELSEWHERE)


def _is_table(tags: Tags) -> BoolArray:
    return has_value(tags, "leisure", {"pitch"}) & has_value(tags, "sport", _TABLES)


def _is_high_barrier(tags: Tags) -> BoolArray:
    kerb = has_only_values(tags, "barrier", {"kerb"}) | (is_tagged(tags, "kerb") & ~is_tagged(tags, "barrier"))
    return barriers.is_barrier(tags) & ~kerb


def is_tree(points: Tagged) -> BoolArray:
    """Return a mask of single trees."""
    return has_value(points, "natural", {"tree"})


def is_tree_row(lines: Tagged) -> BoolArray:
    """Return a mask of rows of trees."""
    return has_value(lines, "natural", {"tree_row"})


def is_slipway(lines: Tagged) -> BoolArray:
    """Return a mask of ramps by which boats are let into the water."""
    return has_value(lines, "leisure", {"slipway"})
