"""The spine: place → features → stretches → measurements → scores → ranking.

The only room that composes the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from saferoute import criteria, geometry, scoring, stretches
from saferoute.criteria import flatness, limits
from saferoute.model import CRITERIA, Area, Evidence, Explanation, InvalidInput, PlaceNotFound, Ranking

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from saferoute.model import (
        BoolArray,
        Cells,
        ElevationSamples,
        Features,
        FloatArray,
        IntArray,
        Measurement,
        Place,
        Profile,
        Windows,
    )
    from saferoute.sources import ElevationSource, FeatureSource

MARGIN_M = 1600.0
"""Features are read this far beyond the area: crowding looks 1 km around a stretch
and from there 500 m further, and chains should not end at the area's edge."""
MAX_RADIUS_M = 100_000.0

LEFTOVER = "beside a better stretch"
_LEFTOVER_RULE = "run-outs, and what is left beside a better stretch and too short for one of its own"


def area_around(place: Place, radius_m: float) -> Area:
    """Return the circle around a place, in the metric CRS of its UTM zone.

    Raises
    ------
    InvalidInput
        If the radius is not above 0, or beyond `MAX_RADIUS_M`.
    """
    if not 0 < radius_m <= MAX_RADIUS_M:
        raise InvalidInput(f"radius {radius_m:g} m: it must be above 0 and at most {MAX_RADIUS_M:g} m")
    zone = min(int((place.lon + 180) // 6) + 1, 60)
    epsg = (32600 if place.lat >= 0 else 32700) + zone
    if abs(place.lat) > 84:
        epsg = 32661 if place.lat > 0 else 32761
    return Area(place, radius_m, f"EPSG:{epsg}")


@dataclass(frozen=True)
class _Survey:
    """All that is known of the ground before anything is ranked."""

    area: Area
    features: Features
    evidence: Evidence
    chains: stretches.Chains
    way_reasons: NDArray[np.object_]
    cells: Cells
    cell_reasons: NDArray[np.object_]
    windows: Windows
    measurements: Mapping[str, Measurement]
    notes: tuple[str, ...]


def find(
    area: Area,
    *,
    features_of: FeatureSource,
    profile: Profile,
    elevation_of: ElevationSource | None = None,
    top: int = 20,
    say: Callable[[str], None] = lambda _: None,
) -> Ranking:
    """Find the stretches of an area, best first.

    Parameters
    ----------
    area : Area
        Stretches whose middle lies within are ranked.
    features_of : FeatureSource
    profile : Profile
    elevation_of : ElevationSource, optional
        Without it slopes are unknown, and said to be.
    top : int
        Most stretches to return.
    say : callable
        Is told of each step.

    Returns
    -------
    Ranking
        Empty, with the exclusions counted, where nothing qualifies.

    Raises
    ------
    InvalidInput
        If `top` is below 1.
    PlaceNotFound
        If the features do not reach the area.
    """
    if top < 1:
        raise InvalidInput(f"top {top}: at least 1 stretch must be asked for")
    survey = _survey(area, features_of, profile, elevation_of, say)
    say(f"scoring {len(survey.windows)} windows")
    score = scoring.point_scores(survey.measurements, profile)
    merged = stretches.merge(survey.windows, score, profile)
    ranked = _rank(survey, merged, top)
    return Ranking(
        area=area,
        profile=profile,
        stretches=ranked,
        excluded=_excluded(survey, _cell_status(survey, merged)),
        features=survey.features,
        considered={
            "ways": int(pd.notna(survey.way_reasons).sum()),
            "windows": len(survey.windows),
            "stretches": len(merged.first),
            "length_m": float(merged.n_cells.sum() * stretches.STEP_M),
        },
        attribution=survey.features.attribution
        + (survey.evidence.elevation.attribution if survey.evidence.elevation else ()),
        notes=survey.notes,
        data_date=survey.features.data_date,
    )


EXPLAIN_RADIUS_M = 250.0


def explain(
    place: Place,
    *,
    features_of: FeatureSource,
    profile: Profile,
    elevation_of: ElevationSource | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Explanation:
    """Say of the way nearest to a place how it scores, or which limit excludes it.

    Raises
    ------
    PlaceNotFound
        If there is no way within `EXPLAIN_RADIUS_M`.
    """
    ranking = find(
        area_around(place, EXPLAIN_RADIUS_M),
        features_of=features_of,
        profile=profile,
        elevation_of=elevation_of,
        top=10_000,
        say=say,
    )
    here = shapely.Point(_centre(ranking.area))
    nearest: tuple[float, bool, dict[str, Any]] | None = None
    for table, recommended in ((ranking.stretches, True), (ranking.excluded, False)):
        if len(table):
            away = table.geometry.distance(here).to_numpy()
            row = int(away.argmin())
            if nearest is None or away[row] < nearest[0]:
                nearest = (float(away[row]), recommended, {str(k): v for k, v in table.iloc[row].items()})
    if nearest is None:
        raise PlaceNotFound(
            f"no way within {EXPLAIN_RADIUS_M:.0f} m of {place.lat:.5f},{place.lon:.5f}; give a point on or near one"
        )
    return Explanation(*nearest, ranking)


def _survey(
    area: Area,
    features_of: FeatureSource,
    profile: Profile,
    elevation_of: ElevationSource | None,
    say: Callable[[str], None],
) -> _Survey:
    say("reading the map")
    features = features_of.features(area, margin_m=MARGIN_M)
    ways = features.ways
    way_reasons = limits.of_ways(ways, profile)
    say(f"joining {int((way_reasons == '').sum())} foot ways of {len(ways)} lines")
    chains = stretches.chains(ways, way_reasons == "")
    highway = pd.notna(way_reasons)
    side = stretches.side_paths(chains, ways, highway & (way_reasons != "motor road"))
    shortest = profile.clear_length_m + 2 * profile.run_out_m
    cells = stretches.cells(chains, ways, side, shortest_m=shortest)
    cell_reasons = limits.of_cells(cells, features)
    say(f"looking at {len(cells) * cells.step_m / 1000:.1f} km of ways, every {cells.step_m:.0f} m")
    found, unfit = stretches.windows(cells, cell_reasons == "", profile)
    cell_reasons = np.where(cell_reasons == "", unfit, cell_reasons)
    found = stretches.subset(found, _within(area, _window_middles(found)))
    heights = None if elevation_of is None else elevation_of.sample(cells.xy, area.crs)
    evidence = Evidence(features, heights, profile)
    grade, sigma, _ = flatness.slopes(found, evidence)
    refused = limits.of_windows(found, features, grade, sigma, profile)
    for reason in ("drop or water beyond", "slope"):
        hit = stretches.covered(found.first[refused == reason], found.n_cells, len(cells))
        cell_reasons[hit & (cell_reasons == "")] = reason
    found = stretches.subset(found, refused == "")
    cell_reasons[stretches.covered(found.first, found.n_cells, len(cells))] = ""
    measurements = {c.name: c.measure(found, evidence) for c in criteria.ALL}
    notes = features.notes + _elevation_notes(found, heights)
    return _Survey(area, features, evidence, chains, way_reasons, cells, cell_reasons, found, measurements, notes)


def _window_middles(windows: Windows) -> FloatArray:
    row = windows.first + windows.cells.chain[windows.first] + windows.n_cells // 2
    return windows.cells.xy[row]


def _centre(area: Area) -> FloatArray:
    from pyproj import Transformer

    to_area = Transformer.from_crs("EPSG:4326", area.crs, always_xy=True)
    return np.array(to_area.transform(area.place.lon, area.place.lat))


def _within(area: Area, xy: FloatArray) -> BoolArray:
    away: FloatArray = np.hypot(*(xy - _centre(area)).T)
    return away <= area.radius_m


def _elevation_notes(windows: Windows, heights: ElevationSamples | None) -> tuple[str, ...]:
    """Say what the heights cannot tell."""
    if heights is None:
        return ("no elevation was given: slopes are unknown",)
    if not len(windows):
        return ()
    row = windows.first + windows.cells.chain[windows.first] + windows.n_cells // 2
    known = np.isfinite(heights.elevation_m[row])
    notes = []
    if not known.all():
        notes.append(f"elevation covers {100 * known.mean():.0f} % of the candidates; elsewhere the slope is unknown")
    coarse = known & (heights.cell_m[row] > flatness.COARSE_CELL_M)
    if coarse.any():
        notes.append(
            f"elevation is coarse (cells of {np.median(heights.cell_m[row][coarse]):.0f} m, "
            f"± {np.median(heights.sigma_m[row][coarse]):.1f} m): dents and short slopes cannot be seen in it"
        )
    return tuple(notes)


def _rank(survey: _Survey, merged: stretches.Merged, top: int) -> gpd.GeoDataFrame:
    """Measure the merged stretches, and put the best into a table."""
    profile, cells = survey.evidence.profile, survey.cells
    measured = {c.name: c.measure(merged.worst, survey.evidence) for c in criteria.ALL}
    scores = scoring.score(measured, profile)
    lines = merged.lines()
    middle = cells.xy[merged.first + cells.chain[merged.first] + merged.n_cells // 2]
    length = (merged.n_cells * cells.step_m).astype(float)
    rows = scoring.order(scores.low, length, middle, cells.chain[merged.first], top=top)
    table = pd.DataFrame(
        {
            "rank": np.arange(1, len(rows) + 1),
            "score": scores.score[rows],
            "score_low": scores.low[rows],
            "score_high": scores.high[rows],
            "rating": scoring.ratings(scores.low, scores.quality)[rows],
            "data_quality": scores.quality[rows],
            "length_m": shapely.length(lines[rows]),
            "origin": "way",
            "osm_ids": _osm_ids(cells, merged.first[rows], merged.n_cells[rows]),
            "name": _names(cells, merged.first[rows], merged.n_cells[rows]),
            "distance_m": np.hypot(*(middle[rows] - _centre(survey.area)).T),
            "limiting_criterion": scores.limiting[rows],
        }
    )
    for k, name in enumerate(CRITERIA):
        table[f"d_{name}"] = scores.desirability[rows, k]
        table[f"c_{name}"] = scores.confidence[rows, k]
        table = pd.concat([table, measured[name].describe(rows).reset_index(drop=True)], axis=1)
    table["checks"] = _checks(table)
    return gpd.GeoDataFrame(table, geometry=lines[rows], crs=survey.area.crs)


def _checks(table: pd.DataFrame) -> list[list[str]]:
    """Say what to look at on foot before running: all that the data cannot tell."""
    checks = []
    for row in table.to_dict("records"):
        look = ["holes, glass, nails and debris"]
        if pd.isna(row["surface"]):
            look.append("the surface: it is not tagged")
        if pd.isna(row["grade_pct"]):
            look.append("the slope: no elevation data")
        elif row["grade_sigma_pct"] > 1:
            look.append(f"the slope: it is known to ± {row['grade_sigma_pct']:.1f} % only")
        if pd.isna(row["width_m"]):
            look.append("the width: it is not tagged")
        if row["c_obstacles"] < 0.5:
            look.append("posts, benches, roots and kerbs: few small things are mapped here")
        checks.append(look)
    return checks


def _grounds(cells: Cells, first: IntArray, n: IntArray) -> list[IntArray]:
    """Return the rows of ground that each run of cells touches, in ascending order."""
    low = np.searchsorted(cells.pair_cell, first)
    high = np.searchsorted(cells.pair_cell, first + n)
    return [np.unique(cells.pair_ground[a:b]) for a, b in zip(low, high, strict=True)]


def _osm_ids(cells: Cells, first: IntArray, n: IntArray) -> list[list[str]]:
    kind, number = cells.ground["osm_type"].to_numpy(), cells.ground["osm_id"].to_numpy()
    return [sorted({f"{kind[g]}/{number[g]}" for g in rows}) for rows in _grounds(cells, first, n)]


def _names(cells: Cells, first: IntArray, n: IntArray) -> pd.api.extensions.ExtensionArray:
    """Return the names of the ways of each run, NaN where none has one."""
    names = cells.ground["name"].to_numpy(dtype=object, na_value=None)
    found = [[name for name in dict.fromkeys(names[rows]) if name] for rows in _grounds(cells, first, n)]
    return pd.array([", ".join(f) if f else np.nan for f in found], dtype="str")


def _cell_status(survey: _Survey, merged: stretches.Merged) -> NDArray[np.object_]:
    """Return why each cell is in no stretch, ``""`` where it is in one."""
    status = survey.cell_reasons.copy()
    status[status == ""] = LEFTOVER
    status[stretches.covered(merged.first, merged.n_cells, len(survey.cells))] = ""
    return status


def _excluded(survey: _Survey, status: NDArray[np.object_]) -> gpd.GeoDataFrame:
    """Return everything within the area that is in no stretch, with the reason."""
    here, radius_m = shapely.Point(_centre(survey.area)), survey.area.radius_m
    cells, ways = survey.cells, survey.features.ways
    change = np.r_[True, (np.diff(cells.chain) != 0) | (status[1:] != status[:-1])] if len(cells) else np.empty(0, bool)
    first = np.flatnonzero(change)
    n = np.diff(np.r_[first, len(cells)])
    left_out = status[first] != ""
    first, n = first[left_out], n[left_out]
    lines = geometry.joined(cells.lines, first, n)
    near = shapely.dwithin(lines, here, radius_m)
    first, n = first[near], n[near]
    pieces = {
        "reason": status[first],
        "osm_ids": _osm_ids(cells, first, n),
        "name": _names(cells, first, n),
        "geometry": lines[near],
    }
    near_ways = shapely.dwithin(ways.geometry.to_numpy(), here, radius_m)
    limited = np.array([isinstance(r, str) and r != "" for r in survey.way_reasons], dtype=bool) & near_ways
    short = _short_ways(survey) & near_ways
    parts = [
        pd.DataFrame(pieces),
        _way_rows(ways[limited], survey.way_reasons[limited]),
        _way_rows(ways[short], np.full(short.sum(), "too short", dtype=object)),
    ]
    table = pd.concat([p for p in parts if len(p)] or parts[:1], ignore_index=True)
    frame = gpd.GeoDataFrame(table, geometry="geometry", crs=survey.area.crs)
    frame["rule"] = frame["reason"].map({**limits.RULES, LEFTOVER: _LEFTOVER_RULE})
    frame["length_m"] = frame.geometry.length
    return frame


def _way_rows(ways: gpd.GeoDataFrame, reasons: NDArray[np.object_]) -> pd.DataFrame:
    ids = [[f"{kind}/{number}"] for kind, number in zip(ways["osm_type"], ways["osm_id"], strict=True)]
    return pd.DataFrame(
        {
            "reason": reasons,
            "osm_ids": ids,
            "name": ways["name"].to_numpy(),
            "geometry": ways.geometry.to_numpy(),
        }
    )


def _short_ways(survey: _Survey) -> BoolArray:
    """Say which ways are part of a chain too short to be cut into cells."""
    profile = survey.evidence.profile
    chains = survey.chains
    is_short = shapely.length(chains.lines) < profile.clear_length_m + 2 * profile.run_out_m
    hit = np.zeros(len(survey.features.ways), dtype=bool)
    edge = chains.edge_ground >= 0
    hit[chains.edge_ground[edge][is_short[chains.vertex_chain[edge]]]] = True
    return hit
