"""A session keeps the level's limits, runs where the stretches are, and says what it cannot do."""

from __future__ import annotations

import dataclasses
from functools import cache
from itertools import pairwise
from pathlib import Path

import networkx as nx
import numpy as np
import osmnx as ox
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from town import lonlat, write_town

from saferoute import search, training
from saferoute.limits import clearance
from saferoute.model import (
    BEGINNER_LEVELS,
    BEGINNER_SECTION_S,
    BEGINNER_SECTIONS,
    STEP_KINDS,
    InvalidInput,
    InvalidProfile,
    Place,
    PlaceNotFound,
    Training,
    Wish,
)
from saferoute.sources.cache import Cache
from saferoute.sources.open import LocalFiles, open_local
from saferoute.sources.osm.extract import ExtractSource
from saferoute.sources.profiles import LEVELS, load_profile

REGION = Path(__file__).resolve().parents[1] / "data" / "helsinki"

BLOCKS = """
    # A grid of quiet ways, 600 m by 400 m, with two straight walks of 200 m
    n1 0 0
    n2 300 0
    n3 600 0
    n4 0 200
    n5 300 200
    n6 600 200
    n7 0 400
    n8 300 400
    n9 600 400
    w1 n1,n2,n3 highway=footway surface=asphalt width=4 name="South Walk"
    w2 n4,n5,n6 highway=footway surface=gravel width=2
    w3 n7,n8,n9 highway=footway surface=asphalt width=4 name="North Walk"
    w4 n1,n4,n7 highway=path
    w5 n2,n5,n8 highway=path
    w6 n3,n6,n9 highway=path
"""
LAWN = """
    n20 320 220
    n21 440 220
    n22 440 320
    n23 320 320
    w20 n20,n21,n22,n23,n20 landuse=grass leisure=park surface=grass
"""
ISLAND = """
    n30 900 0
    n31 1150 0
    w30 n30,n31 highway=footway surface=tartan width=5 name="Island Walk"
"""
ONE_WALK = """
    n1 0 0
    n2 400 0
    n3 700 300
    n4 700 900
    w1 n1,n2 highway=footway surface=asphalt width=4 name="The Walk"
    w2 n2,n3 highway=residential
    w3 n3,n4 highway=residential
"""


def features_of(plan, folder):
    return ExtractSource([write_town(folder / "town.osm", plan)])


def place_at(x, y):
    lon, lat = lonlat(x, y)
    return Place("Here", lon, lat)


@pytest.fixture
def run(tmp_path):
    """Plan in a town from a point in it."""

    def plan(town, at=(0.0, 0.0), level="beginner", **wish):
        profile = level if not isinstance(level, str) else load_profile(level)
        area = search.area_around(place_at(*at), search.START_RADIUS_M)
        return search.plan(search.Query(area, features_of(town, tmp_path), profile), wish=Wish(**wish))

    return plan


@cache
def sample_ground(level):
    """The sample ranked around its middle, once a level, and its network."""
    features, _ = open_local(LocalFiles(REGION), join=search.join_ways, cache=Cache())
    area = search.area_around(Place("Middle", 24.944, 60.172), 1500)
    ranking = search.find(search.Query(area, features=features, profile=load_profile(level), top=200))
    net = training.build_footpaths(ranking.features)
    return ranking, training.Ground(net, lambda xy: np.full(len(xy), np.nan))


# What a level asks


@pytest.mark.parametrize("level", LEVELS)
def test_weeks_never_ask_less_and_reach_the_last(level):
    profile = load_profile(level)
    loads = [training.weekly_load(profile, week) for week in range(1, 53)]
    for name in ("sections", "section_s", "speed_m_s"):
        values = [getattr(load, name) for load in loads]
        assert values == sorted(values)
    level_of = profile.training
    assert (loads[0].sections, loads[0].section_s) == (level_of.sections[0], level_of.section_s[0])
    assert (loads[-1].sections, loads[-1].section_s) == (level_of.sections[1], level_of.section_s[1])
    assert loads[0].speed_m_s == profile.speed_m_s[0]
    assert loads[-1].speed_m_s == profile.speed_m_s[1]


@pytest.mark.parametrize("level", BEGINNER_LEVELS)
@pytest.mark.parametrize(
    "asked", [Training(sections=(1, 4)), Training(sections=(5, 9)), Training(section_s=(31.0, 60.0))]
)
def test_no_profile_lets_a_beginner_do_more(level, asked):
    profile = dataclasses.replace(load_profile(level), training=asked, longest_section_s=90.0)
    with pytest.raises(InvalidProfile, match="whatever else is asked"):
        training.weekly_load(profile, 1)


