"""From the map to measured windows: all that is known before anything is ranked."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from saferoute import candidates, criteria, limits
from saferoute.criteria import flatness
from saferoute.limits import clearance
from saferoute.memory import collect_garbage_rarely
from saferoute.model import Evidence
from saferoute.osm.tags import Tags
from saferoute.search._area import covered_share, distance_outside_m, is_touching
from saferoute.search._join import join_ways
from saferoute.sources import clock
from saferoute.sources.elevation.samples import read_heights_where

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray
    from saferoute.model import Area, Features, Heights, Measurement, Moment, Profile, Samples, Strokes, Windows
    from saferoute.sources import ElevationSource, FeatureSource

_LOG = logging.getLogger(__name__)

MARGIN_M = 2000.0
"""Features are read this far beyond the area: crowding looks 1 km around a stretch and from
there 950 m further for what draws people, and strokes should not end at the area's edge."""


COMPARED_M = 1100.0
"""Ways are cut into samples this far beyond the windows of the area: their crowding is compared with
that of the ways within 1 km of a station, which is at most 50 m off."""

_ALL = 0.995
"""Share of an area that is told as all of it."""

HEIGHTS_BEYOND_M = 500.0
"""Heights are looked up this far beyond the area: fits and stretches reach 200 m, bridges further."""


@dataclass(frozen=True)
class Survey:
    """What one look at an area found.

    Attributes
    ----------
    way_reasons : ndarray of shape (ways,)
        Why a way is left out, ``""`` = it is not, None = it is no way.
    cell_reasons : ndarray of shape (samples,)
        Why a sample is in no window, ``""`` = it is in one.
    """

    area: Area
    features: Features
    evidence: Evidence
    strokes: Strokes
    open_ground: candidates.OpenGround
    way_reasons: NDArray[np.object_]
    hazards: limits.Hazards
    samples: Samples
    sample_reasons: NDArray[np.object_]
    windows: Windows
    measurements: Mapping[str, Measurement]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Seen:
    """What one look at an area saw before anything was measured: `Survey` says what each is."""

    area: Area
    features: Features
    moment: Moment | None
    strokes: Strokes
    open_ground: candidates.OpenGround | None
    way_reasons: NDArray[np.object_]
    hazards: limits.Hazards
    samples: Samples
    sample_reasons: NDArray[np.object_]
    windows: Windows


@collect_garbage_rarely()
def survey_area(
    area: Area,
    *,
    features_of: FeatureSource,
    profile: Profile,
    elevation_of: ElevationSource | None,
) -> Survey:
    """Look at an area: join, cut, limit and measure."""
    seen = survey_map(area, features_of=features_of, profile=profile)
    assert seen.open_ground is not None
    samples, features = seen.samples, seen.features
    if elevation_of is not None:
        _LOG.info("looking up heights")
    heights = None if elevation_of is None else _sample_heights(samples.xy, elevation_of, area)
    evidence = Evidence(
        features, heights, _sample_every_metre(samples, heights, elevation_of, area), profile, seen.moment
    )
    sample_reasons = seen.sample_reasons.copy()
    found = _exclude_windows(seen.windows, sample_reasons, evidence, seen.hazards)
    elevation_notes = (*(heights.notes if heights else ()), *_elevation_notes(found, heights))
    notes = (*features.notes, *_coverage_notes(area, features), *elevation_notes, *_hour_notes(seen.moment))
    return Survey(
        area=area,
        features=features,
        evidence=evidence,
        strokes=seen.strokes,
        open_ground=seen.open_ground,
        way_reasons=seen.way_reasons,
        hazards=seen.hazards,
        samples=samples,
        sample_reasons=sample_reasons,
        windows=found,
        measurements={c.name: c.measure(found, evidence) for c in criteria.ALL},
        notes=tuple(dict.fromkeys(notes)),
    )


