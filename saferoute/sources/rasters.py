"""Raster files of any format that GDAL reads, refused where their cells are no measured values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from saferoute.model import WGS84, InvalidInput

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pyproj import CRS, Transformer
    from rasterio.windows import Window

    from saferoute.arrays import BoolArray, FloatArray

_FULL_ROUND = 2 * np.pi


@dataclass(frozen=True)
class RasterFile:
    """What a raster file says of itself.

    Attributes
    ----------
    crs : CRS
        Of its two horizontal axes.
    named_crs : CRS
        As the file has it, perhaps with a third axis.
    bounds : tuple of float
        Left, bottom, right and top in units of `crs`.
    unit : str or None
        Of the values of its first band.
    round_trip : float or None
        Once around the earth in units of `crs`; None where its first axis is no longitude.
    """

    path: Path
    tags: Mapping[str, str]
    crs: CRS
    named_crs: CRS
    bounds: tuple[float, float, float, float]
    unit: str | None
    round_trip: float | None

    def transformer_from(self, crs: str) -> Transformer:
        """Return what turns coordinates of a CRS into those of the raster."""
        from pyproj import Transformer

        return Transformer.from_crs(crs, self.crs, always_xy=True)

    def project(self, xy: FloatArray, crs: str) -> tuple[FloatArray, FloatArray]:
        """Return points of shape (n, 2) in the raster's coordinates, longitudes counted as the raster counts them."""
        x, y = self.transformer_from(crs).transform(*xy.T)
        if self.round_trip is not None:
            left, _, right, _ = self.bounds
            with np.errstate(invalid="ignore"):  # infinite: where the raster's projection ends
                x = np.where((x < left) | (x > right), left + np.mod(x - left, self.round_trip), x)
        return x, y

    def bounds_in_degrees(self) -> tuple[float, float, float, float]:
        """Return west, south, east and north; east is above 180 where the raster crosses the antimeridian."""
        from pyproj import Transformer

        west, south, east, north = Transformer.from_crs(self.crs, WGS84, always_xy=True).transform_bounds(*self.bounds)
        return west, south, east + 360 if east < west else east, north


def open_raster(path: Path) -> Any:
    """Open a raster file with rasterio.

    Raises
    ------
    InvalidInput
        If GDAL cannot read it.
    """
    import rasterio

    if not path.exists():
        raise InvalidInput(f"{path}: no such file; give the path of a raster")
    # GDAL opens name.hgt.zip by itself, and knows the place from the name alone.
    name = path.name.lower()
    inside = name.endswith(".zip") and not name.endswith(".hgt.zip")
    try:
        return rasterio.open(f"/vsizip/{path}" if inside else str(path))
    except rasterio.errors.RasterioError as error:
        raise InvalidInput(f"{path}: not a raster that GDAL can read; give a GeoTIFF or the like") from error


def read_raster_file(path: Path) -> RasterFile:
    """Return what a raster file says of itself.

    Raises
    ------
    InvalidInput
        If there is no such file, GDAL cannot read it, its cells are colours or complex
        numbers, or it has no coordinate system that belongs to the ground.
    """
    from pyproj import CRS

    with open_raster(path) as data:
        _check_band(path, data)
        if data.crs is None:
            raise InvalidInput(f"{path}: the raster has no coordinate system; assign one (gdal_edit -a_srs)")
        named = CRS.from_user_input(data.crs)
        crs = _find_ground_crs(path, named)
        return RasterFile(
            path=path,
            tags=data.tags(),
            crs=crs,
            named_crs=named,
            bounds=tuple(data.bounds),
            unit=data.units[0],
            round_trip=_FULL_ROUND / crs.axis_info[0].unit_conversion_factor if crs.is_geographic else None,
        )


def _check_band(path: Path, data: Any) -> None:
    """Raise `InvalidInput` unless the first band holds measured values."""
    from rasterio.enums import ColorInterp

    if data.count < 1:
        raise InvalidInput(f"{path}: the file holds several rasters; give one of them, turned into a GeoTIFF")
    if "complex" in data.dtypes[0]:
        raise InvalidInput(f"{path}: its cells are complex numbers; a raster of real numbers is needed")
    colour = data.colorinterp[0]
    bytes_alone = data.count >= 3 and set(data.dtypes) == {"uint8"}
    if colour not in (ColorInterp.gray, ColorInterp.undefined) or bytes_alone:
        kind = "colours" if bytes_alone else f"{colour.name} of a picture"
        raise InvalidInput(f"{path}: its cells are {kind}, no measured values; give the raster it was drawn from")


def _find_ground_crs(path: Path, named: CRS) -> CRS:
    """Return the horizontal part of a coordinate system, which must belong to the earth's ground."""
    from pyproj import Transformer
    from pyproj.exceptions import ProjError

    crs = (named.sub_crs_list[0] if named.is_compound else named.to_2d()) if _is_on_ground(named) else None
    try:
        if crs is not None and Transformer.from_crs(crs, WGS84, always_xy=True):
            return crs
    except ProjError:  # another planet's
        pass
    raise InvalidInput(
        f"{path}: its coordinate system {named.name!r} ({named.type_name}) does not say where on the earth it lies; "
        "assign the right one (gdal_edit -a_srs)"
    )


def _is_on_ground(crs: CRS) -> bool:
    return bool(crs.is_geographic or crs.is_projected)


def read_band(path: Path, data: Any, window: Window) -> FloatArray:
    """Return the values of the first band, NaN where the file masks them or has none.

    A cell is known where neither nodata, nor a mask, nor any transparency stands against it.

    Raises
    ------
    InvalidInput
        If the file is damaged.
    """
    import rasterio
    from rasterio.enums import ColorInterp

    try:
        raw = data.read(1, window=window)
        known: BoolArray = data.read_masks(1, window=window) == np.iinfo(np.uint8).max
        for band, colour in enumerate(data.colorinterp, start=1):
            if colour == ColorInterp.alpha:  # where there is a nodata value, too, GDAL looks at that alone
                known &= data.read(band, window=window) >= _opaque(data.dtypes[band - 1])
    except rasterio.errors.RasterioError as error:
        raise InvalidInput(f"{path}: the raster is damaged and cannot be read; copy it again") from error
    known &= raw != data.nodata  # where there is a mask, too, GDAL looks at that alone
    return np.where(known, raw.astype(float), np.nan)


def _opaque(dtype: str) -> float:
    """Return the value of a transparency band that means: not transparent."""
    return float(np.iinfo(dtype).max) if np.issubdtype(np.dtype(dtype), np.integer) else 1.0


def measure_cell_size(data: Any, to_raster: Transformer, xy: FloatArray) -> float:
    """Return the larger side of a cell in metres on the ground, in the middle of points of shape (n, 2)."""
    middle = xy.mean(axis=0)
    x, y = to_raster.transform(*middle)
    a, e = data.transform.a or data.transform.b, data.transform.e or data.transform.d
    sides = [to_raster.transform(x + dx, y + dy, direction="INVERSE") for dx, dy in ((a, 0.0), (0.0, e))]
    return float(max(np.hypot(*(np.array(side) - middle)) for side in sides))
