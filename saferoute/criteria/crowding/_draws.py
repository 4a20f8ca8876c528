"""What draws people: how much, by which setting's clock, and what it is called.

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

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from saferoute.osm.tags import read_metres, tag_column

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from saferoute.arrays import FloatArray, IntArray
    from saferoute.model import Features

SETTINGS = ("centre", "evening", "office", "residential", "school", "transit", "park", "beach")
"""Whose clock a draw keeps."""

_ANY = "*"
_OF_SETTING: dict[str, dict[str, dict[str, float]]] = {
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

_BY_AREA = {"leisure": {"park": 5000.0, "garden": 5000.0}, "natural": {"beach": 400.0}, "amenity": {"parking": 2000.0}}
"""These count once every so many m²: some 7 and 90 visits a day and hectare of park and beach [J]."""
_FLOOR_M2 = 2000.0
"""Floor area whose people make as many walks as a small shop has visits: 45 dwellers at three a day [J]."""
_LEVELS = {"apartments": 4.0, "residential": 3.0, "office": 4.0, "commercial": 3.0, "hotel": 5.0, "dormitory": 4.0}
_LEVELS_ELSE, _MOST_LEVELS = 2.0, 60.0
_MOST_UNITS = 40.0
"""No single spot draws more: slips of mapping must not make a hot spot."""
_CLOSED = frozenset({"private", "no"})
"""Whose own garden it is does not crowd a way."""
_SPACING_M = 40.0
"""A large area draws people all over, not in its middle."""
_WORDS = {
    "bus_stop": "bus stop", "platform": "stop", "stop_position": "stop", "subway_entrance": "metro entrance",
    "train_station_entrance": "station entrance", "tram_stop": "tram stop", "fast_food": "fast-food outlet",
    "cafe": "café", "place_of_worship": "place of worship", "pedestrian": "square", "square": "square",
    "station": "station", "halt": "station", "yes": "building",
}  # fmt: skip


@dataclass(frozen=True)
class Draws:
    """m points that draw people.

    Attributes
    ----------
    xy : ndarray of shape (m, 2)
    units : ndarray of shape (m,)
        In small shops.
    setting : ndarray of shape (m,)
        Index into `SETTINGS`.
    word : ndarray of m str
        What it is called; ``""`` for what needs no name: floor area.
    thing : ndarray of shape (m,)
        Number of the object; a large one has many points.
    """

    xy: FloatArray
    units: FloatArray
    setting: IntArray
    word: NDArray[np.object_]
    thing: IntArray

    def select_rows(self, rows: NDArray[np.bool_] | IntArray) -> Draws:
        """Return some of them."""
        return Draws(self.xy[rows], self.units[rows], self.setting[rows], self.word[rows], self.thing[rows])


def find_attractors(features: Features) -> tuple[Draws, Draws]:
    """Return what is mapped to draw people: places, and floor area of buildings."""
    at_points, in_areas = _rate_attractors(features.points, areal=False), _rate_attractors(features.areas, areal=True)
    of_points, of_areas = at_points[at_points["units"] > 0], in_areas[in_areas["units"] > 0]
    points, areas = (
        features.points.geometry.to_numpy()[of_points.index],
        features.areas.geometry.to_numpy()[of_areas.index],
    )
    spots, owner = _place_spots(areas, of_areas["building"].to_numpy(dtype=bool))
    share = 1 / np.bincount(owner, minlength=len(areas))[owner] if len(owner) else np.empty(0)
    spread = of_areas.iloc[owner]
    whole = Draws(
        xy=np.concatenate([shapely.get_coordinates(points), spots]),
        units=np.fmin(np.concatenate([of_points["units"].to_numpy(), spread["units"].to_numpy() * share]), _MOST_UNITS),
        setting=np.concatenate([of_points["setting"], spread["setting"]]).astype(np.int64),
        word=np.concatenate([of_points["word"], spread["word"]]).astype(object),
        thing=np.concatenate([np.arange(len(points)), len(points) + owner]),
    )
    floor = np.concatenate([np.zeros(len(of_points), bool), spread["building"].to_numpy(dtype=bool)])
    return whole.select_rows(~floor), whole.select_rows(floor)


def _rate_attractors(table: gpd.GeoDataFrame, *, areal: bool) -> pd.DataFrame:
    """Return units, setting, word and whether it is floor area, of each row: the tag that draws most."""
    n = len(table)
    units, setting, building = np.zeros(n), np.zeros(n, dtype=np.int64), np.zeros(n, dtype=bool)
    word = np.full(n, "", dtype=object)
    area = table.geometry.area.to_numpy() if areal and n else np.zeros(n)
    closed = tag_column(table, "access").isin(_CLOSED).to_numpy()
    for tag in _TAGS:
        code, values = pd.factorize(tag_column(table, tag))
        if not len(values) or (tag == "building" and not areal):
            continue
        kinds = [_rate_tag_value(tag, str(value)) for value in values]
        rated = np.array([k[0] for k in kinds] + [0.0])[code]
        if tag == "building":
            usual = np.array([_LEVELS.get(str(value), _LEVELS_ELSE) for value in values] + [0.0])[code]
            rated = rated * area * _read_levels(table, usual) / _FLOOR_M2
        elif areal and tag in _BY_AREA:
            per = np.array([_BY_AREA[tag].get(str(value), np.inf) for value in values] + [np.inf])[code]
            rated = rated * np.fmax(area / per, 1.0)
        if tag == "leisure":
            rated = np.where(closed, 0.0, rated)
        more = rated > units
        units[more], building[more] = rated[more], tag == "building"
        setting[more] = np.array([k[1] for k in kinds] + [0])[code[more]]
        word[more] = np.array(["" if tag == "building" else k[2] for k in kinds] + [""], dtype=object)[code[more]]
    return pd.DataFrame({"units": units, "setting": setting, "word": word, "building": building})


_TAGS = tuple(dict.fromkeys(tag for tags in _OF_SETTING.values() for tag in tags))


def _rate_tag_value(tag: str, value: str) -> tuple[float, int, str]:
    """Return units, setting and word of a tag's value; of a list (``a;b``) those of what draws most."""
    best = (0.0, 0, "")
    for part in (p.strip() for p in value.split(";")):
        for number, name in enumerate(SETTINGS):
            values = _OF_SETTING[name].get(tag, {})
            units = values.get(part, values.get(_ANY, 0.0))
            if units > best[0]:
                # Values without an entry are strangers' text: such a place is called by its key.
                heard = part if part in values and _ANY not in values else tag
                best = float(units), number, _WORDS.get(heard, heard.replace("_", " "))
    return best


