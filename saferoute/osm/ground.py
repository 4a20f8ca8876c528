"""Ground: kinds of open ground, what it is used for, and what keeps people off it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from saferoute.osm import access, barriers, keys, ways
from saferoute.osm.tags import has_any_value, has_only_values, has_tag, has_value, is_tagged, read_numbers
from saferoute.osm.values import parse_metres, parse_number
from saferoute.table import Tags

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray
    from saferoute.table import Tagged


class Kind(NamedTuple):
    """A kind of open ground: its name, its tags, and the surface that the tag itself says."""

    name: str
    key: str
    values: frozenset[str]
    surface: str | None = None


KINDS = (
    Kind("pitch", "leisure", frozenset({"pitch"})),
    Kind("track", "leisure", frozenset({"track"})),
    Kind("beach", "natural", frozenset({"beach"})),
    Kind("sand", "natural", frozenset({"sand"}), "sand"),
    Kind("grass", "landuse", frozenset({"grass"}), "grass"),
    Kind("village green", "landuse", frozenset({"village_green"})),
    Kind("square", "highway", ways.PAVED_FOR_FEET),
    Kind("meadow", "landuse", frozenset({"meadow"}), "grass"),
    Kind("recreation ground", "landuse", frozenset({"recreation_ground"})),
    Kind("park", "leisure", frozenset({"park"})),
    Kind("common", "leisure", frozenset({"common"})),
)
"""Kinds of open ground that may be run on; of two that fit, the first."""
KEPT_KINDS = frozenset({"pitch", "track"})
"""Of these, grass is mown and rolled, hence turf."""
_LAWNS = frozenset({"grass", "meadow"})
FARMED_KINDS = _LAWNS
"""These may be a farmer's."""
DESIGNATED_KINDS = frozenset({"park", "common", "recreation ground", "village green"})
"""These say what ground is for, and not what grows or lies there."""
SHORE_KINDS = frozenset({"beach", "sand"})
"""These slope down to the water."""
_RECREATION_KINDS = tuple(DESIGNATED_KINDS)
_RECREATION = {"leisure": frozenset({"sports_centre", "stadium", "beach_resort"})}
"""Grounds for recreation that are no open ground as a whole."""

_GOLF_COURSES = frozenset({"golf_course", "miniature_golf"})
_BURIAL_GROUNDS = {"landuse": frozenset({"cemetery", "churchyard"}), "amenity": frozenset({"grave_yard"})}
_JETTIES = frozenset({"pier", "breakwater", "groyne"})
_FARMED = {"landuse": frozenset({"farmland", "meadow", "orchard", "vineyard", "farmyard", "plant_nursery"})}
SCHOOLS = frozenset({"school", "kindergarten"})
"""Values of ``amenity`` and ``building`` for schools."""
_HELIPORTS = frozenset({"helipad", "heliport"})
_FLIGHT = _HELIPORTS | {"aerodrome", "apron", "runway", "taxiway"}
_BUILDING_SITES = {
    **dict.fromkeys(("landuse", "building", "highway", "railway", "man_made"), frozenset({"construction"})),
    "building": frozenset({"construction", "demolition"}),
}
_PITS = frozenset({"military", "railway", "quarry", "landfill", "construction"})
_LEAVES_NOTHING = frozenset(
    "no grass meadow farmland forest orchard vineyard village_green recreation_ground residential greenfield".split()
)
"""Former uses of ground that leave nothing behind to stumble over."""
_ROOFS = frozenset({"roof", "carport"})
_WORKS = {
    "landuse": frozenset({"industrial", "quarry", "landfill", "depot"}),
    "man_made": frozenset({"works", "wastewater_plant"}),
}
"""Ground by which lorries drive, and from which noise, dust or smell comes."""
_POWER = frozenset({"plant", "substation", "station"})
_CLOSED_GROUND = {
    "landuse": _PITS | _BURIAL_GROUNDS["landuse"],
    "leisure": _GOLF_COURSES | {"schoolyard"},
    "amenity": _BURIAL_GROUNDS["amenity"] | SCHOOLS | {"prison", "embassy", "parking_space"},
    "office": frozenset({"diplomatic"}),
    "power": _POWER,
    "aeroway": _FLIGHT,
    "man_made": _JETTIES,
    "railway": frozenset({"platform", "station", "yard"}),
    "public_transport": frozenset({"platform"}),
}
"""Ground that is closed, or on which nobody wants a runner."""
_HAZARDS_OF_DRIVERS = frozenset(
    "no animal_crossing bump children curve cyclists dangerous_junction dip fog frost_heave horse_riders ice "
    "loose_gravel low_flying_aircraft pedestrians queues_likely road_narrows school_zone side_winds slippery "
    "turn".split()
)
"""Values of ``hazard`` that warn drivers; any other keeps people off, known or not."""
_ENTERED_BY_LEAVE = {
    "tourism": frozenset({"zoo", "theme_park", "camp_site", "caravan_site"}),
    "leisure": frozenset({"sports_centre", "stadium", "water_park", "summer_camp"}),
    "landuse": frozenset({"allotments"}),
}
"""Grounds that are often for guests, members or who pays."""
_CAR_PARKS = {
    "amenity": frozenset({"parking", "motorcycle_parking", "parking_space", "bus_parking"}),
    "landuse": frozenset({"parking"}),
}
_PARKING_OFF_GROUND = frozenset({"underground", "multi-storey", "rooftop", "sheds", "carports"})
_PROTECTED = {
    "leisure": frozenset({"nature_reserve"}),
    "natural": frozenset({"dune"}),
    "boundary": frozenset({"protected_area", "national_park"}),
}

