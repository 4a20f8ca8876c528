"""Lines and areas are told apart as OpenStreetMap means them."""

from __future__ import annotations

import pytest

from saferoute.osm import keys


@pytest.mark.parametrize(
    ("text", "line", "area"),
    [
        ("highway=footway", True, False),
        ("highway=pedestrian area=yes", False, True),
        ("highway=pedestrian area=no", True, False),
        ("natural=beach", False, True),
        ("natural=coastline", True, False),
        ("natural=cliff", True, False),
        ("natural=tree_row", True, False),
        ("leisure=park", False, True),
        ("leisure=track", True, True),
        ("leisure=track area=yes", False, True),
        ("leisure=track area=no", True, False),
        ("leisure=slipway", True, True),
        ("leisure=slipway area=yes", False, True),
        ("man_made=pier", True, True),
        ("man_made=quay", True, False),
        ("waterway=river", True, False),
        ("waterway=riverbank", False, True),
        ("railway=tram", True, False),
        ("railway=platform", False, True),
        ("barrier=hedge", True, False),
        ("natural=Cliff", True, False),
        ("natural=Water", False, True),
        ("waterway=Riverbank", False, True),
        ("highway=pedestrian area=Yes", False, True),
        ("barrier=hedge area=yes", False, True),
        ("barrier=fence landuse=grass", True, True),
        ("aeroway=runway", True, True),
        ("building=yes", False, True),
        ("building=no", False, False),
        ("area:highway=footway", False, True),
        ("name=Nothing", False, False),
        ("fence_type=wire", True, False),
        ("kerb=raised", True, False),
        ("landuse=meadow fence_type=wire", False, True),
        ("building:part=yes", False, True),
        ("natural=water area=no", False, True),
        ("building=yes area=no", False, True),
        ("leisure=pitch area=no", False, False),
    ],
)
def test_closed_way_is_what_its_tags_mean(text, line, area):
    get = dict(pair.split("=") for pair in text.split()).get
    assert (keys.is_line(get), keys.is_area(get)) == (line, area)


@pytest.mark.parametrize(
    ("keys", "columns"),
    [
        (keys.LINE_KEYS, keys.WAY_TAGS),
        (keys.AREA_KEYS, keys.AREA_TAGS),
        (keys.POINT_KEYS, keys.POINT_TAGS),
    ],
    ids=["ways", "areas", "points"],
)
def test_every_key_that_brings_a_row_has_a_column(keys, columns):
    assert set(keys) <= set(columns)


def test_no_column_stands_twice():
    for columns in (keys.WAY_TAGS, keys.AREA_TAGS, keys.POINT_TAGS):
        assert len(columns) == len(set(columns))
