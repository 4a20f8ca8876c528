"""Ratings: how often a map of today has a limit against what was recommended by a map of years ago, by rating.

`tests/validation.py` prints the row; the pairs of maps are those of `validation_history`.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from tables import to_table
from validation_history import PAIRS, Pair, read_pair
from validation_shared import Level, Row, area_of, data_folder, extract

from saferoute import candidates, limits, search
from saferoute.limits.clearance import collect_blockers
from saferoute.scoring import UNRATED
from saferoute.sources.profiles import load_profile

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray
    from saferoute.model import Area, Features
    from saferoute.sources import FeatureSource

NOT_LEARNT = {"edge of the data", "too short", "bends", "no clear line", "farmland", "no way leads there", "slope"}
"""Reasons that tell of a stretch's shape, or of where the map ends, and not of what it has learnt."""
ASIDE_M, ALONG_M = 3.0, 4.0
"""Excluded ground lies on a stretch that it follows within 3 m for 4 m; a sample is 5 m long."""
SLACK_M = 0.25
"""A corridor may come this much nearer to things than its lane allows: its edge is a raster's."""


@cache
def rank_older(pair: Pair) -> gpd.GeoDataFrame:
    """Return all stretches of the older map, on ground that is taken as level."""
    source = extract(data_folder() / f"{pair.older}.osm.pbf")
    query = search.Query(area_of(source), features=source, profile=load_profile(), elevation=Level(), top=100_000)
    return search.find(query).stretches


def list_excluded_lines(area: Area, source: FeatureSource) -> NDArray[np.object_]:
    """Return the ways, and the samples of ways, that a limit excludes."""
    survey = search.survey_map(area, features_of=source, profile=load_profile(), on_open_ground=False)
    learnt = limits.RULES.keys() - NOT_LEARNT
    of_ways, of_samples = (
        np.isin(reasons.astype(str), list(learnt)) for reasons in (survey.way_reasons, survey.sample_reasons)
    )
    return np.concatenate([survey.features.ways.geometry[of_ways], survey.samples.lines[of_samples]])


def follow(lines: NDArray[np.object_], excluded: NDArray[np.object_]) -> BoolArray:
    """Return a mask of the lines that excluded ground runs along, rather than across."""
    near = shapely.buffer(lines, ASIDE_M, cap_style="flat")
    line, other = shapely.STRtree(excluded).query(near, predicate="intersects")
    parts, pair = shapely.get_parts(shapely.intersection(excluded[other], near[line]), return_index=True)
    ends = [shapely.line_locate_point(lines[line[pair]], shapely.get_point(parts, at)) for at in (0, -1)]
    return np.isin(np.arange(len(lines)), line[pair[np.abs(ends[1] - ends[0]) >= ALONG_M]])


def is_barred(corridors: gpd.GeoDataFrame, features: Features) -> BoolArray:
    """Return a mask of corridors over open ground that a map has a limit against."""
    lines = corridors.geometry.to_numpy()
    areas = features.areas.to_geodataframe()
    areas["key"] = areas["osm_type"].str.cat(areas["osm_id"].astype(str), "/")
    ids = [ids[0] for ids in corridors["osm_ids"]]
    rows = areas.drop_duplicates("key").set_index("key").reindex(ids)
    closed = limits.exclude_areas(rows.reset_index(drop=True), load_profile()) != ""
    strokes = candidates.strokes_of_corridors(lines, 0)
    ground = to_table(rows.assign(origin="area"))
    samples = candidates.cut_samples(strokes, ground, np.zeros(len(strokes.vertex_stroke)), shortest_m=0.0)
    around = limits.Hazards(features), limits.Surroundings(features, None)
    reasons = limits.exclude_samples(samples, features, *around, where=np.ones(len(samples), dtype=bool))
    met = ~np.isin(reasons.astype(str), ["", *NOT_LEARNT])
    met = np.bincount(samples.stroke, weights=met, minlength=len(lines)) > 0
    blockers = collect_blockers(features)
    solid = ~blockers.yields
    free = blockers.margin_m[solid] + load_profile().lane_m / 2 - SLACK_M
    hit = shapely.STRtree(lines).query(blockers.geometry[solid], predicate="dwithin", distance=free)[1]
    return closed | met | np.isin(np.arange(len(lines)), hit)


@cache
def new_limits(pair: Pair) -> pd.DataFrame:
    """Return rating and origin of the stretches of the older map, and whether only the newer one has a limit there."""
    table = rank_older(pair)
    older, newer = (extract(data_folder() / f"{name}.osm.pbf") for name in (pair.older, pair.newer))
    area = area_of(older)
    extents = [of.extent for of in read_pair(pair) if of.extent is not None]
    for extent in extents:
        table = table[shapely.covers(shapely.buffer(extent, -50.0), table.geometry.to_numpy())]
    on_area = table["origin"].eq("area").to_numpy()
    lines = table.geometry.to_numpy()
    before, after = (np.zeros(len(table), dtype=bool) for _ in range(2))
    for met, source, features in zip((before, after), (older, newer), read_pair(pair), strict=True):
        met[~on_area] = follow(lines[~on_area], list_excluded_lines(area, source))
        met[on_area] = is_barred(table[on_area], features)
    return pd.DataFrame({"rating": table["rating"].to_numpy(), "open": on_area, "met": after & ~before})


def limits_later() -> Row:
    """Limits that only today's map has, on stretches of the older one, by rating and origin."""
    figures, ok = [], True
    for pair in PAIRS:
        table = new_limits(pair)
        for open_ground, part in table.groupby("open"):
            met = {rating: part["met"][part["rating"] == rating] for rating in ("A", "B", "C", UNRATED)}
            told = ", ".join(f"{name} {of.sum()} of {len(of)}" for name, of in met.items() if len(of))
            figures.append(f"{pair.label}, {'open ground' if open_ground else 'ways'}: {told}")
        good, unrated = table["rating"].isin({"A", "B"}), table["rating"] == UNRATED
        shares = table["met"][good].mean(), table["met"][unrated].mean()
        figures.append(f"A and B {100 * shares[0]:.0f} %, unrated {100 * shares[1]:.0f} %")
        ok &= not pair.judged or shares[0] < shares[1] / 2
    return Row(
        name="limits met years later",
        against="stretches of the older map on which only today's map has a limit",
        figures="; ".join(figures),
        bound="A and B less than half as often as unrated, where judged",
        ok=bool(ok),
        note="slopes are taken as level, known to lidar's error: without elevation nothing is rated A or B",
    )