_WOODS = {"landuse": frozenset({"forest"}), "natural": frozenset({"wood"})}
_THICKETS = {**_WOODS, "natural": _WOODS["natural"] | {"scrub", "shrubbery"}}
_WILD = frozenset({"scrub", "heath", "fell", "tundra"})
_PLANTED = frozenset({"allotments", "orchard", "vineyard"})
_COVERS = {
    "landuse": _WOODS["landuse"] | _PLANTED | frozenset(
        "farmland flowerbed plant_nursery greenhouse_horticulture basin reservoir".split()
    ),
    "natural": _WOODS["natural"] | _WILD | frozenset(
        "shrubbery wetland scree bare_rock rock shingle mud reef glacier dune cliff stone shoal slope".split()
    ),
}  # fmt: skip
"""What grows or lies on ground that nobody runs on."""
_USES = {
    "landuse": _COVERS["landuse"] | _PITS | _BURIAL_GROUNDS["landuse"] | frozenset(
        "farmyard industrial traffic_island brownfield greenfield garages garage depot lane lanes road "
        "cycleway steps bus_stop".split()
    ),
    "natural": _COVERS["natural"],
    "leisure": _GOLF_COURSES | frozenset(
        "garden swimming_pool marina dog_park outdoor_seating bleachers fitness_station ice_rink horse_riding "
        "stadium sports_hall bandstand firepit slipway".split()
    ),
    "amenity": _BURIAL_GROUNDS["amenity"] | frozenset(
        "fountain fuel bicycle_parking restaurant cafe biergarten fast_food shelter toilets "
        "motorcycle_parking parking_space disused_parking bus_parking bandstand theatre recycling car_wash".split()
    ),
    "man_made": _JETTIES | frozenset(
        "construction storage_tank silo tower wastewater_plant works water_works reservoir_covered "
        "pumping_station observatory watermill crater".split()
    ),
    "tourism": frozenset({"camp_site", "caravan_site", "camp_pitch", "chalet", "zoo", "artwork"}),
    "aeroway": _FLIGHT | {"terminal", "hangar"},
    "power": _POWER | {"transformer"},
    "golf": frozenset({"bunker", "fairway", "green", "tee", "rough", "driving_range", "hole", "pin"}),
}  # fmt: skip
"""Uses of ground that are not for running."""

_GREEN = {
    "leisure": frozenset({"park", "garden", "golf_course", "dog_park", "common"}),
    "landuse": _WOODS["landuse"] | _BURIAL_GROUNDS["landuse"] | _PLANTED
    | {"grass", "meadow", "village_green", "recreation_ground"},
    "natural": _WOODS["natural"] | _WILD | {"grassland"},
}  # fmt: skip
"""Parks, woods and the like, as one tells them on a map."""
_SANDY = {"natural": frozenset({"beach", "sand", "shingle", "dune"})}
_SPORTS_GROUNDS = {"leisure": frozenset({"pitch", "track", "stadium"})}


