"""A folder with extracts and rasters of one region."""

from __future__ import annotations

from pathlib import Path

from saferoute.model import InvalidInput
from saferoute.sources import extract, raster


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