@pytest.mark.parametrize(
    ("wish", "rule"),
    [
        (Wish(week=0), "weeks of training are 1 to 52"),
        (Wish(week=53), "weeks of training are 1 to 52"),
        (Wish(time_s=599), "10 min to 5 h"),
        (Wish(time_s=float("nan")), "10 min to 5 h"),
        (Wish(distance_m=999), "1 to 42.195 km"),
        (Wish(distance_m=float("inf")), "1 to 42.195 km"),
        (Wish(time_s=1800, distance_m=5000), "leave one of them out"),
        (Wish(return_by="fly"), "choose walk or jog"),
    ],
)
def test_a_wish_that_breaks_a_rule_is_refused(wish, rule):
    with pytest.raises(InvalidInput, match=rule):
        training.check_wish(wish)


# Limits, over random starts and wishes

SHAPES = st.one_of(
    st.just({}),
    st.builds(lambda t: {"time_s": t}, st.floats(600, 3 * 3600)),
    st.builds(lambda d: {"distance_m": d}, st.floats(1000, 20_000)),
)


@pytest.mark.slow
@settings(max_examples=10, deadline=None, derandomize=True)
@given(
    level=st.sampled_from(BEGINNER_LEVELS),
    dx=st.floats(-450, 450),
    dy=st.floats(-700, 700),
    week=st.integers(1, 52),
    length=SHAPES,
    return_by=st.sampled_from(["walk", "jog"]),
)
def test_every_beginners_session_keeps_the_limits(level, dx, dy, week, length, return_by):
    ranking, ground = sample_ground(level)
    middle = shapely.box(*ranking.stretches.total_bounds).centroid
    start = np.array([middle.x + dx, middle.y + dy])
    made = training.plan_session(
        ranking, wish=Wish(week=week, return_by=return_by, **length), start=start, ground=ground
    )
    low, high = BEGINNER_SECTIONS
    assert low <= len(made.sections) <= high
    assert made.sections["duration_s"].max() <= min(BEGINNER_SECTION_S, ranking.profile.longest_section_s)
    backward = made.steps[made.steps["kind"] == "backward"]
    assert len(backward) == len(made.sections)
    check_is_whole(made)
    check_sections_lie_on_their_stretches(made)
    check_length_is_as_asked_or_said(made)


def check_is_whole(made):
    """Steps follow on each other in time, along the way and on the ground, and end where they began."""
    steps = made.steps
    assert set(steps["kind"]) <= set(STEP_KINDS)
    for total, part in (("start_s", "duration_s"), ("start_m", "distance_m")):
        assert steps[total].to_numpy()[1:] == pytest.approx((steps[total] + steps[part]).to_numpy()[:-1])
    xy = [shapely.get_coordinates(g)[[0, -1]] for g in steps.geometry]
    for before, after in pairwise(xy):
        assert np.hypot(*(after[0] - before[1])) < 1.5
    assert np.hypot(*(xy[-1][1] - xy[0][0])) < 0.01
    track = made.track
    assert (np.diff(track["distance_m"]) >= -1e-6).all()
    assert (np.diff(track["time_s"]) >= -1e-6).all()
    assert track["distance_m"].iloc[-1] == pytest.approx(made.figures["length_m"])
    assert track["time_s"].iloc[-1] == pytest.approx(made.figures["duration_s"])
    moved = np.hypot(np.diff(track["x_m"]), np.diff(track["y_m"])).sum()
    assert moved == pytest.approx(made.figures["length_m"], abs=1.5 * len(steps))


def check_sections_lie_on_their_stretches(made):
    run_out = made.ranking.profile.run_out_m
    by_rank = made.ranking.stretches.set_index("rank")
    for row in made.sections.itertuples():
        stretch = by_rank.loc[row.stretch]
        assert shapely.covers(stretch.geometry.buffer(0.01), row.geometry)
        assert row.length_m == pytest.approx(row.geometry.length)
        assert row.length_m <= stretch.geometry.length + 1e-6
        assert row.duration_s * row.speed_m_s == pytest.approx(row.length_m)
        assert row.run_out_m >= run_out
        if np.isfinite(stretch.advised_bearing_deg):
            turn = abs((row.bearing_deg - stretch.advised_bearing_deg + 180) % 360 - 180)
            assert turn < made.ranking.profile.max_heading_range_deg


