"""Every limit keeps its ground out, with that very reason; what is no limit does not.

The cases stand as small plans of their own, side by side in one town.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.transform import from_origin
from town import ORIGIN, lonlat, write_town

from saferoute import limits, search
from saferoute.model import Place, Profile, Ranking
from saferoute.search import survey_area
from saferoute.sources import clock
from saferoute.sources.elevation.raster import RasterSource
from saferoute.sources.osm.extract import ExtractSource
from saferoute.sources.profiles import adjust_profile, load_profile
from saferoute.table import Tags

if TYPE_CHECKING:
    from pathlib import Path

BEGINNER = load_profile("beginner")
COLUMNS, APART_X, APART_Y = 10, 500.0, 150.0


def way(tags: str = "highway=footway", node: str = "") -> str:
    """Return a straight way of 200 m along y = 0; `node` are the tags of its middle."""
    return f"n1 0 0\nn2 102 0 {node}\nn3 200.3 0\nw1 n1,n2,n3 {tags}\n"


def line(tags: str, *xy: tuple[float, float]) -> str:
    """Return way 2 along points of its own."""
    nodes = "".join(f"n{10 + i} {x} {y}\n" for i, (x, y) in enumerate(xy))
    return nodes + f"w2 {','.join(f'n{10 + i}' for i in range(len(xy)))} {tags}\n"


def beside(tags: str, y: float) -> str:
    """Return a line all along the way, `y` m from its middle line."""
    return line(tags, (-30, y), (230, y))


def across(tags: str, x: float = 102.0) -> str:
    """Return a line that crosses the way, no node in common."""
    return line(tags, (x, -40), (x + 1, 40))


def ground(tags: str, south: float = -20, north: float = 20) -> str:
    """Return an area over the middle of the way."""
    west, east = 60, 140
    corners = "".join(
        f"n{20 + i} {x} {y}\n" for i, (x, y) in enumerate([(west, south), (east, south), (east, north), (west, north)])
    )
    return f"{corners}w3 n20,n21,n22,n23,n20 {tags}\n"


def through(tags: str) -> str:
    """Return a line that crosses the way at its middle node."""
    return f"n10 102 -40\nn11 102 40\nw2 n10,n2,n11 {tags}\n"


@dataclass(frozen=True)
class Case:
    """A plan, and the reason for which the ground at `x` is left out; none: it is recommended."""

    name: str
    plan: str
    reason: str = ""
    x: float = 102.0


def tagged(reason: str, *tags: str) -> list[Case]:
    return [Case(t, way(t), reason) for t in tags]


def on_the_line(reason: str, *tags: str) -> list[Case]:
    return [Case(f"on the line {t}", way(node=t), reason) for t in tags]


BENT = "n1 0 0\nn2 102 0\nn3 190 0\nn4 200.6 2.4\nw1 n1,n2,n3,n4 highway=footway\n"
"""A way whose run-out bears to the left."""

OUT = [
    *tagged(
        "motor road", "highway=residential", "highway=living_street", "highway=service", "highway=unclassified",
        "highway=service service=driveway", "highway=service service=parking_aisle", "highway=primary_link",
        "highway=track motor_vehicle=yes", "highway=busway", "highway=footway motor_vehicle=destination",
        "highway=path motorcycle=yes", "highway=track ohv=designated", "highway=path moped=permissive",
        "highway=path vehicle=yes", "highway=path motor_vehicle=no atv=yes", "highway=path quad=Yes",
    ),
    *tagged("cycleway", "highway=cycleway", "highway=cycleway foot=yes", "highway=cycleway foot=no segregated=yes"),
    *tagged("bridleway", "highway=bridleway", "highway=bridleway foot=no"),
    *tagged("kind of way", "highway=unheard_of"),
    *tagged("steps", "highway=steps", "highway=footway conveying=yes"),
    *tagged("crossing", "highway=footway footway=crossing", "highway=footway footway=traffic_island"),
    *tagged("crossing", "highway=path path=crossing"),
    *tagged("not built", "highway=construction construction=footway", "highway=proposed", "highway=abandoned"),
    *tagged("indoor", "highway=corridor", "highway=footway indoor=yes", "highway=platform"),
    *tagged("tunnel", "highway=footway tunnel=yes", "highway=footway tunnel=building_passage"),
    *tagged("bridge", "highway=footway bridge=yes", "highway=path bridge=boardwalk"),
    *tagged(
        "mountain path", "highway=path sac_scale=mountain_hiking", "highway=path sac_scale=alpine_hiking",
        "highway=path trail_visibility=bad", "highway=path trail_visibility=no", "highway=via_ferrata",
    ),
    *tagged(
        "access", "highway=footway access=private", "highway=footway access=no", "highway=footway foot=no",
        "highway=footway access=customers", "highway=path foot=private", "highway=path foot=use_sidepath",
        "highway=footway access=permit", "highway=footway access=yes foot=private", "highway=footway access=Private",
    ),
    *tagged(
        "surface", "highway=path surface=rock", "highway=path surface=mud", "highway=footway surface=cobblestone",
        "highway=path surface=ice", "highway=path surface=shells", "highway=path surface=stepping_stones",
        "highway=path surface=pebblestone", "highway=path surface=asphalt;mud", 'highway=path surface="asphalt; mud"',
    ),
    *tagged(
        "smoothness", "highway=path smoothness=very_bad", "highway=path smoothness=impassable",
        "highway=track tracktype=grade5", "highway=path mtb:scale=2", "highway=path mtb:scale=4+",
        "highway=path sac_scale=hiking mtb:scale=1;3", 'highway=track tracktype="Grade 5"',
        'highway=path smoothness="very horrible"',
    ),
    *tagged("ford", "highway=path ford=yes"),
    *tagged("too narrow", "highway=path width=0.6", "highway=footway width=90cm", "highway=path width=0.8-2",
            "highway=path sac_scale=hiking width=2;0.5", "highway=footway est_width=0.7"),
    *tagged("slope", "highway=path incline=12%", "highway=path incline=-9", "highway=path incline=1:8",
            "highway=path incline=8°", "highway=path incline=Steep"),
    Case("a residential road passes", way() + through("highway=residential"), "junction with a road"),
    Case("a service road ends", way() + "n10 102 40\nw2 n10,n2 highway=service", "junction with a road"),
    *on_the_line("railway crossing", "railway=level_crossing", "railway=crossing", "railway=tram_crossing"),
    Case("a railway passes", way() + through("railway=rail"), "railway crossing"),
    *on_the_line(
        "obstacle on the line", "barrier=bollard", "barrier=gate", "barrier=kerb", "barrier=cycle_barrier",
        "barrier=block", "barrier=stile", "kerb=raised", "kerb=lowered", "highway=crossing", "crossing=uncontrolled",
        "highway=steps", "handrail=yes", "ford=yes", "barrier=kerb kerb=lowered",
    ),
    *[
        Case(f"{barrier} across", way() + across(f"barrier={barrier}"), "barrier across")
        for barrier in ("fence", "wall", "hedge", "guard_rail", "swing_gate", "bollard", "rope", "yes",
                        "Jersey barrier", "no;turnstile", "never heard of", "kerb")
    ],
    *[
        Case(f"{tags} across", way() + across(tags), "barrier across")
        for tags in ("natural=tree_row", "amenity=bench", "man_made=planter", "man_made=snow_fence", "highway=steps")
    ],
    Case("two fences meet on the way", way() + "n10 101 -30\nn11 103 25\nw2 n10,n2 barrier=fence\n"
         "w3 n2,n11 barrier=wall", "barrier across"),
    Case("a fence that ends on the way", way() + "n10 104 30\nw2 n10,n2 barrier=fence", "barrier across"),
    Case("a fence along the way that leaves it later", way() + "n10 140 0\nn11 150 -30\nw2 n2,n10,n11 barrier=rope",
         "barrier across", 120),
    Case("a fence around the ground beside the way", way() + ground("leisure=playground barrier=fence", 0, 30),
         "barrier across"),
    Case("the corners of two fences meet on the way", way() + "n10 97 -30\nn11 110 -30\nn12 95 30\n"
         "w2 n10,n2,n11 barrier=hedge\nw3 n12,n2 barrier=hedge", "barrier across"),
    *[
        Case(f"the edge of ground with {tags}", way() + ground(f"leisure=garden {tags}"), "barrier across", 60)
        for tags in ("barrier=fence", "barrier=unheard_of")
    ],
    Case("a bench drawn as an area", way() + ground("amenity=bench", -1, 1), "barrier across", 60),
    *[
        Case(f"barrier={barrier} 4 m off", way() + beside(f"barrier={barrier}", 4.0), "drop or water beside")
        for barrier in ("ditch", "unheard of")
    ],
    Case("a fence across at a node of the way", way() + through("barrier=fence"), "barrier across"),
    Case("a fence across where two cells meet", way() + across("barrier=fence", x=99.5), "barrier across"),
    Case("a residential road 2.5 m off", way() + beside("highway=residential", 5.5), "road beside"),
    Case("a primary road 2.5 m off", way() + beside("highway=primary", 7.0), "road beside"),
    Case("a road of four lanes 2.5 m off", way() + beside("highway=residential lanes=4", 9.0), "road beside"),
    Case("a road 14 m wide 2.5 m off", way() + beside("highway=residential width=14", 9.5), "road beside"),
    Case("a road across without a node", way() + across("highway=residential"), "road beside"),
    Case("a fence beyond the road",
         way() + beside("highway=residential", 5.5) + "n30 -30 9\nn31 230 9\nw5 n30,n31 barrier=fence", "road beside"),
    Case("a road of an unknown class across", way() + across("highway=hyperroad"), "road beside"),
    Case("a railway of an unknown kind across", way() + across("railway=maglev"), "railway beside"),
    Case("a railway 2.5 m off", way() + beside("railway=rail", 3.25), "railway beside"),
    Case("a tram 2.5 m off", way() + beside("railway=tram", -3.25), "railway beside"),
    *[
        Case(f"{tags} 4 m off", way() + beside(tags, 4.0), "drop or water beside")
        for tags in ("natural=cliff", "natural=coastline", "barrier=retaining_wall", "man_made=quay",
                     "waterway=river", "waterway=canal", "waterway=ditch", "waterway=stream")
    ],
    Case("a stream crosses", way() + across("waterway=stream"), "drop or water beside"),
    Case("a lake 4 m off", way() + ground("natural=water", 4, 30), "drop or water beside"),
    Case("a basin 4 m off", way() + ground("landuse=basin", -30, -4), "drop or water beside"),
    Case("a way through a lake", way() + ground("natural=water"), "drop or water beside"),
    Case("water behind a fence", way() + beside("natural=coastline", 4.5) + "n30 -30 2\nn31 230 2\n"
         "w5 n30,n31 barrier=fence", "drop or water beside"),
    *[
        Case(f"{tags} ahead", way() + line(tags, (205.6, -20), (205.6, 20)), "drop or water beyond", 188)
        for tags in ("natural=cliff", "natural=coastline", "barrier=retaining_wall", "waterway=river")
    ],
    Case("a wall ahead where the way bends", BENT + "n10 198 -20\nn11 198 1\nw2 n10,n11 barrier=wall",
         "wall beyond", 187),
    Case("a house ahead where the way bends", BENT + "n10 198 -9\nn11 220 -9\nn12 220 1\nn13 198 1\n"
         "w2 n10,n11,n12,n13,n10 building=yes", "wall beyond", 187),
    Case("steps that end beside it", way() + line("highway=steps", (104, 30), (104, 1.2)), "steps or lift beside"),
    Case("steps drawn as an area beside it", way() + ground("highway=steps area=yes", 1.0, 9), "steps or lift beside"),
    Case("a lift beside it", way() + "n10 104 1.7 highway=elevator", "steps or lift beside"),
    Case("steps ahead", way() + line("highway=steps", (204, -20), (204, 20)), "drop or water beyond", 188),
    *[
        Case(f"in {tags}", way() + ground(tags), "closed ground")
        for tags in ("amenity=school", "amenity=kindergarten", "leisure=golf_course", "landuse=cemetery",
                     "amenity=grave_yard", "landuse=military", "military=training_area", "amenity=parking",
                     "aeroway=aerodrome", "office=diplomatic", "landuse=railway", "landuse=quarry", "landuse=landfill",
                     "landuse=construction", "railway=platform", "man_made=pier")
    ],
    *[
        Case(f"in {tags}", way() + ground(tags), "building")
        for tags in ("building=yes", "building=roof", "building=hut")
    ],
    Case("a covered passage 2 m wide", way("highway=footway covered=yes width=2") + ground("building=yes"), "building"),
    *[
        Case(f"in {tags}", way() + ground(tags), "closed ground")
        for tags in ("leisure=garden access=private", "tourism=theme_park access=customers", "leisure=park foot=no",
                     "landuse=residential access=private", "tourism=camp_site access=members",
                     "boundary=hazard hazard=blasting", "boundary=hazard", "boundary=hazard hazard=unheard_of")
    ],
    Case("on a pier", way("highway=footway man_made=pier"), "closed ground"),
    Case("between two bollards", "n1 0 0\nn2 50 0 barrier=bollard\nn3 130 0 barrier=bollard\nn4 200 0\n"
         "w1 n1,n2,n3,n4 highway=footway", "too short"),
    Case("a way of 79 m", "n1 65 0\nn2 144 0\nw1 n1,n2 highway=footway", "too short"),
    Case("a zigzag", "n1 0 0\nn2 40 15\nn3 80 0\nn4 120 15\nn5 160 0\nn6 200 15\nw1 n1,n2,n3,n4,n5,n6 highway=footway",
         "bends", 80),
]  # fmt: skip

IN = [
    *tagged(
        "", "highway=footway", "highway=path", "highway=track", "highway=pedestrian", "highway=footway access=yes",
        "highway=footway access=private foot=yes", "highway=footway access=no foot=designated",
        "highway=cycleway foot=designated segregated=yes", "highway=bridleway foot=yes", "highway=footway tunnel=no",
        "highway=footway bridge=no", "highway=footway bridge=yes handrail=yes", "highway=path bridge=yes barrier=fence",
        "highway=path sac_scale=hiking", "highway=path mtb:scale=1",
        "highway=path trail_visibility=good", "highway=path surface=asphalt",
        "highway=path smoothness=bad", "highway=track tracktype=grade4", "highway=track motor_vehicle=no",
        "highway=path motor_vehicle=no vehicle=yes", "highway=path atv=no", "highway=path incline=5%",
        "highway=path incline=0%", "highway=path incline=up", "highway=path incline=soon",
        "highway=footway footway=sidewalk", "highway=footway indoor=no", "highway=path surface=ground;grass",
    ),
    *on_the_line("", "kerb=flush", "barrier=kerb kerb=flush", "barrier=entrance", "barrier=no"),
    Case("a side path", way() + "n10 102 40\nw2 n10,n2 highway=path"),
    Case("a bridleway passes", way() + through("highway=bridleway")),
    Case("a fence alongside", way() + beside("barrier=fence", 1.5)),
    Case("a flush kerb that ends on it", way() + "n10 104 30\nw2 n10,n2 barrier=kerb kerb=flush"),
    *[
        Case(f"{tags} across", way() + across(tags))
        for tags in ("barrier=no", "barrier=entrance", "barrier=kerb kerb=flush", "barrier=fence layer=-1")
    ],
    Case("a fence that ends before it", way() + line("barrier=fence", (102, 40), (102, 2))),
    Case("a residential road 3.5 m off", way() + beside("highway=residential", 6.5)),
    Case("a road of four lanes 3.5 m off", way() + beside("highway=residential lanes=4", 10.0)),
    Case("a road behind a fence", way() + beside("highway=residential", 5.5) + "n30 -30 2\nn31 230 2\n"
         "w5 n30,n31 barrier=fence"),
    Case("a road in a tunnel", way() + across("highway=residential tunnel=yes layer=-1")),
    Case("a road on a bridge above", way() + across("highway=residential bridge=yes layer=1")),
    Case("a railway 4 m off", way() + beside("railway=rail", 4.0)),
    Case("a railway behind a wall", way() + beside("railway=rail", 3.25) + "n30 -30 2\nn31 230 2\n"
         "w5 n30,n31 barrier=wall"),
    Case("a disused railway", way() + beside("railway=disused", 3.0)),
    Case("a subway below", way() + across("railway=subway tunnel=yes layer=-2")),
    Case("a cliff 6 m off", way() + beside("natural=cliff", 6.0)),
    Case("a stream 6 m off", way() + beside("waterway=stream", 6.0)),
    Case("a stream in a culvert", way() + across("waterway=stream tunnel=culvert")),
    Case("a stream on another layer", way() + across("waterway=stream layer=-1")),
    Case("a lake 6 m off", way() + ground("natural=water", 6, 30)),
    Case("a lake with a hole where the way is", way() + "n20 40 -40\nn21 160 -40\nn22 160 40\nn23 40 40\n"
         "n24 -10 -20\nn25 210 -20\nn26 210 20\nn27 -10 20\nn28 -50 -60\nn29 250 -60\nn30 250 60\nn31 -50 60\n"
         "w3 n28,n29,n30,n31,n28 source=survey\nw4 n24,n25,n26,n27,n24 source=survey\n"
         "r1 w3@outer,w4@inner type=multipolygon natural=water"),
    Case("an open way in a private estate", way("highway=footway foot=yes") + ground(
         "landuse=residential access=private")),
    *[
        Case(f"in {tags}", way() + ground(tags))
        for tags in ("leisure=garden access=yes", "tourism=zoo", "boundary=hazard hazard=animal_crossing")
    ],
    Case("along a private park", way() + ground("leisure=park access=private", 0, 30)),
    Case("a building alongside", way() + ground("building=yes", 2.5, 30)),
    Case("steps that end farther beside it", way() + line("highway=steps", (104, 30), (104, 2.0))),
    Case("a lift farther beside it", way() + "n10 104 2.5 highway=elevator"),
    Case("a hedge along both sides", way() + beside("barrier=hedge", 1.6)
         + "n30 -30 -1.6\nn31 230 -1.6\nw5 n30,n31 barrier=hedge", "", 188),
    Case("a wall ahead that ends beside it", BENT + "n10 198 -20\nn11 198 -1\nw2 n10,n11 barrier=wall", "", 187),
    Case("a cliff far ahead", way() + line("natural=cliff", (210, -20), (210, 20)), "", 188),
    Case("a cliff below on another layer", way() + across("natural=cliff layer=-1")),
    *[
        Case(f"in {tags}", way() + ground(tags))
        for tags in ("leisure=park", "landuse=grass", "amenity=parking parking=underground", "landuse=residential",
                     "amenity=university", "natural=wood", "leisure=pitch")
    ],
]  # fmt: skip

NARROW = [
    *on_the_line("", "highway=street_lamp"),
    *[
        Case(f"{tags} that ends on it", way() + f"n10 104 30\nw2 n10,n2 {tags}")
        for tags in ("natural=tree_row", "amenity=bench")
    ],
]
"""No limit, but worse than what is left without that place."""
CASES = OUT + IN + NARROW


def corner(k: int) -> np.ndarray:
    """Return where case k lies in the plan of the town."""
    return np.array([APART_X * (k % COLUMNS), APART_Y * (k // COLUMNS)])


def spot(k: int, x: float) -> np.ndarray:
    """Return the point at `x` m along the way of case k."""
    return corner(k) + np.array([x, 0.0])


def settled(plan: str, k: int) -> str:
    """Return a plan moved to its corner, with ids of its own."""
    x0, y0 = corner(k)

    def moved(match: re.Match) -> str:
        return f"{match[1]} {float(match[2]) + x0} {float(match[3]) + y0}"

    plan = re.sub(r"^(n\d+) (-?[\d.]+) (-?[\d.]+)", moved, plan, flags=re.MULTILINE)
    return re.sub(r"(?<![\w=])([nwr])(\d+)(?=[\s,@])", lambda m: f"{m[1]}{1000 * (k + 1) + int(m[2])}", plan)


def rank(source: ExtractSource, at: tuple[float, float], profile: Profile, dem: RasterSource | None = None) -> Ranking:
    area = search.area_around(Place("here", *lonlat(*at)), 9000)
    return search.find(search.Query(area, features=source, profile=profile, elevation=dem, top=10_000))


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Ranking:
    plan = "\n".join(settled(case.plan, k) for k, case in enumerate(CASES))
    path = write_town(tmp_path_factory.mktemp("limits") / "town.osm", plan)
    return rank(ExtractSource([path]), (2000, 1500), BEGINNER)


def reasons_at(ranking: Ranking, xy: np.ndarray) -> set[str]:
    """Return why the way at a point is left out."""
    here = shapely.Point(ORIGIN + xy)
    return set(ranking.excluded["reason"][ranking.excluded.geometry.distance(here) < 0.5])


def is_recommended(ranking: Ranking, xy: np.ndarray) -> bool:
    """Return whether a stretch along a way passes a point; open ground is another matter."""
    ways = ranking.stretches[ranking.stretches["origin"] == "way"]
    return bool((ways.geometry.distance(shapely.Point(ORIGIN + xy)) < 0.5).any())


@pytest.mark.parametrize(("k", "case"), list(enumerate(OUT)), ids=[f"{c.reason}: {c.name}" for c in OUT])
def test_a_limit_keeps_its_ground_out_and_is_the_reason(town: Ranking, k: int, case: Case) -> None:
    assert not is_recommended(town, spot(k, case.x))
    assert case.reason in reasons_at(town, spot(k, case.x))


@pytest.mark.parametrize(("k", "case"), list(enumerate(IN, len(OUT))), ids=[c.name for c in IN])
def test_what_is_no_limit_keeps_nothing_out(town: Ranking, k: int, case: Case) -> None:
    assert is_recommended(town, spot(k, case.x))
    assert is_recommended(town, spot(k, 12))


@pytest.mark.parametrize(("k", "case"), list(enumerate(NARROW, len(OUT) + len(IN))), ids=[c.name for c in NARROW])
def test_what_stands_or_ends_on_the_way_is_no_limit_though_worse(town: Ranking, k: int, case: Case) -> None:
    assert not reasons_at(town, spot(k, case.x)) & set(limits.RULES)
    assert is_recommended(town, spot(k, 12))


def test_a_bollard_keeps_out_its_run_outs_and_nothing_more(town: Ranking) -> None:
    k = [case.name for case in OUT].index("on the line barrier=bollard")
    bollard = shapely.Point(ORIGIN + spot(k, 102))
    ways = town.stretches[town.stretches["origin"] == "way"]
    away = ways.geometry.distance(bollard)
    beside = ways[away < 110]
    assert sorted(beside["length_m"].round()) == [75, 80]
    assert (away >= 10).all()


@pytest.mark.parametrize(
    "plan",
    [
        way("highway=footway covered=arcade width=4") + ground("building=yes"),
        way("highway=footway covered=yes width=3") + ground("building=roof"),
        way() + ground("building=yes layer=1 location=overhead"),
    ],
)
def test_wide_passages_and_buildings_above_do_not_end_a_way(plan: str, tmp_path: Path) -> None:
    ranking = rank(ExtractSource([write_town(tmp_path / "town.osm", plan)]), (100, 0), BEGINNER)
    assert "building" not in set(ranking.excluded["reason"])


OPEN_GROUND = {
    "kind of pitch",
    "kind of track",
    "protected",
    "farmland",
    "other use",
    "between carriageways",
    "garden or yard",
    "no way leads there",
    "no clear line",
}
"""Rules of areas and tracks, which ways do not know."""


def test_every_rule_has_a_town() -> None:
    elsewhere = (
        {"dark, unlit", "closed at that hour", "slope", "cross slope", "surface not asked for", "surface for bare feet"}
        | OPEN_GROUND
        | {"edge of the data"}
        | {rule.reason for rule in limits.SEEN_RULES.values()}
    )
    assert {case.reason for case in OUT} | elsewhere == set(limits.RULES)


def test_every_exclusion_says_its_rule_in_a_sentence(town: Ranking) -> None:
    by_limits = town.excluded[town.excluded["reason"].isin(limits.RULES)]
    assert len(set(town.excluded["reason"]) - set(limits.RULES)) == 1  # what is left beside a better stretch
    assert (by_limits["rule"] == by_limits["reason"].map(limits.RULES)).all()
    assert town.excluded["rule"].str.len().min() > 4


def test_ground_at_the_edge_of_the_data_is_left_out(tmp_path: Path) -> None:
    source = ExtractSource([write_town(tmp_path / "town.osm", way())])
    area = search.area_around(Place("here", *lonlat(100, 0)), 1500)
    found = survey_area(area, features_of=source, profile=BEGINNER)
    west, south = ORIGIN[0] - 1000, ORIGIN[1] - 1000
    whole = shapely.box(west, south, ORIGIN[0] + 150, ORIGIN[1] + 1000)
    cut = replace(found.features, extent=whole)
    everywhere = np.ones(len(found.samples), dtype=bool)
    reasons = limits.exclude_samples(found.samples, cut, limits.Hazards(cut), found.surroundings, where=everywhere)
    east_end = shapely.bounds(found.samples.lines)[:, 2] - ORIGIN[0]
    assert set(reasons[east_end < 134]) == {""}
    assert set(reasons[east_end > 136]) == {"edge of the data"}


# --- what the runner chose -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("surface", "chosen", "kept"),
    [
        ("asphalt", {"asphalt"}, True),
        ("asphalt", {"grass", "asphalt"}, True),
        ("asphalt", {"grass"}, False),
        ("grass;ground", {"grass"}, True),
        ("", {"asphalt"}, False),
    ],
)
def test_only_the_surfaces_asked_for_are_left(tmp_path: Path, surface: str, chosen: set[str], kept: bool) -> None:
    tags = f"highway=footway surface={surface}" if surface else "highway=footway"
    source = ExtractSource([write_town(tmp_path / "town.osm", way(tags))])
    ranking = rank(source, (100, 0), adjust_profile(BEGINNER, surfaces=frozenset(chosen)))
    assert is_recommended(ranking, np.array([102, 0])) is kept
    assert ("surface not asked for" in reasons_at(ranking, np.array([102, 0]))) is not kept


@pytest.mark.parametrize(
    ("surface", "kept"), [("sand", True), ("grass", True), ("asphalt", False), ("gravel", False), ("", False)]
)
def test_bare_feet_run_on_sand_and_grass_alone(tmp_path: Path, surface: str, kept: bool) -> None:
    tags = f"highway=footway surface={surface}" if surface else "highway=footway"
    source = ExtractSource([write_town(tmp_path / "town.osm", way(tags))])
    ranking = rank(source, (100, 0), load_profile("beginner", barefoot=True))
    assert is_recommended(ranking, np.array([102, 0])) is kept
    assert ("surface for bare feet" in reasons_at(ranking, np.array([102, 0]))) is not kept


# --- slope -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("grade_pct", "cell_m", "kept"),
    [(0.0, 1, True), (4.5, 1, True), (5.5, 1, False), (-5.5, 1, False), (12.0, 1, False), (4.5, 30, True),
     (5.5, 30, False)],
)  # fmt: skip
def test_slopes_above_five_per_cent_are_left_out_by_their_best_value(
    tmp_path: Path, grade_pct: float, cell_m: int, kept: bool
) -> None:
    size = 900 // cell_m
    east = (np.arange(size) + 0.5) * cell_m
    heights = np.broadcast_to(500 + grade_pct / 100 * east, (size, size)).astype("float32")
    transform = from_origin(ORIGIN[0] - 350, ORIGIN[1] + 450, cell_m, cell_m)
    path = tmp_path / "plane.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=size, height=size, count=1, dtype="float32", crs=32635, transform=transform
    ) as raster:
        raster.write(heights, 1)
    source = ExtractSource([write_town(tmp_path / "town.osm", way())])
    ranking = rank(source, (100, 0), BEGINNER, RasterSource([path]))
    assert is_recommended(ranking, np.array([102, 0])) is kept
    assert ("slope" in reasons_at(ranking, np.array([102, 0]))) is not kept


# --- tags ------------------------------------------------------------------------------------


def test_lines_that_are_no_highway_have_no_reason() -> None:
    table = pd.DataFrame({"highway": [None, "footway", "steps"]}, dtype="str")
    assert limits.exclude_ways(table, BEGINNER).tolist() == [None, "", "steps"]


TAGS = {
    "highway": st.sampled_from([None, "footway", "path", "steps", "track", "cycleway"]),
    "surface": st.sampled_from([None, "asphalt", "mud", "grass"]),
    "access": st.sampled_from([None, "no", "yes", "xx"]),
    "opening_hours": st.sampled_from([None, "Mo-Fr 08:00-18:00", "24/7", "Sa,Su off", "??"]),
    "incline": st.sampled_from([None, "12%", "1%"]),
    "lit": st.sampled_from([None, "yes", "no"]),
}


@given(rows=st.lists(st.fixed_dictionaries(TAGS), min_size=1, max_size=6), data=st.data())
@settings(max_examples=10, deadline=None)
def test_whoever_was_asked_before_the_reasons_at_an_hour_are_the_same(rows: list[dict], data: st.DataObject) -> None:
    table = pd.DataFrame(rows, columns=list(TAGS)).astype("str")
    shared = Tags.from_table(table)
    place = Place("here", *lonlat(0, 0), zone="Europe/Vienna")
    for at in data.draw(st.permutations(["", "2026-06-17T12:00", "2026-12-16T22:00"])):
        moment = clock.parse_moment(at, place) if at else None
        for runner in (BEGINNER, replace(BEGINNER, max_grade_pct=20.0)):
            for exclude in (limits.exclude_ways, limits.exclude_tracks):
                anew = exclude(Tags.from_table(table), runner, moment)
                assert exclude(shared, runner, moment).tolist() == anew.tolist()


# --- the dark ---------------------------------------------------------------------------------

LAMPS = "".join(
    f"n{2 * i + 1} 0 {40 * i}\nn{2 * i + 2} 80.4 {40 * i}\nw{i + 1} n{2 * i + 1},n{2 * i + 2} highway=footway {lit}\n"
    for i, lit in enumerate(("lit=no", "lit=yes", ""))
)


@pytest.mark.parametrize(
    ("at", "left"), [("2026-12-21T06:00", 2), ("2026-12-21T12:00", 3), ("2026-06-21T06:00", 3), ("", 3)]
)
def test_what_is_tagged_unlit_is_left_out_in_the_dark(look, at: str, left: int) -> None:
    found = look(LAMPS, profile=load_profile(at=at))
    assert len(found.windows) == left
    assert ("dark, unlit" in found.way_reasons.tolist()) == (left == 2)


def test_open_ground_without_lamps_is_left_out_in_the_dark(look) -> None:
    pitch = "n1 0 0\nn2 110 0\nn3 110 70\nn4 0 70\nn5 0 -8\nn6 110 -8\nw2 n5,n6 highway=footway\n"
    pitch += "w1 n1,n2,n3,n4,n1 leisure=pitch sport=soccer surface=grass lit=no\n"
    day, night = (look(pitch, profile=load_profile(at=at)) for at in ("2026-06-21T12:00", "2026-12-21T06:00"))
    assert len(day.open_ground.lines) > 0
    assert len(night.open_ground.lines) == 0
    assert night.open_ground.excluded["reason"].tolist() == ["dark, unlit"]
