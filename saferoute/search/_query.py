"""The query from which every search starts: an area, open data and a runner."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, Unpack

from saferoute.model import METRIC, InvalidInput, Profile
from saferoute.report.units import choose_system
from saferoute.search._area import area_around
from saferoute.search._join import join_ways
from saferoute.search._near import format_near
from saferoute.sources import clock
from saferoute.sources.open import LocalFiles, Sources, open_sources
from saferoute.sources.osm.extract import SUFFIXES
from saferoute.sources.paths import expand_path
from saferoute.sources.places.resolve import find_place
from saferoute.sources.runner import RunnerOptions, choose_profile
from saferoute.sources.settings import ELEVATIONS, Online

if TYPE_CHECKING:
    from collections.abc import Sequence

    from saferoute.model import Area, Place
    from saferoute.model.observations import Observations
    from saferoute.search._near import Near
    from saferoute.sources import ElevationSource, FeatureSource

    Paths: TypeAlias = Path | str | Sequence[Path | str]

_LOG = logging.getLogger(__name__)

RADIUS_M = 1500.0
"""Default radius of a search in metres."""
TOP = 20
"""Default number of stretches."""


class PlaceOptions(RunnerOptions, total=False):
    """Options of every search: the runner, the data, and the choice among places of one name.

    Attributes
    ----------
    pick : int
        Number of the place, from 1, if several have the name.
    region : path or sequence of path
        A folder with extracts and elevation rasters, or extracts one by one.
        Without `region` and `osm` the map comes from OpenStreetMap's servers.
    osm, dem : path or sequence of path
        Extracts, and elevation rasters.
    dem_sigma : float
        Standard error of the rasters' heights, m.
    elevation : path, sequence of path or str
        Rasters, or ``mapterhorn``, ``glo30``, ``none``. By default the rasters
        given; without local data Mapterhorn, and GLO-30 behind it.
    counts, population : path
        CSV of counters and raster of people that calibrate crowding.
    observations : path or sequence of path
        GeoJSON files of what people saw on foot, as the map's page exports them.
    online : saferoute.Online
        How the network and the cache are used.
    units : str
        ``metric`` (the default), ``imperial``, or ``auto`` by the locale: units of texts.
    """

    pick: int | None
    region: Paths | None
    osm: Paths | None
    dem: Paths | None
    dem_sigma: float | None
    elevation: Paths | None
    counts: Path | str | None
    population: Path | str | None
    observations: Paths | None
    online: Online | None
    units: str


class FindOptions(PlaceOptions, total=False):
    """Options of a search for stretches: those of every search, a radius and a number.

    Attributes
    ----------
    radius_m : float, optional
        Radius around the place in metres. By default 1500, or as far as the
        ground reaches that the place names, such as a large park.
    top : int
        Most stretches to return; 20 by default.
    """

    radius_m: float | None
    top: int


@dataclass(frozen=True)
class Query:
    """An area to search, with its data open and its runner chosen.

    Attributes
    ----------
    area : Area
        Stretches are ranked if their middle lies in it.
    features : FeatureSource
        Source of the map.
    profile : Profile
        The runner, and the hour.
    elevation : ElevationSource, optional
        Without it slopes are unknown, and the results say so.
    top : int
        Most stretches to return.
    units : str
        See `Ranking.units`.
    observations : Observations, optional
        What people saw on foot.

    Raises
    ------
    InvalidInput
        If `top` is below 1.
    """

    area: Area
    features: FeatureSource
    profile: Profile
    elevation: ElevationSource | None = None
    top: int = TOP
    units: str = METRIC
    observations: Observations | None = None

    def __post_init__(self) -> None:
        if self.top < 1:
            raise InvalidInput(f"top {self.top}: at least 1 stretch must be asked for")

    @classmethod
    def open(
        cls, near: Near, *, radius_m: float | None = None, top: int = TOP, **options: Unpack[PlaceOptions]
    ) -> Query:
        """Return the query for a place, after opening the data that the options name.

        Parameters
        ----------
        near
            See `saferoute.find`.
        radius_m, top, **options
            See `FindOptions`.

        Returns
        -------
        Query

        Raises
        ------
        InvalidInput
            If an option breaks a rule, or a file cannot be read.
        PlaceNotFound
            If no place has this name.
        SourceUnavailable
            If a service on the network does not answer.
        """
        text = format_near(near)
        profile, units = choose_profile(options), choose_system(options.get("units", METRIC))
        online = options.get("online") or Online()
        # Read first: a file that is none should not be told only after the map has been fetched.
        observations = _read_observations(_list_paths(options.get("observations")))
        folder, extracts = _split_region(options.get("region"), options.get("osm"))
        sources = _open_sources(folder, extracts, online, options)
        place = find_place(text, sources.finder, options.get("pick"))
        if profile.at:
            # Finding the time zone costs time, and only an hour needs it.
            place = clock.add_time_zone(place, online.open_cache())
        radius_m = _choose_radius(place) if radius_m is None else radius_m
        area = area_around(place, radius_m)
        # A folder may hold rasters of other places; files that are named must cover this one.
        if sources.rasters and folder is None:
            sources.rasters.check_coverage(place.lon, place.lat, radius_m)
        features = _calibrate(sources.features, online, options)
        return cls(area, features, profile, sources.elevation, top, units, observations)


def _choose_radius(place: Place) -> float:
    """Return the radius of a search for which none was given: the usual one, or all of the ground that was named."""
    if place.reach_m > RADIUS_M:
        _LOG.info("%s is searched over all of itself, %.0f m around; --radius takes another", place.name, place.reach_m)
    return max(RADIUS_M, place.reach_m)


def require_query(near: Near | Query, lon: float | None, options: Any, **fixed: Any) -> Query:
    """Return a query as it is, or open the one that a place and options describe.

    Parameters
    ----------
    near, lon
        See `format_near`.
    options : mapping
        As in `PlaceOptions`.
    **fixed
        Options that the caller sets.

    Raises
    ------
    InvalidInput
        If anything is given beside a query.
    """
    if not isinstance(near, Query):
        return Query.open(format_near(near, lon), **fixed, **options)
    beside = [*(["a longitude"] if lon is not None else []), *options]
    if beside:
        raise InvalidInput(f"{', '.join(beside)}: a query says everything itself; give a place, or a query alone")
    return near


def _open_sources(folder: Path | None, extracts: list[Path], online: Online, options: PlaceOptions) -> Sources:
    named = options.get("elevation")
    word = named if isinstance(named, str) and named.lower() in ELEVATIONS else None
    files = LocalFiles(
        folder,
        osm=extracts,
        dem=[*_list_paths(options.get("dem")), *([] if word else _list_paths(named))],
        dem_sigma_m=options.get("dem_sigma"),
    )
    return open_sources(files, elevation=word, online=online, join=join_ways)


def _split_region(region: Paths | None, osm: Paths | None) -> tuple[Path | None, list[Path]]:
    """Return the folder that a search is to read, if any, and extracts that are named one by one."""
    paths, extracts = _list_paths(region), _list_paths(osm)
    if region is not None and not paths:
        raise InvalidInput("the region names no file: give a folder or extracts, or leave it out to search online")
    # A folder means the same by either name.
    if not paths and len(extracts) == 1 and extracts[0].is_dir():
        paths, extracts = extracts, []
    if len(paths) == 1 and not paths[0].name.lower().endswith(SUFFIXES):
        return paths[0], extracts
    return None, [*paths, *extracts]


def _list_paths(paths: Paths | None) -> list[Path]:
    if paths is None:
        return []
    return [expand_path(p) for p in ([paths] if isinstance(paths, str | Path) else paths)]


def _read_observations(paths: list[Path]) -> Observations | None:
    """Return what people saw on foot by some files, None without any."""
    if not paths:
        return None
    from saferoute.sources.observations import read_observations

    return read_observations(paths)


def _calibrate(features: FeatureSource, online: Online, options: PlaceOptions) -> FeatureSource:
    """Return the map, calibrated by counters and a raster of people if they are given."""
    counts, population = options.get("counts"), options.get("population")
    if counts is None and population is None:
        return features
    from saferoute.sources.counts import CountedSource

    return CountedSource(features, counts=counts, population=population, drawers=online.open_cache().drawers)
