"""Changes applied to an extract: the newer one holds what a new download would, and replaces the old one whole."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import osmium
import pytest
from town import lonlat, write_town

from saferoute.model import InvalidInput
from saferoute.sources.osm import updating
from saferoute.sources.osm.extract import ExtractSource
from saferoute.sources.osm.updating import apply_changes

PLAN = """
    n1 0 0
    n2 300 0
    n3 300 200
    w1 n1,n2 highway=footway
    w2 n2,n3 highway=path
"""
META = 'version="{}" timestamp="2026-03-0{}T00:00:00Z"'
CHANGES = {
    "more": (
        f'<create><node id="4" {META.format(1, 4)} lat="{lonlat(0, 200)[1]:.7f}" lon="{lonlat(0, 200)[0]:.7f}"/>'
        f'<way id="3" {META.format(1, 4)}><nd ref="3"/><nd ref="4"/><tag k="highway" v="track"/></way></create>'
    ),
    "other": (
        f'<modify><way id="1" {META.format(2, 5)}><nd ref="1"/><nd ref="3"/><tag k="highway" v="steps"/></way></modify>'
    ),
    "less": f'<delete><way id="2" {META.format(2, 6)}/></delete>',
}


ELSEWHERE = b"<osmChange version='0.6'><create><node id='9' lat='1' lon='2'/></create></osmChange>"


def write_changes(path: Path, *kinds: str) -> Path:
    text = f'<osmChange version="0.6">{"".join(CHANGES[kind] for kind in kinds)}</osmChange>'
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def list_ways(path: Path) -> dict[int, tuple[list[int], str]]:
    ways = (obj for obj in osmium.FileProcessor(str(path)) if obj.is_way())
    return {way.id: ([node.ref for node in way.nodes], way.tags.get("highway")) for way in ways}


def boxed(path: Path) -> Path:
    """Return a copy of an extract that names its box."""
    copy, header = path.with_name("boxed.osm.pbf"), osmium.io.Header()
    header.add_box(osmium.osm.Box(*lonlat(-50, -50), *lonlat(400, 400)))
    with osmium.SimpleWriter(str(copy), header=header) as writer:
        for obj in osmium.FileProcessor(str(path)):
            writer.add(obj)
    return copy


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    return boxed(write_town(tmp_path / "town.osm.pbf", PLAN))


@pytest.mark.parametrize("suffix", updating.SUFFIXES[:2])
def test_a_newer_extract_has_all_changes(extract: Path, tmp_path: Path, suffix: str) -> None:
    apply_changes(extract, [write_changes(tmp_path / f"day{suffix}", *CHANGES)])
    assert list_ways(extract) == {1: ([1, 3], "steps"), 3: ([3, 4], "track")}
    facts = ExtractSource([extract]).read_tables().facts
    assert facts.data_date == "2026-03-06"
    assert facts.extent is not None


def test_days_one_by_one_are_all_at_once_and_twice_is_once(extract: Path, tmp_path: Path) -> None:
    days = [write_changes(tmp_path / f"{kind}.osc", kind) for kind in CHANGES]
    at_once = tmp_path / "at-once.osm.pbf"
    at_once.write_bytes(extract.read_bytes())
    apply_changes(at_once, days[::-1])
    for day in days:
        apply_changes(extract, [day])
    assert list_ways(extract) == list_ways(at_once)
    once = extract.read_bytes()
    apply_changes(extract, days)
    assert extract.read_bytes() == once


@pytest.mark.parametrize(
    ("name", "content", "rule"),
    [
        ("day.txt", b"", "ends with one of"),
        ("day.osc", b"<osmChange", "not a whole file of changes"),
        ("day.osc", b"<osmChange version='0.6'></osmChange>", "holds no change"),
        (
            "day.osc",
            ELSEWHERE,
            "0 of its 1 nodes",
        ),
    ],
)
def test_what_cannot_be_applied_leaves_the_extract(extract: Path, name: str, content: bytes, rule: str) -> None:
    before, day = extract.read_bytes(), extract.with_name(name)
    day.write_bytes(content)
    with pytest.raises(InvalidInput, match=rule):
        apply_changes(extract, [day])
    assert extract.read_bytes() == before


def test_a_newer_extract_that_cannot_be_finished_leaves_the_old_one(
    extract: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, names = extract.read_bytes(), sorted(p.name for p in tmp_path.iterdir())

    def fail(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    day = write_changes(tmp_path / "day.osc", "less")
    monkeypatch.setattr(updating.os, "fsync", fail)
    with pytest.raises(InvalidInput, match="No space left"):
        apply_changes(extract, [day])
    assert extract.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([*names, day.name])
