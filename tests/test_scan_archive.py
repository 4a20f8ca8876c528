"""Archives of vector tiles that are put together in bounded memory: byte by byte what PMTiles' own library writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

pytest.importorskip("pmtiles")

from functools import partial
from types import SimpleNamespace

from fatal import double_or_die
from pmtiles.reader import MmapSource, Reader, all_tiles
from pmtiles.tile import Compression, TileType
from pmtiles.writer import Writer
from shapely import MultiPolygon, Point, box, to_wkb

from saferoute.drawers import Drawers
from saferoute.scan import archive as archive_module
from saferoute.scan import vector as vector_module
from saferoute.scan.archive import Archive, Encoded
from saferoute.scan.crews import Crew, call_in_order
from saferoute.scan.vector import VectorTiles

if TYPE_CHECKING:
    from pathlib import Path

HEADER = {
    "tile_type": TileType.MVT, "tile_compression": Compression.GZIP,
    "min_lon_e7": -1, "min_lat_e7": -2, "max_lon_e7": 3, "max_lat_e7": 4,
    "center_zoom": 5, "center_lon_e7": 1, "center_lat_e7": 1,
}  # fmt: skip
METADATA = {"name": "tiles – ☂"}


def make_tiles(n: int, different: int) -> list[tuple[int, bytes]]:
    """Return n tiles of some different contents, of which some follow each other."""
    rng = np.random.default_rng(n)
    numbers = np.cumsum(rng.integers(1, 4, n)) + 341
    contents = [bytes(rng.integers(0, 256, rng.integers(1, 60), dtype=np.uint8)) for _ in range(different)]
    chosen = np.repeat(rng.integers(0, different, n), rng.integers(1, 4, n))[:n]
    return [(int(number), contents[k]) for number, k in zip(numbers, chosen, strict=True)]


def write_by_library(path: Path, tiles: list[tuple[int, bytes]]) -> bytes:
    with path.open("wb") as file:
        writer = Writer(file)
        for tile in tiles:
            writer.write_tile(*tile)
        writer.finalize(dict(HEADER), METADATA)
    return path.read_bytes()


def write_joined(path: Path, tiles: list[tuple[int, bytes]]) -> bytes:
    archive = Archive(path.parent)
    for tile in tiles:
        archive.add_tile(Encoded.seal(*tile))
    archive.write(path, HEADER, METADATA)
    return path.read_bytes()


@pytest.mark.parametrize(("n", "different"), [(1, 1), (9, 2), (700, 690), (6_000, 20), (13_000, 12_000)])
def test_an_archive_is_what_the_library_writes(tmp_path: Path, monkeypatch: Any, n: int, different: int) -> None:
    monkeypatch.setattr(archive_module, "RECENT", 1_000)
    tiles = make_tiles(n, different)
    assert write_joined(tmp_path / "joined", tiles) == write_by_library(tmp_path / "whole", tiles)


def test_many_tiles_lie_in_further_directories_and_are_found(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(archive_module, "MOST_ALONE", 50)
    monkeypatch.setattr(archive_module, "LEAF_TILES", 3)
    monkeypatch.setattr(archive_module, "ROOT_BYTES", 120)
    tiles = make_tiles(400, 300)
    write_joined(tmp_path / "joined", tiles)
    with (tmp_path / "joined").open("rb") as file:
        reader = Reader(MmapSource(file))
        assert len({number for number, _ in tiles}) == reader.header()["addressed_tiles_count"]
        assert reader.header()["leaf_directory_length"] > 0
        assert reader.metadata() == METADATA
        assert [content for _, content in all_tiles(MmapSource(file))] == [content for _, content in tiles]


def test_digests_alike_in_their_first_half_are_not_taken_for_one(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(archive_module, "RECENT", 2)
    archive = Archive(tmp_path)
    for number, content in enumerate([b"a", b"b", b"c", b"d", b"c"], start=400):
        archive.add_tile(Encoded(number, content, bytes(8) + content * 8))
    archive.write(tmp_path / "joined", HEADER, METADATA)
    with (tmp_path / "joined").open("rb") as file:
        assert [content for _, content in all_tiles(MmapSource(file))] == [b"a", b"b", b"c", b"d", b"c"]


def write_ground(folder: Path, crew: Crew) -> bytes:
    """Return the archive of some ground without stretches, some of it filed twice."""
    folder.mkdir()
    vector = VectorTiles(folder, SimpleNamespace(drawers=Drawers(folder / "kept"), key="a map"), crew)
    names = [(10, 3 * x, x, "names", f"place {x}", "town", to_wkb(Point(x, 3))) for x in range(60)]
    land = [(9, x, 7, "land", "", "", to_wkb(MultiPolygon([box(x % 5, 0, 40, 50)]))) for x in range(60)]
    for pieces in (land, names, land[::-2]):
        vector.add_base(pieces)
    facts = dict.fromkeys(("title", "caution", "licence", "data_date", "saferoute"), "said")
    vector.write_pmtiles(folder / "tiles", {**facts, "attribution": ["all"]})
    return (folder / "tiles").read_bytes()


def test_whoever_encodes_tiles_the_archive_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = write_ground(tmp_path / "whole", Crew())
    monkeypatch.setattr(vector_module, "ENCODED_AT_ONCE", 300)
    assert write_ground(tmp_path / "parts", Crew()) == whole
    assert write_ground(tmp_path / "joined", Crew(2)) == whole


def test_what_a_killed_process_had_to_do_is_done_and_in_its_order(tmp_path: Path) -> None:
    asked = iter(range(15))
    double = partial(double_or_die, how=(tmp_path / "died", 9))
    assert list(call_in_order(double, asked, Crew(2))) == [2 * k for k in range(15)]
    assert (tmp_path / "died").exists()
