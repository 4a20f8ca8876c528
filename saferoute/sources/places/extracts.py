"""Search for places in local extracts: by name, by address, or by the number of an object."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from saferoute.model import InvalidInput, Place, PlaceNotFound
from saferoute.osm.names import NAME_KEYS, choose_name, is_name_key
from saferoute.sources.damage import read_once_apart
from saferoute.sources.osm._files import open_file, read_in_order
from saferoute.sources.places._shapes import GROUP, Spot, find_object, list_members, locate_object, locate_relations
from saferoute.sources.places.extent import GROUNDS, ISLANDS
from saferoute.sources.places.matching import NO_MATCH, Wanted, choose_match, fold_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from saferoute.drawers import Drawers
    from saferoute.sources.places._shapes import Members
    from saferoute.sources.places.links import ObjectReference

T = TypeVar("T")

_LOG = logging.getLogger(__name__)

_HOUSE = "addr:housenumber"
_STREETS = ("addr:street", "addr:place", "addr:hamlet")
_TOWNS = ("addr:city", "addr:postcode", "addr:suburb", "addr:district", "addr:village", "addr:country")
_KINDS = (
    "place", "leisure", "natural", "tourism", "amenity", "shop", "sport", "historic", "railway", "public_transport",
    "aeroway", "waterway", "water", "landuse", "man_made", "office", "highway", "building", "boundary", "route", "type",
)  # fmt: skip
"""Keys by whose value an object is told from others of its name, the first that it has."""
_FOOTWAYS = frozenset({"footway", "path", "steps", "track", "cycleway", "bridleway", "pedestrian", "bus_stop"})
_MOST_LIKE = 3
_LIKE = 0.7
"""Likeness of two names, 0 to 1, from which one may be a slip for the other [J]."""


@dataclass(frozen=True)
class ExtractFinder:
    """A finder of places in extracts.

    Attributes
    ----------
    paths : sequence of Path
        All of them are searched.
    drawers : Drawers or None
        Where it is kept which files were read well (`saferoute.sources.damage`); None = they are taken to be whole.
    """

    paths: Sequence[Path]
    drawers: Drawers | None = None

    def find_name(self, text: str, pick: int | None = None) -> Place:
        """Return the object whose name or address matches a text best.

        See `Wanted` for what matches; among equals, areas come before points, points
        before lines, and the larger before the smaller. Other matches far from the
        chosen one are listed in `Place.others`. An object that the edge of the extract
        cuts is where what is left of it lies, and the log says so.

        Raises
        ------
        InvalidInput
            If the text holds no letter, or `pick` is not the number of a match.
        PlaceNotFound
            If nothing matches; the message suggests similar names.
        """
        wanted = Wanted(text)
        if wanted.is_empty:
            raise InvalidInput(f"{text!r}: the place has no letter or digit; give lat,lon, an address or a name")
        scan = _Scan(wanted)
        for path in self.paths:
            scan = self._read(path, _scan_file, scan, asked=text)
        if not scan.matches:
            raise PlaceNotFound(f"{text!r}: {scan.explain_nothing()}")
        found = sorted(scan.matches, key=lambda m: (m.rank, m.spot.order, -m.spot.size, m.osm_id))
        # Only equally good matches are offered as others: parts of names would bury them.
        equal = [m for m in found if m.rank == found[0].rank]
        place = choose_match([(f"{m.name}, {m.kind}", m.to_place()) for m in equal], pick, text)
        if any(m.spot.is_cut for m in equal if (m.spot.lon, m.spot.lat) == (place.lon, place.lat)):
            _log_cut(place.name)
        return place

    def find_object(self, reference: ObjectReference) -> Place:
        """Return the place of an object by its kind and number.

        Raises
        ------
        PlaceNotFound
            If no extract holds it, and the address that named it shows no place either.
        """
        called = f"{reference.kind}/{reference.number}"
        for path in self.paths:
            found = self._read(path, _find_in_file, reference.kind, reference.number, asked=called)
            if found is not None:
                spot, tags = found
                if spot.is_cut:
                    _log_cut(called)
                return _make_place(tags.get("name", called), spot, tags)
        if reference.view is None:
            raise PlaceNotFound(f"{called} is not in the extract; give lat,lon, or an extract that holds it")
        _LOG.warning("%s is not in the extract: the middle of the map in the address is taken", called)
        lat, lon = reference.view
        return Place(called, lon, lat)

    def _read(self, path: Path, function: Callable[..., T], *arguments: Any, asked: str) -> T:
        """Return what a function finds in one of the extracts."""
        return read_once_apart(path, function, path, *arguments, asked=asked.encode(), drawers=self.drawers)


def _scan_file(path: Path, scan: _Scan) -> _Scan:
    """Return a search to which what one extract holds is added."""
    read_in_order(path, lambda file: scan.read(file.path))
    return scan


def _find_in_file(path: Path, kind: str, number: int) -> tuple[Spot, dict[str, str]] | None:
    """Return place and tags of an object by its kind and number, None if the extract holds no point of it."""
    return read_in_order(path, lambda file: find_object(file.path, kind, number))


def _log_cut(name: str) -> None:
    _LOG.warning("%s is in the extract only in part: the middle of that part is taken", name)


class _Match(NamedTuple):
    """An object of an extract that matches, with what decides how well it does."""

    name: str
    kind: str
    """What it is, in a word or two."""
    rank: int
    osm_id: int
    spot: Spot
    tags: Mapping[str, str]

    def to_place(self) -> Place:
        return _make_place(self.name, self.spot, self.tags)


def _make_place(name: str, spot: Spot, tags: Mapping[str, str]) -> Place:
    """Return the place of an object, with its reach if people mean all of its ground by the name."""
    is_ground = not GROUNDS.isdisjoint(tags) or tags.get("place") in ISLANDS
    return Place(name, spot.lon, spot.lat, reach_m=spot.reach_m if is_ground else 0.0)


@dataclass
class _Scan:
    """A search through extracts: the matches found so far, and what else there was."""

    wanted: Wanted
    matches: list[_Match] = field(default_factory=list)
    known: dict[str, str] = field(default_factory=dict)
    """Names that do not match, as they are written, by their folded form."""
    shapeless: list[str] = field(default_factory=list)
    """Names that match, of objects of which the extract holds no point."""

    def read(self, path: Path) -> None:
        """Add what one sorted extract holds."""
        import osmium

        keys = osmium.filter.KeyFilter(*NAME_KEYS, *([_HOUSE] if self.wanted.has_number else []))
        found: list[_Match] = []
        parted: dict[int, tuple[_Match, Members]] = {}
        obj: Any
        for obj in osmium.FileProcessor(open_file(path)).with_areas(keys).with_filter(keys):
            tags = {tag.k: tag.v for tag in obj.tags}
            name, rank = self._rank(tags)
            if rank >= NO_MATCH:
                continue
            spot = None if obj.is_relation() else locate_object(obj)
            match = _Match(name, _name_kind(tags), rank, int(obj.id), spot or _NOWHERE, tags)
            if obj.is_relation():
                parted[obj.id] = match, list_members(obj)
            elif spot is None:
                self.shapeless.append(name)
            else:
                found.append(match)
            if obj.is_area() and not obj.from_way():
                # Relations come a second time, as areas, unless the extract holds them only in part.
                parted.pop(obj.orig_id(), None)
        spots = locate_relations(path, {number: members for number, (_, members) in parted.items()}) if parted else {}
        for number, (match, _) in parted.items():
            if number in spots:
                found.append(match._replace(spot=spots[number]))
            else:
                self.shapeless.append(match.name)
        self.matches += found

    def _rank(self, tags: Mapping[str, str]) -> tuple[str, int]:
        """Return what an object is called, and how well that matches; what does not match is remembered."""
        names = {key: text for key, text in tags.items() if is_name_key(key)}
        name, rank = "", NO_MATCH
        if names:
            name, rank = choose_name(names), self.wanted.rank_names(names)
        street = next((tags[key] for key in _STREETS if key in tags), None)
        if self.wanted.has_number and _HOUSE in tags and street is not None:
            address, of_address = self._rank_address(street, tags)
            if of_address < rank:
                name, rank = address, of_address
        if rank >= NO_MATCH:
            self.known.update({fold_text(text): text for text in names.values()})
        return name, rank

    def _rank_address(self, street: str, tags: Mapping[str, str]) -> tuple[str, int]:
        """Return the address of a house, and how well it matches; other houses of the street are remembered."""
        number = tags[_HOUSE]
        rank = self.wanted.rank_address(street, number, [tags[key] for key in _TOWNS if key in tags])
        address = f"{street} {number}"
        if rank >= NO_MATCH and self.wanted.is_in_street(street):
            self.known[fold_text(address)] = address
        return address, rank

    def explain_nothing(self) -> str:
        """Return why there is no match, and what may have been meant."""
        if self.shapeless:
            return "the extract holds its name, but no point of it; give lat,lon, or an extract that reaches farther"
        like = get_close_matches(self.wanted.key, sorted(self.known), n=_MOST_LIKE, cutoff=_LIKE)
        meant = " or ".join(self.known[key] for key in like)
        return f"nothing on this map has this name; {f'did you mean {meant}?' if like else _OTHERWISE}"


_OTHERWISE = "give coordinates, as in 60.17,24.94, or leave --region and --osm out to ask OpenStreetMap's servers"
_NOWHERE = Spot(0.0, 0.0, GROUP, 0.0)
"""Stands for the place of a relation until its members are read."""


def _name_kind(tags: Mapping[str, str]) -> str:
    """Return what an object is, in a word or two, to tell it from others of its name."""
    if _HOUSE in tags and not any(is_name_key(key) for key in tags):
        return "address"
    key = next((key for key in _KINDS if tags.get(key, "no") != "no"), None)
    if key is None:
        return "object"
    if key == "highway" and tags[key] not in _FOOTWAYS:
        return "street"
    return key if tags[key] == "yes" else tags[key].replace("_", " ")
