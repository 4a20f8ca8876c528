from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tables import to_table

from saferoute.osm import ways, widths


def tagged(widths: list[str | None], highway: str = "footway") -> pd.DataFrame:
    return pd.DataFrame({"highway": [highway] * len(widths), "width": pd.array(widths, dtype="str")})


def test_a_pavement_beside_a_road_is_a_class_of_its_own() -> None:
    ways = tagged([None] * 3).assign(footway=pd.array(["sidewalk", "crossing", None], dtype="str"))
    width, _ = widths.estimate_way_widths(ways)
    assert width.tolist() == [widths.BY_CLASS_M["sidewalk"], *[widths.BY_CLASS_M["footway"]] * 2]


def test_what_has_no_class_is_taken_for_the_narrowest() -> None:
    width, known = widths.estimate_way_widths(tagged([None], highway="steps"))
    assert (width.tolist(), known.tolist()) == ([min(widths.BY_CLASS_M.values())], [False])


def test_a_slip_of_the_pen_is_unknown() -> None:
    width, known = widths.estimate_way_widths(tagged(["250", "2.5", "wide", "0.1"]))
    assert known.tolist() == [False, True, False, False]
    assert width.tolist() == [1.8, 2.5, 1.8, 1.8]


@pytest.mark.parametrize(
    ("text", "width"),
    [("about 1.4", 1.4), ("~ 2.2 m", 2.2), ("2.4-1.1", 1.1), ("70 – 90cm", 0.7), ("3;2.5", 2.5), ("1.5 to 2", 1.5)],
)
def test_a_way_is_as_wide_as_where_it_is_narrowest(text: str, width: float) -> None:
    assert widths.read_widths(tagged([text])).tolist() == pytest.approx([width])


@given(
    st.lists(st.floats(0.4, 40).map(lambda width: f"{width:.2f}"), min_size=1, max_size=4),
    st.sampled_from([" m wide, then ", " or so; ", "-", ";", " – ", " then narrow "]),
    st.sampled_from(["", " cows", " m", "?"]),
)
def test_no_text_makes_a_way_wider_than_its_narrowest_number(numbers, between, behind) -> None:
    narrowest = min(map(float, numbers))
    ways = tagged([between.join(numbers) + behind])
    assert widths.estimate_way_widths(ways)[0][0] <= max(narrowest, 0.4) + 1e-9


def test_a_road_is_taken_for_as_wide_as_where_it_is_widest() -> None:
    half = widths.estimate_half_widths(tagged(["5-9", "12 metres, or 14 with the lay-by", None], "residential"))
    assert half.tolist() == [4.5, 7.0, widths.HALF_WIDTH_M["residential"]]


def test_measured_clearance_overrules_tags() -> None:
    ground = to_table(tagged(["2"]).assign(clear_width_m=7.0))
    width, known = widths.estimate_widths(ground)
    assert (width.tolist(), known.tolist()) == ([7.0], [True])


def test_a_running_track_is_of_no_class_of_ways() -> None:
    table = pd.DataFrame({"highway": [None, "track", "footway"], "leisure": ["track", None, "track"]})
    of_class = ways.find_foot_classes(table).tolist()
    assert of_class == [len(ways.FOOT_CLASSES), *(ways.FOOT_CLASSES.index(name) for name in ("track", "footway"))]
