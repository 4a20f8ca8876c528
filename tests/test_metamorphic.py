"""What must not matter does not, and what is worse never scores more: whole towns through the whole spine."""

from __future__ import annotations

import itertools
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ranked_towns import FEW, LENGTH_M, SCORES, TREES, best, rank, town
from rasters import from_origin, write
from town import ORIGIN, lonlat, write_town

from saferoute.model import Place, Ranking
from saferoute.search import Query, area_around, find
from saferoute.sources.elevation.raster import RasterSource
from saferoute.sources.osm.extract import ExtractSource
from saferoute.sources.profiles import load_profile


@FEW
@given(turn=st.floats(0, 360), east=st.floats(-3000, 3000), north=st.floats(-3000, 3000))
def test_where_a_town_lies_and_how_it_is_turned_changes_nothing(turn: float, east: float, north: float) -> None:
    # Coordinates are rounded to a centimetre, which may turn the order of stretches that are equally good.
    here, there = (
        of.stretches.sort_values("length_m") for of in (rank(town()), rank(town(), turn_deg=turn, shift=(east, north)))
    )
    assert len(here) == len(there)
    for name in [*SCORES, "length_m"]:
        assert there[name].to_numpy() == pytest.approx(here[name].to_numpy(), abs=0.02)


@FEW
@given(cuts=st.lists(st.integers(1, 29), min_size=1, max_size=5, unique=True))
def test_splitting_a_way_changes_nothing(cuts: list[int]) -> None:
    nodes = [f"n{10 + c} {10 * c} 0" for c in sorted(cuts)]
    ids = ["n1", *(n.split()[0] for n in nodes), "n3"]
    whole = "\n".join(["n1 0 0", *nodes, f"n3 {LENGTH_M} 0"]) + f"\n{TREES}"
    tags = "highway=footway surface=asphalt width=3"
    one = rank(f"{whole}w1 {','.join(ids)} {tags}")
    many = rank(whole + "".join(f"w{k + 1} {a},{b} {tags}\n" for k, (a, b) in enumerate(itertools.pairwise(ids))))
    assert many.stretches[SCORES].to_numpy() == pytest.approx(one.stretches[SCORES].to_numpy(), abs=1e-6)
    assert many.stretches.geometry.length.tolist() == pytest.approx(one.stretches.geometry.length.tolist(), abs=1e-6)


@FEW
@given(
    at=st.integers(20, 280),
    thing=st.sampled_from(["barrier=bollard", "highway=crossing", "barrier=gate", "highway=street_lamp"]),
)
def test_a_thing_on_the_line_never_raises_score_or_data_quality(at: int, thing: str) -> None:
    before, after = best(rank(town(f"n2 {at} 0"))), best(rank(town(f"n2 {at} 0 {thing}")))
    assert all(value <= before[name] + 1e-6 for name, value in after.items())


@FEW
@given(at=st.integers(0, 300), beside=st.floats(0, 3), thing=st.sampled_from(["natural=tree", "amenity=bench"]))
def test_a_thing_beside_the_line_never_raises_score_or_data_quality(at: int, beside: float, thing: str) -> None:
    before, after = best(rank(town())), best(rank(town(more=f"n9 {at} {beside:.2f} {thing}\n")))
    assert all(value <= before[name] + 1e-6 for name, value in after.items())


@pytest.mark.parametrize("lost", ["surface=asphalt", "width=3", "smoothness=good"])
def test_a_tag_less_never_raises_score_or_data_quality(lost: str) -> None:
    tags = "highway=footway surface=asphalt width=3 smoothness=good"
    before, after = best(rank(town(tags=tags))), best(rank(town(tags=tags.replace(lost, ""))))
    assert all(value <= before[name] + 1e-6 for name, value in after.items())


def rank_tilted(plan: str, across_pct: float, cell_m: float) -> Ranking:
    """Return the stretches of a town on a plane that rises to the north."""
    with TemporaryDirectory() as folder:
        rows, columns = int(600 / cell_m), int(1000 / cell_m)
        corner = from_origin(ORIGIN[0] - 300, ORIGIN[1] + 300, cell_m, cell_m)
        heights = 500 + across_pct / 100 * (300 - cell_m * (np.arange(rows)[:, None] + 0.5))
        raster = np.broadcast_to(heights, (rows, columns)).astype("float32")
        dem = RasterSource([write(Path(folder) / "dem.tif", raster, transform=corner)])
        source = ExtractSource([write_town(Path(folder) / "town.osm", plan)])
        place = Place("here", *lonlat(LENGTH_M / 2, 0))
        return find(Query(area_around(place, 400), source, load_profile(), top=100, elevation=dem))


PITCH = (
    "n31 0 -35\nn32 150 -35\nn33 150 -75\nn34 0 -75\nw31 n31,n32,n33,n34,n31 leisure=pitch sport=soccer surface=grass\n"
)


@settings(FEW, max_examples=5)
@given(
    tilt=st.floats(-20, 20),
    more=st.floats(0.5, 25),
    cell_m=st.sampled_from([2, 10, 30]),
    tags=st.sampled_from(["highway=footway surface=asphalt width=3", "highway=path surface=ground"]),
)
def test_tilting_a_town_across_never_raises_score_or_data_quality(tilt, more, cell_m, tags) -> None:
    steeper = tilt + more if tilt >= 0 else tilt - more
    before, after = (rank_tilted(town(tags=tags, more=PITCH), t, cell_m) for t in (tilt, steeper))
    assert len(after.stretches) <= len(before.stretches)
    for name, value in best(after).items():
        assert value <= best(before)[name] + 1e-6
