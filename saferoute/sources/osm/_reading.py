"""Reading of OpenStreetMap files into columns: osmium copies them into plain blocks, which numpy decodes."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from saferoute.memory import collect_garbage_rarely
from saferoute.model import InvalidInput
from saferoute.osm import keys
from saferoute.osm.values import split_list
from saferoute.sources.osm._areas import add_areas
from saferoute.sources.osm._columns import KINDS, sort_objects
from saferoute.sources.osm._combinations import read_names
from saferoute.sources.osm._extent import choose_extent, drop_explained_cuts, merge_cuts
from saferoute.sources.osm._files import explain_damage
from saferoute.sources.osm._fragments import add_fragments
from saferoute.sources.osm._lines import Lines
from saferoute.sources.osm._merging import merge_columns, merge_fragments
from saferoute.sources.osm._rows import Rows, Store
from saferoute.sources.osm.decoding import iterate_objects
from saferoute.sources.osm.exporting import NotSorted, export_extract
from saferoute.sources.osm.objects import NODE, RELATION, WAY
from saferoute.sources.osm.shaping import is_located, shape_points

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import shapely

    from saferoute.arrays import FloatArray
    from saferoute.sources.osm._columns import Columns
    from saferoute.sources.osm.decoding import Objects
    from saferoute.sources.osm.exporting import Exported

T = TypeVar("T")

_DECIDE_AREAS = (*keys.AREA_KEYS, "area")
"""Keys that decide whether a closed way or a relation is an area."""
_BEYOND = 1 << 62
"""Above every id."""
ALL = ("node", "way", "area")
"""Kinds of objects that can be read: points, ways and areas."""


@dataclass(frozen=True)
class Read:
    """Contents of files, with each object once; kinds that were not read are empty.

    Ways are sorted by id; the others are in no order, but for the pieces of one object.
    """

    ways: Columns
    areas: Columns
    fragments: Columns
    """Lines of areas that the files do not hold whole."""
    points: Columns
    extent: shapely.Geometry | None
    """Where the files are complete, in degrees; None = at least one does not say."""
    cuts: FloatArray
    """Longitude and latitude, shape (n, 2), of nodes at which a way breaks off away from the edges of the extent."""
    data_date: str | None
    """Date of the oldest file as YYYY-MM-DD; None = not known."""
    skipped: int
    """Number of ways that became no line, as the file holds fewer than two of their nodes in a row."""


def read_extracts(paths: Sequence[Path]) -> Read:
    """Return the contents of extracts in memory, with objects that several of them hold merged.

    Parameters
    ----------
    paths : sequence of Path
        Files whose names end with one of `SUFFIXES`.

    Raises
    ------
    InvalidInput
        If a file is not a complete OpenStreetMap extract, or there is no room for its copy.
    """
    with TemporaryDirectory() as folder:
        try:
            return read_sorted(paths, Path(folder), read_exported)
        except OSError as error:
            raise InvalidInput(
                f"{', '.join(map(str, paths))}: its copy cannot be kept while it is read ({error.strerror or error}); "
                "make room in the folder of temporary files, or name another in TMPDIR"
            ) from error


def read_sorted(paths: Sequence[Path], folder: Path, read: Callable[[Sequence[Exported]], T]) -> T:
    """Return what a function returns of extracts, of which copies in plain blocks lie in a folder meanwhile.

    Only reading shows whether a PBF file is sorted: a check beforehand would
    cost a pass of its own. If one is not, the function is called once more.
    """
    for unsorted in (False, True):
        with TemporaryDirectory(dir=folder) as name, suppress(NotSorted):
            return read([export_extract(path, Path(name), unsorted=unsorted) for path in paths])
    raise AssertionError("osmium sorts files")


@collect_garbage_rarely()
def read_exported(extracts: Sequence[Exported], what: Sequence[str] = ALL, folder: Path | None = None) -> Read:
    """Return the contents of extracts, with objects that several of them hold merged.

    Parameters
    ----------
    extracts : sequence of Exported
    what : sequence of str
        The kinds to read, some of `ALL`: two processes can share the work. Fragments are read with areas.
    folder : Path, optional
        Where the columns lie; by default all are held in memory.

    Raises
    ------
    InvalidInput
        If a file is not a complete OpenStreetMap extract.
    NotSorted
        If it is not sorted.
    """
    import shapely

    parts = [_read_extract(extract, tuple(what), Store(number, folder)) for number, extract in enumerate(extracts)]
    dates = [p.data_date for p in parts if p.data_date]
    extents = [p.extent for p in parts]
    areas = merge_columns([p.areas for p in parts], folder)
    return Read(
        ways=merge_columns([p.ways for p in parts], folder),
        areas=areas,
        fragments=merge_fragments([p.fragments for p in parts], areas, folder),
        points=merge_columns([p.points for p in parts], folder),
        extent=None if any(e is None for e in extents) else shapely.union_all(extents),
        cuts=merge_cuts([p.cuts for p in parts], extents),
        data_date=min(dates) if dates else None,
        skipped=sum(p.skipped for p in parts),
    )


def _read_extract(extract: Exported, what: tuple[str, ...], store: Store) -> Read:
    """Return the contents of one extract."""
    points = store.open_rows(keys.POINT_TAGS)
    areas, fragments = (store.open_rows(keys.AREA_TAGS, _DECIDE_AREAS) for _ in range(2))
    with explain_damage(extract.source):
        lines = Lines(_read_routes(extract.blocks) if "way" in what else {}, store)
        if "node" in what:
            _add_points(points, extract.blocks)
        if "way" in what:
            for objects in _iterate_sorted(extract.blocks, WAY):
                lines.add_ways(objects)
            extract.check_missing(lines.missing)
        if "area" in what:
            add_fragments(fragments, extract.blocks, *add_areas(areas, extract.blocks))
        # A part that another process reads the rest of may well be empty.
        if what == ALL and not len(lines.rows) and not len(areas):
            raise ValueError("it holds no ways")
    ways = sort_objects(lines.rows.build_columns())
    extent = choose_extent(extract.boxes, ways)
    return Read(
        ways=ways,
        areas=areas.build_columns(),
        fragments=fragments.build_columns(),
        points=points.build_columns(),
        extent=extent,
        cuts=drop_explained_cuts(np.array(lines.cuts, dtype=float).reshape(-1, 3), extent),
        data_date=_choose_data_date(extract.timestamp, lines.newest),
        skipped=lines.skipped,
    )


def _iterate_sorted(blocks: Path, kind: int) -> Iterator[Objects]:
    """Yield the objects of a kind, block by block.

    Raises
    ------
    NotSorted
        If they are not sorted by id, each there once.
    """
    highest = -_BEYOND
    for objects in iterate_objects(blocks, kind):
        ids = objects.osm_id
        # New ones come first: −1, −2, ….
        ranks = np.concatenate([[highest], np.where(ids < 0, -ids - _BEYOND, ids)])
        if (np.diff(ranks) <= 0).any():
            raise NotSorted(f"the {KINDS[kind]}s are out of order")
        highest = ranks[-1]
        yield objects


def _read_routes(blocks: Path) -> dict[int, str]:
    """Return the kinds of `keys.ROUTES` that lead along ways, as a list in a tag, by the ids of the ways."""
    along: dict[int, set[str]] = {}
    for objects in _iterate_sorted(blocks, RELATION):
        for row in objects.find_tagged("route"):
            # One relation may be of several kinds.
            if kinds := keys.ROUTES.intersection(split_list(objects.read_tags(row)["route"])):
                for way, _ in objects.list_ways(row):
                    along.setdefault(way, set()).update(kinds)
    return {way: ";".join(sorted(kinds)) for way, kinds in along.items()}


def _add_points(points: Rows, blocks: Path) -> None:
    """Add the nodes that have a place."""
    for objects in _iterate_sorted(blocks, NODE):
        rows = np.flatnonzero(is_located(objects.places.flat))
        points.add_objects(
            np.full(len(rows), NODE),
            objects.osm_id[rows],
            points.combinations.number_objects(objects)[rows],
            read_names(objects, rows),
            shape_points(objects.places.flat[rows]),
            None,
        )


def _choose_data_date(named: str | None, newest: int) -> str | None:
    """Return the date in the header of a file, or else that of its newest way, or None."""
    if named:
        return named[:10]
    date = datetime.fromtimestamp(newest, UTC)
    return f"{date:%Y-%m-%d}" if date.year > 2004 else None  # OpenStreetMap's first year; 1970 = not given