def survey_map(
    area: Area,
    *,
    features_of: FeatureSource,
    profile: Profile,
    on_open_ground: bool = True,
) -> Seen:
    """Find the windows of an area that no limit of the map is against.

    Parameters
    ----------
    on_open_ground : bool
        Without, ways alone are looked at, which takes a third of the time.
    """
    _LOG.info("reading the map")
    moment = clock.parse_moment(profile.at, area.place) if profile.at else None
    dark = moment is not None and moment.dark
    features = features_of.read_features(area, margin_m=MARGIN_M)
    strokes, ground = features.strokes or join_ways(features.ways), _ground_of_ways(features.ways)
    way_reasons = _exclude_ways(features.ways, profile, dark=dark)
    open_ground = None
    if on_open_ground:
        _LOG.info("looking for corridors on open ground")
        open_ground = _find_corridors(area, features, profile, dark=dark)
        ground = _append_open_ground(ground, open_ground)
        strokes = candidates.concatenate_strokes(
            [strokes, candidates.strokes_of_corridors(open_ground.lines, len(features.ways))]
        )
    assert strokes.side_paths is not None
    samples = candidates.cut_samples(
        strokes,
        ground,
        strokes.side_paths,
        shortest_m=profile.clear_length_m + 2 * profile.run_out_m,
        here=lambda xy: distance_outside_m(area, xy) <= COMPARED_M + profile.clear_length_m,
    )
    _LOG.info("looking at %.1f km, every %.0f m", len(samples) * samples.step_m / 1000, samples.step_m)
    hazards = limits.Hazards(features)
    sample_reasons = limits.exclude_samples(
        samples, features, hazards, where=_is_within_reach(samples, area, profile, way_reasons)
    )
    found, unfit = candidates.find_windows(samples, sample_reasons == "", profile)
    return Seen(
        area=area,
        features=features,
        moment=moment,
        strokes=strokes,
        open_ground=open_ground,
        way_reasons=way_reasons,
        hazards=hazards,
        samples=samples,
        sample_reasons=np.where(sample_reasons == "", unfit, sample_reasons),
        windows=candidates.select_windows(found, distance_outside_m(area, _middles_of_windows(found)) <= 0),
    )


def _is_within_reach(samples: Samples, area: Area, profile: Profile, way_reasons: NDArray[np.object_]) -> BoolArray:
    """Say which samples share a window, run-outs included, with a sample of the area, on ground this runner may use."""
    reach_m = profile.clear_length_m + 2 * profile.run_out_m + 2 * samples.step_m
    near: BoolArray = distance_outside_m(area, samples.xy[np.arange(len(samples)) + samples.stroke]) <= reach_m
    refused = np.zeros(len(samples.ground), dtype=bool)
    refused[: len(way_reasons)] = [bool(reason) for reason in way_reasons]
    near[samples.pair_sample[refused[samples.pair_ground]]] = False
    return near


def _sample_heights(xy: FloatArray, elevation_of: ElevationSource, area: Area) -> Heights:
    """Sample heights where windows of the area may reach; elsewhere nobody asks for them."""
    here = distance_outside_m(area, xy) <= HEIGHTS_BEYOND_M
    return read_heights_where(elevation_of, xy, area.crs, where=here)


def _sample_every_metre(
    samples: Samples, heights: Heights | None, elevation_of: ElevationSource | None, area: Area
) -> Heights | None:
    """Sample heights every metre, in the middle of each, where a raster shows dents."""
    if heights is None or elevation_of is None or not (heights.cell_m <= flatness.DENTS_CELL_M).any():
        return None
    n = int(samples.step_m)
    row = np.arange(len(samples)) + samples.stroke
    share = (np.arange(n) + 0.5)[None, :, None] / n
    xy = samples.xy[row][:, None] + share * (samples.xy[row + 1] - samples.xy[row])[:, None]
    return _sample_heights(xy.reshape(-1, 2), elevation_of, area)


def _exclude_ways(ways: gpd.GeoDataFrame, profile: Profile, *, dark: bool = False) -> NDArray[np.object_]:
    """Return why each way or running track is excluded, ``""`` = it is not, None = it is neither."""
    tags = Tags.of(ways)
    of_tracks = limits.exclude_tracks(tags, profile, dark=dark)
    return np.where(pd.notna(of_tracks), of_tracks, limits.exclude_ways(tags, profile, dark=dark))


