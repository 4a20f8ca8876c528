"""Reading of OpenStreetMap files into columns: osmium copies them into plain blocks, which numpy decodes."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from saferoute.memory import collect_garbage_rarely
from saferoute.model import InvalidInput
from saferoute.osm import keys
from saferoute.sources.osm._columns import sort_objects
from saferoute.sources.osm._extent import choose_extent, drop_explained_cuts, merge_cuts
from saferoute.sources.osm._files import explain_damage
from saferoute.sources.osm._layers import Layers, Source
from saferoute.sources.osm._merging import merge_columns, merge_fragments
from saferoute.sources.osm._rows import Store
from saferoute.sources.osm.exporting import NotSorted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import shapely

    from saferoute.arrays import FloatArray
    from saferoute.sources.osm._columns import Columns

T = TypeVar("T")

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

    def read(*, unsorted: bool) -> Read:
        with TemporaryDirectory() as name:
            folder = Path(name)
            return read_layers([Source(k, path, unsorted, folder) for k, path in enumerate(paths)])

    try:
        return read_sorted(read)
    except OSError as error:
        raise InvalidInput(
            f"{', '.join(map(str, paths))}: its copy cannot be kept while it is read ({error.strerror or error}); "
            "make room in the folder of temporary files, or name another in TMPDIR"
        ) from error


def read_sorted(read: Callable[..., T]) -> T:
    """Return what a function returns that reads extracts, given whether they are to be sorted before.

    Only reading shows whether a PBF file is sorted: a check beforehand would
    cost a pass of its own. If one is not, the function is called once more.
    """
    for unsorted in (False, True):
        with suppress(NotSorted):
            return read(unsorted=unsorted)
    raise AssertionError("osmium sorts files")


@collect_garbage_rarely()
def read_layers(sources: Sequence[Source], what: Sequence[str] = ALL) -> Read:
    """Return the contents of extracts, with objects that several of them hold merged.

    Parameters
    ----------
    sources : sequence of Source
    what : sequence of str
        The kinds to read, some of `ALL`: two processes can share the work. Fragments are read with areas.

    Raises
    ------
    InvalidInput
        If a file is not a complete OpenStreetMap extract.
    NotSorted
        If it is not sorted.
    """
    import shapely

    parts = [_read_extract(source, tuple(what)) for source in sources]
    folder = sources[0].store
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


def _read_extract(source: Source, what: tuple[str, ...]) -> Read:
    """Return the contents of one extract."""
    nothing = Store(source.number, None)
    points, areas, fragments = (
        nothing.open_rows(of).build_columns() for of in (keys.POINT_TAGS, *[keys.AREA_TAGS] * 2)
    )
    ways = nothing.open_rows(keys.WAY_TAGS, with_nodes=True).build_columns()
    told: dict[str, Any] = {"boxes": [], "cuts": [], "skipped": 0, "timestamp": None, "newest": 0}
    layers = Layers(source)
    with explain_damage(source.path):
        if "node" in what:
            points = layers.read_points()
        if "way" in what:
            ways, told = layers.read_ways()
        if "area" in what:
            areas, fragments = layers.read_areas()
        # A part that another process reads the rest of may well be empty.
        if what == ALL and not len(ways) and not len(areas):
            raise ValueError("it holds no ways")
    ways = sort_objects(ways)
    extent = choose_extent(told["boxes"], ways)
    return Read(
        ways=ways,
        areas=areas,
        fragments=fragments,
        points=points,
        extent=extent,
        cuts=drop_explained_cuts(np.array(told["cuts"], dtype=float).reshape(-1, 3), extent),
        data_date=_choose_data_date(told["timestamp"], told["newest"]),
        skipped=told["skipped"],
    )


def _choose_data_date(named: str | None, newest: int) -> str | None:
    """Return the date in the header of a file, or else that of its newest way, or None."""
    if named:
        return named[:10]
    date = datetime.fromtimestamp(newest, UTC)
    return f"{date:%Y-%m-%d}" if date.year > 2004 else None  # OpenStreetMap's first year; 1970 = not given
