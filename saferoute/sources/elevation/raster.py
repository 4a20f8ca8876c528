"""Heights from local rasters: any GDAL format, several, any CRS, partly covering."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from saferoute.model import Heights, InvalidInput, NoCoverage

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from pyproj import Transformer

    from saferoute.arrays import BoolArray, FloatArray
    from saferoute.model import Area

SUFFIXES = (".tif", ".tiff", ".vrt", ".hgt", ".hgt.zip", ".asc", ".img")
"""Names by which a folder's rasters are known."""

LOWEST_M, HIGHEST_M = -500.0, 9000.0
"""Heights outside are garbage, whatever the nodata tag says (voids of SRTM over the sea)."""

UNITS_M = {
    "m": 1.0, "metre": 1.0, "metres": 1.0, "meter": 1.0, "meters": 1.0, "cm": 0.01, "centimetre": 0.01,
    "ft": 0.3048, "foot": 0.3048, "feet": 0.3048, "us-ft": 1200 / 3937, "ftus": 1200 / 3937,
    "us survey foot": 1200 / 3937,
}  # fmt: skip
"""Units that GDAL names heights in, in m."""

KINDS = (
    (3.0, 0.2, 1.0, False),  # lidar terrain models
    (22.0, 0.7, 10.0, False),  # national 10 and 20 m models
    (40.0, 0.8, 15.0, True),  # GLO-30, EU-DEM, SRTM at 1 second
    (np.inf, 1.35, 45.0, True),  # SRTM at 3 seconds
)
"""Largest cell in m, σ in m, correlation length in m, surface model: chosen so that
intervals of slopes hold as docs/validation.md measures; [J] for 10 m."""

_ROUNDING_CELLS = 1e-6


@dataclass(frozen=True)
class _Raster:
    """An open raster's facts, and how good it is."""

    path: Path
    name: str
    attribution: str | None
    sigma_m: float | None
    correlation_m: float | None
    surface_model: bool | None
    crs: Any
    bounds: tuple[float, float, float, float]


class RasterSource:
    """Bilinear heights from local rasters, the finest one that covers a point first.

    Parameters
    ----------
    paths : sequence of path
        Rasters with a CRS. Dataset tags ``SAFEROUTE_SIGMA_M``,
        ``SAFEROUTE_CORRELATION_M``, ``SAFEROUTE_SURFACE_MODEL`` (yes or no),
        ``SAFEROUTE_SOURCE`` and ``SAFEROUTE_ATTRIBUTION`` say what one is;
        without them its cell size decides (`KINDS`).
    sigma_m : float, optional
        Standard error of all heights, whatever tags and cells say.

    Raises
    ------
    InvalidInput
        If a file is missing, no raster, or has no CRS.
    """

    def __init__(self, paths: Sequence[Path | str], *, sigma_m: float | None = None) -> None:
        if sigma_m is not None and not 0 < sigma_m < 100:
            raise InvalidInput(f"height error {sigma_m:g} m: it must be above 0 and below 100 m")
        self._rasters = [_read_raster_facts(Path(p)) for p in paths]
        self._sigma_m = sigma_m

    def check_coverage(self, lon: float, lat: float, radius_m: float) -> None:
        """Raise `NoCoverage` unless some raster touches the circle around a point."""
        from rasterio.warp import transform_bounds

        dy = radius_m / 110_574.0
        dx = dy / max(float(np.cos(np.radians(lat))), 0.01)
        spans = []
        for raster in self._rasters:
            west, south, east, north = transform_bounds(raster.crs, "EPSG:4326", *raster.bounds)
            if west <= lon + dx and lon - dx <= east and south <= lat + dy and lat - dy <= north:
                return
            spans.append(f"{raster.path} spans latitude {south:.3f} to {north:.3f}, longitude {west:.3f} to {east:.3f}")
        raise NoCoverage(
            f"no raster given with --dem covers {lat:.5f},{lon:.5f}: {'; '.join(spans)}; "
            "leave --dem out to go on without slopes"
        )

    def read_heights(self, xy: FloatArray, crs: str) -> Heights:
        """Return heights at points of shape (n, 2) given in `crs`."""
        n = len(xy)
        heights, sigma, correlation, cell = (np.full(n, np.nan) for _ in range(4))
        source, surface_model = np.full(n, -1), np.zeros(n, dtype=bool)
        names: list[str] = []
        credit: list[str] = []
        read = [(_read_raster_heights(raster, xy, crs), raster) for raster in self._rasters] if n else []
        for (z, cell_m, quantum_m), raster in sorted(read, key=lambda r: r[0][1]):
            new = np.isfinite(z) & ~np.isfinite(heights)
            if not new.any():
                continue
            quality = self._rate_raster(raster, cell_m)
            heights[new], cell[new] = z[new], cell_m
            sigma[new] = np.hypot(quality[0], quantum_m / np.sqrt(12))
            correlation[new], surface_model[new] = quality[1:]
            source[new] = len(names)
            names.append(f"{raster.name} ({cell_m:.0f} m cells)")
            if raster.attribution:
                credit.append(raster.attribution)
        return Heights(heights, sigma, correlation, cell, source, tuple(names), surface_model, tuple(credit))

    def _rate_raster(self, raster: _Raster, cell_m: float) -> tuple[float, float, bool]:
        """Return σ and correlation length in m, and whether it is a surface model."""
        sigma_m, correlation_m, surface = estimate_quality(cell_m)
        return (
            self._sigma_m or raster.sigma_m or sigma_m,
            raster.correlation_m or correlation_m,
            surface if raster.surface_model is None else raster.surface_model,
        )