def _find_corridors(area: Area, features: Features, profile: Profile, *, dark: bool = False) -> candidates.OpenGround:
    """Look for corridors on the open ground of the area itself."""
    areas = candidates.fill_implied_surface(features.areas)
    return candidates.search_open_ground(
        areas,
        reasons=limits.exclude_areas(areas, profile, dark=dark),
        wanted=is_touching(area, areas.geometry.to_numpy()),
        blockers=clearance.collect_blockers(features),
        profile=profile,
    )


def _ground_of_ways(ways: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the ways with the columns of all ground."""
    return ways.assign(
        origin=np.where(ways["highway"].isna() & ways["leisure"].eq("track"), "track", "way"),
        kind=np.where(ways["leisure"].eq("track"), "track", "way"),
        clear_width_m=np.nan,
        surface_implied=False,
        beach_club=False,
        **dict.fromkeys(("dog", "fee"), pd.array([None] * len(ways), dtype=ways["highway"].dtype)),
    )


def _append_open_ground(of_ways: gpd.GeoDataFrame, open_ground: candidates.OpenGround) -> gpd.GeoDataFrame:
    """Put the ways and the rows of open ground into one table with their origin."""
    if not len(open_ground.rows):
        return of_ways
    of_areas = open_ground.rows.assign(origin=np.where(open_ground.rows["kind"].eq("track"), "track", "area"))
    # On open ground these tags tell of the polygon, not of a way through it.
    none = pd.array([None] * len(of_areas), dtype=of_ways["highway"].dtype)
    of_areas = of_areas.reindex(columns=of_ways.columns).assign(highway=none)
    return pd.concat([of_ways, of_areas], ignore_index=True)


def _exclude_windows(
    found: Windows, sample_reasons: NDArray[np.object_], evidence: Evidence, hazards: limits.Hazards
) -> Windows:
    """Leave out the windows that a limit is against, and note why in `sample_reasons`."""
    size = len(found.samples)
    fitted = flatness.fit_window_slopes(found, evidence)
    refused = limits.exclude_windows(found, hazards, fitted.grade_pct, fitted.sigma_pct, evidence.profile)
    for reason in ("drop or water beyond", "slope"):
        hit = candidates.is_in_runs(found.first[refused == reason], found.n_samples, size)
        sample_reasons[hit & (sample_reasons == "")] = reason
    found = candidates.select_windows(found, refused == "")
    sample_reasons[candidates.is_in_runs(found.first, found.n_samples, size)] = ""
    return found


def _middles_of_windows(windows: Windows) -> FloatArray:
    row = windows.first + windows.samples.stroke[windows.first] + windows.n_samples // 2
    return windows.samples.xy[row]


def _coverage_notes(area: Area, features: Features) -> tuple[str, ...]:
    """Say how much of the area the map holds, where that is less than all of it."""
    share = 1.0 if features.extent is None else covered_share(area, features.extent)
    if share >= _ALL:
        return ()
    told = f"the map data cover {100 * share:.0f} % of the area: what lies beyond their edge is unknown, "
    return (told + "and near it there may be more people than are told of here",)


def _elevation_notes(windows: Windows, heights: Heights | None) -> tuple[str, ...]:
    """Say what the heights cannot tell."""
    if heights is None:
        return ("no elevation was given: slopes are unknown",)
    if not len(windows):
        return ()
    row = windows.first + windows.samples.stroke[windows.first] + windows.n_samples // 2
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


def _hour_notes(moment: Moment | None) -> tuple[str, ...]:
    """Say for which hour people and light are judged."""
    if moment is None:
        return ()
    sun = "it is dark" if moment.dark else "it is light"
    if moment.sunrise and moment.sunset:
        sun += f" (sunrise {moment.sunrise:%H:%M}, sunset {moment.sunset:%H:%M})"
    dark = "; what is tagged unlit is left out, where nothing is tagged look for lamps" if moment.dark else ""
    return (f"people and light are those of {moment}: {sun}{dark}",)