def find_kinds(areas: Tagged) -> NDArray[np.object_]:
    """Return the name of the kind of open ground of each area, ``""`` where it is none.

    Parameters
    ----------
    areas : table or Tags of n rows
        With ``osm_type``, for closed ways are no areas of every kind.
    """
    areas = Tags.of(areas)
    kinds = np.full(len(areas), "", dtype=object)
    # Closed ways are lines, the ground within them is another's, unless they say that they are areas.
    whole = has_value(areas, "osm_type", {"relation"}) | has_value(areas, "area", {"yes"})
    for kind in KINDS:
        hit = has_only_values(areas, kind.key, kind.values) & (kinds == "")
        kinds[hit & whole if kind.name == "track" else hit] = kind.name
    return kinds


def is_open_ground(areas: Tagged) -> BoolArray:
    """Return a mask of ground of the kinds that may be run on."""
    is_kind: BoolArray = find_kinds(areas) != ""
    return is_kind


def is_square(areas: Tagged) -> BoolArray:
    """Return a mask of squares and other paved ground for people on foot."""
    square: BoolArray = find_kinds(areas) == "square"
    return square


def is_recreation_ground(areas: Tagged) -> BoolArray:
    """Return a mask of parks, greens and sports grounds, on which grass is for people."""
    areas = Tags.of(areas)
    return np.isin(find_kinds(areas), _RECREATION_KINDS) | has_any_value(areas, _RECREATION)


def is_green(areas: Tagged) -> BoolArray:
    """Return a mask of parks, woods and other ground with plants."""
    return has_any_value(areas, _GREEN)


def is_burial_ground(areas: Tagged) -> BoolArray:
    """Return a mask of cemeteries and churchyards."""
    return has_any_value(areas, _BURIAL_GROUNDS)


def is_wooded(areas: Tagged) -> BoolArray:
    """Return a mask of woods and forests."""
    return has_any_value(areas, _WOODS)


def is_thicket(areas: Tagged) -> BoolArray:
    """Return a mask of woods, forests and scrub, whose branches reach out over their edge and whose roots below it."""
    return has_any_value(areas, _THICKETS)


def is_sandy(areas: Tagged) -> BoolArray:
    """Return a mask of beaches, dunes and other sand."""
    return has_any_value(areas, _SANDY)


def is_sports_ground(areas: Tagged) -> BoolArray:
    """Return a mask of pitches, tracks and stadiums."""
    return has_any_value(areas, _SPORTS_GROUNDS)


def is_beach_club(areas: Tagged) -> BoolArray:
    """Return a mask of beaches with an operator."""
    return has_value(areas, "leisure", {"beach_resort"})


def is_playground(tags: Tagged) -> BoolArray:
    """Return a mask of playgrounds."""
    return has_any_value(tags, {"leisure": {"playground"}, "landuse": {"playground"}})


def is_building(areas: Tagged) -> BoolArray:
    """Return a mask of buildings, and of parts of them that stand on the ground, but for those below it."""
    areas = Tags.of(areas)
    # What is not understood of a height is no reason to walk below it.
    raised = (read_numbers(areas, "building:min_level", parse_number) > 0) | (
        read_numbers(areas, "min_height", parse_metres) > 0
    )
    part = has_tag(areas, "building:part") & ~raised
    named = np.any([has_tag(areas, key) for key in ("building", *keys.DISUSED_BUILDINGS)], axis=0)
    return (named | part) & ~ways.is_below_ground(areas)


def is_gone_building(areas: Tagged) -> BoolArray:
    """Return a mask of ground on which a building stood that was torn down, unless another stands there."""
    areas = Tags.of(areas)
    gone: BoolArray = np.any([has_tag(areas, key) for key in keys.GONE_BUILDINGS], axis=0)
    return gone & ~has_tag(areas, "building")


def is_former_ground(areas: Tagged) -> BoolArray:
    """Return a mask of ground on which something was that may have left its traces, as works and pits do."""
    areas = Tags.of(areas)
    was: BoolArray = np.any([has_tag(areas, key, but=_LEAVES_NOTHING) for key in keys.FORMER_GROUNDS], axis=0)
    return was


def is_roof(areas: Tagged) -> BoolArray:
    """Return a mask of roofs on posts, below which one can walk."""
    areas = Tags.of(areas)
    return has_value(areas, "building", _ROOFS) & ~ways.is_below_ground(areas)


