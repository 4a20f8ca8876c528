"""The layers of one extract (points, ways, areas, fragments), read part by part from its copy in plain blocks."""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property, lru_cache, partial
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from saferoute.osm import keys
from saferoute.osm.values import split_list
from saferoute.sources.osm._areas import add_assembled, add_closed_ways
from saferoute.sources.osm._columns import KINDS
from saferoute.sources.osm._combinations import read_names
from saferoute.sources.osm._fragments import add_fragments
from saferoute.sources.osm._lines import Lines
from saferoute.sources.osm._rows import Store, join_columns
from saferoute.sources.osm.decoding import iterate_objects
from saferoute.sources.osm.exporting import Exported, NotSorted, export_extract
from saferoute.sources.osm.making import Making
from saferoute.sources.osm.objects import NODE, RELATION, WAY
from saferoute.sources.osm.plain import list_spans
from saferoute.sources.osm.shaping import is_located, shape_points

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from saferoute.arrays import IntArray
    from saferoute.sources.osm._columns import Columns
    from saferoute.sources.osm.decoding import Objects

    Span = tuple[int, int] | None
    Layer = tuple[Columns, dict[str, Any]]
    """Columns, and what else was found out, of types that JSON has."""

_DECIDE_AREAS = (*keys.AREA_KEYS, "area")
"""Keys that decide whether a closed way or a relation is an area."""
_BEYOND = 1 << 62
"""Above every id."""
_FROM_COPY = ("points", "ways", "assembled", "fragments")
"""Steps that together have read all of an extract's copy."""


class Source(NamedTuple):
    """One of the extracts that are read together."""

    number: int
    path: Path
    unsorted: bool
    """Whether it is to be sorted for its copy."""
    folder: Path
    """Where its copy goes."""
    store: Path | None = None
    """Where columns lie that no step notes; None = in memory."""
    has_steps: bool = False
    """Whether steps are noted in the folder of the copy: a small extract is faster read once more."""

    def copy_blocks(self) -> Exported:
        """Return the extract with its copy, which is made first if there is none."""
        folder = self.folder / f"copy-{self.number}"

        def take() -> tuple[Any, list[Path]]:
            folder.mkdir(exist_ok=True)
            made = export_extract(self.path, folder, unsorted=self.unsorted)
            return [list(made.boxes), made.timestamp], [made.blocks]

        # Whether to note steps depends on the size of the copy, so that this one always is, but where nothing stays.
        boxes, timestamp = take()[0] if self.store is None else Making(self.folder).do(folder.name, take)
        return Exported(self.path, folder / "blocks", [tuple(box) for box in boxes], timestamp, self.unsorted)

    def has_read(self) -> bool:
        """Return whether all of the copy has been read, so that nobody needs it."""
        noted = Making(self.folder)
        return all(noted.has(f"{step}-{self.number}") for step in _FROM_COPY)

    def drop_blocks(self) -> None:
        """Delete the copy if all of it has been read."""
        if self.has_read():
            with suppress(FileNotFoundError):
                (self.folder / f"copy-{self.number}" / "blocks").unlink()

    def do(self, name: str, read: Callable[[Store], Layer]) -> Layer:
        """Return what a step has read, which is read now unless it has been."""
        if not self.has_steps:
            return read(Store(self.number, self.store))
        store = Store(self.number, self.folder, name)

        def take() -> tuple[Any, list[Path]]:
            columns, told = read(store)
            told["columns"] = store.note_columns(columns)
            return told, sorted(self.folder.glob(f"{name}.*"))

        told = Making(self.folder).do(name, take)
        return store.restore_columns(told["columns"]), told

    def list_parts(self, blocks: Path) -> Sequence[Span]:
        """Return the parts in which a copy is decoded."""
        return list_spans(blocks) if self.has_steps else [None]

    def read_part(self, kind: str, number: int, find: Callable[[], tuple[Path, Span]]) -> Layer:
        """Return one part of a layer, whose kind is one of `PARTS`; `find` tells the copy and where the part lies."""
        return self.do(f"{kind}-{self.number}-{number}", lambda store: PARTS[kind](*find(), store))

    def drop_part(self, kind: str, number: int) -> None:
        """Delete a part that is no longer needed."""
        if self.has_steps:
            for path in self.folder.glob(f"{kind}-{self.number}-{number}.*"):
                path.unlink()


