"""Which objects tell where something is, and with which words."""

from __future__ import annotations

import pandas as pd
import pytest

from saferoute.osm import landmarks


@pytest.mark.parametrize(
    ("tags", "joiner"),
    [
        ({"leisure": "park"}, " in "),
        ({"leisure": "garden;playground"}, " in "),
        ({"natural": "beach"}, ", "),
        ({"leisure": "stadium"}, ", "),
        ({"place": "square"}, " on "),
        ({"leisure": "hackerspace"}, ""),
        ({"building": "yes"}, ""),
    ],
    ids=str,
)
def test_grounds_have_words_that_lead_to_their_name(tags, joiner):
    assert landmarks.choose_joiners(pd.DataFrame([tags])).tolist() == [joiner]


def test_what_is_in_a_tunnel_tells_nobody_where_he_is():
    ways = pd.DataFrame({"highway": ["residential", "trunk", None], "waterway": [None, None, "stream"]})
    assert landmarks.is_street(ways).tolist() == [True, True, False]
    assert landmarks.is_water(ways).tolist() == [False, False, True]
    below = ways.assign(tunnel="yes")
    assert not landmarks.is_street(below).any()
    assert not landmarks.is_water(below).any()


def test_streets_that_are_not_built_are_none():
    assert landmarks.is_street(pd.DataFrame({"highway": ["proposed", "path"]})).tolist() == [False, True]


def test_countries_are_no_places_to_find_a_path_by():
    places = pd.DataFrame({"place": ["hamlet", "country", "ocean", None]})
    assert landmarks.is_settlement(places).tolist() == [True, False, False, False]