def estimate_quality(cell_m: float) -> tuple[float, float, bool]:
    """Return σ and correlation length in m of rasters with cells of this size, and whether they show surfaces.

    Examples
    --------
    >>> quality(1.0), quality(30.9)
    ((0.2, 1.0, False), (0.8, 15.0, True))
    """
    return next(row[1:] for row in KINDS if cell_m <= row[0])


def _read_raster_facts(path: Path) -> _Raster:
    import rasterio

    if not path.exists():
        raise InvalidInput(f"{path}: no such file; give the path of an elevation raster")
    try:
        with rasterio.open(_gdal_name(path)) as data:
            if data.crs is None:
                raise InvalidInput(f"{path}: the raster has no coordinate system; assign one (gdal_edit -a_srs)")
            tags = data.tags()
            return _Raster(
                path=path,
                name=tags.get("SAFEROUTE_SOURCE", path.name),
                attribution=tags.get("SAFEROUTE_ATTRIBUTION"),
                sigma_m=_parse_metres_tag(path, tags, "SAFEROUTE_SIGMA_M"),
                correlation_m=_parse_metres_tag(path, tags, "SAFEROUTE_CORRELATION_M"),
                surface_model={"yes": True, "no": False}.get(tags.get("SAFEROUTE_SURFACE_MODEL", "")),
                crs=data.crs,
                bounds=tuple(data.bounds),
            )
    except rasterio.errors.RasterioError as error:
        raise InvalidInput(f"{path}: not a raster that GDAL can read; give a GeoTIFF or the like") from error


def _gdal_name(path: Path) -> str:
    # GDAL opens name.hgt.zip by itself, and knows the place from the name alone.
    name = path.name.lower()
    return f"/vsizip/{path}" if name.endswith(".zip") and not name.endswith(".hgt.zip") else str(path)


def _parse_metres_tag(path: Path, tags: dict[str, str], key: str) -> float | None:
    if key not in tags:
        return None
    try:
        value = float(tags[key])
    except ValueError:
        value = -1.0
    if not 0 < value < 1000:
        raise InvalidInput(f"{path}: tag {key} = {tags[key]!r} must be a number of metres above 0")
    return value