class Layers:
    """The layers of an extract, each read when it is asked for.

    Parameters
    ----------
    source : Source
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._held: dict[tuple[str, int], Layer] = {}
        """Parts that no step has noted."""

    @cached_property
    def _copy(self) -> Exported:
        return self._source.copy_blocks()

    @cached_property
    def _spans(self) -> Sequence[Span]:
        return self._source.list_parts(self._copy.blocks)

    def read_points(self) -> Columns:
        """Return the nodes with tags that count."""
        return self._do("points", lambda store: (read_points(self._copy.blocks, store), {}))[0]

    def read_ways(self) -> Layer:
        """Return the lines, with notes on what is missing and on the extract."""
        return self._do("ways", self._join_ways)

    def read_areas(self) -> tuple[Columns, Columns]:
        """Return the areas and the fragments."""
        assembled, told = self._do("assembled", self._assemble)
        fragments, _ = self._do("fragments", partial(self._find_fragments, told))
        # Put together last, when the copy may have gone.
        areas, _ = self._do("areas", lambda store: (self._join_parts("closed", told["parts"], store, [assembled]), {}))
        return areas, fragments

    def _do(self, step: str, read: Callable[[Store], Layer]) -> Layer:
        layer = self._source.do(f"{step}-{self._source.number}", read)
        self._source.drop_blocks()
        return layer

    def _read_part(self, kind: str, number: int) -> Layer:
        if (kind, number) in self._held:
            return self._held[kind, number]
        layer = self._source.read_part(kind, number, lambda: (self._copy.blocks, self._spans[number]))
        if not self._source.has_steps:
            self._held[kind, number] = layer
        return layer

    def _join_parts(self, kind: str, count: int, store: Store, more: Sequence[Columns] = ()) -> Columns:
        """Return all parts as one; a single one that has no files of its own need not be copied."""
        if count == 1 and not more and store.name is None:
            return self._read_part(kind, 0)[0]
        words = [self._read_part(kind, number)[0].vocabulary for number in range(count)]
        parts = chain(self._pass_on(kind, count), more)
        return join_columns([*words, *(columns.vocabulary for columns in more)], parts, store)

    def _pass_on(self, kind: str, count: int) -> Iterator[Columns]:
        """Yield parts, and delete each when the next is asked for: all twice would take half of the room again."""
        for number in range(count):
            yield self._read_part(kind, number)[0]
            self._source.drop_part(kind, number)

    def _join_ways(self, store: Store) -> Layer:
        told = [self._read_part("way", number)[1] for number in range(len(self._spans))]
        ranks = [rank for part in told for rank in part["ranks"]]
        _check_order(WAY, np.array(ranks, dtype=np.int64))
        self._copy.check_missing(sorted({node for part in told for node in part["missing"]}))
        facts = {
            "cuts": [cut for part in told for cut in part["cuts"]],
            "skipped": sum(part["skipped"] for part in told),
            "newest": max(part["newest"] for part in told),
            "boxes": list(self._copy.boxes),
            "timestamp": self._copy.timestamp,
        }
        return self._join_parts("way", len(told), store), facts

    def _assemble(self, store: Store) -> Layer:
        """Return the areas of several lines, with what was found out of all."""
        told = [self._read_part("closed", number)[1] for number in range(len(self._spans))]
        left = np.array([way for part in told for way in part["left"]], dtype=np.int64)
        rows = store.open_rows(keys.AREA_TAGS, _DECIDE_AREAS)
        ways, relations = add_assembled(rows, self._copy.blocks, left)
        return rows.build_columns(), {
            "parts": len(told), "no_areas": ways.tolist(), "relations": relations.tolist(),
        }  # fmt: skip

    def _find_fragments(self, told: dict[str, Any], store: Store) -> Layer:
        rows = store.open_rows(keys.AREA_TAGS, _DECIDE_AREAS)
        whole = (np.array(told[name], dtype=np.int64) for name in ("no_areas", "relations"))
        add_fragments(rows, self._copy.blocks, *whole)
        return rows.build_columns(), {}


def read_points(blocks: Path, store: Store) -> Columns:
    """Return the nodes that have a place."""
    points = store.open_rows(keys.POINT_TAGS)
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
    return points.build_columns()


def read_ways(blocks: Path, span: Span, store: Store) -> Layer:
    """Return the lines of a part, with the ranks of its first and last way."""
    lines = Lines(_read_routes(blocks), store)
    ranks = np.empty(0, dtype=np.int64)
    for objects in _iterate_sorted(blocks, WAY, span):
        lines.add_ways(objects)
        ranks = np.concatenate([ranks, _rank_ids(objects.osm_id)])[[0, -1]]
    told = {
        "cuts": lines.cuts, "skipped": lines.skipped, "newest": int(lines.newest), "missing": sorted(lines.missing),
        "ranks": np.unique(ranks).tolist(),
    }  # fmt: skip
    return lines.rows.build_columns(), told


def read_closed_ways(blocks: Path, span: Span, store: Store) -> Layer:
    """Return the ways of a part that are areas by themselves, with the ids of those that may be."""
    rows = store.open_rows(keys.AREA_TAGS, _DECIDE_AREAS)
    left = add_closed_ways(rows, iterate_objects(blocks, WAY, span=span))
    return rows.build_columns(), {"left": left.tolist()}


PARTS = {"way": read_ways, "closed": read_closed_ways}
"""Kinds of parts, and what reads one."""


def _iterate_sorted(blocks: Path, kind: int, span: Span = None) -> Iterator[Objects]:
    """Yield the objects of a kind, block by block.

    Raises
    ------
    NotSorted
        If they are not sorted by id, each there once.
    """
    highest = np.empty(0, dtype=np.int64)
    for objects in iterate_objects(blocks, kind, span=span):
        ranks = np.concatenate([highest, _rank_ids(objects.osm_id)])
        _check_order(kind, ranks)
        highest = ranks[-1:]
        yield objects


def _rank_ids(ids: IntArray) -> IntArray:
    """Return numbers in whose order objects are sorted: new ones come first, −1, −2, …."""
    return np.where(ids < 0, -ids - _BEYOND, ids)


def _check_order(kind: int, ranks: IntArray) -> None:
    """Raise `NotSorted` unless ranks ascend."""
    if (np.diff(ranks) <= 0).any():
        raise NotSorted(f"the {KINDS[kind]}s are out of order")


@lru_cache(maxsize=1)
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
