"""Tables in blocks: the rows within a box as they were written, or a word that they are damaged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from saferoute.kept import DamagedFile
from saferoute.sources import blocks
from saferoute.sources.blocks import Blocks, write_blocks
from saferoute.sources.ragged import Ragged

if TYPE_CHECKING:
    from pathlib import Path

N = 3 * blocks.ROWS + 17


def make_columns(n: int, seed: int = 5) -> dict[str, Any]:
    random = np.random.default_rng(seed)
    counts = random.integers(0, 6, n)
    return {
        "row": np.arange(n),
        "kind": random.integers(0, 3, n).astype(np.int8),
        "codes": random.integers(-1, 9, (n, 4)).astype(np.int32),
        "text": Ragged.from_bytes([bytes(random.integers(0, 256, k).astype(np.uint8)) for k in counts]),
        "nodes": Ragged.from_counts(random.integers(0, 1 << 40, counts.sum()), counts),
    }


def make_boxes(n: int) -> np.ndarray:
    random = np.random.default_rng(9)
    corner = random.uniform((24.0, 60.0), (24.4, 60.2), (n, 2))
    size = random.exponential((0.002, 0.001), (n, 2))
    size[::97] = 0.3  # a few are large
    return np.hstack([corner, corner + size])


def to_lists(columns: dict[str, Any], rows: np.ndarray) -> list[Any]:
    found = {name: column[rows] for name, column in columns.items() if name != "box"}
    return [
        found["row"].tolist(),
        found["kind"].tolist(),
        found["codes"].tolist(),
        found["text"].to_bytes(),
        found["nodes"].flat.tolist(),
        found["nodes"].count.tolist(),
    ]


@pytest.mark.parametrize("n", [0, 1, blocks.ROWS, blocks.ROWS + 1, N])
def test_a_box_gives_the_rows_that_touch_it(n: int, tmp_path: Path) -> None:
    columns, boxes = make_columns(n), make_boxes(n)
    table = Blocks(tmp_path / "t", write_blocks(tmp_path / "t", columns, boxes))
    for box in [(24.1, 60.05, 24.15, 60.1), (0.0, 0.0, 90.0, 90.0), (1.0, 1.0, 2.0, 2.0), (24.2, 60.0, 24.2, 61.0)]:
        touching = np.flatnonzero(
            (boxes[:, 0] <= box[2]) & (boxes[:, 2] >= box[0]) & (boxes[:, 1] <= box[3]) & (boxes[:, 3] >= box[1])
        )
        found: dict[str, Any] = table.read_box(box)
        assert to_lists(found, np.argsort(found["row"])) == to_lists(columns, touching)


def test_rows_come_in_the_order_asked_for(tmp_path: Path) -> None:
    columns = make_columns(N)
    table = Blocks(tmp_path / "t", write_blocks(tmp_path / "t", columns))
    for rows in ([N - 1, 0, 300, 300], [], [5]):
        wanted = np.array(rows, dtype=np.int64)
        assert to_lists(table.read_rows(wanted), np.arange(len(rows))) == to_lists(columns, wanted)


def test_a_small_box_reads_few_blocks(tmp_path: Path) -> None:
    n = 60 * blocks.ROWS
    columns, boxes = make_columns(n), make_boxes(n)
    digest, size = write_blocks(tmp_path / "t", columns, boxes), (tmp_path / "t").stat().st_size
    # Whatever is zeroed lies in blocks that the box does not touch, but for a few.
    box, read = (24.1, 60.05, 24.11, 60.06), 0
    for start in range(0, size - 40_000, 20_000):
        bad = bytearray((tmp_path / "t").read_bytes())
        bad[start : start + 64] = bytes(64)
        (tmp_path / "bad").write_bytes(bad)
        try:
            Blocks(tmp_path / "bad", digest).read_box(box)
        except DamagedFile:
            read += 1
    assert 0 < read < 0.25 * size / 20_000


@pytest.mark.parametrize("harm", ["flipped", "zeroed", "cut off", "longer"])
def test_damage_anywhere_is_noticed(harm: str, tmp_path: Path) -> None:
    path = tmp_path / "t"
    digest, whole = write_blocks(path, make_columns(N), make_boxes(N)), path.read_bytes()
    for where in np.random.default_rng(3).integers(0, len(whole), 60).tolist():
        bad = bytearray(whole)
        if harm == "flipped":
            bad[where] ^= 1 << (where % 8)
        elif harm == "zeroed":
            start = where // 4096 * 4096
            bad[start : start + 4096] = bytes(len(bad[start : start + 4096]))
        elif harm == "cut off":
            del bad[where:]
        else:
            bad += bytes(where)
        if bad == whole:
            continue
        path.write_bytes(bad)
        with pytest.raises(DamagedFile, match="is damaged"):
            Blocks(path, digest).check_blocks()


def test_a_block_in_the_place_of_another_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "t"
    noise = np.random.default_rng(7).integers(0, 1 << 62, 2 * blocks.ROWS)  # cannot be packed, so both are as long
    digest, plain = write_blocks(path, {"row": noise}), 8 * blocks.ROWS
    content = path.read_bytes()
    half = content.index(noise[blocks.ROWS :].tobytes()[: plain // 2]) - content.index(noise.tobytes()[: plain // 2])
    path.write_bytes(content[half : 2 * half] + content[:half] + content[2 * half :])
    with pytest.raises(DamagedFile):
        Blocks(path, digest).check_blocks()


def test_a_table_of_another_index_is_not_taken(tmp_path: Path) -> None:
    digest = write_blocks(tmp_path / "a", make_columns(20))
    assert write_blocks(tmp_path / "b", make_columns(20, seed=6)) != digest
    with pytest.raises(DamagedFile):
        Blocks(tmp_path / "b", digest)
    with pytest.raises(DamagedFile):
        Blocks(tmp_path / "none", digest)


def test_no_names_are_not_empty_ones_and_bytes_survive() -> None:
    column = Ragged.from_bytes([b"a\0b", b"", "ö".encode()])
    assert column.to_bytes() == [b"a\0b", b"", "ö".encode()]
    assert column[np.array([2, 0])].to_bytes() == ["ö".encode(), b"a\0b"]
    assert len(column) == 3