def check_length_is_as_asked_or_said(made):
    wish, training = made.wish, made.ranking.profile.training
    got, asked = made.figures["duration_s"], wish.time_s or training.minutes * 60
    if wish.distance_m:
        got, asked = made.figures["length_m"], wish.distance_m
    said = any(" instead of " in note and ("km" in note or "min" in note) for note in made.notes)
    nobody_asked = wish.time_s is None and wish.distance_m is None
    assert abs(got - asked) <= 0.1 * asked or said or (nobody_asked and got < asked)


# The ground


@pytest.mark.slow
@pytest.mark.parametrize("level", LEVELS)
def test_every_level_finds_a_session_of_its_length_in_the_sample(level, sample):
    features, elevation = open_local(LocalFiles(sample), join=search.join_ways, cache=Cache())
    area = search.area_around(Place("Station", 24.944, 60.172), search.START_RADIUS_M)
    profile = load_profile(level)
    asked_s = 60 * profile.training.minutes
    made = search.plan(search.Query(area, features, profile, elevation), wish=Wish(time_s=asked_s))
    check_is_whole(made)
    check_sections_lie_on_their_stretches(made)
    assert made.figures["duration_s"] == pytest.approx(asked_s, rel=0.1)
    assert 0 < np.isfinite(made.track["elevation_m"]).mean() < 1
    kinds = list(made.steps["kind"])
    assert (kinds[0], kinds[-1]) == ("warm-up", "cool-down")
    assert all(kinds[i - 1] in {"look", "back"} for i, kind in enumerate(kinds) if kind == "backward")
    warm_up = made.steps["duration_s"].iloc[0]
    assert warm_up >= 0.9 * made.ranking.profile.training.warm_up_s


REAL = {
    "Helgoland": (54.181, 7.889, {"region": "helgoland"}),
    "its dune": (54.187, 7.912, {"region": "helgoland"}),
    "Porto": (41.150, -8.612, {"osm": "porto/porto-centre.osm.pbf", "dem": "porto/dem-porto-25m.tif"}),
}


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", REAL)
def test_sessions_of_real_places_are_whole_and_of_their_length(name, level, shared_data):
    lat, lon, files = REAL[name]
    region, *lists = (files.get(key) and shared_data / files[key] for key in ("region", "osm", "dem"))
    features, elevation = open_local(LocalFiles(region, lists[:1] if lists[0] else (), lists[1:] if lists[1] else ()))
    area = search.area_around(Place(name, lon, lat), search.START_RADIUS_M)
    profile = load_profile(level)
    asked_s = 60 * profile.training.minutes
    made = search.plan(search.Query(area, features, profile, elevation), wish=Wish(week=4, time_s=asked_s))
    check_is_whole(made)
    check_sections_lie_on_their_stretches(made)
    assert made.figures["duration_s"] == pytest.approx(asked_s, rel=0.1)


def test_one_looks_at_a_stretch_before_one_runs_it(run):
    made = run(BLOCKS, (0, 0), week=8)
    for stretch in set(made.sections["stretch"]):
        of_it = made.steps[made.steps["stretch"] == stretch]
        assert of_it["kind"].iloc[0] == "look"
        look, backward = of_it.geometry.iloc[0], of_it[of_it["kind"] == "backward"].geometry.iloc[0]
        assert list(look.coords) == list(backward.coords)[::-1]


def test_the_way_goes_on_the_network(run):
    made = run(BLOCKS)
    net = training.build_footpaths(made.ranking.features)
    ground = shapely.union_all(net.lines).buffer(0.05)
    for kind in ("warm-up", "run on", "cool-down"):
        for line in made.steps[made.steps["kind"] == kind].geometry:
            assert shapely.covers(ground, line)


def test_time_and_distance_are_met_within_a_tenth(run):
    for minutes in (20, 30, 45):
        assert run(BLOCKS, time_s=60 * minutes).figures["duration_s"] == pytest.approx(60 * minutes, rel=0.1)
    for metres in (3000, 5000):
        assert run(BLOCKS, distance_m=metres).figures["length_m"] == pytest.approx(metres, rel=0.1)