def _read_levels(table: pd.DataFrame, usual: FloatArray) -> FloatArray:
    """Return the levels of buildings, as tagged or usual for their kind."""
    tagged = read_metres(table, "building:levels")
    return np.where((tagged > 0) & (tagged <= _MOST_LEVELS), tagged, usual)


def _place_spots(shapes: NDArray[np.object_], building: NDArray[np.bool_]) -> tuple[FloatArray, IntArray]:
    """Return points all over large areas, one in each of the rest, and the row each belongs to."""
    rows = np.arange(len(shapes))
    if not len(shapes):
        return np.empty((0, 2)), rows
    large = rows[~building & (shapely.area(shapes) > 4 * _SPACING_M**2)]
    grid, owner = _find_grid_points(shapes[large])
    owner = large[owner]
    alone = np.setdiff1d(rows, owner)
    middles = shapely.get_coordinates(shapely.point_on_surface(shapes[alone]))
    return np.concatenate([middles, grid]), np.concatenate([alone, owner])


def _find_grid_points(shapes: NDArray[np.object_]) -> tuple[FloatArray, IntArray]:
    """Return the points of one fixed grid that lie in each shape."""
    found, owner = [np.empty((0, 2))], [np.empty(0, dtype=np.int64)]
    for row, shape in enumerate(shapes):
        low, high = np.array(shape.bounds).reshape(2, 2) / _SPACING_M
        x, y = (np.arange(np.ceil(a), np.floor(b) + 1) * _SPACING_M for a, b in zip(low, high, strict=True))
        if not len(x) * len(y) or len(x) * len(y) > _MOST_SPOTS:
            continue
        xx, yy = (v.ravel() for v in np.meshgrid(x, y))
        shapely.prepare(shape)
        inside = shapely.contains_xy(shape, xx, yy)
        found.append(np.column_stack([xx, yy])[inside])
        owner.append(np.full(int(inside.sum()), row))
    return np.concatenate(found), np.concatenate(owner)


_MOST_SPOTS = 250_000
"""An area whose box holds more points (20 km to a side) is no place that draws people."""
