"""Opening of raster files, by named drivers of GDAL alone; no file opens a connection or a file elsewhere."""

from __future__ import annotations

import lzma
import os
import struct
import warnings
import zlib
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from uuid import uuid4
from zipfile import BadZipFile, ZipFile

from saferoute.model import InvalidInput
from saferoute.sources.paths import explain_missing
from saferoute.sources.raster_formats import FORMATS, HEAD_BYTES, find_driver, is_virtual, list_vrt_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from zipfile import ZipInfo

_OPTIONS = {
    # A second lock: names of servers are refused before GDAL sees them.
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "{no file}",
    "GDAL_VRT_ENABLE_PYTHON": "NO",
    "GDAL_VRT_RAWRASTERBAND_ALLOWED_SOURCE": "SIBLING_OR_CHILD_OF_VRT_PATH",
}
"""Options of GDAL while a file is open."""
_OPENED_WITH = (".ovr", ".OVR", ".msk", ".MSK")
"""Endings that GDAL adds to a raster's name to find its overviews and mask, which it opens by any driver."""
_IN_ZIP = (".tif", ".tiff", ".hgt", ".asc", ".img")
_MOST_UNZIPPED = 1 << 30
"""Bytes that an archive may unpack to: they are held in memory [J]."""


@contextmanager
def open_raster(path: Path) -> Iterator[Any]:
    """Open a raster file by rasterio; a zip file is opened as the raster inside.

    Raises
    ------
    InvalidInput
        If the file does not exist, is in none of the formats
        (`saferoute.sources.raster_formats.FORMATS`), is damaged, or names a
        server or a file outside its folder.
    """
    import rasterio

    if not path.exists():
        raise InvalidInput(explain_missing(path, "give the path of a raster"))
    with ExitStack() as stack:
        stack.enter_context(rasterio.Env(**_OPTIONS))
        if path.name.lower().endswith(".zip"):
            yield stack.enter_context(_open_zip(path, stack))
        else:
            real = Path(os.path.realpath(path))
            folders = (real.parent, Path(os.path.realpath(path.parent)))
            yield stack.enter_context(_open_file(path, folders))


def _open_file(path: Path, folders: Sequence[Path]) -> Any:
    """Return a raster that is opened once all that GDAL opens with it is checked.

    Parameters
    ----------
    path : Path
    folders : sequence of Path
        Resolved folders out of which no name in the file may lead.
    """
    driver = _read_driver(path)
    # GDAL counts the names in a VRT from where a link to it leads.
    path = Path(os.path.realpath(path)) if driver == "VRT" else path.absolute()
    others = [(beside, True) for ending in _OPENED_WITH if (beside := Path(f"{path}{ending}")).exists()]
    for other, is_raster in others + (list_vrt_files(path) if driver == "VRT" else []):
        _check_inside(path, other, folders)
        if is_raster and _read_driver(other) == "VRT":
            raise InvalidInput(f"{path}: it names the VRT {other.name!r}; make a GeoTIFF of that (gdal_translate)")
        if is_raster:
            _open_file(other, folders).close()
    data = _open_with(path, str(path), driver, path.stat().st_size)
    for name in data.files:
        _check_inside(path, Path(name), folders)
    return data


def _read_driver(path: Path) -> str:
    """Return the driver that reads a file."""
    try:
        with path.open("rb") as file:
            driver = find_driver(path.name, file.read(HEAD_BYTES)) if path.is_file() else None
    except OSError:
        driver = None
    if driver is None or is_virtual(str(path.absolute())):
        raise _refuse(path)
    return driver


def _refuse(path: Path) -> InvalidInput:
    """Return the error of a file in no format that is read."""
    return InvalidInput(f"{path}: not a raster that is read; give a {FORMATS}")


def _check_inside(path: Path, other: Path, folders: Sequence[Path]) -> None:
    """Raise `InvalidInput` unless a file that a raster names is there, and in its folder."""
    if not any(Path(os.path.realpath(other)).is_relative_to(folder) for folder in folders):
        raise InvalidInput(f"{path}: it names {str(other)!r}, outside its folder; put both into one folder")
    if not other.is_file():
        raise InvalidInput(f"{path}: it names {str(other)!r}, which is no file; put it beside the raster")


def _open_with(path: Path, name: str, driver: str, size: int) -> Any:
    """Return a raster of so many bytes opened by one driver, under the name that GDAL knows it by."""
    import rasterio

    try:
        with warnings.catch_warnings():
            # What lies nowhere is refused by its coordinate system, in words of ours.
            warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
            data = rasterio.open(name, driver=driver)
        # GDAL would open any file or server under this name before it reads a cell or lists files.
        elsewhere = data.tags(ns="OVERVIEWS").get("OVERVIEW_FILE")
    except (rasterio.errors.RasterioError, rasterio.errors.CRSError) as error:
        raise _refuse(path) from error
    # GDAL looks for each number beyond the end of a grid anew, for minutes; a number takes a digit and a blank.
    if driver == "AAIGrid" and size + 1 < 2 * data.width * data.height:
        data.close()
        raise InvalidInput(f"{path}: is cut off: {data.height} rows of {data.width} do not fit into it; copy it again")
    if elsewhere is not None:
        data.close()
        raise InvalidInput(f"{path}: it names overviews in {elsewhere[:80]!r}; copy it without (gdal_translate)")
    return data


def _open_zip(path: Path, stack: ExitStack) -> Any:
    """Return the raster in an archive, opened from memory, where `stack` holds it."""
    from rasterio.io import MemoryFile

    (name, content), *others = _read_zip(path)
    driver = find_driver(name, content[:HEAD_BYTES])
    if driver in (None, "VRT"):
        raise _refuse(path)
    folder = uuid4().hex
    for other, body in others:
        if other.endswith(".msk") and find_driver(other, body[:HEAD_BYTES]) != "GTiff":
            raise _refuse(path)
        stack.enter_context(MemoryFile(body, dirname=folder, filename=other))
    file = stack.enter_context(MemoryFile(content, dirname=folder, filename=name))
    return _open_with(path, file.name, driver, len(content))


def _read_zip(path: Path) -> list[tuple[str, bytes]]:
    """Return names and contents of the one raster in an archive and of its mask and coordinates, raster first."""
    try:
        with ZipFile(path) as archive:
            members = _choose_members(path, archive.infolist())
            # Python compares each member with its checksum, GDAL does not.
            return [(PurePosixPath(member.filename).name, archive.read(member)) for member in members]
    except (BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, ValueError, RuntimeError) as error:
        # RuntimeError: encrypted, or compressed in a way that Python does not know
        raise InvalidInput(
            f"{path}: the archive is damaged or cannot be unpacked; fetch it again, or unpack it"
        ) from error


def _choose_members(path: Path, members: Sequence[ZipInfo]) -> list[ZipInfo]:
    """Return the one raster of an archive's members, and what of the others GDAL needs to understand it."""
    rasters = [member for member in members if member.filename.lower().endswith(_IN_ZIP)]
    if len(rasters) != 1:
        raise InvalidInput(f"{path}: the archive holds {len(rasters)} rasters, not one; unpack it and give its files")
    name = rasters[0].filename
    stem = name.rpartition(".")[0]
    beside = {f"{name}.msk", f"{name}.aux.xml", f"{stem}.prj", f"{stem}.tfw", f"{stem}.wld"}
    chosen = rasters + [member for member in members if member.filename in beside]
    if sum(member.file_size for member in chosen) > _MOST_UNZIPPED:
        raise InvalidInput(f"{path}: the archive unpacks to more than {_MOST_UNZIPPED >> 20} MB; unpack it")
    return chosen