STREETS = """
    # A walk, a park path behind it, and blocks of streets on the other side
    n1 0 0
    n2 200 0
    n3 500 0
    n4 500 250
    n5 200 250
    n6 200 -200
    n7 0 -200
    n8 -200 0
    n9 -200 -200
    w1 n1,n2 highway=footway surface=asphalt width=4 name="The Walk"
    w2 n2,n3 highway=path
    w3 n3,n4 highway=path
    w4 n4,n5 highway=path
    w5 n5,n2 highway=path
    w6 n1,n7 highway=residential
    w7 n7,n6 highway=residential
    w8 n1,n8 highway=residential
    w9 n8,n9 highway=residential
    w10 n9,n7 highway=residential
"""


def test_who_asks_for_no_length_is_not_sent_round_for_it(run):
    made, longer = run(STREETS), run(STREETS, time_s=2700)
    training = made.ranking.profile.training
    forward_m = training.forward_speed_m_s * (training.warm_up_s + training.cool_down_s)
    assert made.figures["forward_m"] == pytest.approx(forward_m, rel=0.2)
    assert longer.figures["duration_s"] == pytest.approx(2700, rel=0.1)


@pytest.mark.parametrize("minutes", [25, 60])
def test_length_comes_from_laps_on_quiet_ways_and_not_from_streets(run, minutes):
    made = run(STREETS, time_s=60 * minutes)
    assert made.figures["road_m"] < 1
    assert made.figures["crossings"] <= 2
    assert any("quiet ways" in words for words in made.steps["words"])


@pytest.mark.parametrize(("tags", "wanted"), [("leisure=park", True), ("landuse=cemetery", False)])
def test_laps_are_run_in_a_park_rather_than_in_larger_yards_but_among_no_graves(run, tags, wanted):
    town = f"""
        n1 0 0
        n2 0 200
        n3 0 300
        n4 0 500
        n5 -400 0
        n6 -400 -600
        n7 300 200
        n8 300 600
        w1 n3,n4 highway=footway surface=asphalt width=4 name="The Walk"
        w2 n1,n2 highway=residential
        w3 n2,n3 highway=residential
        w4 n1,n5 highway=footway
        w5 n5,n6 highway=footway
        w6 n2,n7 highway=footway
        w7 n7,n8 highway=footway
        n11 20 180
        n12 320 180
        n13 320 620
        n14 20 620
        w8 n11,n12,n13,n14,n11 {tags}
    """
    made = run(town, time_s=2700)
    warm_up = made.track[made.track["step"] == 1]
    went_east = (warm_up["x_m"] - warm_up["x_m"].iloc[0]).max() > 250
    assert went_east == wanted


def test_a_better_stretch_across_roads_gives_way_to_one_as_good_at_hand(run):
    far = """
        n20 -200 -900
        n21 -200 -1100
        w20 n9,n20 highway=secondary
        w21 n20,n21 highway=footway surface=asphalt width=5 name="Far Walk"
    """
    assert set(run(STREETS + far).sections["name"]) == {"The Walk"}


def test_too_little_time_is_said_plainly(run):
    made = run(BLOCKS, time_s=600, week=8)
    assert len(made.sections) == 2
    assert "2 sections instead of 4: there is no time for more" in made.notes
    assert any("min instead of 10 min" in note for note in made.notes)


def test_jogging_back_takes_less_time_than_walking(run):
    walk, jog = (run(ONE_WALK, week=8, return_by=by) for by in ("walk", "jog"))
    back = [made.steps.loc[made.steps["kind"] == "back", "duration_s"].iloc[0] for made in (walk, jog)]
    assert back[0] == walk.ranking.profile.training.recovery_s
    assert back[1] < back[0]


def test_a_single_stretch_is_run_again_and_again(run):
    made = run(ONE_WALK.replace("400 0", "120 0"), week=8)
    assert list(made.sections["stretch"]) == [1, 1, 1, 1]
    assert list(made.steps["kind"]).count("back") == 3
    assert list(made.steps["kind"]).count("look") == 1
    check_is_whole(made)


def test_a_stretch_on_an_island_is_left_out_and_said(run):
    made = run(BLOCKS + ISLAND)
    assert "1 stretch not used: no foot way leads there from the start" in made.notes
    assert "Island Walk" not in set(made.sections["name"])
    assert "Island Walk" in set(made.ranking.stretches["osm_name"])


