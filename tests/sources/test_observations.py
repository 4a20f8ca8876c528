"""Files of observations: what is read, what is refused in one line, and that the order of files decides nothing."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saferoute.model import InvalidInput
from saferoute.model.observations import HAZARDS
from saferoute.sources.observations import read_observations

TODAY = dt.date(2026, 10, 9)
LINE = {"type": "LineString", "coordinates": [[24.95, 60.17], [24.951, 60.171, 12.5]]}


def make_feature(geometry=LINE, **told):
    return {"type": "Feature", "geometry": geometry, "properties": {"date": "2026-10-02", **told}}


def write_file(path: Path, *features, **members) -> Path:
    content = {"type": "FeatureCollection", "saferoute_observations": 1, "features": [*features], **members}
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_all_that_can_be_told_is_read(tmp_path):
    told = {"seen": ["holes", "glass"], "surface": "fine_gravel", "slope": "slight", "note": "by ⟨b⟩", "by": "A"}
    path = write_file(tmp_path / "a.geojson", make_feature(**told, osm_ids=["way/1"], mood="good"))
    (one,) = read_observations([path], today=TODAY).seen
    assert (one.day, one.hazards, one.is_fine) == (dt.date(2026, 10, 2), ("glass", "holes"), False)
    assert (one.surface, one.slope, one.note, one.by) == ("fine_gravel", "slight", "by ⟨b⟩", "A")
    assert [list(point) for point in one.where.coords] == [[24.95, 60.17], [24.951, 60.171]]


def test_newest_first_and_what_stands_in_two_files_counts_once(tmp_path):
    old, new = make_feature(date="2025-01-31", fine=True), make_feature(date="2026-10-09", seen=["wet"])
    here = write_file(tmp_path / "here.geojson", old, new)
    there = write_file(tmp_path / "there.geojson", new, make_feature({"type": "Point", "coordinates": [1, 2]}))
    found = read_observations([here, there], today=TODAY)
    assert [one.day.isoformat() for one in found.seen] == ["2026-10-09", "2026-10-02", "2025-01-31"]
    assert found == read_observations([there, here, here], today=TODAY)


FEATURES = st.builds(
    make_feature,
    date=st.dates(dt.date(2020, 1, 1), TODAY).map(str),
    seen=st.lists(st.sampled_from(list(HAZARDS)), max_size=3),
    note=st.text(st.characters(codec="utf-8"), max_size=5),
)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(files=st.lists(st.lists(FEATURES, max_size=2), min_size=2, max_size=3), data=st.data())
def test_the_order_of_files_decides_nothing(files, data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("observations")
    paths = [write_file(folder / f"{k}.geojson", *features) for k, features in enumerate(files)]
    other = data.draw(st.permutations(paths))
    assert read_observations(paths, today=TODAY) == read_observations(other, today=TODAY)


@pytest.mark.parametrize(
    ("feature", "told"),
    [
        (make_feature(seen=["lava"]), "seen 'lava' is not known: it is one of glass, holes"),
        (make_feature(seen="glass"), 'seen is a list, as in ["glass", "holes"]'),
        (make_feature(seen=[{"a": 1}]), "is not known"),
        (make_feature(seen=["glass"], fine=True), "fine, and glass seen: leave one of them out"),
        (make_feature(fine="yes"), "fine is true, false or left out"),
        (make_feature(date="2026-10-12"), "lies ahead"),
        (make_feature(date="2.10.2026"), "write the day as in 2026-10-02"),
        (make_feature(date=None), "write the day as in 2026-10-02"),
        (make_feature(surface="lava"), "surface 'lava' is not known"),
        (make_feature(slope="cliff"), "slope 'cliff' is not known: it is one of level, slight, steep"),
        (make_feature(note=3), "note is a text"),
        (make_feature(by="x" * 2001), "by is a text of at most 2000 characters"),
        (make_feature(None), "no LineString or Point"),
        (make_feature({"type": "Polygon", "coordinates": []}), "no LineString or Point"),
        (make_feature({"type": "LineString", "coordinates": [[1, 2]]}), "a line has 2 to 2000 points"),
        (make_feature({"type": "Point", "coordinates": [24.9, 91]}), "within ±180° and ±89°"),
        (make_feature({"type": "Point", "coordinates": [float("nan"), 60]}), "within ±180° and ±89°"),
        (make_feature({"type": "Point", "coordinates": ["24", True]}), "two numbers in degrees"),
        (make_feature({"type": "Point", "coordinates": 7}), "two numbers in degrees"),
        (7, "no feature with properties"),
    ],
)
def test_what_breaks_a_rule_is_named_in_one_line(feature, told, tmp_path):
    path = write_file(tmp_path / "club.geojson", make_feature(), feature)
    with pytest.raises(InvalidInput, match="observation 2: ") as caught:
        read_observations([path], today=TODAY)
    assert told in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\x00", "not GeoJSON"),
        (b"[" * 200_000, "not GeoJSON"),
        (b"[]", "no file of observations"),
        (b'{"type": "FeatureCollection", "features": []}', '"saferoute_observations": 1'),
        (b'{"type": "FeatureCollection", "saferoute_observations": 2, "features": []}', "install a newer saferoute"),
        (b'{"type": "FeatureCollection", "saferoute_observations": "1", "features": []}', "export the file anew"),
        (b'{"type": "FeatureCollection", "saferoute_observations": 1, "features": 4}', "its features are no list"),
    ],
)
def test_what_is_no_file_of_observations_is_said_in_one_line(content, told, tmp_path):
    path = tmp_path / "other.geojson"
    path.write_bytes(content)
    with pytest.raises(InvalidInput) as caught:
        read_observations([path], today=TODAY)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InvalidInput, match="no such file"):
        read_observations([tmp_path / "mine.geojson"], today=TODAY)
