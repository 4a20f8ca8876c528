"""GPX is read by gpxpy and GDAL, holds one track a run, and no times."""

from __future__ import annotations

import dataclasses
import xml.etree.ElementTree as ET

import gpxpy
import numpy as np
import pyogrio
import pytest
from strangers import HOSTILE, hostile_ranking, hostile_session, id_of

from saferoute.exports.gpx import to_gpx
from saferoute.model import CAUTION, OSM_ATTRIBUTION
from saferoute.report.text import sanitize_text

NAMESPACE = {"g": "http://www.topografix.com/GPX/1/1"}


def test_session_is_one_track_with_waypoints_at_sections(made):
    gpx = gpxpy.parse(to_gpx(made))
    assert len(gpx.tracks) == len(gpx.tracks[0].segments) == 1
    assert not gpx.routes
    assert len(gpx.tracks[0].segments[0].points) == len(made.track)
    assert gpx.length_2d() == pytest.approx(made.figures["length_m"], rel=0.01)
    names = [f"Backward {n} {end}" for n in made.sections["section"] for end in ("start", "end")]
    assert [w.name for w in gpx.waypoints] == names
    ends = np.array([[w.longitude, w.latitude] for w in gpx.waypoints]).reshape(-1, 2, 2)
    lines = made.sections.to_crs("EPSG:4326").geometry
    assert ends == pytest.approx(np.array([[g.coords[0], g.coords[-1]] for g in lines]), abs=1e-6)


def with_heights(made, heights):
    return dataclasses.replace(made, track=made.track.assign(elevation_m=heights))


def test_a_track_has_all_its_heights_or_none_and_says_so(made):
    known = np.isfinite(made.track["elevation_m"])
    assert 0 < known.sum() < len(known)
    (track,) = gpxpy.parse(to_gpx(made)).tracks
    assert not any(point.has_elevation() for point in track.segments[0].points)
    assert track.description.startswith("heights are unknown on a part of it, so none are written; ")
    climb = np.linspace(10, 30, len(known))
    (track,) = gpxpy.parse(to_gpx(with_heights(made, climb))).tracks
    assert [p.elevation for p in track.segments[0].points] == pytest.approx(climb, abs=0.06)
    assert "heights" not in track.description
    (track,) = gpxpy.parse(to_gpx(with_heights(made, np.nan))).tracks
    assert track.description.startswith("heights are unknown; ")


def test_stretches_have_their_heights(ranking):
    table = ranking.stretches.copy()
    rise = [np.linspace(5, 5 + length / 20, round(length / 5) + 1).tolist() for length in table["length_m"]]
    rise[0] = [np.nan, *rise[0][1:]]
    found = gpxpy.parse(to_gpx(dataclasses.replace(ranking, stretches=table.assign(heights_m=rise))))
    first, *others = (track.segments[0].points for track in found.tracks)
    assert not any(point.has_elevation() for point in first)
    for points, heights in zip(others, rise[1:], strict=True):
        assert [points[0].elevation, points[-1].elevation] == pytest.approx([heights[0], heights[-1]], abs=0.06)


def test_there_are_no_times(made):
    assert "<time>" not in to_gpx(made)


def test_ranking_is_a_track_a_stretch(ranking):
    gpx = gpxpy.parse(to_gpx(ranking))
    assert len(gpx.tracks) == len(ranking.stretches)
    assert len(gpx.waypoints) == 2 * len(ranking.stretches)
    for track, length in zip(gpx.tracks, ranking.stretches["length_m"], strict=True):
        assert track.length_2d() == pytest.approx(length, rel=0.01)


def test_sources_licence_and_caution_stand_in_the_metadata(made):
    root = ET.fromstring(to_gpx(made))
    words = root.find("g:metadata/g:desc", NAMESPACE).text
    assert OSM_ATTRIBUTION in words
    assert CAUTION in words
    copyright_ = root.find("g:metadata/g:copyright", NAMESPACE)
    assert OSM_ATTRIBUTION in copyright_.get("author")
    assert "odbl" in copyright_.find("g:license", NAMESPACE).text
    assert copyright_.find("g:year", NAMESPACE).text == "2026"


def test_nothing_found_is_a_file_without_tracks(empty):
    assert gpxpy.parse(to_gpx(empty)).tracks == []


@pytest.mark.parametrize("text", HOSTILE, ids=id_of)
def test_hostile_text_is_only_text(ranking, made, text, tmp_path):
    for thing, n in ((hostile_ranking(ranking, text), len(ranking.stretches)), (hostile_session(made, text), 1)):
        path = tmp_path / "x.gpx"
        path.write_text(to_gpx(thing), encoding="utf-8")
        gpx = gpxpy.parse(path.read_text(encoding="utf-8"))
        assert len(gpx.tracks) == n
        assert sanitize_text(text, 30).rstrip("…") in gpx.tracks[0].description
        assert len(pyogrio.read_dataframe(path, layer="tracks")) == n
        tags = {e.tag.split("}")[1] for e in ET.fromstring(path.read_bytes()).iter()}
        assert tags <= set("gpx metadata name desc copyright year license wpt ele trk trkseg trkpt".split())
