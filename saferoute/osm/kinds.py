"""What an area is, in a word: for notes that count areas which are mapped in part."""

from __future__ import annotations

from typing import TYPE_CHECKING

from saferoute.osm.tags import map_combinations
from saferoute.osm.values import split_list

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from saferoute.table import Tagged

KINDS = (
    ("building", None, "building"),
    ("water", "river", "river"),
    ("waterway", "riverbank", "river"),
    ("natural", "water", "lake"),
    ("landuse", "reservoir", "lake"),
    ("landuse", "basin", "basin"),
    ("leisure", "swimming_pool", "pool"),
    ("leisure", "marina", "marina"),
    ("natural", "bay", "bay"),
    ("natural", "wetland", "wetland"),
    ("natural", "cliff", "cliff"),
    ("military", None, "military area"),
    ("landuse", "military", "military area"),
    ("amenity", "school", "school"),
    ("amenity", "kindergarten", "kindergarten"),
    ("amenity", "prison", "prison"),
    ("amenity", "parking", "car park"),
    ("landuse", "quarry", "quarry"),
    ("landuse", "landfill", "landfill"),
    ("landuse", "construction", "building site"),
    ("landuse", "railway", "railway ground"),
    ("landuse", "cemetery", "graveyard"),
    ("amenity", "grave_yard", "graveyard"),
    ("leisure", "golf_course", "golf course"),
    ("tourism", "zoo", "zoo"),
    ("tourism", "theme_park", "theme park"),
    ("aeroway", "aerodrome", "airfield"),
    ("leisure", "nature_reserve", "protected area"),
    ("boundary", "protected_area", "protected area"),
    ("boundary", "national_park", "protected area"),
    ("boundary", "hazard", "hazard area"),
    ("natural", "wood", "wood"),
    ("landuse", "forest", "wood"),
    ("leisure", "park", "park"),
    ("natural", "beach", "beach"),
)
"""Key, value (None = any) and the word for one, whose plural takes an s; the first that fits holds."""
OTHER = "other area"

_BORDERS = {"boundary", "place"}


def name_kind(get: Callable[[str], str | None]) -> str | None:
    """Return what an area with these tags is, None where `KINDS` has no word for it.

    Parameters
    ----------
    get : callable
        Looks a tag up, None where it is missing.

    Examples
    --------
    >>> name_kind({"natural": "water", "water": "river"}.get)
    'river'
    """
    for key, value, word in KINDS:
        given = get(key)
        if given is not None and given != "no" and (value is None or value in split_list(given)):
            return word
    return None


def name_kinds(areas: Tagged) -> list[str | None]:
    """Return what each area is, as `name_kind` says."""
    keys = list(dict.fromkeys(key for key, _, _ in KINDS))
    found: list[str | None] = map_combinations(areas, keys, lambda tags: name_kind(tags.get), missing=None).tolist()
    return found


def is_mere_border(keys: Iterable[str], get: Callable[[str], str | None]) -> bool:
    """Return whether the keys of areas that an object has say no more than that a place or country ends there.

    Parameters
    ----------
    keys : iterable of str
        Keys that make areas.
    get : callable
        Looks a tag up, None where it is missing.
    """
    return name_kind(get) is None and {key for key in keys if get(key) is not None} <= _BORDERS


def count_kinds(words: Iterable[str | None]) -> str:
    """Return how many there are of each kind, in words.

    Examples
    --------
    >>> count_kinds(["lake", None, "lake", "school"])
    '2 lakes, 1 school and 1 other area'
    """
    counted: dict[str, int] = {}
    for word in words:
        counted[word or OTHER] = counted.get(word or OTHER, 0) + 1
    order = sorted(counted, key=lambda word: (word == OTHER, -counted[word], word))
    told = [f"{counted[word]} {word}{'s' if counted[word] > 1 else ''}" for word in order]
    return told[0] if len(told) == 1 else f"{', '.join(told[:-1])} and {told[-1]}"
