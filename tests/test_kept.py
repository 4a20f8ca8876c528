"""What is kept is believed only as it was written: whole files, checked by their checksums."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saferoute.kept import DamagedFile, read_header, read_sealed, seal, sync_folder, write_whole

if TYPE_CHECKING:
    from pathlib import Path

CONTENT = bytes(range(256)) * 3
ABOUT = {"key": "Töölö\n", "box": [1.5, None]}


def test_a_sealed_file_gives_back_what_was_sealed(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write_whole(path, seal(CONTENT, **ABOUT))
    assert read_sealed(path) == (ABOUT, CONTENT)
    header = read_header(path)
    assert header is not None
    assert (header.about, header.length) == (ABOUT, len(CONTENT))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    where=st.integers(0, len(seal(CONTENT, **ABOUT)) - 1),
    harm=st.sampled_from(["cut off", "flipped", "zeroed", "longer", "lines"]),
    bit=st.integers(0, 7),
)
def test_any_damage_is_noticed(where: int, harm: str, bit: int, tmp_path: Path) -> None:
    whole = seal(CONTENT, **ABOUT)
    bad = bytearray(whole)
    if harm == "cut off":
        del bad[where:]
    elif harm == "flipped":
        bad[where] ^= 1 << bit
    elif harm == "zeroed":
        bad[where : where + 40] = bytes(len(bad[where : where + 40]))
    elif harm == "longer":
        bad += b"x" * (where + 1)
    else:
        bad[where:where] = b"\n"
    path = tmp_path / "a"
    path.write_bytes(bad)
    if bytes(bad) != whole:
        with pytest.raises(DamagedFile, match="is damaged"):
            read_sealed(path)


@pytest.mark.parametrize("content", [b"", b"\n", b"[]\n", bytes(100_000), b"saferoute kept 2 x [", b"\xff" * 70_000])
def test_what_somebody_else_wrote_is_no_sealed_file(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(content)
    assert read_header(path) is None
    with pytest.raises(DamagedFile):
        read_sealed(path)


def test_a_header_of_another_length_than_its_file_is_none(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(seal(CONTENT)[:-1])
    assert read_header(path) is None
    assert read_header(tmp_path / "missing") is None


def test_files_of_others_are_closed_to_them_and_nothing_is_left(tmp_path: Path) -> None:
    write_whole(tmp_path / "a", b"1")
    write_whole(tmp_path / "b", b"2", mode=0o644)
    assert [(tmp_path / name).stat().st_mode & 0o777 for name in "ab"] == [0o600, 0o644]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


def test_all_of_a_folder_reaches_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr("os.fsync", synced.append)
    for name in "ab":
        (tmp_path / name).write_bytes(b"1")
    sync_folder(tmp_path)
    assert len(synced) == 3, "both files, and the folder that names them"