def test_a_stray_piece_of_way_beside_the_start_is_no_start(run):
    stray = "n40 -30 -30\n n41 -10 -30\n w40 n40,n41 highway=footway\n"
    made = run(BLOCKS + stray, (-20, -31))
    assert len(made.sections) >= 2
    assert (made.track["x_m"].iloc[0], made.track["y_m"].iloc[0]) != (-30, -30)


def test_open_ground_is_reached_straight_over_it(run):
    profile = dataclasses.replace(load_profile(), only_surfaces=frozenset({"grass"}))
    made = run(BLOCKS + LAWN, (300, 100), profile)
    assert set(made.sections["surface"]) == {"grass"}
    assert any("straight over open ground" in words for words in made.steps["words"])
    check_is_whole(made)


def test_a_fence_around_the_lawn_keeps_one_out(run):
    fence = "w21 n20,n21,n22,n23,n20 barrier=fence\n"
    profile = dataclasses.replace(load_profile(), only_surfaces=frozenset({"grass"}))
    made = run(BLOCKS + LAWN + fence, (300, 100), profile)
    assert made.sections.empty
    assert "no recommended stretch can be reached" in made.notes[-1]


def test_nothing_to_run_on_is_an_empty_session_that_says_why(run):
    made = run("n1 0 0\nn2 3000 0\nw1 n1,n2 highway=residential\n")
    assert made.steps.empty
    assert made.sections.empty
    assert "no recommended stretch can be reached from the start" in made.notes[-1]


def test_a_start_in_the_sea_names_the_distance_to_the_nearest_way(run):
    with pytest.raises(
        PlaceNotFound, match=r"the start is 7\d\d m from the nearest foot way; give a place within 500 m"
    ):
        run(BLOCKS, (0, -700))


def test_a_start_off_the_ways_is_said(run):
    made = run(BLOCKS, (0, -200))
    assert "the nearest foot way is 200 m from the start; the route begins and ends there" in made.notes


def test_unrated_stretches_are_for_want_of_better_and_said(run):
    rough = ONE_WALK.replace("surface=asphalt width=4", "surface=sett smoothness=bad")
    made = run(rough)
    assert set(made.sections["rating"]) == {"none"}
    assert any("is unrated, for want of anything better" in note for note in made.notes)


def test_bare_feet_are_told_of_the_way_between(run):
    made = run(BLOCKS + LAWN, (300, 100), load_profile(barefoot=True))
    assert any("carry shoes" in note for note in made.notes)


def test_a_section_never_outgrows_its_stretch(run):
    short = dataclasses.replace(load_profile("advanced"), clear_length_m=40.0)
    made = run(ONE_WALK.replace("400 0", "90 0"), (0, 0), short)
    assert made.sections["length_m"].max() <= 70
    assert any("where a stretch holds no more" in note for note in made.notes)


# The network


@pytest.fixture
def net(tmp_path):
    features = features_of(BLOCKS + ISLAND, tmp_path).read_features(
        search.area_around(place_at(300, 200), 800), margin_m=1000
    )
    return training.build_footpaths(features)


def test_network_has_its_nodes_where_ways_meet(net):
    assert set(net.node_id) == {1, 2, 3, 4, 5, 6, 7, 8, 9, 30, 31}
    assert len(net) == 13
    assert net.part_m == pytest.approx([3000, 250], rel=1e-3)


def test_osmnx_takes_the_network_for_its_own(net):
    graph = net.to_networkx()
    nodes, edges = ox.graph_to_gdfs(graph)
    assert (len(nodes), len(edges)) == (11, 26)
    assert ox.distance.nearest_nodes(graph, *net.xy[0]) == net.node_id[0]
    assert ox.stats.basic_stats(ox.convert.to_undirected(graph))["edge_length_total"] == pytest.approx(
        2 * net.length_m.sum(), rel=0.51
    )
    route = ox.routing.shortest_path(graph, 1, 9, weight="cost")
    length = ox.routing.route_to_gdf(graph, route, weight="cost")["length"].sum()
    trees = training.find_cheapest_paths(net, np.flatnonzero(net.node_id == 1))
    assert length == pytest.approx(trees.length_m[0, np.flatnonzero(net.node_id == 9)[0]])


