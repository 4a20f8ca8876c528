"""Search for places by the names of objects in local extracts."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from saferoute.geometry.geodesy import DEGREE_M
from saferoute.model import InvalidInput, Place, PlaceNotFound
from saferoute.osm.names import NAME_KEYS, choose_name, is_first_name, is_name_key
from saferoute.sources.osm._files import open_file, read_in_order
from saferoute.sources.places.coordinates import parse_coordinates

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_FAR_APART_M = 500.0
"""Matches nearer than this to a better one are taken for the same place [J]."""
_MOST_OTHERS = 5
_NO_MATCH = 10
"""Rank of a name that does not hold the text, worse than any that does."""


def find_place(text: str, paths: Iterable[Path], *, pick: int | None = None) -> Place:
    """Return the place that coordinates or a name in the extracts stand for; see `find_name`."""
    return parse_coordinates(text) or find_name(text, paths, pick=pick)


def choose_match(found: Sequence[tuple[str, Place]], pick: int | None, text: str) -> Place:
    """Return the chosen match, with descriptions of the other ones in `Place.others`.

    Parameters
    ----------
    found : sequence of (str, Place)
        Descriptions and places, best first. A place near a better one is dropped.
    pick : int or None
        Number of the match to choose, from 1 on; None = the first.
    text : str
        The text that was searched for, for the error message.

    Raises
    ------
    InvalidInput
        If `pick` is not the number of a match.
    """
    kept: list[tuple[str, Place]] = []
    for described, place in found:
        if len(kept) <= _MOST_OTHERS and all(_distance_m(place, known) > _FAR_APART_M for _, known in kept):
            kept.append((described, place))
    number = 1 if pick is None else pick
    if not 1 <= number <= len(kept):
        raise InvalidInput(f"pick {number}: {text!r} has {len(kept)} matches; choose 1 to {len(kept)}")
    described, place = kept.pop(number - 1)
    return replace(place, others=tuple(f"{d} ({p.lat:.5f},{p.lon:.5f})" for d, p in kept))


@dataclass(frozen=True)
class _Named:
    """An object of an extract whose name matches, with what decides how good the match is."""

    name: str
    rank: int
    """0 = the text is the whole name, 2 = its beginning, 4 = a part of it; 1 more if it is not the main name."""
    kind: int
    """0 = an area, 1 = a point, 2 = a line."""
    size: float
    """Area in square degrees, or length in degrees."""
    osm_id: int
    lon: float
    lat: float


def find_name(text: str, paths: Iterable[Path], *, pick: int | None = None) -> Place:
    """Return the object in the extracts whose name matches a text best.

    A match with a whole name ranks before one with its beginning, and that
    before one with any part of it. The main name ranks before old and
    alternative names, areas before points, and points before lines. Other
    matches far from the chosen one are listed in `Place.others`.

    Parameters
    ----------
    text : str
        Upper and lower case are the same.
    paths : iterable of Path
        Extracts; all of them are searched.
    pick : int, optional
        Number of the match to choose, from 1 on; by default the first.

    Raises
    ------
    InvalidInput
        If the text is empty, or `pick` is not the number of a match.
    PlaceNotFound
        If no name matches; the message suggests similar names.
    """
    wanted = _normalize_name(text)
    if not wanted:
        raise InvalidInput("the place is empty: give lat,lon, geo:lat,lon or a name")
    matches: list[_Named] = []
    names: set[str] = set()
    for path in paths:
        matches.extend(read_in_order(path, lambda file: list(_find_named_objects(file.path, wanted, names))))
    if not matches:
        like = get_close_matches(wanted, sorted(names), n=3, cutoff=0.7)
        hint = f"; did you mean {' or '.join(like)}?" if like else "; give lat,lon"
        raise PlaceNotFound(f"{text!r}: no object of the extract has this name{hint}")
    matches.sort(key=lambda m: (m.rank, m.kind, -m.size, m.osm_id))
    # Only equally good matches are offered as others: parts of names would bury them.
    equal = [(m.name, Place(m.name, m.lon, m.lat)) for m in matches if m.rank == matches[0].rank]
    return choose_match(equal, pick, text)


def _normalize_name(text: str) -> str:
    """Return a name in one form of Unicode, without case and repeated spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _distance_m(a: Place, b: Place) -> float:
    """Return the distance in m between two places, on a flat earth: good enough for some hundred metres."""
    from math import cos, hypot, radians

    return DEGREE_M * hypot(a.lat - b.lat, (a.lon - b.lon) * cos(radians(a.lat)))


def _find_named_objects(path: Path, wanted: str, names: set[str]) -> Iterable[_Named]:
    """Yield the objects of one extract whose name matches, and add all names to `names`."""
    import osmium
    import shapely
    from osmium.filter import KeyFilter

    wkb = osmium.geom.WKBFactory()
    obj: Any
    keys = KeyFilter(*NAME_KEYS)
    for obj in osmium.FileProcessor(open_file(path)).with_areas(keys).with_filter(keys):
        called = {tag.k: tag.v for tag in obj.tags if is_name_key(tag.k)}
        plain = {key: _normalize_name(text) for key, text in called.items()}
        names.update(plain.values())
        ranks = [_rank_match(text, wanted) + (not is_first_name(key)) for key, text in plain.items()]
        # Relations come a second time as areas, with a shape; without one they give no point.
        if not ranks or min(ranks) >= _NO_MATCH or obj.is_relation():
            continue
        # An extract may cut a shape, so that its rings do not close or its nodes are missing.
        try:
            kind, text = _kind_and_wkb(obj, wkb)
        except (RuntimeError, osmium.InvalidLocationError):
            continue
        shape = shapely.from_wkb(text)
        # Not the centroid, which may lie outside of a bent lake or park.
        point = shapely.point_on_surface(shape)
        size = shape.area if kind == 0 else shape.length
        yield _Named(choose_name(called), min(ranks), kind, size, int(obj.id), point.x, point.y)


def _rank_match(name: str, wanted: str) -> int:
    """Return how well a name matches, 0 = best; see `_Named.rank`."""
    if wanted not in name:
        return _NO_MATCH
    return 0 if name == wanted else 2 if name.startswith(wanted) else 4


def _kind_and_wkb(obj: Any, wkb: Any) -> tuple[int, bytes]:
    """Return the number of an object's kind, as in `_Named.kind`, and its shape."""
    if obj.is_area():
        return 0, wkb.create_multipolygon(obj)
    if obj.is_node():
        return 1, wkb.create_point(obj)
    return 2, wkb.create_linestring(obj)
