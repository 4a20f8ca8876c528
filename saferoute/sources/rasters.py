"""Reading of raster files, with checks that their cells are measured values."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from saferoute.geometry.geodesy import degree_lengths_m
from saferoute.model import WGS84, InvalidInput
from saferoute.sources.raster_files import open_raster

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pyproj import CRS, Transformer
    from rasterio.windows import Window

    from saferoute.arrays import BoolArray, FloatArray

_FULL_ROUND = 2 * np.pi
_FARTHEST = 1e12
"""Largest coordinate of a raster in any unit: the earth is 4e10 mm around."""


@dataclass(frozen=True)
class RasterFile:
    """Description of a raster file: where it lies, its tags and its unit.

    Attributes
    ----------
    path : Path
    tags : mapping
        Dataset tags by name.
    crs : CRS
        The horizontal coordinate system.
    named_crs : CRS
        The coordinate system in the file, perhaps with a vertical axis.
    bounds : tuple of float
        Left, bottom, right and top in units of `crs`.
    degrees : tuple of float or None
        West, south, east and north in degrees, as transformed; None = its coordinate system is not defined there.
    unit : str or None
        Unit of the first band's values; None = the file names none.
    round_trip : float or None
        Length of a full circle of longitude in units of `crs`; None if `crs`
        is projected.
    """

    path: Path
    tags: Mapping[str, str]
    crs: CRS
    named_crs: CRS
    bounds: tuple[float, float, float, float]
    degrees: tuple[float, float, float, float] | None
    unit: str | None
    round_trip: float | None

    def transformer_from(self, crs: str) -> Transformer:
        """Return the transformer from a CRS to that of the raster, x before y."""
        from pyproj import Transformer

        return Transformer.from_crs(crs, self.crs, always_xy=True)

    def project(self, xy: FloatArray, crs: str) -> tuple[FloatArray, FloatArray]:
        """Return points in the coordinates of the raster.

        Longitudes are shifted by whole turns into the raster's own range,
        which may be 0 to 360 degrees.

        Parameters
        ----------
        xy : ndarray of shape (n, 2)
            Points in `crs`.
        crs : str

        Returns
        -------
        x, y : ndarray of shape (n,)
            Infinite where the raster's projection is not defined.
        """
        x, y = self.transformer_from(crs).transform(*xy.T)
        if self.round_trip is not None:
            left, _, right, _ = self.bounds
            with np.errstate(invalid="ignore"):  # points beyond the projection are infinite
                x = np.where((x < left) | (x > right), left + np.mod(x - left, self.round_trip), x)
        return x, y

    def bounds_in_degrees(self) -> tuple[float, float, float, float]:
        """Return west, south, east and north in degrees; east is above 180 if the raster crosses the antimeridian.

        Raises
        ------
        InvalidInput
            If the raster lies where its coordinate system is not defined.
        """
        if self.degrees is None:
            raise _refuse_place(self.path, self.bounds)
        west, south, east, north = self.degrees
        return west, south, east + 360 if east < west else east, north


def read_raster_file(path: Path) -> RasterFile:
    """Return the description of a raster file, once it is checked.

    Raises
    ------
    InvalidInput
        If `open_raster` refuses it, its cells are colours
        or complex numbers, or its coordinate system is not one of the earth.
    """
    # GDAL's own errors have no other name; whatever is asked of a damaged file may raise one asked before.
    from rasterio._err import CPLE_BaseError

    try:
        return _describe_file(path)
    except CPLE_BaseError as error:
        raise InvalidInput(f"{path}: GDAL does not understand how the file describes itself; copy it again") from error


def _describe_file(path: Path) -> RasterFile:
    """Return the description of a raster file, or raise `InvalidInput` if it is none of heights on the earth."""
    with open_raster(path) as data:
        _check_band(path, data)
        _check_place(path, data)
        if data.crs is None:
            raise InvalidInput(f"{path}: the raster has no coordinate system; assign one (gdal_edit -a_srs)")
        systems = read_systems(data.crs.to_wkt())
        if systems.to_degrees is None:
            raise InvalidInput(
                f"{path}: its coordinate system {systems.named.name!r} ({systems.named.type_name}) does not say where "
                "on the earth it lies; assign the right one (gdal_edit -a_srs)"
            )
        bounds = tuple(data.bounds)
        degrees = systems.to_degrees.transform_bounds(*bounds)
        return systems.describe_file(
            path,
            tags=data.tags(),
            bounds=bounds,
            degrees=degrees if np.isfinite(degrees).all() else None,
            unit=data.units[0],
        )


def _check_band(path: Path, data: Any) -> None:
    """Raise `InvalidInput` unless the first band holds measured values."""
    from rasterio.enums import ColorInterp

    if data.count < 1:
        raise InvalidInput(f"{path}: the file holds several rasters; give one of them, turned into a GeoTIFF")
    if "complex" in data.dtypes[0]:
        raise InvalidInput(f"{path}: its cells are complex numbers; a raster of real numbers is needed")
    # Pictures of maps and hillshades are rasters, too, and their colours would pass for heights.
    colour = data.colorinterp[0]
    bytes_alone = data.count >= 3 and set(data.dtypes) == {"uint8"}
    if colour not in (ColorInterp.gray, ColorInterp.undefined) or bytes_alone:
        kind = "colours" if bytes_alone else f"{colour.name} of a picture"
        raise InvalidInput(f"{path}: its cells are {kind}, no measured values; give the raster it was drawn from")


def _check_place(path: Path, data: Any) -> None:
    """Raise `InvalidInput` unless the cells have a size and lie at numbers with which projections end."""
    sizes = np.array(tuple(data.transform)[:6]), np.array(data.bounds)
    if not data.transform.determinant or not all((np.abs(numbers) < _FARTHEST).all() for numbers in sizes):
        raise _refuse_place(path, data.bounds)


def _refuse_place(path: Path, bounds: Sequence[float]) -> InvalidInput:
    """Return the error of a raster that lies nowhere."""
    return InvalidInput(
        f"{path}: its cells have no size, or lie outside the earth (bounds {', '.join(f'{b:g}' for b in bounds)}); "
        "copy it again, or assign the right corners (gdal_edit -a_ullr)"
    )


class Systems(NamedTuple):
    """What a raster's coordinate system is, made once for the thousands of rasters that share one."""

    named: CRS
    """The one in the file, perhaps with a vertical axis."""
    ground: CRS
    """Its horizontal part."""
    to_degrees: Transformer | None
    """From `ground`, x before y; None = it is not one of the earth."""

    def describe_file(self, path: Path, **told: Any) -> RasterFile:
        """Return the description of a file, of which `told` are the tags, bounds and unit."""
        is_geographic = self.ground.is_geographic
        around = _FULL_ROUND / self.ground.axis_info[0].unit_conversion_factor if is_geographic else None
        return RasterFile(path=path, crs=self.ground, named_crs=self.named, round_trip=around, **told)