def test_osmnx_finds_nodes_by_longitude_and_latitude(net):
    graph = net.to_networkx(crs="EPSG:4326")
    lon, lat = np.array([lonlat(*xy) for xy in [(310, 190), (20, 395), (598, 3)]]).T
    assert ox.distance.nearest_nodes(graph, lon, lat).tolist() == [5, 7, 3]
    assert (graph.nodes[9]["x"], graph.nodes[9]["y"]) == pytest.approx(lonlat(600, 400), abs=1e-6)
    edge = graph.edges[1, 2, 0]
    assert edge["length"] == pytest.approx(300, rel=1e-3)
    assert edge["geometry"].coords[-1] == pytest.approx(lonlat(300, 0), abs=1e-6)
    assert edge["name"] == "South Walk"
    assert "name" not in graph.edges[1, 4, 0]


def test_ways_between_the_same_nodes_all_stay_in_the_graph(tmp_path):
    plan = """
        n1 0 0
        n2 100 0
        n3 50 40
        w1 n1,n2 highway=footway
        w2 n1,n3,n2 highway=path
    """
    features = features_of(plan, tmp_path).read_features(search.area_around(place_at(50, 0), 300), margin_m=300)
    graph = training.build_footpaths(features).to_networkx()
    assert sorted(data["osmid"] for _, _, data in graph.edges(data=True)) == [1, 1, 2, 2]
    assert sorted(graph.get_edge_data(1, 2)) == [0, 1]


def test_cheapest_ways_are_those_of_networkx():
    _, ground = sample_ground("beginner")
    net, graph = ground.footpaths, ground.footpaths.to_networkx()
    source = int(np.flatnonzero(net.part == 0)[0])
    trees = training.find_cheapest_paths(net, np.array([source]))
    cost = nx.single_source_dijkstra_path_length(graph, int(net.node_id[source]), weight="cost")
    mine = {int(net.node_id[i]): trees.cost[0, i] for i in np.flatnonzero(np.isfinite(trees.cost[0]))}
    assert mine.keys() == cost.keys()
    assert [mine[k] for k in cost] == pytest.approx(list(cost.values()))
    for target in np.flatnonzero(net.part == 0)[::200]:
        assert net.length_m[trees.trace_path(0, target)].sum() == pytest.approx(trees.length_m[0, target])


def test_motorways_and_closed_ways_are_not_in_the_network_and_roads_are_dear(tmp_path):
    plan = (
        BLOCKS
        + """
        w10 n1,n5 highway=motorway
        w11 n5,n9 highway=trunk
        w12 n1,n6 highway=footway access=private
        w13 n4,n9 highway=primary
        w14 n1,n8 highway=footway foot=no
    """
    )
    features = features_of(plan, tmp_path).read_features(search.area_around(place_at(300, 200), 800), margin_m=1000)
    net = training.build_footpaths(features)
    assert not {10, 11, 12, 14} & set(net.way)
    road, quiet = net.way == 13, net.way == 1
    assert (net.cost / net.length_m)[road].min() > 2 * (net.cost / net.length_m)[quiet].max()


def test_a_footway_across_a_road_costs_a_crossing(tmp_path):
    plan = """
        n1 0 0
        n2 0 50
        n3 0 100
        n4 -100 50
        n5 100 50
        w1 n1,n2,n3 highway=footway
        w2 n4,n2,n5 highway=secondary
    """
    features = features_of(plan, tmp_path).read_features(search.area_around(place_at(0, 50), 500), margin_m=100)
    net = training.build_footpaths(features)
    foot = net.way == 1
    assert net.crossings[foot].sum() == 1
    assert net.cost[foot].sum() - net.length_m[foot].sum() > 70
    assert net.crossings[net.way == 2].sum() == 0


def test_a_square_is_crossed_straight_but_not_through_a_house(tmp_path):
    plan = """
        n1 0 0
        n2 100 0
        n3 100 100
        n4 0 100
        n5 -100 0
        n6 200 100
        n7 -100 100
        n8 60 40
        n9 80 40
        n10 80 60
        n11 60 60
        n12 90 200
        w1 n1,n2,n3,n4,n1 highway=pedestrian area=yes name="Square"
        w2 n5,n1 highway=footway
        w3 n3,n6 highway=footway
        w4 n7,n4 highway=footway
        w5 n8,n9,n10,n11,n8 building=yes
    """
    features = features_of(plan, tmp_path).read_features(search.area_around(place_at(50, 50), 500), margin_m=100)
    bare = training.build_footpaths(features)
    assert len(bare.part_m) == 3
    net = training.add_square_edges(bare, features, walls=clearance.collect_walls(features))
    over = {tuple(sorted((net.node_id[a], net.node_id[b]))) for a, b in zip(net.start, net.end, strict=True)}
    assert over - {(1, 5), (3, 6), (4, 7)} == {(1, 4), (3, 4)}
    assert len(net.part_m) == 1


