"""Crowding: what draws people near, by which clock, what counters teach, and whose wheels may come."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from surveys import judge
from town import ORIGIN, lonlat, write_town

from saferoute import scoring, search
from saferoute.candidates import middles_of_windows
from saferoute.criteria import crowding
from saferoute.criteria.crowding import kernels
from saferoute.model import Counters, Features, Measurement, Moment, Place
from saferoute.osm.people import SETTINGS
from saferoute.quantities import Exact, RandomNumbers
from saferoute.sources import clock
from saferoute.sources.osm.extract import ExtractSource
from saferoute.sources.profiles import load_profile

if TYPE_CHECKING:
    pass

HERE = np.array([ORIGIN])
HELSINKI, SYDNEY = Place("", 25.0, 60.0), Place("", 151.2, -33.9)
STREETS = """
n1 -400 0
n2 0 0
n3 400 0
n4 0 -400
n5 0 400
w1 n1,n2,n3 highway=residential name=East
w2 n4,n2,n5 highway=footway
"""


def at(text: str, place: Place = HELSINKI) -> Moment:
    return clock.parse_moment(text, place, now=dt.datetime(2026, 6, 15, 12, tzinfo=dt.UTC))


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory):
    """Return a function that reads the features of a plan, each plan once."""
    known: dict[str, Features] = {}

    def read_plan(plan: str) -> Features:
        if plan not in known:
            source = ExtractSource([write_town(tmp_path_factory.mktemp("crowd") / "town.osm", plan)])
            known[plan] = source.read_features(search.area_around(Place("here", *lonlat(0, 0)), 1500), margin_m=2000)
        return known[plan]

    return read_plan


@pytest.fixture
def index(read):
    """Return a function that gives the index at a point of a plan."""

    def index_at(plan: str, x: float = 0.0, y: float = 0.0, *, when: str = "") -> float:
        moment = at(when) if when else None
        return float(crowding.estimate_people_per_hour(HERE + np.array([x, y]), read(plan), moment)[0])

    return index_at


def walks(count: int, tags: str = "highway=footway") -> str:
    """Return parallel walks of one window each, 200 m apart."""
    plan = ""
    for i in range(count):
        plan += f"n{2 * i + 1} 0 {200 * i}\nn{2 * i + 2} 80.4 {200 * i}\n"
        plan += f"w{i + 1} n{2 * i + 1},n{2 * i + 2} {tags}\n"
    return plan


def from_the_south(found, values: np.ndarray) -> np.ndarray:
    return values[np.argsort(middles_of_windows(found.windows)[:, 1])]


# --- where: causes, one by one -----------------------------------------------------------------

DRAWS = [
    "amenity=cafe", "amenity=restaurant", "amenity=bar", "shop=bakery", "shop=anything", "office=it",
    "tourism=museum", "highway=bus_stop", "railway=tram_stop", "railway=station", "railway=subway_entrance",
    "public_transport=platform", "amenity=school", "amenity=parking", "leisure=playground", "leisure=beach_resort",
    "amenity=university", "leisure=sports_centre", "amenity=marketplace", 'shop="vacant;bakery"',
]  # fmt: skip


@pytest.mark.parametrize("tags", DRAWS)
@pytest.mark.parametrize("when", ["", "wed 13:00", "sat 07:00", "sun 03:00"])
def test_what_draws_people_makes_it_busier_and_is_forgotten_a_km_away(index, tags: str, when: str) -> None:
    alone = index(STREETS, when=when)
    assert index(STREETS + f"n90 8 6 {tags}", when=when) > alone
    assert index(STREETS + f"n90 1000 0 {tags}", when=when) == alone
    assert index(STREETS + f"n90 -700 720 {tags}", when=when) == alone


@pytest.mark.parametrize("tags", ["amenity=bench", "natural=tree", "highway=street_lamp", "shop=vacant", "tourism=yes"])
def test_what_draws_nobody_does_not_count(index, tags: str) -> None:
    assert index(STREETS + f"n90 0 0 {tags}") == index(STREETS)


@pytest.mark.parametrize(
    "tags", ["building=apartments building:levels=5", "natural=beach", "leisure=park", "shop=mall"]
)
def test_areas_draw_people_too(index, tags: str) -> None:
    corners = "n91 5 5\nn92 105 5\nn93 105 105\nn94 5 105\n"
    assert index(STREETS + corners + f"w9 n91,n92,n93,n94,n91 {tags}") > index(STREETS)
    far = "n91 1005 5\nn92 1105 5\nn93 1105 105\nn94 1005 105\n"
    assert index(STREETS + far + f"w9 n91,n92,n93,n94,n91 {tags}") == index(STREETS)


def test_a_private_garden_draws_nobody(index) -> None:
    corners = "n91 5 5\nn92 105 5\nn93 105 105\nn94 5 105\n"
    garden = STREETS + corners + "w9 n91,n92,n93,n94,n91 leisure=garden"
    assert index(garden + " access=private") == index(STREETS) < index(garden)


def test_people_thin_out_with_distance(index) -> None:
    people = [index(STREETS + f"n90 {x} 0 amenity=cafe") for x in (0, 30, 60, 120, 250, 500, 880)]
    assert (np.diff(people) < 0).all()


def test_higher_houses_hold_more_people(index) -> None:
    corners = "n91 5 5\nn92 45 5\nn93 45 45\nn94 5 45\n"
    house = STREETS + corners + "w9 n91,n92,n93,n94,n91 building=apartments"
    low, high, nonsense = (index(f"{house} building:levels={n}") for n in (1, 9, 900))
    assert low < index(house) == nonsense < high


@pytest.mark.parametrize(
    ("busy", "quiet"),
    [
        ("highway=pedestrian", "highway=residential"),
        ("highway=primary", "highway=residential"),
        ("highway=residential", "highway=service service=alley"),
        ("highway=footway", "highway=path"),
        ("highway=path", "highway=track"),
        ("highway=footway width=12", "highway=footway width=2"),
        ("highway=residential name=High_Street", "highway=residential"),
    ],
)
def test_the_way_tells_where_people_walk(index, busy: str, quiet: str) -> None:
    plan = "n1 -400 0\nn2 400 0\nw1 n1,n2 "
    assert index(plan + busy) > index(plan + quiet)


def test_more_streets_around_are_more_people(index) -> None:
    at_x = [x for x in range(-240, 241, 80) if x]
    grid = "".join(f"n{100 + i} {x} -300\nn{200 + i} {x} 300\n" for i, x in enumerate(at_x))
    grid += "".join(f"w{100 + i} n{100 + i},n{200 + i} highway=residential\n" for i in range(len(at_x)))
    assert index(STREETS + grid) > index(STREETS)


@pytest.mark.parametrize("water", ["natural=coastline", "waterway=river", "natural=water"])
def test_a_promenade_is_busier_than_a_path_inland(index, water: str) -> None:
    shore = "n81 -600 -20\nn82 600 -20\nn83 600 -90\nn84 -600 -90\nw8 n81,n82,n83,n84,n81 "
    plan = STREETS.replace("residential", "footway")
    assert index(plan + shore + water, 100) > index(plan, 100)
    assert index(STREETS + shore + water, 100) == index(STREETS, 100)


def test_a_promenade_stays_one_where_another_part_of_its_lake_is_missing(index) -> None:
    plan = STREETS.replace("residential", "footway")
    lake = "n81 -600 -20\nn82 600 -20\nw81 n81,n82\nr8 w81@outer,w82@outer type=multipolygon natural=water\n"
    rest = "n83 600 -90\nn84 -600 -90\nw82 n82,n83,n84,n81\n"
    assert index(plan + lake, 100) == pytest.approx(index(plan + lake + rest, 100))
    assert index(plan + lake, 100) > index(plan, 100)


def test_pavements_drawn_apart_do_not_double_the_street(index) -> None:
    pavement = "n81 -400 6\nn82 400 6\nw8 n81,n82 highway=footway footway=sidewalk\n"
    assert index(STREETS + pavement) == pytest.approx(index(STREETS), rel=1e-6)


def test_far_from_every_way_and_off_the_map_nothing_is_known(index) -> None:
    cafe = STREETS + "n90 300 300 amenity=cafe"
    assert np.isnan(index(cafe, 300, 300))
    assert np.isnan(index(cafe, 5000, 5000))
    assert np.isfinite(index(cafe, 100, 20))


def test_points_of_an_area_too_large_for_one_grid_have_the_people_they_have_alone(read) -> None:
    features = read(STREETS + "n90 30 5 amenity=cafe\nn91 -350 5 shop=mall\n")
    spots = HERE + np.random.default_rng(0).uniform(-400, 400, (30, 2))
    whole = crowding.where.estimate_activity(spots, features).activity
    with_others = np.concatenate([spots, HERE + np.array([[100_000.0, 100_000.0], [-80_000.0, 90_000.0]])])
    assert crowding.where.estimate_activity(with_others, features).activity[:30].tolist() == whole.tolist()


SOMETHING = st.sampled_from(["amenity=cafe", "highway=bus_stop", "amenity=bar", "leisure=beach_resort", "shop=mall"])
NEAR = st.floats(-300, 300).map(lambda v: round(v, 1))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(NEAR, NEAR, SOMETHING), max_size=6), NEAR, SOMETHING, st.integers(0, 167))
def test_nothing_more_beside_a_way_ever_makes_any_place_quieter(read, others, x, thing, hour) -> None:
    town = STREETS + "".join(f"n{100 + i} {a} {b} {tags}\n" for i, (a, b, tags) in enumerate(others))
    when = at((dt.datetime(2026, 6, 15, tzinfo=dt.UTC) + dt.timedelta(hours=hour)).isoformat()[:16])
    spots = HERE + np.array([(x, 0.0), (0.0, 0.0), (-x, 3.0), (0.0, x)])
    before = crowding.estimate_people_per_hour(spots, read(town), when)
    after = crowding.estimate_people_per_hour(spots, read(town + f"n99 {x} 4 {thing}\n"), when)
    assert (after >= before).all()
    assert after[0] > before[0]


# --- as a percentile and in words -------------------------------------------------------------


def percentiles(found) -> np.ndarray:
    return judge(found, "crowding").describe(np.arange(len(found.windows)))["crowd_percentile"].to_numpy()


def test_where_nothing_is_mapped_people_are_unknown(look) -> None:
    found = judge(look(walks(3)), "crowding")
    assert np.isnan(found.value).all()
    assert found.confidence.tolist() == [0, 0, 0]
    assert found.desirability == pytest.approx(np.interp(0.6, *np.array(crowding.PERCENTILE_CURVE).T))
    table = found.describe(np.arange(3))
    assert table[["people_per_hour", "crowd_percentile", "best_hours"]].isna().all(axis=None)
    assert table["why_crowding"].str.contains("people unknown").all()


def test_the_walk_beside_the_cafe_is_the_busiest_and_the_farthest_the_quietest(look) -> None:
    found = look(walks(5) + "n90 40 0 amenity=cafe\nn91 42 0 shop=kiosk")
    value = from_the_south(found, percentiles(found))
    assert (np.diff(value) <= 0).all()
    assert value[0] > 0.8
    assert value[4] < 0.35
    assert ((value >= 0) & (value <= 1)).all()


def test_percentiles_are_those_of_counting_one_by_one() -> None:
    random = np.random.default_rng(3)
    xy, people, size = random.uniform(0, 3500, (400, 2)), random.random(400).round(1), random.integers(0, 4, 400) * 1.0
    found = crowding.measure.compute_local_percentiles(people, xy, size, np.arange(0, 400, 3))
    for i in range(0, 400, 3):
        near = np.hypot(*(xy - xy[i]).T) <= 1000
        less, same = (near & (people < people[i])), (near & (people == people[i]))
        share = (size[less].sum() + size[same].sum() / 2) / size[near].sum()
        assert found[i] == pytest.approx(share)
    assert np.isnan(found[1])


@pytest.mark.parametrize("seed", range(3))
def test_one_cafe_more_at_a_walk_never_makes_it_quieter_among_the_others(look, seed: int) -> None:
    places = np.random.default_rng(seed).uniform((-200, -200), (300, 900), (6, 2)).round(1)
    town = walks(4) + "".join(f"n{90 + i} {x} {y} amenity=restaurant\n" for i, (x, y) in enumerate(places))
    found = look(town)
    before = from_the_south(found, percentiles(found))
    for walk in range(4):
        found = look(town + f"n99 40 {200 * walk + 5} amenity=cafe\n")
        assert from_the_south(found, percentiles(found))[walk] >= before[walk] - 1e-9


def test_known_people_are_a_guess_and_say_so_and_why(look) -> None:
    plan = walks(2) + "n90 40 0 amenity=cafe\nn91 44 0 amenity=cafe\nn92 40 9 railway=tram_stop\nn93 1 1 shop=kiosk\n"
    found = look(plan)
    measured = judge(found, "crowding")
    assert measured.confidence.tolist() == [0.3, 0.3]
    why = measured.describe(np.arange(2))["why_crowding"]
    assert why.str.contains("guessed from the map, nobody counted").all()
    south = from_the_south(found, why.to_numpy(dtype=object))[0]
    assert "a tram stop, two cafés and a shop within 100 m" in south


def test_the_number_of_drivers_in_words_is_honest_about_strangers_text(look) -> None:
    found = look(walks(1) + 'n90 40 0 shop="<script>alert(1)</script>"\nn91 40 3 office="\u202e"')
    why = judge(found, "crowding").describe(np.array([0]))["why_crowding"].iloc[0]
    assert "<" not in why
    assert "\u202e" not in why
    assert "a shop" in why
    assert "an office" in why


def test_without_houses_a_map_of_streets_is_trusted_less_and_says_so(look) -> None:
    plan = walks(1) + "n90 40 0 amenity=cafe\nn91 0 300\nn92 2000 300\nw9 n91,n92 highway=residential\n"
    house = "n{0} {1} 310\nn{0}1 {1} 320\nn{0}2 {2} 320\nw{0} n{0},n{0}1,n{0}2,n{0} building=house\n"
    houses = "".join(house.format(100 + i, 50 * i, 50 * i + 9) for i in range(6))
    bare, mapped = (judge(look(p), "crowding") for p in (plan, plan + houses))
    assert (bare.confidence[0], mapped.confidence[0]) == (
        pytest.approx(0.175, abs=0.03),
        pytest.approx(0.275, abs=0.02),
    )
    words = [found.describe(np.array([0]))["why_crowding"].iloc[0] for found in (bare, mapped)]
    assert ["no houses are mapped" in text for text in words] == [True, False]


def test_a_large_thing_is_named_once(look) -> None:
    square = "n91 -60 20\nn92 160 20\nn93 160 240\nn94 -60 240\nw9 n91,n92,n93,n94,n91 place=square\n"
    why = judge(look(walks(1) + square), "crowding").describe(np.array([0]))["why_crowding"].iloc[0]
    assert "drawn by a square within 100 m" in why


def test_busier_is_never_kinder(look) -> None:
    found = judge(
        look(walks(5, "highway=footway bicycle=no") + "n90 40 0 amenity=cafe\nn91 40 0 shop=mall"), "crowding"
    )
    worth = found.desirability[np.argsort(found.value)]
    assert (np.diff(worth) <= 0).all()
    assert worth[0] > worth[-1]


def rate_crowding(people: float, percentile: float) -> float:
    bounds = dict.fromkeys(crowding.CRITERION.bounds, Exact(np.ones(1)))
    hedge = Exact(np.array([percentile]))
    found = Measurement(Exact(np.array([people])), np.ones(1), bounds=bounds, hedge=hedge)
    return float(scoring.judge_best_estimates(crowding.CRITERION, found)[0])


@settings(max_examples=200, deadline=None)
@given(st.floats(0, 1e5), st.floats(0, 1e5), st.floats(0, 1), st.floats(0, 1))
def test_more_people_and_a_higher_percentile_are_never_kinder(a: float, b: float, p: float, q: float) -> None:
    few, many = sorted((a, b))
    low, high = sorted((p, q))
    assert rate_crowding(many, high) <= rate_crowding(few, low) + 1e-12


def test_the_busiest_way_where_nobody_is_is_good_enough() -> None:
    assert rate_crowding(2.0, 1.0) == 1.0


def test_the_quietest_way_of_a_crowded_place_is_worth_more_than_its_people() -> None:
    assert rate_crowding(600.0, 1.0) < 0.2 < rate_crowding(600.0, 0.1) == pytest.approx(0.2**0.5)


# --- when -------------------------------------------------------------------------------------


def test_every_week_has_mean_1_and_no_hour_is_empty() -> None:
    assert crowding.when.PROFILES.shape == (len(SETTINGS), 168)
    assert crowding.when.PROFILES.mean(axis=1) == pytest.approx(1)
    assert (crowding.when.PROFILES > 0).all()


@pytest.mark.parametrize(
    ("tags", "busy", "quiet"),
    [
        ("shop=clothes", "wed 13:00", "sat 07:00"),
        ("amenity=bar", "sat 23:00", "wed 09:00"),
        ("office=it", "wed 12:00", "sun 12:00"),
        ("amenity=school", "wed 08:00", "sat 08:00"),
        ("railway=station", "wed 08:00", "sun 08:00"),
        ("leisure=park", "sun 15:00", "wed 06:00"),
        ("leisure=beach_resort", "2026-07-18T15:00", "2026-11-21T07:00"),
    ],
)
def test_each_setting_keeps_its_clock(index, tags: str, busy: str, quiet: str) -> None:
    there = [index(STREETS + f"n90 0 0 {tags}", when=when) - index(STREETS, when=when) for when in (busy, quiet)]
    assert there[0] > 1.5 * there[1] > 0


def test_the_season_of_beaches_is_that_of_the_hemisphere() -> None:
    beach = SETTINGS.index("beach")
    north, south, tropics = (
        np.array([crowding.when.seasonal_factors(m, lat)[beach] for m in range(1, 13)]) for lat in (54.0, -34.0, 5.0)
    )
    assert north.argmax() in (6, 7)
    assert south.argmax() in (0, 1)
    assert tropics.tolist() == [1] * 12
    assert north.mean() == pytest.approx(1)


def test_best_hours_are_the_quiet_ones_in_the_light() -> None:
    setting = np.eye(len(SETTINGS))
    school = setting[SETTINGS.index("school")][None]
    in_june, in_december = at("2026-06-20T12:00"), at("2026-12-21T12:00")
    workday = crowding.when.find_quiet_hours(school, in_june)[0, 0]
    assert workday[6]
    assert not workday[7]
    by_hour = crowding.when.find_quiet_hours(setting, in_december)
    assert by_hour.any(axis=2).all()
    assert not by_hour[..., [h for h in range(24) if not 8 <= h < 16]].any()
    polar_night = clock.parse_moment("2026-12-21T12:00", Place("", 15.6, 78.2))
    assert not crowding.when.find_quiet_hours(school, polar_night).any()


def test_best_hours_are_quiet_by_the_clocks_at_hand_and_by_the_learnt_one() -> None:
    activity = np.random.default_rng(1).random((20, len(SETTINGS)))
    learnt = crowding.when.PROFILES[SETTINGS.index("centre")]
    both = np.stack([activity @ crowding.when.PROFILES, np.tile(learnt, (20, 1))]).reshape(2, 20, 7, 24)[:, :, 5]
    worse = (both / both[..., 7:21].mean(axis=-1, keepdims=True)).max(axis=0)
    for quiet, share in zip(crowding.when.find_quiet_hours(activity, None)[:, 1], worse, strict=True):
        others = [h for h in range(7, 21) if not quiet[h]]
        assert share[quiet].max() < share[others].min()
        assert quiet.sum() == 1 or share[quiet].max() < 2 / 3 <= share[others].min()


def test_no_guess_makes_an_hour_quiet_that_the_counters_call_busy() -> None:
    school = np.eye(len(SETTINGS))[[SETTINGS.index("school")]]
    guessed = crowding.when.PROFILES[SETTINGS.index("school")].reshape(7, 24)[5]
    quiet = crowding.when.find_quiet_hours(school, None)[0, 1]
    assert guessed[8] < 0.1
    assert quiet[8]
    assert guessed[20] < 0.1
    assert not quiet[20]  # Saturday evening, when a centre is full


@pytest.mark.parametrize("name", ["office", "residential", "transit"])
def test_guesses_bend_the_learnt_week_where_people_share_its_streets(name: str) -> None:
    week = crowding.when.PROFILES[SETTINGS.index(name)].reshape(7, 24)
    waking = week[2, 6:]
    assert week[2, 7] < waking.mean() < week[2, 8]
    learnt = crowding.when.PROFILES[SETTINGS.index("centre")].reshape(7, 24)
    assert np.mean([np.corrcoef(*day)[0, 1] for day in zip(week, learnt, strict=True)]) > 0.9


def test_offices_rest_at_weekends_more_than_shops_and_not_as_much_as_is_guessed() -> None:
    days = crowding.when.PROFILES.reshape(len(SETTINGS), 7, 24).mean(axis=2)
    saturday = dict(zip(SETTINGS, days[:, 5] / days[:, :4].mean(axis=1), strict=True))
    assert 0.2 < saturday["office"] < 0.7 < saturday["transit"] < saturday["residential"] < saturday["centre"]


@pytest.mark.parametrize("name", ["evening", "school", "park", "beach"])
def test_settings_that_no_counter_stands_in_keep_hours_of_their_own(name: str) -> None:
    week = crowding.when.PROFILES[SETTINGS.index(name)]
    assert np.corrcoef(week, crowding.when.PROFILES[SETTINGS.index("centre")])[0, 1] < 0.85


def test_hours_are_said_to_be_a_guess_outside_the_centre(look) -> None:
    plan = walks(1) + "n90 40 0 leisure=playground\n"
    profile = load_profile(at="2026-06-20T15:00")
    said = judge(look(plan, profile=profile), "crowding").describe(np.array([0]))
    assert "guessed from the map and the hour" in said["why_crowding"].iloc[0]
    plan = walks(1) + "".join(f"n{90 + i} {40 + i} 0 shop=clothes\n" for i in range(9))
    said = judge(look(plan, profile=profile), "crowding").describe(np.array([0]))
    assert "guessed from the map, nobody counted" in said["why_crowding"].iloc[0]


# --- what counters and dwellers teach ---------------------------------------------------------


def counted(features: Features, xy: list[tuple[float, float]], counts: list[float], hour: float = np.nan) -> Features:
    table = pd.DataFrame(np.array(xy) + ORIGIN, columns=["x_m", "y_m"]).assign(count=counts, hour_of_week=hour)
    return replace(features, counters=Counters(table, features))


TOWN = STREETS + "".join(f"n{100 + i} {20 * i - 390} 3 amenity=cafe\n" for i in range(14))
SPOTS = [(-380.0, 0.0), (-250.0, 0.0), (-100.0, 0.0), (50.0, 0.0), (200.0, 0.0), (380.0, 0.0)]


def expect_people(features: Features, hour: float = np.nan) -> np.ndarray:
    """Return the people that the map alone tells at the spots."""
    activity = crowding.where.estimate_activity(HERE + SPOTS, features).activity
    return crowding.calibrate.Scale().estimate_people(crowding.index_at_hours(activity, np.full(6, hour), None))


def test_without_counters_the_scale_is_that_of_other_cities(read) -> None:
    assert crowding.calibrate.learn_scale(read(TOWN), None) == crowding.calibrate.Scale()


@pytest.mark.parametrize("factor", [0.2, 1.0, 20.0])
def test_counters_move_the_level_and_never_the_order(read, factor: float) -> None:
    features = read(TOWN)
    plain = crowding.estimate_people_per_hour(HERE + SPOTS, features)
    week = expect_people(features)
    taught = crowding.estimate_people_per_hour(HERE + SPOTS, counted(features, SPOTS, (factor * week).tolist()))
    assert np.argsort(taught).tolist() == np.argsort(plain).tolist()
    assert np.exp(np.log(taught / plain).mean()) == pytest.approx(factor, rel=0.35)
    scale = crowding.calibrate.learn_scale(counted(features, SPOTS, (factor * week).tolist()), None)
    assert scale.confidence == pytest.approx(0.7)
    assert scale.error < crowding.calibrate.LEVEL_SD


def test_the_level_of_a_city_is_drawn_once_for_all_lines(look) -> None:
    people = judge(look(walks(2) + "n90 40 0 amenity=cafe\nn91 60 0 shop=bakery"), "crowding").measurement.quantity
    normal = np.random.default_rng(3).standard_normal(50)
    drawn = people.draw(RandomNumbers(uniform=np.linspace(0.01, 0.99, 50), normal=normal))
    assert np.ptp(drawn[0]) > 0
    assert np.ptp(drawn[0] / drawn[1]) == pytest.approx(0, abs=1e-9)
    assert drawn[0, 0] != pytest.approx(drawn[1, 0])


def test_one_counter_teaches_less_than_many(read) -> None:
    features = read(TOWN)
    week = 10 * expect_people(features)
    one, all_six = (
        crowding.calibrate.learn_scale(counted(features, SPOTS[:n], week[:n].tolist()), None) for n in (1, 6)
    )
    untaught = crowding.calibrate.Scale().estimate_people(np.array([50.0]))
    by_one, by_all = (scale.estimate_people(np.array([50.0])) / untaught for scale in (one, all_six))
    assert 1 < by_one[0] < by_all[0] < 10.5
    assert 0.3 < one.confidence < 0.5
    assert one.error > all_six.error


def test_counters_that_contradict_the_map_are_not_trusted_for_it(read) -> None:
    features = read(TOWN)
    people = crowding.estimate_people_per_hour(HERE + SPOTS, features)
    scale = crowding.calibrate.learn_scale(counted(features, SPOTS, (1000 / people).tolist()), None)
    assert scale.agreement == pytest.approx(-1)
    assert scale.slope > 0
    assert scale.confidence == 0.3


def test_counts_are_compared_at_their_own_hour(read) -> None:
    features = read(TOWN)
    noon = expect_people(features, 2 * 24 + 12.0)
    scale = crowding.calibrate.learn_scale(counted(features, SPOTS, noon.tolist(), hour=2 * 24 + 12.0), None)
    assert (scale.level, scale.slope) == (pytest.approx(crowding.calibrate.LEVEL), pytest.approx(1))


def test_counted_dwellers_take_the_place_of_guessed_ones(read) -> None:
    corners = "n91 5 5\nn92 45 5\nn93 45 45\nn94 5 45\n"
    features = read(STREETS + corners + "w9 n91,n92,n93,n94,n91 building=apartments building:levels=5")
    empty, full = (
        crowding.estimate_people_per_hour(
            HERE,
            replace(
                features,
                population=pd.DataFrame(
                    {"x_m": [ORIGIN[0] + 25], "y_m": [ORIGIN[1] + 25], "people": [n], "cell_m": 50.0}
                ),
            ),
        )[0]
        for n in (0.0, 900.0)
    )
    assert empty == crowding.estimate_people_per_hour(HERE, read(STREETS))[0]
    assert full > crowding.estimate_people_per_hour(HERE, features)[0] > empty


# --- wheels, dogs, children --------------------------------------------------------------------

COLUMNS = [
    "highway",
    "bicycle",
    "segregated",
    "motor_vehicle",
    "vehicle",
    "access",
    "tracktype",
    "maxspeed",
    "motorcar",
]


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"highway": "footway"}, 0.85),
        ({"highway": "footway", "bicycle": "no"}, 1.0),
        ({"highway": "path", "bicycle": "use_sidepath"}, 1.0),
        ({"highway": "footway", "bicycle": "yes"}, 0.7),
        ({"highway": "path"}, 0.7),
        ({"highway": "pedestrian"}, 0.7),
        ({"highway": "path", "bicycle": "designated"}, 0.4),
        ({"highway": "path", "bicycle": "designated", "segregated": "no"}, 0.4),
        ({"highway": "path", "bicycle": "designated", "segregated": "yes"}, 0.5),
        ({"highway": "track", "bicycle": "no"}, 1.0),
    ],
)
def test_bicycles_are_read_from_the_tags(tags: dict[str, str], kind: float) -> None:
    assert crowding.wheels.rate_bicycles(pd.DataFrame([tags], columns=COLUMNS, dtype="str")).tolist() == [kind]


@pytest.mark.parametrize(
    ("tags", "kind", "word"),
    [
        ({"highway": "footway"}, 1.0, "not tagged"),
        ({"highway": "pedestrian"}, 0.8, "deliveries possible"),
        ({"highway": "track"}, 0.5, "unknown"),
        ({"highway": "track", "tracktype": "grade1"}, 0.45, "likely"),
        ({"highway": "track", "tracktype": "grade5"}, 0.75, "unlikely (a soft track"),
        ({"highway": "track", "motor_vehicle": "no"}, 1.0, "not allowed"),
        ({"highway": "track", "vehicle": "no"}, 1.0, "not allowed"),
        ({"highway": "track", "motor_vehicle": "agricultural"}, 0.6, "for farming"),
        ({"highway": "track", "motor_vehicle": "forestry"}, 0.7, "for forestry"),
        ({"highway": "track", "access": "agricultural"}, 0.6, "for farming"),
        ({"highway": "track", "motor_vehicle": "yes", "tracktype": "grade5"}, 0.25, "allowed"),
        ({"highway": "track", "motor_vehicle": "strange"}, 0.4, "not understood"),
        ({"highway": "track", "motor_vehicle": "forestry; agricultural"}, 0.6, "for forestry and for farming"),
        ({"highway": "track", "access": "agricultural;forestry"}, 0.6, "for farming and for forestry"),
        ({"highway": "track", "tracktype": "Grade 5"}, 0.75, "unlikely (a soft track"),
        ({"highway": "path", "motor_vehicle": "destination"}, 0.4, "for residents"),
        ({"highway": "footway", "access": "yes"}, 1.0, "not tagged"),
        ({"highway": "footway", "access": "destination"}, 0.4, "for residents"),
        ({"highway": "pedestrian", "access": "destination", "motor_vehicle": "no"}, 1.0, "not allowed"),
        ({"highway": "track", "tracktype": "grade2", "motorcar": "no"}, 0.65, "no cars; farm traffic possible"),
        ({"highway": "track", "tracktype": "grade5", "motorcar": "private"}, 0.75, "unlikely (a soft track"),
        ({"highway": "path", "motorcar": "no"}, 1.0, "no cars"),
        ({"highway": "track", "motorcar": "no", "motor_vehicle": "forestry"}, 0.7, "for forestry"),
        ({"highway": "path", "maxspeed": "20"}, 0.4, "speed limit"),
        ({"highway": "track", "tracktype": "grade5", "maxspeed": "30"}, 0.4, "speed limit"),
        ({"highway": "track", "motor_vehicle": "no", "maxspeed": "30"}, 1.0, "not allowed"),
    ],
)
def test_motors_are_graded_by_what_is_tagged(tags: dict[str, str], kind: float, word: str) -> None:
    value, words = crowding.wheels.rate_motors(pd.DataFrame([tags], columns=COLUMNS, dtype="str"))
    assert value.tolist() == [kind]
    assert word in words[0]


def test_the_firmer_a_track_the_more_is_driven_on_it() -> None:
    assert (np.diff([crowding.wheels.TRACKS[f"grade{n}"][0] for n in range(1, 6)]) > 0).all()


def test_wheels_bound_how_kind_a_quiet_walk_is(look) -> None:
    plan = walks(5, "highway=path bicycle=designated") + "n90 40 0 amenity=cafe"
    assert (judge(look(plan), "crowding").desirability <= 0.4).all()


def test_the_worst_wheels_of_a_window_decide_and_are_named_apart(look) -> None:
    plan = "n1 0 0\nn2 60 0\nn3 80.4 0\nw1 n1,n2 highway=footway bicycle=no\nw2 n2,n3 highway=track tracktype=grade2\n"
    found = judge(look(plan), "crowding")
    assert found.desirability.tolist() == [0.55]
    table = found.describe(np.array([0]))
    assert table["bicycles"].tolist() == ["possible"]
    assert table["motors"].tolist() == ["farm traffic likely (not tagged)"]


@pytest.mark.parametrize(
    ("tags", "column", "kind"),
    [
        ("leisure=dog_park", "dogs", 0.6),
        ("leisure=playground", "playground", 0.7),
        ("amenity=school", "school", 0.8),
        ("amenity=bicycle_rental", "scooters", 0.75),
    ],
)
def test_dogs_children_and_scooters_beside_are_named_and_cost(look, tags: str, column: str, kind: float) -> None:
    near = judge(look(walks(1) + f"n90 40 20 {tags}"), "crowding")
    far = judge(look(walks(1) + f"n90 40 400 {tags}"), "crowding")
    assert near.desirability[0] <= kind
    others = {"dogs", "playground", "school", "scooters"} - {column}
    table = near.describe(np.array([0]))
    assert table[column].notna().all()
    assert table[sorted(others)].isna().all(axis=None)
    assert far.describe(np.array([0]))[column].isna().all()


def test_a_school_sleeps_at_weekends(look) -> None:
    plan = walks(1, "highway=footway bicycle=no") + "n90 40 20 amenity=school"
    kinds = [
        judge(look(plan, profile=load_profile(at=when)), "crowding").desirability[0]
        for when in ("2026-06-17T08:00", "2026-06-20T08:00")
    ]
    assert kinds[0] <= 0.8 < kinds[1]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(200, 2500))
def test_the_far_kernel_does_not_hang_on_how_far_the_map_goes_on(seed: int, cut_m: float) -> None:
    """To the last digit, though it is a Fourier transform over all of the ground that is asked for."""
    random = np.random.default_rng(seed)
    xy, spots = random.uniform(-2000, 4000, (300, 2)) + HERE, random.uniform(0, 2500, (25, 2)) + HERE
    units, setting = random.exponential(0.5, 300), random.integers(0, 3, 300)
    whole = crowding.where.Attractors(xy, units, setting, np.full(300, "", dtype=object), np.arange(300))
    near, asked = xy[:, 0] < HERE[0, 0] + cut_m + 1000, spots[:, 0] < HERE[0, 0] + cut_m
    alone = kernels.sum_both_kernels(spots[asked], whole.select_rows(near))
    assert alone.tolist() == kernels.sum_both_kernels(spots, whole)[asked].tolist()
