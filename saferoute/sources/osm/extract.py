"""Features from local OpenStreetMap extracts: `.osm.pbf`, `.osm`, `.osm.gz` and `.osm.bz2` files.

The whole file is read once into tables in EPSG:4326, which are kept in the
user's cache. An area is then a bounding box of these tables.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from saferoute.geometry.geodesy import DEGREE_M
from saferoute.kept import DamagedFile
from saferoute.model import OSM_ATTRIBUTION, WGS84, InvalidInput, LateFeatures, PlaceNotFound
from saferoute.products import Memory
from saferoute.sources.osm._files import SUFFIXES
from saferoute.sources.osm._reading import read_extracts
from saferoute.sources.osm._tables import Tables, build_features, build_tables, note_doubts
from saferoute.sources.paths import explain_missing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import shapely

    from saferoute.arrays import FloatArray, IntArray
    from saferoute.drawers import Drawers
    from saferoute.model import Area, Features, Place
    from saferoute.sources.cache import Cache
    from saferoute.sources.osm._tables import Box, Held, Joiner

T = TypeVar("T")

_EDGES = 16
"""Pieces of an edge of a box in degrees that are straight in metres: of 100 km each bends by less than 20 m [J]."""
__all__ = ["SUFFIXES", "ExtractSource", "bounding_box", "box_around"]


_KEPT_BYTES_PER_BYTE = 6
"""Most bytes in drawers for a byte of the extracts, where that is more than usual: a scan of all fills four [J]."""
_READ_LAST: dict[tuple[Path | None, str], tuple[Box, Features]] = {}
"""The features that this process read last, with their boxes, by the cache and their key.