def test_slip_roads_are_roads_like_the_road_they_lead_to(tmp_path):
    plan = """
        n1 0 0
        n2 100 0
        n3 200 0
        n4 300 0
        w1 n1,n2 highway=primary_link
        w2 n2,n3 highway=tertiary
        w3 n3,n4 highway=footway
    """
    features = features_of(plan, tmp_path).read_features(search.area_around(place_at(150, 0), 400), margin_m=300)
    net = training.build_footpaths(features)
    assert dict(zip(net.way.tolist(), net.on_road.tolist(), strict=True)) == {1: True, 2: True, 3: False}


# Going there, groups, and reasons

TWO_WALKS = """
    n1 0 0
    n2 200 0
    n3 700 0
    n4 900 0
    n5 900 300
    w1 n1,n2 highway=footway surface=gravel width=2 name="Near Walk"
    w2 n2,n3 highway=path
    w3 n3,n4 highway=footway surface=tartan width=4 name="Fine Walk"
    w4 n4,n5 highway=path
"""


def test_who_goes_there_by_other_means_begins_and_ends_at_the_best_stretch(run):
    home, there = run(TWO_WALKS), run(TWO_WALKS, there=True)
    check_is_whole(there)
    check_sections_lie_on_their_stretches(there)
    best = there.ranking.stretches.iloc[0]
    start = shapely.Point(there.track.iloc[0][["x_m", "y_m"]])
    assert best["osm_name"] == "Fine Walk"
    assert shapely.distance(best.geometry, start) < 1
    assert any("begins and ends at stretch 1, Fine Walk" in note for note in there.notes)
    assert there.figures["shortest_m"] < home.figures["shortest_m"]


@pytest.mark.parametrize("abreast", [2, 3, 7])
def test_a_group_takes_the_time_of_all_who_wait(run, abreast):
    alone, group = run(TWO_WALKS, week=8), run(TWO_WALKS, week=8, abreast=abreast)
    check_is_whole(group)
    (stretch,) = set(group.sections["stretch"])
    width = group.ranking.stretches.set_index("rank").loc[stretch, "width_m"]
    waves = -(-abreast // int(width / 1.5))
    section_s = group.sections["duration_s"].iloc[0]
    rest = group.steps.loc[group.steps["kind"].isin(["back", "recover"]), "duration_s"]
    assert rest.min() >= (waves - 1) * (section_s + 10)
    assert list(group.sections["duration_s"]) == list(alone.sections["duration_s"])
    words = " ".join(group.steps["words"])
    assert ("side by side" in words) == (waves == 1)


def test_nobody_runs_side_by_side_where_the_width_is_unknown(run):
    made = run(TWO_WALKS.replace(" width=4", "").replace(" width=2", ""), abreast=2)
    assert "one by one" in " ".join(made.steps["words"])


@pytest.mark.parametrize("abreast", [0, 31, 1.5])
def test_a_group_of_nobody_or_too_many_is_refused(abreast):
    with pytest.raises(InvalidInput, match="1 to 30 runners"):
        training.check_wish(Wish(abreast=abreast))


def test_the_best_stretch_is_said_to_be_the_best(run):
    made = run(TWO_WALKS, (600, 0))
    assert any("the best within 1 km" in words for words in made.steps["words"])


def test_a_better_stretch_that_is_not_run_is_named_with_the_reason(run):
    roads = """
        n30 -10 -500
        n31 -10 -720
        w30 n1,n30 highway=secondary
        w31 n30,n31 highway=footway surface=tartan width=5 name="Far Walk"
        n40 0 -800
        n41 250 -800
        w40 n40,n41 highway=footway surface=tartan width=5 name="Island Walk"
    """
    walk = 'n1 0 0\nn2 220 0\nw1 n1,n2 highway=footway surface=asphalt width=4 name="The Walk"\n'
    made = run(walk + roads)
    said = [note for note in made.notes if "scores more" in note]
    assert set(made.sections["name"]) == {"The Walk"}
    assert any("no foot way leads there" in note for note in said)
    assert any("roads to cross" in note for note in said)
    assert any("see the notes" in words for words in made.steps["words"])
