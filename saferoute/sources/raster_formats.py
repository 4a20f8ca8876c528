"""The formats of rasters that are read, told by the content of a file, and what a file may name beside it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from saferoute.model import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD_BYTES = 1024
"""Bytes at the start of a file by which GDAL, too, tells formats apart."""
FORMATS = "GeoTIFF, Erdas Imagine, Esri ASCII grid, SRTM .hgt, or a VRT of such files"
"""The formats in words."""
_MAGIC = {
    b"II*\0": "GTiff",
    b"II+\0": "GTiff",
    b"MM\0*": "GTiff",
    b"MM\0+": "GTiff",
    b"EHFA_HEADER_TAG\0": "HFA",
}
"""Drivers of GDAL by the first bytes of a file (TIFF 6.0, BigTIFF, Erdas Imagine); no other driver's begin so."""
_GRID = re.compile(rb"\s*(ncols|nrows|[xy]ll(corner|center)|dx|dy|cellsize)\s", re.IGNORECASE)
_VRT = re.compile(rb'(\xef\xbb\xbf)?\s*(<\?xml version="1\.0"( encoding="(utf|UTF)-8")?\s*\?>\s*)?<VRTDataset[\s>]')
_TILE = re.compile(r"[NS]\d\d[EW]\d{3}.*\.hgt", re.IGNORECASE)
_TEXT = re.compile(rb"[ -~]{4}")
"""Text, which is no heights of SRTM: any two letters of it, as a height, are above 8200 m."""
_MOST_VRT_BYTES = 20_000_000
"""Size of a VRT of some 20 000 rasters [J]."""
_VRT_ELEMENTS = frozenset(
    """VRTDataset SRS GeoTransform Metadata MDI VRTRasterBand ColorInterp NoDataValue HideNoDataValue UnitType Offset
    Scale Description MaskBand OverviewList BlockXSize BlockYSize SimpleSource ComplexSource SourceFilename SourceBand
    SourceProperties SrcRect DstRect NODATA ScaleOffset ScaleRatio UseMaskBand ImageOffset PixelOffset LineOffset
    ByteOrder""".split()
)
_VRT_ATTRIBUTES = frozenset(
    """rasterXSize rasterYSize dataAxisToSRSAxisMapping coordinateEpoch domain key dataType band subClass blockXSize
    blockYSize relativeToVRT relativetoVRT shared resampling RasterXSize RasterYSize DataType BlockXSize BlockYSize
    xOff yOff xSize ySize""".split()
)
"""What a VRT that places rasters side by side is made of; GDAL takes attributes and elements for the same."""


def find_driver(name: str, head: bytes) -> str | None:
    r"""Return the driver of GDAL that reads a file of this name and these first bytes, None if none shall.

    Examples
    --------
    >>> find_driver("dem.tif", b"II*\0")
    'GTiff'
    >>> find_driver("dem.tif", b"<GDAL_WMS><Service name='TMS'>") is None
    True
    """
    driver = next((driver for magic, driver in _MAGIC.items() if head.startswith(magic)), None)
    if driver is None and _VRT.match(head):
        return "VRT"
    if driver is None and _GRID.match(head) and b"<" not in head:
        return "AAIGrid"
    if driver is None and _TILE.fullmatch(name) and not _TEXT.search(head):
        return "SRTMHGT"
    return driver


def list_vrt_files(path: Path) -> list[tuple[Path, bool]]:
    """Return the files that a VRT names, each with whether it is a raster of its own, not raw cells.

    Raises
    ------
    InvalidInput
        If the VRT does anything but place bands of plain files side by side: one that warps, computes or
        nests could name files anywhere, and servers.
    """
    named = {
        (_locate_file(path, element), band.get("subClass") != "VRTRawRasterBand")
        for band in _parse_vrt(path).iter("VRTRasterBand")
        for element in band.iter("SourceFilename")
    }
    return sorted(named)


def _parse_vrt(path: Path) -> ET.Element:
    """Return the root of a VRT of which every element and attribute is known."""
    content = path.read_bytes() if path.stat().st_size <= _MOST_VRT_BYTES else b"<!"
    # Declarations, comments and CDATA are where GDAL's own reader of XML could see another text.
    if b"<!" in content:
        raise _refuse_vrt(path, "it is too long or holds a declaration or comment")
    try:
        root = ET.fromstring(content)  # noqa: S314 - without declarations there are no entities to expand
    except ET.ParseError as error:
        raise InvalidInput(f"{path}: not a raster: its XML is damaged ({error}); make the VRT anew") from error
    unknown = next(_list_unknown(root), None)
    if unknown:
        raise _refuse_vrt(path, f"it holds {unknown[:40]!r}")
    return root


def _list_unknown(root: ET.Element) -> Iterator[str]:
    """Yield the elements, attributes and classes of a VRT that are not read."""
    for element in root.iter():
        if element.tag not in _VRT_ELEMENTS or (element.tag == "SourceFilename" and len(element)):
            yield element.tag
        yield from element.attrib.keys() - _VRT_ATTRIBUTES
        allowed = ("VRTSourcedRasterBand", "VRTRawRasterBand") if element.tag == "VRTRasterBand" else ()
        if "subClass" in element.attrib and element.attrib["subClass"] not in allowed:
            yield element.attrib["subClass"]


def _locate_file(path: Path, element: ET.Element) -> Path:
    """Return where a file lies that a VRT names, as GDAL finds it."""
    name = element.text or ""
    relative = "1" in (element.get("relativeToVRT"), element.get("relativetoVRT"))
    # GDAL takes names with a colon, and those that begin with /vsi, for connections and archives.
    if not name or name != name.strip() or ":" in name or "<" in name or is_virtual(name):
        raise _refuse_vrt(path, f"it names {name[:80]!r}")
    return path.parent / name if relative else Path(name).absolute()


def is_virtual(name: str) -> bool:
    """Return whether GDAL takes a path for one in an archive, in memory or on a server."""
    return name.lstrip("/\\").lower().startswith("vsi") and name[0] in "/\\"


def _refuse_vrt(path: Path, why: str) -> InvalidInput:
    """Return the error of a VRT that is not read."""
    return InvalidInput(
        f"{path}: {why}; a VRT may only place plain rasters of its own folder side by side: "
        "make a GeoTIFF of it (gdal_translate)"
    )