def is_works(areas: Tagged) -> BoolArray:
    """Return a mask of works, pits, landfills, depots and sewage works."""
    return has_any_value(areas, _WORKS)


def is_building_site(things: Tagged) -> BoolArray:
    """Return a mask of ground, houses and roads on which is being built."""
    return has_any_value(things, _BUILDING_SITES)


def is_farmed(areas: Tagged) -> BoolArray:
    """Return a mask of fields, hay meadows, orchards and the like."""
    return has_any_value(areas, _FARMED)


def is_in_use(areas: Tagged) -> BoolArray:
    """Return a mask of ground used for something else than running."""
    return has_any_value(areas, _USES)


def is_overgrown(areas: Tagged) -> BoolArray:
    """Return a mask of woods, scrub, fields, rock, wet ground and the like."""
    return has_any_value(areas, _COVERS)


def is_closed_ground(areas: Tagged) -> BoolArray:
    """Return a mask of ground that is closed, or on which nobody wants a runner; parking on the ground, too."""
    areas = Tags.of(areas)
    closed = has_any_value(areas, _CLOSED_GROUND) | is_tagged(areas, "military")
    closed |= is_hazard_area(areas)
    return (closed & ~ways.is_off_ground(areas)) | is_car_park(areas)


def is_car_park(areas: Tagged) -> BoolArray:
    """Return a mask of car parks on the ground."""
    areas = Tags.of(areas)
    under_roof = has_value(areas, "parking", _PARKING_OFF_GROUND) | ways.is_off_ground(areas)
    return has_any_value(areas, _CAR_PARKS) & ~under_roof


def is_hazard_area(areas: Tagged) -> BoolArray:
    """Return a mask of minefields, blasting grounds and other areas of a hazard to people, known or not."""
    areas = Tags.of(areas)
    unnamed = has_value(areas, "boundary", {"hazard"}) & ~is_tagged(areas, "hazard")
    return has_tag(areas, "hazard", but=_HAZARDS_OF_DRIVERS) | unnamed


def is_closed_to_strangers(areas: Tagged) -> BoolArray:
    """Return a mask of ground whose tags keep strangers out, and with them of all within that says nothing itself."""
    areas = Tags.of(areas)
    return access.is_closed_on_foot(areas).yes & ~ways.is_off_ground(areas)


def is_entered_by_leave(areas: Tagged) -> BoolArray:
    """Return a mask of grounds of which it is not known whether everybody may go in, and of zoos and the like."""
    areas = Tags.of(areas)
    told = access.is_closed_on_foot(areas)
    return told.not_understood | (has_any_value(areas, _ENTERED_BY_LEAVE) & ~told.no)


def is_island(areas: Tagged) -> BoolArray:
    """Return a mask of islands."""
    return has_any_value(areas, {"place": {"island", "islet"}})


def is_jetty(lines: Tagged) -> BoolArray:
    """Return a mask of piers, breakwaters and groynes."""
    return has_value(lines, "man_made", _JETTIES)


def is_built_up(lines: Tagged) -> BoolArray:
    """Return a mask of piers, moles, quays and bridges, beside which the ground falls away as they are built."""
    lines = Tags.of(lines)
    return is_jetty(lines) | has_value(lines, "man_made", {"quay"}) | ways.is_bridge(lines)


def is_protected(areas: Tagged) -> BoolArray:
    """Return a mask of dunes and protected areas."""
    return has_any_value(areas, _PROTECTED)


def is_golf_ground(areas: Tagged) -> BoolArray:
    """Return a mask of parts of golf courses."""
    return is_tagged(areas, "golf")


def is_golf_course(areas: Tagged) -> BoolArray:
    """Return a mask of golf courses and their parts, from which balls fly."""
    return has_value(areas, "leisure", {"golf_course"}) | is_golf_ground(areas)


def is_heliport(things: Tagged) -> BoolArray:
    """Return a mask of places where helicopters land."""
    return has_value(things, "aeroway", _HELIPORTS)


def is_fenced_lawn(areas: Tagged) -> BoolArray:
    """Return a mask of lawns with a fence of their own and no tag that lets people in: gardens, paddocks, basins."""
    areas = Tags.of(areas)
    lawn = has_value(areas, "landuse", _LAWNS) & barriers.is_fence(areas).possible
    return lawn & ~access.is_open_on_foot(areas)
