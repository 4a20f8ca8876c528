"""The index at points, and how it is judged by counters."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import numpy as np
import pytest
from town import ORIGIN, lonlat, write_town

import saferoute
from saferoute import search
from saferoute.cli import main
from saferoute.criteria import crowding
from saferoute.model import InvalidInput, Place
from saferoute.sources.osm.extract import ExtractSource

NOON = "2026-06-17T13:00"
HIGH_STREET = """
n1 -1500 0
n2 0 0
n3 1500 0
n4 0 -1500
n5 0 1500
w1 n1,n2,n3 highway=pedestrian name=High
w2 n4,n2,n5 highway=residential
""" + "".join(f"n{100 + i} {20 * i} 5 shop=clothes\n" for i in range(30))
SPOTS = [(x, 0.0) for x in (-1150, -800, -400, 0, 200, 400, 600, 1000)] + [(0.0, 900.0), (0.0, -900.0)]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_town(tmp_path_factory.mktemp("evaluation") / "town.osm", HIGH_STREET)


@pytest.fixture(scope="module")
def spots() -> np.ndarray:
    return np.array([lonlat(x, y) for x, y in SPOTS])


def write_counts(path: Path, spots: np.ndarray, counts: np.ndarray, at: str = "wed 13:00") -> Path:
    rows = [f"{lon:.6f},{lat:.6f},{n},{at}" for (lon, lat), n in zip(spots, counts, strict=True)]
    path.write_text("\n".join(["lon,lat,count,at", *rows]), encoding="utf-8")
    return path


def test_the_index_has_a_number_a_point_and_is_that_of_the_hour(town: Path, spots: np.ndarray) -> None:
    noon = saferoute.crowding_at(town, spots, at=NOON)
    night = saferoute.crowding_at(str(town), spots.tolist(), at="2026-06-17T03:00")
    assert noon.shape == (len(spots),)
    assert (noon > night).all()
    assert noon[4] > noon[7] > noon[0] > noon[8]


def test_points_alone_and_among_others_have_the_same_index(town: Path, spots: np.ndarray) -> None:
    source = ExtractSource([town])
    among = saferoute.crowding_at(source, spots, at=NOON)
    alone = [saferoute.crowding_at([town], spot[None], at=NOON)[0] for spot in spots]
    assert alone == pytest.approx(among.tolist(), rel=1e-3)


def test_what_is_off_the_map_is_unknown(town: Path) -> None:
    points = np.array([lonlat(0, 0), lonlat(700, 700), (0.0, 0.0), (np.nan, 60.0), (np.inf, 60.0), (500.0, 95.0)])
    found = saferoute.crowding_at(town, points, at=NOON)
    assert np.isfinite(found).tolist() == [True, False, False, False, False, False]
    assert np.isnan(saferoute.crowding_at(town, points[1:], at=NOON)).all()
    assert saferoute.crowding_at(town, np.empty((0, 2))).shape == (0,)


def test_points_all_over_a_country_are_those_of_their_own_town(town: Path, spots: np.ndarray, tmp_path: Path) -> None:
    other = re.sub(r"\b([nw])(\d+)\b", r"\g<1>9\2", HIGH_STREET)
    far = write_town(tmp_path / "far.osm", other, shift=(-150_000, 0))
    there = np.array([lonlat(x, y, shift=(-150_000, 0)) for x, y in SPOTS])
    both = saferoute.crowding_at([town, far], np.vstack([spots, there]), at=NOON)
    assert both[:10] == pytest.approx(saferoute.crowding_at(town, spots, at=NOON), rel=1e-3)
    assert both[10:] == pytest.approx(both[:10], rel=0.1)  # the grid lies otherwise


@pytest.mark.parametrize("points", [[1.0, 2.0], [[1.0, 2.0, 3.0]], [[[1.0, 2.0]]], 5.0])
def test_points_of_another_shape_are_one_line(town: Path, points: object) -> None:
    with pytest.raises(InvalidInput, match="shape"):
        saferoute.crowding_at(town, points)


def test_a_time_that_is_none_is_one_line_before_the_map_is_read(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="soon"):
        saferoute.crowding_at(tmp_path / "none.osm.pbf", [[25.0, 60.0]], at="soon")


def test_counters_that_the_map_foretells_agree_with_it(town: Path, spots: np.ndarray, tmp_path: Path) -> None:
    counts = (7 * saferoute.crowding_at(town, spots, at=NOON) ** 1.3).round(2)
    found = search.evaluate_crowding(write_counts(tmp_path / "counts.csv", spots, counts), town)
    assert (found.counters, found.off_map) == (10, 0)
    assert (found.places.value, found.places.low, found.places.high) == pytest.approx((1, 1, 1))
    assert found.left_out.value > 0.9
    assert found.left_out_factor < 2 < found.factor


def test_counts_by_chance_do_not(town: Path, spots: np.ndarray, tmp_path: Path) -> None:
    counts = np.random.default_rng(2).permutation(10) * 100
    found = search.evaluate_crowding(write_counts(tmp_path / "counts.csv", spots, counts), town)
    assert found.places.low < found.places.value < found.places.high
    assert found.places.low < 0 < found.places.high


def test_a_counter_never_teaches_its_own_prediction(town: Path, spots: np.ndarray, tmp_path: Path) -> None:
    counts = np.arange(10) * 30.0 + 5
    first = search.evaluate_crowding(write_counts(tmp_path / "a.csv", spots, counts), town).rows["predicted"]
    counts[0] = 900
    second = search.evaluate_crowding(write_counts(tmp_path / "b.csv", spots, counts), town).rows["predicted"]
    assert second[0] == first[0]
    assert (second[1:] != first[1:]).all()


def test_the_hour_asked_for_is_that_of_rows_without_one(town: Path, spots: np.ndarray, tmp_path: Path) -> None:
    counts = np.arange(10)
    named = search.evaluate_crowding(write_counts(tmp_path / "a.csv", spots, counts), town, at="2026-06-17T13:00")
    asked = search.evaluate_crowding(write_counts(tmp_path / "b.csv", spots, counts, ""), town, at="2026-06-17T13:00")
    assert asked.rows["index"].tolist() == named.rows["index"].tolist()
    mean = search.evaluate_crowding(write_counts(tmp_path / "c.csv", spots, counts, ""), town)
    assert mean.rows["index"].tolist() != named.rows["index"].tolist()


def test_the_command_prints_the_figures_and_leaves_out_what_is_off_the_map(
    town: Path, spots: np.ndarray, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spots = np.vstack([spots, [0.0, 0.0], lonlat(700, 700)])
    path = write_counts(tmp_path / "counts.csv", spots, np.arange(12) * 10)
    assert main(["evaluate-crowding", str(path), "--osm", str(town)]) == 0
    out = capsys.readouterr().out
    assert out.startswith("10 counters, 2 not used")
    assert "leave-one-sensor-out" in out
    assert len(out.strip().splitlines()) == 7 + 2 + 1 + 2 + 10  # figures, an hour and counters below their headings


def write_weeks(path: Path, spots: np.ndarray, week: np.ndarray) -> Path:
    """Write a table with a column for each hour of the week, from the counts of shape (spots, 168)."""
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    head = [f"{days[hour // 24]} {hour % 24:02}:00" for hour in range(168)]
    rows = [",".join(map(str, [*spot, *counts])) for spot, counts in zip(spots.tolist(), week.tolist(), strict=True)]
    path.write_text("\n".join([",".join(["lon", "lat", *head]), *rows]), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def foretold(town: Path) -> np.ndarray:
    """Return the index at the spots by hour of the week."""
    area = search.area_around(Place("", *lonlat(0, 0)), 1500)
    features = ExtractSource([town]).read_features(area, margin_m=1000)
    return crowding.estimate_activity(np.array(SPOTS) + ORIGIN, features).activity @ crowding.when.PROFILES


def test_weeks_as_foretold_agree_in_hours_level_and_quiet_hours(
    town: Path, spots: np.ndarray, foretold: np.ndarray, tmp_path: Path
) -> None:
    found = search.evaluate_crowding(write_weeks(tmp_path / "weeks.csv", spots, 3 * foretold), town)
    assert found.counters == found.hours.counters == found.quiet.counters == 10
    assert found.hours.value == pytest.approx(1, abs=1e-3)
    # The quietest hour of a day counts however many come.
    assert found.quiet.value > 0.9
    assert found.level.value == pytest.approx(3 / np.exp(crowding.calibrate.LEVEL), rel=0.05)
    assert found.by_hour["hour_of_week"].tolist() == list(range(168))
    assert found.by_hour["spearman"].min() > 0.95


def test_hours_turned_about_disagree_where_places_agree(
    town: Path, spots: np.ndarray, foretold: np.ndarray, tmp_path: Path
) -> None:
    week = foretold.reshape(10, 7, 24).copy()
    week[..., 7:21] = week[..., 7:21].max(axis=-1, keepdims=True) + 1 - week[..., 7:21]
    found = search.evaluate_crowding(write_weeks(tmp_path / "weeks.csv", spots, week.reshape(10, 168)), town)
    assert found.places.value > 0.8
    assert found.hours.value < 0.5
    assert found.by_counter["correlation"].median() == found.hours.value
    assert found.quiet.value < 0.5


def test_a_counter_out_of_step_is_found_by_its_own_correlation(
    town: Path, spots: np.ndarray, foretold: np.ndarray, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    week = foretold.copy()
    week[3] = np.roll(week[3], 12)
    path = write_weeks(tmp_path / "weeks.csv", spots, week)
    found = search.evaluate_crowding(path, town).by_counter.sort_values("correlation")
    assert found["lon"].iloc[0] == pytest.approx(spots[3, 0])
    assert found["correlation"].iloc[0] < 0.3
    assert found["correlation"].iloc[1] > 0.9
    assert main(["evaluate-crowding", str(path), "--osm", str(town)]) == 0
    assert f"{found['correlation'].iloc[0]:.2f}" in capsys.readouterr().out.split("predicted  hours")[1]


def test_a_counter_of_many_hours_is_one(town: Path, spots: np.ndarray, tmp_path: Path) -> None:
    once = search.evaluate_crowding(write_counts(tmp_path / "a.csv", spots, np.arange(10) * 30), town)
    rows = (tmp_path / "a.csv").read_text(encoding="utf-8").splitlines()
    (tmp_path / "b.csv").write_text("\n".join([*rows, *rows[2:3] * 40]), encoding="utf-8")
    often = search.evaluate_crowding(tmp_path / "b.csv", town)
    assert often.counters == once.counters == 10
    assert often.places == once.places
    assert often.left_out.value == pytest.approx(once.left_out.value)


def test_hours_that_few_counted_have_no_figure(town: Path, spots: np.ndarray, tmp_path: Path) -> None:
    found = search.evaluate_crowding(write_counts(tmp_path / "counts.csv", spots, np.arange(10) * 30), town)
    assert np.isnan([found.hours.value, found.quiet.value]).all()
    assert (found.hours.counters, found.quiet.counters) == (0, 0)


def test_what_lies_near_the_edge_is_said_and_not_judged_by(town: Path, spots: np.ndarray, tmp_path: Path) -> None:
    at_edge = np.array([lonlat(1450, 0), lonlat(0, -1280)])
    source = ExtractSource([town], extent=(*lonlat(-1500, -1500), *lonlat(1500, 1500)))
    with pytest.warns(UserWarning, match="2 of 12 points lie within 300 m of the map's edge"):
        index = saferoute.crowding_at(source, np.vstack([spots, at_edge]), at=NOON)
    assert np.isfinite(index).all()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        saferoute.crowding_at(source, spots, at=NOON)
    path = write_counts(tmp_path / "counts.csv", np.vstack([spots, at_edge]), np.arange(12) * 10)
    found = search.evaluate_crowding(path, source)
    assert (found.counters, found.off_map, found.near_edge) == (10, 0, 2)


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ("lon,lat\n1,2\n", "column count"),
        ("lon,lat,count\n0,0,5\n", "0 of 1 counters"),
        ("lon,lat,count\n1,2,x\n", "row 2"),
    ],
)
def test_bad_counts_are_one_line_with_exit_code_2(
    town: Path, tmp_path: Path, counts: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "counts.csv"
    path.write_text(counts, encoding="utf-8")
    assert main(["evaluate-crowding", str(path), "--osm", str(town)]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1
