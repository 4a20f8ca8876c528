from __future__ import annotations

import pandas as pd

from saferoute.osm import widths


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
    width, known = widths.estimate_widths(tagged(["250", "2.5", "wide", "0.1"]))
    assert known.tolist() == [False, True, False, False]
    assert width.tolist() == [1.8, 2.5, 1.8, 1.8]


def test_measured_clearance_overrules_tags() -> None:
    ground = tagged(["2"]).assign(clear_width_m=7.0)
    width, known = widths.estimate_widths(ground)
    assert (width.tolist(), known.tolist()) == ([7.0], [True])
