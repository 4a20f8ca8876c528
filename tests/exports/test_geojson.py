"""GeoJSON is RFC 7946: WGS 84, unknown is null, and strangers' text is only text."""

from __future__ import annotations

import dataclasses
import json
import unicodedata

import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Transformer

from saferoute.exports.geojson import to_geojson
from saferoute.exports.schema import STRETCHES, names_of
from saferoute.model import CAUTION

HOSTILE = (
    "[link=file:///etc/passwd]x[/link]",
    "[/bold]",
    "\x1b[31mred\x1b]0;title\x07",
    "nul \x00 and C1 \x9b31m",
    "right \u202e to \u2066left",
    "lone \ud800 surrogate",
    "line \u2028 breaks \r\n",
    '"}],"x":[{"',
    "x" * 100_000,
)
UNSEEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def hostile(ranking, text):
    """Return the ranking with the text wherever a tag of a stranger may end up."""
    table = ranking.stretches.copy()
    for column in ("name", "surface", *(c for c in table if c.startswith("why_"))):
        table[column] = pd.Series([text] * len(table), index=table.index, dtype=object)
    table["osm_ids"] = [[text, text] for _ in range(len(table))]
    table["checks"] = [[text] for _ in range(len(table))]
    place = dataclasses.replace(ranking.place, name=text)
    return dataclasses.replace(
        ranking,
        area=dataclasses.replace(ranking.area, place=place),
        stretches=table,
        attribution=(text,),
        notes=(text,),
    )


@pytest.fixture(scope="module")
def document(ranking):
    return json.loads(to_geojson(ranking))


def strings(value):
    """Yield every string of a JSON document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for item in [*value, *value.values()] if isinstance(value, dict) else value:
            yield from strings(item)


def no_constant(name):
    raise AssertionError(f"{name} is no JSON")


def test_document_is_a_feature_collection_without_a_crs(document, ranking):
    assert document["type"] == "FeatureCollection"
    assert "crs" not in document
    assert len(document["features"]) == len(ranking.stretches) > 2
    for feature in document["features"]:
        assert feature["type"] == "Feature"
        assert set(feature) == {"type", "id", "geometry", "properties"}
        assert feature["geometry"]["type"] == "LineString"


def test_every_feature_has_the_keys_of_the_schema_in_order(document):
    for feature in document["features"]:
        assert list(feature["properties"]) == names_of(STRETCHES)


def test_features_stand_in_order_of_rank(document):
    ranks = [feature["properties"]["rank"] for feature in document["features"]]
    assert ranks == list(range(1, len(ranks) + 1)) == [feature["id"] for feature in document["features"]]


def test_coordinates_are_longitude_before_latitude(document, town_place):
    xy = np.concatenate([feature["geometry"]["coordinates"] for feature in document["features"]])
    assert np.abs(xy - [town_place.lon, town_place.lat]).max() < 0.01


def test_coordinates_come_back_to_the_metric_lines_within_a_centimetre(document, ranking):
    to_metric = Transformer.from_crs("EPSG:4326", ranking.area.crs, always_xy=True)
    for feature, line in zip(document["features"], ranking.stretches.geometry, strict=True):
        back = np.transpose(to_metric.transform(*np.transpose(feature["geometry"]["coordinates"])))
        assert np.hypot(*(back - shapely.get_coordinates(line)).T).max() < 0.01


def test_unknown_is_null_and_known_is_not(document):
    features = {f["properties"]["osm_ids"][0]: f["properties"] for f in document["features"]}
    assert features["way/3"]["osm_name"] is features["way/3"]["surface"] is features["way/3"]["free_lane_m"] is None
    assert features["way/1"]["surface"] == "asphalt"
    assert features["way/1"]["free_lane_m"] == pytest.approx(4, abs=0.1)


def test_slope_is_null_outside_of_the_raster_and_a_number_inside(document):
    grades = [abs(f["properties"]["grade_pct"]) for f in document["features"] if f["properties"]["grade_pct"]]
    assert grades == pytest.approx([0.5] * len(grades), abs=0.05)
    assert 0 < len(grades) < len(document["features"])
    for feature in document["features"]:
        known = feature["properties"]["grade_pct"] is not None
        assert known == (feature["properties"]["grade_sigma_pct"] is not None)


def test_numbers_are_those_of_the_ranking(document, ranking):
    for feature, row in zip(document["features"], ranking.stretches.to_dict("records"), strict=True):
        for key in ("score", "score_low", "length_m", "strip_width_m", "d_surface", "c_crowding"):
            assert feature["properties"][key] == pytest.approx(row[key], abs=5.1e-4)


def test_no_number_is_nan_or_infinite(ranking):
    json.loads(to_geojson(ranking), parse_constant=no_constant)


def test_what_a_reader_must_know_stands_on_the_collection(document, ranking):
    assert document["caution"] == CAUTION
    assert document["attribution"] == list(ranking.attribution)
    assert document["data_date"] == "2026-01-02"
    assert document["notes"] == list(ranking.notes)
    assert "motor road" in [e["reason"] for e in document["excluded"]]
    assert document["place"]["name"] == "Town"


def test_nothing_found_is_a_collection_without_features(ranking):
    empty = dataclasses.replace(ranking, stretches=ranking.stretches.iloc[:0])
    assert json.loads(to_geojson(empty))["features"] == []


def test_markup_in_a_name_stays_text(document):
    names = {f["properties"]["osm_name"] for f in document["features"]}
    assert {"[link=file:///etc/passwd]x[/link]", "[/bold]", None} == names
    assert all(
        f["properties"]["name"].startswith(f["properties"]["osm_name"] or "path, 2") for f in document["features"]
    )


@pytest.mark.parametrize("text", HOSTILE, ids=lambda t: ascii(t[:20]))
def test_hostile_text_is_plain_text_in_the_document(ranking, text):
    written = to_geojson(hostile(ranking, text))
    written.encode("utf-8")
    assert not {c for c in written if c != "\n" and unicodedata.category(c) in UNSEEN}
    document = json.loads(written)
    assert not {c for string in strings(document) for c in string if unicodedata.category(c) in UNSEEN}
    assert max(map(len, strings(document))) <= 400
    assert len(document["features"]) == len(ranking.stretches)
    for feature in document["features"]:
        assert list(feature["properties"]) == names_of(STRETCHES)
