"""The spine: place → features → stretches → measurements → scores → ranking → session.

The only room that composes the others.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from saferoute import scoring, session, stretches
from saferoute.model import Explanation, InvalidInput, PlaceNotFound, Ranking, Wish
from saferoute.pipeline import _plan
from saferoute.pipeline._area import MAX_RADIUS_M, area_around, centre, metric_crs, outside_m, rectangle
from saferoute.pipeline._evaluation import Evaluation, crowding_at, evaluate
from saferoute.pipeline._join import join
from saferoute.pipeline._survey import MARGIN_M, Survey, survey
from saferoute.pipeline._tables import considered, excluded_table, stretch_table
from saferoute.sources.extract import SUFFIXES
from saferoute.sources.online import ELEVATIONS, Online, open_sources
from saferoute.sources.profiles import load_profile

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from saferoute.model import Area, FloatArray, Place, Profile, Session
    from saferoute.sources import ElevationSource, FeatureSource
    from saferoute.sources.online import Sources

__all__ = [
    "EXPLAIN_RADIUS_M",
    "MARGIN_M",
    "MAX_RADIUS_M",
    "Evaluation",
    "Survey",
    "all_stretches",
    "area_around",
    "centre",
    "crowding_at",
    "evaluate",
    "explain",
    "find",
    "find_near",
    "join",
    "metric_crs",
    "outside_m",
    "plan",
    "plan_near",
    "rectangle",
    "stretch_table",
    "survey",
]

EXPLAIN_RADIUS_M = 250.0


def find_near(
    near: str,
    *,
    region: Path | str | Sequence[Path | str] | None = None,
    elevation: Path | str | Sequence[Path | str] | None = None,
    online: Online | None = None,
    profile: Profile | None = None,
    radius_m: float = 1500.0,
) -> Ranking:
    """Find the stretches near a place, anywhere in the world: `find` for a notebook.

    Parameters
    ----------
    near : str
        ``lat,lon``, ``geo:lat,lon`` or a name.
    region : path or sequence of path, optional
        A folder with extracts and elevation rasters, or extracts one by one.
        Without it the map comes from OpenStreetMap's servers.
    elevation : path, sequence of path or str, optional
        Rasters, or ``"mapterhorn"``, ``"glo30"``, ``"none"``. By default those
        of the region; without a region Mapterhorn, and GLO-30 behind it.
    online : saferoute.Online, optional
        How the network and the cache are used.
    profile : Profile, optional
        From `saferoute.load_profile`; the beginner's by default.
    radius_m : float

    Returns
    -------
    Ranking
        The best twenty.

    Raises
    ------
    SaferouteError
        As its classes say in `saferoute.model`.

    Examples
    --------
    >>> ranking = find_near("60.172,24.944", region="data/helsinki", radius_m=800)
    >>> ranking.stretches["rank"].iloc[0]
    np.int64(1)
    """
    sources = _sources(region, elevation, online)
    return find(
        area_around(sources.find_place(near, None), radius_m),
        features_of=sources.features,
        profile=profile or load_profile(),
        elevation_of=sources.elevation,
    )


def _sources(
    region: Path | str | Sequence[Path | str] | None,
    elevation: Path | str | Sequence[Path | str] | None,
    online: Online | None,
) -> Sources:
    """Open what `find_near` and `plan_near` are given."""
    folder, extracts = _folder_and_extracts(region)
    word = elevation.lower() if isinstance(elevation, str) and elevation.lower() in ELEVATIONS else None
    rasters = [] if word else _listed(elevation)
    return open_sources(
        folder, osm=extracts, dem=rasters, elevation=word, online=replace(online or Online(), join=join)
    )


def _folder_and_extracts(region: Path | str | Sequence[Path | str] | None) -> tuple[Path | None, list[Path]]:
    """Tell a folder of data from extracts one by one."""
    paths = _listed(region)
    if region is not None and not paths:
        raise InvalidInput("the region names no file: give a folder or extracts, or leave it out to search online")
    if len(paths) == 1 and not paths[0].name.lower().endswith(SUFFIXES):
        return paths[0], []
    return None, paths


def _listed(paths: Path | str | Sequence[Path | str] | None) -> list[Path]:
    if paths is None:
        return []
    return [Path(p) for p in ([paths] if isinstance(paths, (str, Path)) else paths)]


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
    ground = survey(area, features_of=features_of, profile=profile, elevation_of=elevation_of, say=say)
    say(f"scoring {len(ground.windows)} windows")
    merged, score = all_stretches(ground)
    merged = stretches.apart(merged, score, profile.lane_m)
    elevation = ground.evidence.elevation
    return Ranking(
        area=area,
        profile=profile,
        stretches=stretch_table(ground, merged, top),
        excluded=excluded_table(ground, merged),
        features=ground.features,
        considered=considered(ground, merged),
        attribution=ground.features.attribution + (elevation.attribution if elevation else ()),
        notes=ground.notes,
        data_date=ground.features.data_date,
    )


def all_stretches(ground: Survey) -> tuple[stretches.Merged, FloatArray]:
    """Return the stretches of a survey before those on the same ground are dropped, and the score of each."""
    score = scoring.point_scores(ground.measurements, ground.evidence.profile)
    merged = stretches.merge(ground.windows, score, ground.evidence.profile)
    return merged, score[np.searchsorted(ground.windows.first, merged.worst.first)]


def plan_near(
    near: str,
    *,
    region: Path | str | Sequence[Path | str] | None = None,
    elevation: Path | str | Sequence[Path | str] | None = None,
    online: Online | None = None,
    profile: Profile | None = None,
    wish: Wish | None = None,
) -> Session:
    """Plan a session near a place, anywhere in the world: `plan` for a notebook.

    Parameters
    ----------
    near, region, elevation, online, profile
        As of `find_near`.
    wish : Wish, optional
        Week, time or distance; the first week and the level's own time by default.

    Returns
    -------
    Session

    Raises
    ------
    SaferouteError
        As its classes say in `saferoute.model`.

    Examples
    --------
    >>> session = plan_near("60.172,24.944", region="data/helsinki", wish=Wish(week=3, time_s=1500))
    >>> session.sections["duration_s"].max() <= 30
    np.True_
    """
    sources = _sources(region, elevation, online)
    return plan(
        sources.find_place(near, None),
        features_of=sources.features,
        profile=profile or load_profile(),
        elevation_of=sources.elevation,
        wish=wish or Wish(),
    )


def plan(
    place: Place,
    *,
    features_of: FeatureSource,
    profile: Profile,
    wish: Wish,
    elevation_of: ElevationSource | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Session:
    """Plan a session from a place through recommended stretches near it, and home again.

    Parameters
    ----------
    place : Place
        Where to start and end.
    features_of, profile, elevation_of, say
        As of `find`.
    wish : Wish

    Returns
    -------
    Session
        Without steps, and with a note that says why, where no stretch can be reached.

    Raises
    ------
    InvalidInput
        If the wish breaks a rule.
    PlaceNotFound
        If the features do not reach the place, or no foot way comes near it.
    """
    session.check(wish)
    area = area_around(place, _plan.radius_m(profile.training, wish))
    ranking = find(area, features_of=features_of, profile=profile, elevation_of=elevation_of, top=_plan.TOP, say=say)
    return _plan.through(ranking, wish=wish, elevation_of=elevation_of, say=say)


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
    here = shapely.Point(centre(ranking.area))
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
