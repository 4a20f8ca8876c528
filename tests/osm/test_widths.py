from __future__ import annotations

import pandas as pd
import pytest

from saferoute.osm import widths


def tagged(widths: list[str], highway: str = "footway") -> pd.DataFrame:
    return pd.DataFrame({"highway": [highway] * len(widths), "width": pd.array(widths, dtype="str"), "n": 1})


def test_the_usual_width_is_the_25th_percentile_of_the_tagged_ones() -> None:
    usual = widths.learn_usual_widths(tagged(["2"] * 8 + ["4"] * 16))
    assert usual["footway"] == pytest.approx(2.0)
    assert usual["path"] == widths.BY_CLASS_M["path"]
    assert widths.learn_usual_widths(tagged(["2", "4"]).assign(n=[8, 16])) == usual


def test_few_tagged_widths_teach_nothing() -> None:
    assert widths.learn_usual_widths(tagged(["4"] * 19)) == widths.BY_CLASS_M


def test_a_slip_of_the_pen_is_unknown() -> None:
    width, known = widths.estimate_widths(tagged(["250", "2.5", "wide", "0.1"]))
    assert known.tolist() == [False, True, False, False]
    assert width.tolist() == [1.8, 2.5, 1.8, 1.8]


def test_measured_clearance_overrules_tags() -> None:
    ground = tagged(["2"]).assign(clear_width_m=7.0)
    width, known = widths.estimate_widths(ground)
    assert (width.tolist(), known.tolist()) == ([7.0], [True])
