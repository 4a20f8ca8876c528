"""Local data: a folder with extracts and rasters of one region, or files one by one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from saferoute.model import InvalidInput
from saferoute.sources.elevation import raster
from saferoute.sources.osm import extract

if TYPE_CHECKING:
    from collections.abc import Sequence


def open_local(
    region: Path | str | None = None,
    *,
    osm: Sequence[Path | str] = (),
    dem: Sequence[Path | str] = (),
    dem_sigma_m: float | None = None,
    **kept: Any,
) -> tuple[extract.ExtractSource, raster.RasterSource | None]:
    """Open a region's folder and further files as sources.

    Parameters
    ----------
    region, osm, dem, dem_sigma_m
        A folder, extracts, rasters, and the standard error of their heights.
    **kept
        How `ExtractSource` keeps what it reads: ``join``, ``cache``, ``say``.

    Returns
    -------
    features : ExtractSource
    elevation : RasterSource or None
        None where there is no raster.

    Raises
    ------
    InvalidInput
        If there is no extract, or a file cannot be read.
    """
    extracts, rasters = region_files(region) if region else ([], [])
    extracts += [Path(p) for p in osm]
    rasters += [Path(p) for p in dem]
    if not extracts:
        raise InvalidInput("no map data: give a folder with --region DIR or extracts with --osm FILE…")
    return extract.ExtractSource(extracts, **kept), raster.RasterSource(
        rasters, sigma_m=dem_sigma_m
    ) if rasters else None


def region_files(folder: Path | str) -> tuple[list[Path], list[Path]]:
    """Return the extracts and the rasters of a folder, each in order of name.

    Raises
    ------
    InvalidInput
        If there is no such folder, or no extract in it.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InvalidInput(f"{folder}: no such folder; a region is a folder with an extract and rasters")
    files = sorted(p for p in folder.iterdir() if p.is_file() and not p.name.startswith("."))
    extracts = [p for p in files if p.name.lower().endswith(extract.SUFFIXES)]
    rasters = [p for p in files if p.name.lower().endswith(raster.SUFFIXES)]
    if not extracts:
        raise InvalidInput(
            f"{folder}: no extract in this folder; put a file there that ends with one of {', '.join(extract.SUFFIXES)}"
        )
    return extracts, rasters
