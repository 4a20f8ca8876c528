"""Opening of sources: the local files that a person gives, or else network services."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from saferoute.model import InvalidInput
from saferoute.sources.elevation import raster
from saferoute.sources.elevation.samples import InTurn
from saferoute.sources.osm import extract
from saferoute.sources.paths import SAMPLE, explain_missing, find_region
from saferoute.sources.places.extracts import ExtractFinder
from saferoute.sources.settings import ELEVATIONS, Online

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from saferoute.sources import ElevationSource, FeatureSource
    from saferoute.sources.cache import Cache
    from saferoute.sources.osm._tables import Joiner
    from saferoute.sources.places.resolve import Finder


@dataclass(frozen=True)
class LocalFiles:
    """Local files that a person gives."""

    region: Path | str | None = None
    """Folder with extracts and rasters."""
    osm: Sequence[Path | str] = ()
    """Extracts in addition to those of the region."""
    dem: Sequence[Path | str] = ()
    """Rasters of heights in addition to those of the region."""
    dem_sigma_m: float | None = None
    """Standard error of all rasters' heights in m; None = from their tags or cell size."""


@dataclass(frozen=True)
class Sources:
    """The sources of one search."""

    features: FeatureSource
    elevation: ElevationSource | None
    """None = no slopes are measured."""
    finder: Finder
    """What knows where names and objects are."""
    rasters: raster.RasterSource | None = None
    """The local rasters, None if there are none."""


def open_sources(
    files: LocalFiles,
    *,
    elevation: Path | str | None = None,
    online: Online | None = None,
    join: Joiner | None = None,
) -> Sources:
    """Open local files as sources, or network services if no map file is given.

    With a region or extracts no service is asked, unless `elevation` names one.

    Parameters
    ----------
    files : LocalFiles
        Region, extracts and rasters.
    elevation : path or str, optional
        ``mapterhorn``, ``glo30``, ``none``, or the path of one more raster. By
        default the given rasters, or else, for a map from the network,
        Mapterhorn with GLO-30 where it has no heights.
    online : Online, optional
        Options for network access; by default those of the environment.
    join : callable, optional
        Function that joins ways to strokes (`saferoute.search.join_ways`).
        With it the tables of local extracts are kept in the cache.

    Raises
    ------
    InvalidInput
        If a file cannot be read, or `elevation` names a service although
        rasters are given, too.
    """
    online = online or Online()
    named = elevation.lower() if isinstance(elevation, str) and elevation.lower() in ELEVATIONS else None
    if elevation is not None and named is None:
        files = replace(files, dem=[*files.dem, elevation])
    if named and files.dem:
        raise InvalidInput(f"elevation {named} and rasters exclude each other: name the source of heights once")
    if files.region or files.osm:
        local, rasters = open_local(files, join=join, cache=online.open_cache() if join else None)
        heights = _open_services((named,), online) if named else rasters
        return Sources(local, heights, ExtractFinder(local.paths, local.drawers), rasters)

    # Imported late: the HTTP libraries take longer to load than a small extract takes to read.
    from saferoute.sources.osm.overpass import OverpassSource
    from saferoute.sources.places.nominatim import Geocoder

    rasters = _open_rasters(files.dem, files.dem_sigma_m, online.open_cache() if join else None)
    heights = rasters or _open_services((named,) if named else ("mapterhorn", "glo30"), online)
    return Sources(OverpassSource(online), heights, Geocoder(online), rasters)


def open_local(
    files: LocalFiles, *, join: Joiner | None = None, cache: Cache | None = None
) -> tuple[extract.ExtractSource, raster.RasterSource | None]:
    """Open the given extracts and rasters as sources.

    Parameters
    ----------
    files : LocalFiles
        Region, extracts and rasters.
    join, cache : optional
        See `saferoute.sources.osm.extract.ExtractSource`.

    Returns
    -------
    features : ExtractSource
    elevation : RasterSource or None
        None if there is no raster.

    Raises
    ------
    InvalidInput
        If there is no extract, or a file cannot be read.
    """
    extracts, rasters = list_region_files(files.region) if files.region else ([], [])
    extracts += [Path(p) for p in files.osm]
    rasters += [Path(p) for p in files.dem]
    if not extracts:
        raise InvalidInput("no map data: give a folder with --region DIR or extracts with --osm FILE…")
    features = extract.ExtractSource(extracts, join=join, cache=cache)
    return features, _open_rasters(rasters, files.dem_sigma_m, cache)


def list_region_files(folder: Path | str) -> tuple[list[Path], list[Path]]:
    """Return the extracts and the rasters in a folder, each sorted by name.

    Hidden files and subfolders are ignored; ``sample`` is the bundled region (`find_region`).

    Raises
    ------
    InvalidInput
        If the folder does not exist or holds no extract.
    """
    folder = find_region(folder)
    if not folder.is_dir():
        rule = "a region is a folder with an extract and rasters, or an extract"
        file = f"{folder}: is a file, and none of a map; {rule}"
        raise InvalidInput(file if folder.is_file() else explain_missing(folder, rule, "folder", words=(SAMPLE,)))
    files = sorted(p for p in folder.iterdir() if p.is_file() and not p.name.startswith("."))
    extracts = [p for p in files if p.name.lower().endswith(extract.SUFFIXES)]
    rasters = [p for p in files if p.name.lower().endswith(raster.SUFFIXES)]
    if not extracts:
        raise InvalidInput(f"{folder}: no OpenStreetMap extract in this folder; {_advise_extract(folder)}")
    return extracts, rasters


def _advise_extract(folder: Path) -> str:
    """Return what to do about a folder without an extract: give the one below it that has some, or download one."""
    below = (p.parent for suffix in extract.SUFFIXES for p in sorted(folder.glob(f"*/*{suffix}")))
    meant = next(below, None)
    if meant is not None:
        return f"did you mean {meant}?"
    return f"download one, as from Geofabrik or BBBike, that ends with one of {', '.join(extract.SUFFIXES)}"


def _open_rasters(
    paths: Sequence[Path | str], sigma_m: float | None, cache: Cache | None
) -> raster.RasterSource | None:
    """Return rasters as one source, None if there are none."""
    if not paths:
        return None
    return raster.RasterSource(paths, sigma_m=sigma_m, drawers=None if cache is None else cache.drawers)


def _open_services(names: Sequence[str], online: Online) -> ElevationSource | None:
    """Return the named services as one source that asks each only for what the ones before lack; None for none."""
    from saferoute.sources.elevation.glo30 import Glo30Source
    from saferoute.sources.elevation.mapterhorn import MapterhornSource

    kinds: dict[str, Callable[[Online], ElevationSource]] = {"mapterhorn": MapterhornSource, "glo30": Glo30Source}
    sources = [kinds[name](online) for name in names if name != "none"]
    return InTurn(sources) if sources else None