def _read_raster_heights(raster: _Raster, xy: FloatArray, crs: str) -> tuple[FloatArray, float, float]:
    """Return bilinear heights, the cell's ground size and the height step, in m.

    One windowed read serves all points. A height is unknown if any of the
    four cells around it is.
    """
    import rasterio
    from pyproj import Transformer
    from rasterio.windows import Window

    to_raster = Transformer.from_crs(crs, raster.crs, always_xy=True)
    x, y = to_raster.transform(*xy.T)
    nothing = np.full(len(xy), np.nan)
    with rasterio.open(_gdal_name(raster.path)) as data:
        a, b, c, d, e, f = tuple(~data.transform)[:6]
        # Heights belong to the middles of cells.
        columns = _snap_to_middles(a * x + b * y + c - 0.5)
        rows = _snap_to_middles(d * x + e * y + f - 0.5)
        inside = (columns >= 0) & (columns <= data.width - 1) & (rows >= 0) & (rows <= data.height - 1)
        cell_m = _measure_cell_size(data, to_raster, xy[inside] if inside.any() else xy)
        if not inside.any():
            return nothing, cell_m, 0.0
        left, top = int(columns[inside].min()), int(rows[inside].min())
        right, bottom = int(np.ceil(columns[inside].max())), int(np.ceil(rows[inside].max()))
        window = Window(left, top, right - left + 1, bottom - top + 1)
        try:
            raw = data.read(1, window=window).astype(float)
        except rasterio.errors.RasterioError as error:
            raise InvalidInput(f"{raster.path}: the raster is damaged and cannot be read; copy it again") from error
        unit_m = _metres_per_unit(raster.path, data.units[0])
        grid = (raw * data.scales[0] + data.offsets[0]) * unit_m  # 1 and 0 where the file names none
        void = is_void(grid) | (raw == data.nodata)
        quantum_m = abs(data.scales[0]) * unit_m if np.issubdtype(np.dtype(data.dtypes[0]), np.integer) else 0.0
    heights = nothing
    heights[inside] = _interpolate_bilinear(np.where(void, np.nan, grid), columns[inside] - left, rows[inside] - top)
    return heights, cell_m, quantum_m


def _metres_per_unit(path: Path, unit: str | None) -> float:
    """Return the length in m of the unit that a raster names for its heights; none named = metres."""
    name = (unit or "m").strip().lower()
    if name not in UNITS_M:
        raise InvalidInput(f"{path}: heights in {unit!r}; the unit must be one of {', '.join(UNITS_M)}")
    return UNITS_M[name]


def _snap_to_middles(position: FloatArray) -> FloatArray:
    """Put points that rounding moved off the middle of a cell back onto it."""
    nearest = np.rint(position)
    with np.errstate(invalid="ignore"):  # infinite: where the raster's projection ends
        return np.where(np.abs(position - nearest) < _ROUNDING_CELLS, nearest, position)


def is_void(grid: FloatArray) -> BoolArray:
    """Say where heights are none: missing, or beyond what the earth has."""
    void: BoolArray = ~np.isfinite(grid) | (grid < LOWEST_M) | (grid > HIGHEST_M)
    return void


def _interpolate_bilinear(grid: FloatArray, column: FloatArray, row: FloatArray) -> FloatArray:
    """Interpolate between the middles of cells; a neighbour of no weight may be unknown."""
    left = np.minimum(column.astype(np.int64), max(grid.shape[1] - 2, 0))
    top = np.minimum(row.astype(np.int64), max(grid.shape[0] - 2, 0))
    right, bottom = np.minimum(left + 1, grid.shape[1] - 1), np.minimum(top + 1, grid.shape[0] - 1)
    fx, fy = column - left, row - top
    corners = (
        (top, left, (1 - fx) * (1 - fy)),
        (top, right, fx * (1 - fy)),
        (bottom, left, (1 - fx) * fy),
        (bottom, right, fx * fy),
    )
    total = np.zeros(len(column))
    for r, c, weight in corners:
        total += np.where(weight > 0, grid[r, c] * weight, 0.0)
    return total


def _measure_cell_size(data: Any, to_raster: Any, xy: FloatArray) -> float:
    """Return the larger side of a cell in metres on the ground, in the middle of the points."""
    middle = xy.mean(axis=0)
    x, y = to_raster.transform(*middle)
    a, e = data.transform.a or data.transform.b, data.transform.e or data.transform.d
    sides = [to_raster.transform(x + dx, y + dy, direction="INVERSE") for dx, dy in ((a, 0.0), (0.0, e))]
    return float(max(np.hypot(*(np.array(side) - middle)) for side in sides))