A search by another hour needs no others. Beside them are those whose box holds theirs, for starts that move."""


class ExtractSource:
    """A feature source that reads one or several local extracts.

    Parameters
    ----------
    paths : sequence of path
        Files whose names end with one of `SUFFIXES`. If several hold the same
        object, its most complete version is used.
    extent : (west, south, east, north), optional
        The box in degrees in which the files are complete; by default the
        boxes in their headers.
    join : callable, optional
        Function that joins ways to strokes; without it features have none.
    cache : Cache, optional
        Cache for the tables (`saferoute.sources.osm.index`); without it they
        are held in memory.

    Raises
    ------
    InvalidInput
        If a file is missing, empty, or does not have one of the suffixes.
    """

    def __init__(
        self,
        paths: Sequence[Path | str],
        *,
        extent: Box | None = None,
        join: Joiner | None = None,
        cache: Cache | None = None,
    ) -> None:
        self._extent, self._join, self._cache = extent, join, cache
        self.paths = tuple(Path(p) for p in paths)
        for path in self.paths:
            _check_file(path)
        self._folder = None if cache is None else cache.folder
        self._held: Held | None = None

    @property
    def drawers(self) -> Drawers | None:
        """Where is kept what is derived from the extracts; None without a cache."""
        if self._cache is None:
            return None
        drawers, size = self._cache.drawers, sum(path.stat().st_size for path in self.paths if path.exists())
        return replace(drawers, most_bytes=max(drawers.most_bytes, _KEPT_BYTES_PER_BYTE * size))

    @property
    def key(self) -> str:
        """Digest of the extracts and of all that made their tables; ``""`` = not known."""
        return self._open_tables().key

    def read_tables(self) -> Tables:
        """Return the whole extracts as tables in EPSG:4326, read anew unless they are in memory."""
        if isinstance(self._held, Tables):
            return self._held
        return build_tables(read_extracts(self.paths), self._join, self._extent)

    def _open_tables(self) -> Held:
        """Return the tables, from the index if there is a cache."""
        if self._held is None:
            # An index is named by what its files hold, which does not include an extent given by the caller.
            if self._cache is None or self._extent is not None:
                self._held = self.read_tables()
            else:
                from saferoute.sources.osm import index

                self._held = index.open_index(self.paths, self._cache, join=self._join)
        return self._held

    def _ask_tables(self, ask: Callable[[Held], T]) -> T:
        """Return what is asked of the tables, of an index that is made anew if that part of it is damaged."""
        try:
            return ask(self._open_tables())
        except DamagedFile as damage:
            from saferoute.sources.osm import index

            assert self._cache is not None
            index.forget_damaged_index(damage, self._cache)
            self._held = None
        try:
            return ask(self._open_tables())
        except DamagedFile as damage:  # a disk that damages what it stores, or lets nothing be replaced
            self._cache.trouble = f"{damage}, and no index can be kept there"
            self._held = self.read_tables()
            return ask(self._held)

    def read_bounds(self) -> Box:
        """Return west, south, east and north in degrees of all ways and of all areas except boundaries."""
        return self._open_tables().facts.ground

    def frame_ways(self) -> tuple[FloatArray, IntArray]:
        """Return boxes that together hold all ways.

        Returns
        -------
        boxes : ndarray of shape (n, 4)
            West, south, east and north in degrees.
        counts : ndarray of shape (n,)
            Number of ways in each.
        """
        return self._open_tables().frame_ways()

    def digest_within_box(self, box: Box) -> str:
        """Return a digest of the map within a box in degrees, ``""`` if it is not known.

        What `read_features` reads there hangs on it alone but for the date of the data and the notes on
        the whole of them (`describe_whole`): with the same digest a newer extract gives the same features.
        """
        return self._ask_tables(lambda held: held.digest_within_box(box))

    def describe_whole(self) -> tuple[str | None, tuple[str, ...]]:
        """Return the date of the data, None if not known, and the notes on all of them."""
        fragments = self._ask_tables(lambda held: held.select_fragments((-180.0, -90.0, 180.0, 90.0)))
        facts = self._open_tables().facts
        return facts.data_date, (*note_doubts(facts, fragments), *self.note_trouble())

    def describe_box(self, area: Area, *, margin_m: float) -> tuple[str, ...]:
        """Return the notes of `read_features`, for which no more is read than the parts of incomplete areas."""
        fragments = self._ask_tables(lambda held: held.select_fragments(box_around(area, margin_m)))
        return (*note_doubts(self._open_tables().facts, fragments), *self.note_trouble())

    def note_trouble(self) -> tuple[str, ...]:
        """Return a note if what is derived from the map could not be kept, else none."""
        return (self._cache.trouble,) if self._cache and self._cache.trouble else ()

    def read_features(self, area: Area, *, margin_m: float) -> Features:
        """Return the features in the bounding box of an area widened by `margin_m` metres.

        Raises
        ------
        PlaceNotFound
            If the extracts hold no way in the area itself.
        InvalidInput
            If a file is cut off or not OpenStreetMap data.
        """
        boxes = box_around(area, margin_m), box_around(area, 0.0)
        held = _READ_LAST.get((self._folder, _name_features(self._open_tables(), area, boxes)))
        if held is None:
            # First, so that two areas are never held at a time, but for one that holds the other.
            forget_last(but_around=boxes[0])
            held = boxes[0], self._read_anew(area, *boxes)
            if held[1].key:
                _READ_LAST[self._folder, held[1].key] = held
        features = held[1]
        trouble = self.note_trouble()
        return replace(features, notes=(*features.notes, *trouble)) if trouble else features

    def name_features(self, area: Area, *, margin_m: float) -> Features:
        """Return what `read_features` does, read when more is asked of it than what it is of.

        Raises
        ------
        InvalidInput
            When it is read, if the extracts have changed since.
        """
        tables = self._open_tables()
        key = _name_features(tables, area, (box_around(area, margin_m), box_around(area, 0.0)))

        def read() -> Features:
            features = self.read_features(area, margin_m=margin_m)
            if features.key not in (key, ""):
                names = ", ".join(map(str, self.paths))
                raise InvalidInput(f"{names}: has changed since the search, whose map is read no more; search again")
            return features

        return LateFeatures(
            read,
            key=key,
            data_date=tables.facts.data_date,
            attribution=(OSM_ATTRIBUTION,),
            drawers=self.drawers,
        )

    def _read_anew(self, area: Area, box: Box, inside: Box) -> Features:
        """Return the features in a box around an area, which lies inside another."""
        import shapely

        tables = self._ask_tables(lambda held: held.select_within_box(box))
        if not shapely.intersects(tables.ways.geometry, shapely.box(*inside)).any():
            raise PlaceNotFound(_describe_missing_place(area.place, tables.facts.bounds))
        return replace(
            build_features(tables, area),
            key=_name_features(tables, area, (box, inside)),
            source_key=_name_features(tables, area, ()),
            whole=_project_box(box, area),
            drawers=self.drawers,
            memory=Memory(),
        )


def forget_last(*, but_around: Box | None = None) -> None:
    """Let go of the features that were read last, and of all that was derived of them, but of a box that holds one."""
    for key, (box, features) in list(_READ_LAST.items()):
        if but_around is None or not _holds_box(box, but_around):
            assert features.memory is not None
            features.memory.clear()  # it refers to the features, which would otherwise stay until garbage is collected
            del _READ_LAST[key]


def _holds_box(box: Box, other: Box) -> bool:
    return box[0] <= other[0] and box[1] <= other[1] and box[2] >= other[2] and box[3] >= other[3]


def _project_box(box: Box, area: Area) -> shapely.Geometry:
    """Return a box in degrees as a polygon in the CRS of an area, with vertices enough for its edges to be straight."""
    import shapely
    from pyproj import Transformer

    to_area = Transformer.from_crs(WGS84, area.crs, always_xy=True)
    outline = shapely.segmentize(shapely.box(*box), max(box[2] - box[0], box[3] - box[1]) / _EDGES)
    return shapely.transform(outline, to_area.transform, interleaved=False)


def _name_features(tables: Held, area: Area, boxes: Sequence[Box]) -> str:
    """Return a digest of the source of features and of the boxes they are cut to, ``""`` if the source is not known."""
    return sha256(repr((tables.key, area.crs, boxes)).encode()).hexdigest() if tables.key else ""


def bounding_box(place: Place, radius_m: float) -> tuple[float, float, float, float]:
    """Return west, south, east and north in degrees of a square around a place, `radius_m` to each side.

    Raises
    ------
    InvalidInput
        If the place is within about 100 km of a pole, where a degree of
        longitude has hardly any length.
    """
    from math import cos, radians

    if abs(place.lat) > 89:
        raise InvalidInput(f"latitude {place.lat} is at a pole: places must lie within 89° S to 89° N")
    # Least length of a degree of latitude, and length of one of longitude at the equator (WGS 84), in m.
    dy = radius_m / 110_574.0
    dx = radius_m / (DEGREE_M * cos(radians(place.lat)))
    return place.lon - dx, place.lat - dy, place.lon + dx, place.lat + dy


def box_around(area: Area, margin_m: float) -> tuple[float, float, float, float]:
    """Return west, south, east and north in degrees of a box that holds an area widened by `margin_m` metres.

    Raises
    ------
    InvalidInput
        If the place is near a pole; see `bounding_box`.
    """
    from pyproj import Transformer

    around = bounding_box(area.place, area.radius_m + margin_m)
    if area.half_m is None:
        return around
    to_degrees = Transformer.from_crs(area.crs, WGS84, always_xy=True)
    x, y = to_degrees.transform(area.place.lon, area.place.lat, direction="INVERSE")
    wide, high = (half + margin_m for half in area.half_m)
    west, south, east, north = to_degrees.transform_bounds(x - wide, y - high, x + wide, y + high)
    return (west, south, east, north) if west < east else around  # across the antimeridian west lies beyond east


def _check_file(path: Path) -> None:
    """Raise `InvalidInput` unless a path is that of a file that may be an extract."""
    if path.is_dir():
        raise InvalidInput(f"{path}: is a folder; give it alone, or the extracts in it one by one")
    if not path.name.lower().endswith(SUFFIXES):
        raise InvalidInput(
            f"{path}: the name of an OpenStreetMap extract ends with one of {', '.join(SUFFIXES)}; a raster is given "
            "with --dem"
        )
    if not path.is_file():
        raise InvalidInput(explain_missing(path, "give the path of an OpenStreetMap extract"))
    if path.stat().st_size == 0:
        raise InvalidInput(f"{path}: the file is empty; download the extract again")


def _describe_missing_place(place: Place, bounds: Box) -> str:
    """Return a message that says where the data lie, and whether latitude and longitude seem swapped."""
    west, south, east, north = bounds
    if not west <= east:
        return "the extract holds no ways"
    text = (
        f"{place.lat:.5f},{place.lon:.5f} lies outside the data, which span latitude "
        f"{south:.3f} to {north:.3f} and longitude {west:.3f} to {east:.3f}"
    )
    if west <= place.lat <= east and south <= place.lon <= north:
        return f"{text}; did you write lon,lat? PLACE is lat,lon"
    return f"{text}; give a place inside, or another extract"