@cache
def read_systems(wkt: str) -> Systems:
    """Return what a coordinate system is that WKT tells."""
    from pyproj import CRS, Transformer
    from pyproj.exceptions import ProjError

    named = CRS.from_user_input(wkt)
    if not _is_on_ground(named):
        return Systems(named, named, None)
    ground = named.sub_crs_list[0] if named.is_compound else named.to_2d()
    try:
        return Systems(named, ground, Transformer.from_crs(ground, WGS84, always_xy=True))
    except ProjError:  # PROJ refuses to transform from another planet
        return Systems(named, ground, None)


def _is_on_ground(crs: CRS) -> bool:
    """Return whether a coordinate system is geographic or projected, not geocentric or a local one."""
    return bool(crs.is_geographic or crs.is_projected)


def read_band(path: Path, data: Any, window: Window, step: int = 1) -> FloatArray:
    """Return the values of the first band in a window, of each square of cells the middle one; NaN = not known.

    A cell is not known if it has the nodata value, is masked, or is at all
    transparent. GDAL looks at only one of these, so each is checked.

    Parameters
    ----------
    path : Path
        For the error message.
    data : DatasetReader
        The open raster.
    window : Window
        Columns and rows to read.
    step : int
        Cells on each side of a square; the window holds whole squares. Their middles are cells as they are: a mean
        would mix in those that mark missing data.

    Returns
    -------
    ndarray of shape (rows / step, columns / step)

    Raises
    ------
    InvalidInput
        If the file is damaged.
    """
    import rasterio
    from rasterio.enums import ColorInterp

    how = {"window": window, "out_shape": (int(window.height) // step, int(window.width) // step)}
    try:
        raw = data.read(1, **how)
        known: BoolArray = data.read_masks(1, **how) == np.iinfo(np.uint8).max
        for band, colour in enumerate(data.colorinterp, start=1):
            if colour == ColorInterp.alpha:  # GDAL ignores it if there is a nodata value
                known &= data.read(band, **how) >= _opaque(data.dtypes[band - 1])
    except rasterio.errors.RasterioError as error:
        raise InvalidInput(f"{path}: the raster is damaged and cannot be read; copy it again") from error
    known &= raw != data.nodata  # GDAL ignores nodata if there is a mask
    return np.where(known, raw.astype(float), np.nan)


def _opaque(dtype: str) -> float:
    """Return the value by which a transparency band marks cells that are not transparent."""
    return float(np.iinfo(dtype).max) if np.issubdtype(np.dtype(dtype), np.integer) else 1.0


def measure_cell_size(data: Any, to_raster: Transformer, xy: FloatArray) -> float:
    """Return the longer side of a cell in metres on the ground.

    Parameters
    ----------
    data : DatasetReader
        The open raster.
    to_raster : Transformer
        From the CRS of the points to that of the raster.
    xy : ndarray of shape (n, 2)
        Points; the cell in their middle is measured.
    """
    middle = xy.mean(axis=0)
    x, y = to_raster.transform(*middle)
    # A raster turned by 90 degrees has its sides in b and d, with a and e 0.
    a, e = data.transform.a or data.transform.b, data.transform.e or data.transform.d
    sides = [to_raster.transform(x + dx, y + dy, direction="INVERSE") for dx, dy in ((a, 0.0), (0.0, e))]
    source = to_raster.source_crs
    unit_m = degree_lengths_m(middle[1:])[0] if source is not None and source.is_geographic else 1.0
    return float(max(np.hypot(*((np.array(side) - middle) * unit_m)) for side in sides))