# Population ------------------------------------------------------------------

FINEST_M = 100.0
"""People of larger cells are spread over pieces of this size: they do not all live in the middle."""
_MOST_CELLS = 4_000_000


def check_raster(path: Path) -> None:
    """Raise `InvalidInput` unless a file is a raster with a CRS."""
    _read_raster_facts(path)


def read_population(path: Path, area: Area, *, margin_m: float) -> pd.DataFrame:
    """Return the people of a raster's cells within an area widened by some metres.

    Parameters
    ----------
    path : Path
        People per cell; nodata, negative and infinite cells are unknown.
    area : Area
    margin_m : float

    Returns
    -------
    DataFrame
        ``x_m``, ``y_m`` of the middles in the area's CRS, ``people``, ``cell_m``.

    Raises
    ------
    NoCoverage
        If no known cell lies there.
    InvalidInput
        If the file is no raster or is damaged, or so fine that it holds no population.
    """
    import pandas as pd
    from pyproj import Transformer

    to_raster = Transformer.from_crs(area.crs, _read_raster_facts(path).crs, always_xy=True)
    here = np.array(
        Transformer.from_crs("EPSG:4326", area.crs, always_xy=True).transform(area.place.lon, area.place.lat)
    )
    reach = area.radius_m + margin_m
    grid, transform, cell_m = _read_cells_around(path, to_raster, here, reach, area)
    pieces = max(int(np.ceil(cell_m / FINEST_M)), 1)
    people = np.repeat(np.repeat(grid, pieces, axis=0), pieces, axis=1) / pieces**2
    row, column = np.indices(people.shape)
    a, b, c, d, e, f = transform[:6]
    across, down = (column.ravel() + 0.5) / pieces, (row.ravel() + 0.5) / pieces
    x, y = to_raster.transform(a * across + b * down + c, d * across + e * down + f, direction="INVERSE")
    people = people.ravel()
    known = np.isfinite(people) & (people >= 0) & (np.hypot(x - here[0], y - here[1]) <= reach)
    if not known.any():
        raise _no_coverage_error(path, area)
    table = {"x_m": x[known], "y_m": y[known], "people": people[known]}
    return pd.DataFrame(table).assign(cell_m=cell_m / pieces)


def _read_cells_around(
    path: Path, to_raster: Transformer, here: FloatArray, reach_m: float, area: Area
) -> tuple[FloatArray, tuple[float, ...], float]:
    """Return a raster's values around a point, NaN where it has none, their affine transform and cell size in m."""
    import rasterio
    from rasterio.windows import Window, from_bounds

    try:
        with rasterio.open(_gdal_name(path)) as data:
            bounds = to_raster.transform_bounds(*(here - reach_m), *(here + reach_m))
            whole = Window(0, 0, data.width, data.height)
            box = from_bounds(*bounds, transform=data.transform).round_offsets().round_lengths(op="ceil")
            if not rasterio.windows.intersect(box, whole):
                raise _no_coverage_error(path, area)
            box = box.intersection(whole)
            if box.width * box.height > _MOST_CELLS:
                raise InvalidInput(
                    f"{path}: {box.width * box.height:.0f} cells here; give a raster of 30 m cells or more"
                )
            grid = data.read(1, window=box, masked=True).astype(float).filled(np.nan)
            return grid, tuple(data.window_transform(box)), _measure_cell_size(data, to_raster, here[None, :])
    except rasterio.errors.RasterioError as error:
        raise InvalidInput(f"{path}: the raster is damaged and cannot be read; copy it again") from error


def _no_coverage_error(path: Path, area: Area) -> NoCoverage:
    return NoCoverage(
        f"{path}: the raster covers nothing within {area.radius_m:.0f} m of {area.place.lat:.5f},{area.place.lon:.5f}; "
        "leave --population out to go on without it"
    )
