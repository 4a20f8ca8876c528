"""TOML of anybody ends in values or in one error, soon."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from saferoute.sources.toml import MOST_BYTES, read_toml

if TYPE_CHECKING:
    from pathlib import Path


def test_values_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes("a = 'Töölö'\r\n[b]\nc = 1\n".encode())
    assert read_toml(tmp_path / "a.toml") == {"a": "Töölö", "b": {"c": 1}}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"a = = b", "Invalid value"),
        (b"a = '\xff'", "utf-8"),
        (b"a = " + b"[" * 30_000, "nested too deeply"),
        (b"a" * (MOST_BYTES + 1), "longer than 64 kB"),
        (b"a = " + b"9" * 5000, "digits"),
    ],
)
def test_what_is_none_is_one_error(content: bytes, why: str, tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes(content)
    with pytest.raises(ValueError, match=why):
        read_toml(tmp_path / "a.toml")


def test_a_device_that_never_ends_is_left(tmp_path: Path) -> None:
    (tmp_path / "a.toml").symlink_to("/dev/zero")
    with pytest.raises(ValueError, match="longer"):
        read_toml(tmp_path / "a.toml")
