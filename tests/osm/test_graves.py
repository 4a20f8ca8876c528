"""Burial grounds are known by their names, and what is named after them is none."""

from __future__ import annotations

import pandas as pd
import pytest

from saferoute.osm.graves import is_old_burial_ground

PARK = {"leisure": "park"}


@pytest.mark.parametrize(
    ("tags", "is_one"),
    [
        (PARK | {"name": "Vanha Hautausmaa"}, True),
        (PARK | {"name": "st. olav's churchyard"}, True),
        (PARK | {"name": "cemitério dos ingleses"}, True),
        (PARK | {"name": "olšanské hřbitovy"}, True),
        ({"landuse": "grass", "name": "cimitero vecchio"}, True),
        ({"highway": "pedestrian", "area": "yes", "name": "platz am friedhof"}, False),
        ({"building": "yes", "name": "friedhofskapelle"}, False),
        (PARK | {"name": "hofgarten"}, False),
        ({"historic": "cemetery"}, True),
        ({"historic": "monument"}, False),
        ({"disused:landuse": "cemetery"}, True),
        ({"disused:landuse": "quarry"}, False),
        (PARK, False),
    ],
)
def test_a_green_with_the_name_of_a_burial_ground_is_one(tags: dict[str, str], is_one: bool) -> None:
    assert is_old_burial_ground(pd.DataFrame([tags])).tolist() == [is_one]
