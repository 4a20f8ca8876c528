"""The tables of an index on disk: how they are written, and read by bounding box."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from saferoute.kept import DamagedFile, read_sealed, seal, write_whole
from saferoute.model import Strokes
from saferoute.sources import spill
from saferoute.sources.blocks import ROW, Blocks, write_blocks
from saferoute.sources.osm._columns import NAME, Columns, Vocabulary
from saferoute.sources.osm._tables import Box, Facts, Tables, find_rows
from saferoute.sources.ragged import Ragged, RaggedSpill

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from saferoute.arrays import FloatArray, IntArray
    from saferoute.table import Table

_META = "index.json"
_SUFFIX = ".blocks"
_STROKES = "strokes"
_LAYERS = ("ways", "areas", "fragments", "points")


@dataclass(frozen=True)
class Index:
    """An index on disk, of which only the part within a box is read.

    Attributes
    ----------
    folder : Path
        The folder with its files.
    about : mapping
        The contents of its ``index.json``.
    tables : mapping
        Its tables by their names.
    """

    folder: Path
    about: dict[str, Any]
    tables: Mapping[str, Blocks]
    _digests: dict[tuple[str, int], bytes] = field(default_factory=dict, repr=False, compare=False)
    """Table and number of a combination of tags -> its digest."""

    @classmethod
    def load(cls, folder: Path) -> Index:
        """Return the index in a folder.

        Raises
        ------
        DamagedFile
            If there is none, or one of its files is missing, cut off or of another index.
        """
        try:
            about = json.loads(read_sealed(folder / _META)[1])
        except OSError as error:
            raise DamagedFile(folder) from error
        return cls(folder, about, {name: Blocks(folder / name, digest) for name, digest in about["files"].items()})

    @property
    def key(self) -> str:
        """Digest of the extracts and of all that made the index, by which it is found."""
        return self.folder.name

    @cached_property
    def facts(self) -> Facts:
        """Facts about the whole source."""
        import numpy as np
        import shapely

        noted = self.about["facts"]
        extent = None if noted["extent"] is None else shapely.from_wkt(noted["extent"])
        return Facts(
            extent=extent,
            cuts=np.array(noted["cuts"], dtype=float).reshape(-1, 2),
            data_date=noted["data_date"],
            skipped=noted["skipped"],
            bounds=tuple(noted["bounds"]),
            ground=tuple(noted["ground"]),
        )

    def select_within_box(self, box: Box) -> Tables:
        """Return the features and strokes that touch a box in degrees.

        Raises
        ------
        DamagedFile
            If what lies there is damaged on disk.
        """
        row, columns = self._read_columns("ways", box)
        ways = columns.build_table()
        areas, fragments, points = (self._read_columns(name, box)[1].build_table() for name in _LAYERS[1:])
        return Tables(ways, areas, fragments, points, row, self._read_strokes(box), self.facts, self.key)

    def select_fragments(self, box: Box) -> Table:
        """Return the parts of incomplete areas that touch a box in degrees; raises as `select_within_box`."""
        return self._read_columns("fragments", box)[1].build_table()

    def frame_ways(self) -> tuple[FloatArray, IntArray]:
        """Return the boxes in degrees of the blocks in which ways are stored, and how many each holds."""
        blocks = self.tables[_LAYERS[0] + _SUFFIX]
        return blocks.frames, blocks.sizes

    def digest_within_box(self, box: Box) -> str:
        """Return a digest of all that is read within a box, which no change of the map elsewhere alters.

        The date of the data and the notes on the whole source are no part of it.

        Raises
        ------
        DamagedFile
            If what lies there is damaged on disk.
        """
        import numpy as np

        extent = self.facts.extent
        digest = sha256(repr((None if extent is None else extent.wkb, self.facts.cuts.tolist())).encode())
        ways: IntArray | None = None
        for name in _LAYERS:
            data: dict[str, Any] = self.tables[name + _SUFFIX].read_box(box)
            order, rows = _order_rows(data), data.pop(ROW)
            ways = np.sort(rows) if ways is None else ways
            data["tags"] = self._digest_combinations(name, data.pop("combination"))
            _add_rows(digest, data, order)
        strokes = self.tables.get(_STROKES + _SUFFIX)
        if strokes is not None:
            of_strokes: dict[str, Any] = strokes.read_box(box)
            assert ways is not None
            of_strokes["ways"] = replace(of_strokes["ways"], flat=find_rows(ways, of_strokes["ways"].flat))
            _add_rows(digest, of_strokes, of_strokes.pop(ROW).argsort())
        return digest.hexdigest()

    def _digest_combinations(self, name: str, numbers: IntArray) -> NDArray[Any]:
        """Return a digest of the tags of each row of a table, by the numbers of their combinations."""
        import numpy as np

        here, row = np.unique(numbers, return_inverse=True)
        new = np.array([number for number in here.tolist() if (name, number) not in self._digests], dtype=np.int64)
        codes: Any = self.tables[f"{name}_tags{_SUFFIX}"].read_rows(new)["codes"]
        combinations = Vocabulary(self.about["values"][name], codes).iterate_combinations()
        for number, tags in zip(new.tolist(), combinations, strict=True):
            self._digests[name, number] = sha256(repr(sorted(tags.items())).encode()).digest()
        digests = np.array([self._digests[name, number] for number in here.tolist()], dtype="V32")
        return digests[row]

    def check_files(self) -> None:
        """Read all of the index.

        Raises
        ------
        DamagedFile
            If any part of it is damaged.
        """
        for table in self.tables.values():
            table.check_blocks()

    def _read_columns(self, name: str, box: Box) -> tuple[IntArray, Columns]:
        """Return the numbers, in ascending order, and the contents of the rows of a table that touch a box."""
        import numpy as np

        data: dict[str, Any] = self.tables[name + _SUFFIX].read_box(box)
        order = _order_rows(data)
        combinations, combination = np.unique(data["combination"][order], return_inverse=True)
        codes: Any = self.tables[f"{name}_tags{_SUFFIX}"].read_rows(combinations)["codes"]
        columns = Columns(
            vocabulary=Vocabulary(self.about["values"][name], codes),
            kind=data["kind"][order],
            osm_id=data["osm_id"][order],
            combination=combination,
            name=data[NAME][order],
            wkb=data["wkb"].pick_rows(order),
            bounds=data["box"][order],
            nodes=data["nodes"][order] if "nodes" in data else None,
        )
        near = _touch_box(columns.geometry, box)
        return data[ROW][order][near], columns.select_rows(near)

    def _read_strokes(self, box: Box) -> Strokes | None:
        """Return the strokes that touch a box, None if the index has none."""
        import numpy as np
        import shapely

        table = self.tables.get(_STROKES + _SUFFIX)
        if table is None:
            return None
        data: dict[str, Any] = table.read_box(box)
        lines = shapely.from_wkb(data["wkb"].to_bytes())
        near = np.flatnonzero(_touch_box(lines, box))
        near = near[np.argsort(data[ROW][near])]
        nodes, ways, sides = (data[name][near] for name in ("nodes", "ways", "sides"))
        return Strokes(
            lines[near],
            np.repeat(np.arange(len(near)), nodes.count),
            nodes.flat,
            ways.flat,
            sides.flat.astype(float),
            data[ROW][near],
        )


def _order_rows(data: Mapping[str, Any]) -> IntArray:
    """Return the order of rows by kind and id, the pieces of an object in their own: of areas rows are not sorted."""
    import numpy as np

    order: IntArray = np.lexsort((data[ROW], data["osm_id"], data["kind"]))
    return order


def _add_rows(digest: Any, columns: Mapping[str, Any], order: IntArray) -> None:
    """Add the rows of a table to a digest, in some order."""
    for name, column in sorted(columns.items()):
        part = column[order]
        counted, values = (part.count, part.flat) if isinstance(part, Ragged) else (order[:0], part)
        digest.update(f"{name} {len(order)} {len(values)} {values.dtype.str}".encode())
        digest.update(counted.astype("<i8").tobytes() + values.tobytes())


def write_about(folder: Path, about: Mapping[str, Any]) -> None:
    """Write what an index says of itself, the checksums of its tables (``files``) among it."""
    write_whole(folder / _META, seal(json.dumps(about).encode()))


def forget_index(folder: Path) -> None:
    """Make the index in a folder one that is to be made anew."""
    (folder / _META).unlink(missing_ok=True)


def write_table(name: str, columns: Columns, part: Path) -> tuple[Mapping[str, list[str]], dict[str, str]]:
    """Write a table.

    Returns
    -------
    values : mapping of str to list of str
        The values of each tag, to which its combinations refer.
    files : dict of str to str
        The checksums of its files.
    """
    data: dict[str, Any] = {
        "kind": columns.kind,
        "osm_id": columns.osm_id,
        "combination": columns.combination,
        NAME: columns.name,
        "wkb": columns.wkb,
    }
    if columns.nodes is not None:
        data["nodes"] = columns.nodes
    table, tags = f"{name}{_SUFFIX}", f"{name}_tags{_SUFFIX}"
    files = {table: write_blocks(part / table, data, columns.bounds)}
    files[tags] = write_blocks(part / tags, {"codes": columns.vocabulary.codes})
    return columns.vocabulary.known, files


def write_strokes(parts: Iterable[tuple[Strokes, IntArray]], part: Path) -> dict[str, str]:
    """Write the table of strokes, and return the checksum of its file.

    Parameters
    ----------
    parts : iterable of (Strokes, ndarray)
        As of `saferoute.sources.osm._tables.Joining.join_parts`.
    part : Path
        The folder of the index.
    """
    import numpy as np
    import shapely

    types = {"wkb": np.uint8, "nodes": np.int64, "ways": np.int64, "sides": np.int16}
    spills = {name: RaggedSpill(dtype, part) for name, dtype in types.items()}
    boxes, orders = spill.open_spill(np.float64, part), []
    for strokes, order in parts:
        assert strokes.side_paths is not None
        spills["wkb"].append(Ragged.from_bytes(shapely.to_wkb(strokes.lines).tolist()))
        count = np.bincount(strokes.vertex_stroke, minlength=len(order)).astype(np.int64)
        of_vertices = (strokes.vertex_node, strokes.edge_ground, strokes.side_paths)
        for name, values in zip(("nodes", "ways", "sides"), of_vertices, strict=True):
            spills[name].append(Ragged.from_counts(values, count))
        boxes.append(shapely.bounds(strokes.lines).ravel())
        orders.append(order)
    ranked = np.lexsort(np.concatenate(orders).T[::-1])
    data = {name: of_all.read().pick_rows(ranked) for name, of_all in spills.items()}
    name = _STROKES + _SUFFIX
    return {name: write_blocks(part / name, data, boxes.read().reshape(-1, 4)[ranked])}


def _touch_box(shapes: NDArray[Any], box: Box) -> NDArray[Any]:
    """Return a mask of shapes that touch a box."""
    import shapely

    frame = shapely.box(*box)
    shapely.prepare(frame)
    mask: NDArray[Any] = shapely.intersects(frame, shapes)
    return mask
