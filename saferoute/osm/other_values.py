"""Values that are understood though no question tells them from others, each with the reason why none need.

The guide shows these as a table. What stands neither here nor in a question is
not understood, and is listed so where users ask for it.
"""

from __future__ import annotations

from typing import NamedTuple


class OtherValues(NamedTuple):
    """Some values of a key, and why no question asks for them."""

    key: str
    words: frozenset[str]
    why: str


def _explain(key: str, words: str, why: str) -> OtherValues:
    return OtherValues(key, frozenset(words.split()), why)


_PLAIN_NO = "says that there is none of what is asked for, as does a missing tag"
_USE_OF_HOUSES = "what houses around are for; houses, fences and ways are asked themselves"
_FEW = "draws few people, none of whom we could count; its house is an obstacle as any"
_NAMES = "a name for a place, not for what lies on the ground"
_LANDFORM = "names a landform; how steep the ground is the heights tell"
_NO_TRAINS = "no trains: not yet laid, or gone"
_BESIDE_RAILS = "stands on rails or beside them, which stretches keep away from by their own line"
_ON_HOUSES = "hangs on a wall, a post that is mapped itself, or a roof"
_ON_ROADS = "tells of the carriageway of a road, on which nobody is sent"

OTHER_VALUES = (
    *(_explain(key, "no", _PLAIN_NO) for key in ("segregated", "covered", "area", "handrail")),
    *(_explain(key, "no", _PLAIN_NO) for key in ("lcn", "rcn", "ncn", "icn")),
    _explain("inline_skates", "yes no permissive private", "whether skaters are led there decides (`designated`)"),
    _explain(
        "route",
        "hiking foot walking road ferry ski piste horse bus tram train railway power pipeline "
        "nordic_walking detour emergency_access historic evacuation canoe tracks",
        "only cyclists, skaters and runners that are led along a way matter here",
    ),
    _explain(
        "bicycle",
        "yes permissive private destination permit opposite customers shared",
        "whether bicycles are meant to be there decides (`designated`, `official`), not whether they may",
    ),
    _explain(
        "cycleway",
        "lane no opposite track shared_lane segregated yes sidepath opposite_track opposite_lane share_busway shared "
        "separate shoulder right left both none",
        _ON_ROADS,
    ),
    _explain(
        "footway",
        "link left right both none no yes designated alley sidepath",
        "a foot way as any, or a pavement told of on the line of its road",
    ),
    _explain(
        "service",
        "alley parking_aisle parking emergency_access slipway bus busway rest_area siding spur yard crossover "
        "irrigation main service access",
        "only driveways are taken for private where nothing else is tagged",
    ),
    _explain("path", "sidewalk track desire link", "a path as any"),
    _explain(
        "parking",
        "surface street_side lane inline layby on_kerb half_on_kerb shoulder yes garage garages",
        "parking on the ground is closed ground, whatever its kind",
    ),
    _explain("landuse", "civil winter_sports", _USE_OF_HOUSES),
    _explain("highway", "trail", "a track on the ground that its mapper did not call a path: nobody is sent there"),
    _explain(
        "highway",
        "motorway_junction mini_roundabout passing_place incline_steep stop_line toll_gantry yield "
        "turning_loop access_ramp parking_entrance trailhead",
        _ON_ROADS,
    ),
    _explain(
        "railway",
        "signal switch buffer_stop railway_crossing stop milestone isolated_track_section vacancy_detection derail "
        "signal_box phone radio flat_crossing rail_brake hirail_access service_station turntable border owner_change "
        "traverser tram_crossing_point defect_detector",
        _BESIDE_RAILS,
    ),
    _explain("landuse", "proposed", "not there yet"),
    _explain(
        "leisure",
        "recreation_ground village_green",
        "as open ground only the common tags `landuse=recreation_ground` and `landuse=village_green` are searched",
    ),
    _explain("covered", "building_passage", "a way through a building is kept out by the building"),
    _explain("railway", "abandoned razed dismantled proposed", _NO_TRAINS),
    _explain(
        "amenity",
        "parking_entrance parking_exit loading_dock",
        "a door for vehicles; the drive that leads to it is a way of its own",
    ),
    _explain(
        "amenity",
        "ambulance_station animal_boarding animal_shelter art_school boat_rental boat_sharing brothel "
        "car_rental car_sharing carpet_washing childcare club coworking_space crematorium dancing_school "
        "dojo driving_school events_centre funeral_hall gambling gym hookah_lounge "
        "internet_cafe kneipp_water_cure lavoir left_luggage money_transfer mortuary "
        "motorcycle_rental music_school parliament payment_centre payment_terminal "
        "photo_booth planetarium prep_school press public_building refugee_site research "
        "sanitary_dump_station scout_camp scout_hut shower smoking_area studio "
        "swingerclub tickets training unsigned_tourist_bus_halting vehicle_inspection weighbridge "
        "town_hall cloakroom typography trade_union archive elevator winery animal_training "
        "stock_exchange deliveries harbourmaster reception_desk nail_salon beauty_salon dressing_room "
        "emergency_service wlan security",
        _FEW,
    ),
    _explain("tourism", "picnic_site alpine_hut wilderness_hut holiday_village apartments tour yes", _FEW),
    _explain(
        "leisure",
        "sauna escape_game tanning_salon club art_gallery cruise_terminal hackerspace adult_gaming_centre",
        _FEW,
    ),
    _explain(
        "place",
        "city_block plot locality neighbourhood village suburb hamlet isolated_dwelling town "
        "city quarter farm country archipelago region county state municipality borough district sea "
        "ocean continent",
        _NAMES,
    ),
    _explain(
        "boundary",
        "administrative place region postal_code maritime political census statistical religious_administration",
        _NAMES,
    ),
    _explain(
        "natural",
        "peak cape saddle mountain_range valley hill gorge ridge arete arch hill peninsula isthmus volcano spring",
        _LANDFORM,
    ),
    _explain(
        "historic",
        "archaeological_site yes ruins building church monastery palace house manor landmark mine bunker ship",
        _NAMES,
    ),
    _explain("emergency", "defibrillator siren fire_extinguisher fire_hose", _ON_HOUSES),
    _explain("emergency", "yes no official private designated", "tells where ambulances may drive"),
    _explain(
        "emergency",
        "ambulance_station emergency_ward_entrance exit water_rescue air_rescue_service mountain_rescue "
        "assembly_point disaster_response rescue_ladder access_point landing_site",
        _NAMES,
    ),
    _explain("public_transport", "entrance", "a door of a station"),
    _explain(
        "hazard",
        "falling_rocks cliff minefield avalanche blasting electricity erosion flooding landslide "
        "radiation rock_slide rockfall shooting_range slippery_road unexploded_ordnance",
        "keeps people off its ground, as does every hazard but those of drivers",
    ),
)
"""By key; a key may stand several times."""
