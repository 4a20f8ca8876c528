"""People: the places that draw them, how strongly, at whose hours, and their names in words.

One unit is a small shop: some 150 visits on foot a day. The weights are rounded
from trip generation per ordinary size of a place: ITE Trip Generation gives a
restaurant about three times the trips of a shop per floor area, a bank or a
fast-food outlet more, an office a quarter; Pushkarev & Zupan (Urban Space for
Pedestrians, 1975) count at midday 24 pedestrians at restaurants and 7 at shops
for each one at an office of the same floor area; stations and schools as in
Singleton et al. 2021 (J. Transp. Geogr. 93, 103067: 1 494 crossings) and Liu &
Griswold 2009 (San Francisco). The ratios of the first two are recalled, not looked
up; sizes and all that these do not name are [J].
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from saferoute.osm.ground import SCHOOLS
from saferoute.osm.tags import has_any_value
from saferoute.osm.values import split_list
from saferoute.table import Tags

if TYPE_CHECKING:
    from saferoute.arrays import BoolArray
    from saferoute.table import Tagged

SETTINGS = ("centre", "evening", "office", "residential", "school", "transit", "park", "beach")
"""Whose clock an attractor keeps."""

_ANY = "*"
UNITS: dict[str, dict[str, dict[str, float]]] = {
    "centre": {
        "shop": {
            _ANY: 1, "supermarket": 6, "department_store": 15, "mall": 25, "convenience": 1.5, "bakery": 1.5,
            "kiosk": 1.5, "clothes": 1.2, "car": 0.3, "car_repair": 0.3, "car_parts": 0.3, "vacant": 0, "no": 0,
            "trade": 0.5, "storage_rental": 0.1, "funeral_directors": 0.2,
        },
        "amenity": {
            "restaurant": 1.5, "fast_food": 2.5, "food_court": 4, "cafe": 1.5, "ice_cream": 1.5, "marketplace": 8,
            "bank": 1, "pharmacy": 1.5, "post_office": 1.5, "bureau_de_change": 1, "library": 3, "townhall": 3,
            "courthouse": 2, "clinic": 2, "hospital": 8, "doctors": 0.7, "dentist": 0.5, "arts_centre": 2,
            "community_centre": 1, "place_of_worship": 0.7, "conference_centre": 3, "exhibition_centre": 3,
            "public_bath": 1, "parking": 0.5, "taxi": 0.5, "bicycle_rental": 0.5, "toilets": 0.3, "atm": 0.3,
            "fountain": 0.3, "police": 0.3, "veterinary": 0.3, "social_facility": 0.5, "fuel": 0.3,
        },
        "tourism": {
            "attraction": 3, "museum": 3, "gallery": 1, "hotel": 2, "hostel": 2, "guest_house": 0.7, "apartment": 0.2,
            "viewpoint": 1, "zoo": 8, "theme_park": 10, "aquarium": 4, "motel": 0.3, "camp_site": 0.5,
        },
        "historic": {"castle": 2, "monument": 0.5, "city_gate": 0.5},
        "place": {"square": 3},
        "highway": {"pedestrian": 2},
        "building": {"retail": 3, "supermarket": 3},
    },
    "evening": {
        "amenity": {
            "bar": 1.5, "pub": 1.5, "biergarten": 2, "nightclub": 2, "cinema": 4, "theatre": 3, "casino": 2,
            "events_venue": 2, "music_venue": 2, "stripclub": 0.5,
        },
        "leisure": {"dance": 0.7, "bowling_alley": 1.5, "amusement_arcade": 1, "stadium": 4},
    },
    "office": {
        "office": {_ANY: 0.7, "government": 2, "coworking": 2, "vacant": 0, "no": 0},
        "building": {"office": 2, "commercial": 2, "government": 2, "public": 1, "civic": 1},
    },
    "school": {
        "amenity": {"school": 4, "kindergarten": 1, "university": 10, "college": 6, "language_school": 1},
        "building": {"university": 1.5, "school": 0.5, "college": 1},
    },
    "transit": {
        "railway": {"station": 20, "halt": 6, "subway_entrance": 12, "tram_stop": 5, "train_station_entrance": 8},
        "highway": {"bus_stop": 2},
        "amenity": {"bus_station": 12, "ferry_terminal": 6},
        "public_transport": {"station": 8, "platform": 2, "stop_position": 0.5, "stop_area": 0},
        "aerialway": {"station": 3},
    },
    "park": {
        "leisure": {
            "playground": 0.7, "sports_centre": 2, "fitness_centre": 1, "fitness_station": 0.3, "swimming_pool": 0.3,
            "water_park": 4, "marina": 1.5, "dog_park": 0.5, "miniature_golf": 1, "garden": 0.5, "park": 1,
            "ice_rink": 1, "bandstand": 0.5, "slipway": 0.2, "picnic_table": 0.1, "pitch": 0.2,
        },
    },
    "beach": {
        "leisure": {"beach_resort": 4, "bathing_place": 3, "swimming_area": 2},
        "amenity": {"lifeguard": 0.5},
        "emergency": {"lifeguard": 0.5},
        "natural": {"beach": 1},
    },
    "residential": {
        "building": {
            "apartments": 1, "residential": 1, "house": 1, "detached": 1, "terrace": 1, "semidetached_house": 1,
            "dormitory": 2, "yes": 1, "hotel": 1, "bungalow": 1,
        },
    },
}  # fmt: skip
"""Units by setting, tag and value; of a building per `_FLOOR_M2` of floor area."""

_WORDS = {
    "bus_stop": "bus stop", "platform": "stop", "stop_position": "stop", "subway_entrance": "metro entrance",
    "train_station_entrance": "station entrance", "tram_stop": "tram stop", "fast_food": "fast-food outlet",
    "cafe": "café", "place_of_worship": "place of worship", "pedestrian": "square", "square": "square",
    "station": "station", "halt": "station", "yes": "building",
}  # fmt: skip

KEYS = tuple(dict.fromkeys(key for by_key in UNITS.values() for key in by_key))
"""Keys that `UNITS` rates, in its order."""
HOMES_KEY = "building"
"""The key whose units are per floor area."""
_NEIGHBOURS = {
    "dog park": {"leisure": frozenset({"dog_park"})},
    "playground": {"leisure": frozenset({"playground"}), "landuse": frozenset({"playground"})},
    "school gate": {"amenity": SCHOOLS},
    "scooter hire": {"amenity": frozenset({"bicycle_rental", "kick-scooter_rental", "kick-scooter_parking"})},
}
"""Places that bring dogs, children and wheels, under the words by which outputs name them."""

_CROWDS = {
    "amenity": frozenset({"ferry_terminal", "bus_station", "marketplace"}),
    "railway": frozenset({"station", "halt", "subway_entrance", "train_station_entrance"}),
    "public_transport": frozenset({"station"}),
    "aerialway": frozenset({"station"}),
}
"""Places at which many people come at once, with a ship, a train or on market days."""


class Attraction(NamedTuple):
    """How much a tag's value draws."""

    units: float
    """In small shops; 0 = nothing."""
    setting: int
    """Index into `SETTINGS`."""
    word: str
    """Name of such a place in outputs."""


def brings_crowds(things: Tagged) -> BoolArray:
    """Return a mask of stations, landing stages of ferries and markets, to which many people come at once."""
    return has_any_value(Tags.of(things), _CROWDS)


def rate_attraction(key: str, value: str) -> Attraction:
    """Return how much a tag's value draws; of a list (``a;b``) what draws most.

    Examples
    --------
    >>> rate_attraction("amenity", "toilets;cafe")
    Attraction(units=1.5, setting=0, word='café')
    """
    best = Attraction(0.0, 0, "")
    for part in split_list(value):
        for number, setting in enumerate(SETTINGS):
            values = UNITS[setting].get(key, {})
            units = float(values.get(part, values.get(_ANY, 0.0)))
            if units > best.units:
                # Values without an entry are strangers' text: such a place is called by its key.
                name = part if part in values and _ANY not in values else key
                best = Attraction(units, number, _WORDS.get(name, name.replace("_", " ")))
    return best


def is_neighbour(tags: Tagged, name: str) -> BoolArray:
    """Return a mask of the dog parks, playgrounds, school gates or scooter hires, as `name` says."""
    return has_any_value(tags, _NEIGHBOURS[name])
