"""Heights from local rasters in any coordinate system."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from saferoute.model import WGS84, Heights, InvalidInput, NoCoverage
from saferoute.sources.damage import make_keys, read_each_once_apart
from saferoute.sources.elevation.quality import COARSEST_M, HIGHEST_M, estimate_quality, is_void
from saferoute.sources.elevation.seams import widen_at_seams
from saferoute.sources.elevation.windows import choose_window
from saferoute.sources.raster_descriptions import read_raster_files_once
from saferoute.sources.raster_files import open_raster
from saferoute.sources.rasters import measure_cell_size, read_band

if TYPE_CHECKING:
    from collections.abc import Sequence

    from saferoute.arrays import FloatArray, IntArray
    from saferoute.drawers import Drawers
    from saferoute.sources.rasters import RasterFile

SUFFIXES = (".tif", ".tiff", ".vrt", ".hgt", ".hgt.zip", ".asc", ".img")
"""Endings of file names by which rasters in a folder are found."""

UNITS_M = {
    **dict.fromkeys(("m", "metre", "metres", "meter", "meters"), 1.0),
    **dict.fromkeys(("dm", "decimetre", "decimetres", "decimeter", "decimeters"), 0.1),
    **dict.fromkeys(("cm", "centimetre", "centimetres", "centimeter", "centimeters"), 0.01),
    **dict.fromkeys(("mm", "millimetre", "millimetres", "millimeter", "millimeters"), 0.001),
    **dict.fromkeys(("ft", "foot", "feet", "international foot", "foot_international"), 0.3048),
    **dict.fromkeys(("us-ft", "ftus", "us survey foot", "us survey feet", "foot_us", "us_survey_foot"), 1200 / 3937),
}
"""Length in m of each unit that files may give heights in."""

STEEPEST = 1.0
"""Rise over run between neighbouring cells; if half of them are steeper, the unit of heights is doubtful [J]."""
_MOST_ABOVE = 0.1
"""Share of cells above the highest mountain up to which they are errors of their own, not of the unit [J]."""
_SLACK_DEG = 0.01
"""Degrees by which a raster may reach beyond its corners and middles of edges turned into degrees [J]."""
_MARK_FROM = 1e6
"""Values from here on are marks of missing data, whatever the unit."""

_ROUNDING_CELLS = 1e-6
"""Points this near the middle of a cell, in cells, were moved off it by rounding."""


@dataclass(frozen=True)
class _Raster:
    """A raster of heights, with what its tags say of its quality; None where they say nothing."""

    file: RasterFile
    name: str
    attribution: str | None
    sigma_m: float | None
    correlation_m: float | None
    surface_model: bool | None
    unit_m: float
    """Length of the unit of its heights in m; negative if they are depths."""
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Layer:
    """Heights of one raster at n points."""

    raster: _Raster
    elevation_m: FloatArray
    """Shape (n,), NaN where not known."""
    cell_m: float
    quantum_m: float
    """Step in m that heights are rounded to; 0 = cells are not whole numbers."""
    notes: tuple[str, ...]


class RasterSource:
    """An elevation source that reads local rasters, at each point the finest one that covers it.

    Heights are bilinear between the middles of cells.

    Parameters
    ----------
    paths : sequence of path
        Rasters with a CRS. The dataset tags ``SAFEROUTE_SIGMA_M``,
        ``SAFEROUTE_CORRELATION_M`` (both in m), ``SAFEROUTE_SURFACE_MODEL``
        (yes or no), ``SAFEROUTE_SOURCE`` and ``SAFEROUTE_ATTRIBUTION``
        describe a raster. Quality without tags follows from the cell size
        (`saferoute.sources.elevation.quality.KINDS`).
    sigma_m : float, optional
        Standard error of all heights in m, which overrides tags and cell sizes.
    drawers : Drawers, optional
        Where it is kept which files were read well; without it files are taken to be whole
        (`saferoute.sources.damage`).

    Raises
    ------
    InvalidInput
        If a file is missing or not a raster of heights, its CRS is missing or
        not of the earth, or `sigma_m` is not between 0 and 100.
    """

    def __init__(
        self, paths: Sequence[Path | str], *, sigma_m: float | None = None, drawers: Drawers | None = None
    ) -> None:
        if sigma_m is not None and not 0 < sigma_m < 100:
            raise InvalidInput(f"height error {sigma_m:g} m: it must be above 0 and below 100 m")
        self._rasters = [_describe_raster(file) for file in read_raster_files_once([Path(p) for p in paths], drawers)]
        self._drawers = drawers
        self._sigma_m = sigma_m

    @cached_property
    def _bounds(self) -> FloatArray:
        """West, south, east and north of each raster in degrees, shape (n, 4)."""
        return np.array([_frame_raster(raster.file) for raster in self._rasters]).reshape(-1, 4)

    def find_in_reach(self, box: tuple[float, float, float, float]) -> IntArray:
        """Return which of the rasters may have heights within a box of degrees, by their places in `paths`."""
        if not np.isfinite(box).all():  # points beyond a projection
            return np.arange(len(self._rasters))
        west, south, east, north = box
        left, bottom, right, top = self._bounds.T + np.array([[-1], [-1], [1], [1]]) * _SLACK_DEG
        # A raster may count its longitudes from anywhere, and east lies below west across the antimeridian.
        beside = ((left - west) % 360 <= (east - west) % 360) | ((west - left) % 360 <= right - left)
        return np.flatnonzero(beside & (bottom <= north) & (south <= top))

    def digest_within_box(self, box: tuple[float, float, float, float]) -> bytes:
        """Return a digest of all that heights within a box of degrees follow from: of files their states.

        Raises
        ------
        OSError
            If a file is there no more.
        """
        paths = [self._rasters[at].file.path for at in self.find_in_reach(box)]
        keys = make_keys(paths, "heights", repr(self._sigma_m).encode())
        return sha256(b"".join(key.digest for key in keys)).digest()

    def check_coverage(self, lon: float, lat: float, radius_m: float) -> None:
        """Raise `NoCoverage` unless a raster reaches within `radius_m` of a point in degrees."""
        # Metres to degrees of latitude; near the poles longitude is kept from growing without end.
        dy = radius_m / 110_574.0
        dx = dy / max(float(np.cos(np.radians(lat))), 0.01)
        spans = []
        for raster in self._rasters:
            west, south, east, north = raster.file.bounds_in_degrees()
            # Shifted by whole turns to where the raster counts its longitudes.
            counted = lon + 360 * round(((west + east) / 2 - lon) / 360)
            if west <= counted + dx and counted - dx <= east and south <= lat + dy and lat - dy <= north:
                return
            spans.append(
                f"{raster.file.path} spans latitude {south:.3f} to {north:.3f}, longitude {west:.3f} to {east:.3f}"
            )
        raise NoCoverage(
            f"no raster given with --dem covers {lat:.5f},{lon:.5f}: {'; '.join(spans)}; "
            "leave --dem out to go on without slopes"
        )

    def read_heights(self, xy: FloatArray, crs: str) -> Heights:
        """Return heights at points of shape (n, 2) given in `crs`; NaN where no raster has one.

        Rasters with cells larger than `COARSEST_M` are not used. Where two
        rasters meet with a step that their errors do not explain, the errors
        near the seam are made larger and a note is added.
        """
        n = len(xy)
        heights, sigma, correlation, cell = (np.full(n, np.nan) for _ in range(4))
        source, surface_model = np.full(n, -1), np.zeros(n, dtype=bool)
        layers = self._read_layers(xy, crs) if n else []
        used: list[_Layer] = []
        for layer in sorted(layers, key=lambda one: one.cell_m):
            new = np.isfinite(layer.elevation_m) & ~np.isfinite(heights)
            if not new.any():
                continue
            quality = self._rate_layer(layer)
            heights[new], cell[new] = layer.elevation_m[new], layer.cell_m
            # Rounding to steps of q has a standard error of q/√12, that of a uniform distribution.
            sigma[new] = np.hypot(quality[0], layer.quantum_m / np.sqrt(12))
            correlation[new], surface_model[new] = quality[1:]
            source[new] = len(used)
            used.append(layer)
        found = Heights(
            elevation_m=heights,
            sigma_m=sigma,
            correlation_m=correlation,
            cell_m=cell,
            source=source,
            sources=tuple(f"{layer.raster.name} ({layer.cell_m:.0f} m cells)" for layer in used),
            surface_model=surface_model,
            attribution=tuple(layer.raster.attribution for layer in used if layer.raster.attribution),
            notes=tuple(note for layer in layers for note in layer.notes),
        )
        return widen_at_seams(found, xy, [layer.elevation_m for layer in used])

    def _read_layers(self, xy: FloatArray, crs: str) -> list[_Layer]:
        """Return heights of each raster in reach of points."""
        asked = sha256(np.ascontiguousarray(xy).tobytes() + crs.encode()).digest()
        rasters = [self._rasters[at] for at in self.find_in_reach(frame_points(xy, crs))]
        paths = [raster.file.path for raster in rasters]
        arguments = [(raster, xy, crs) for raster in rasters]
        return read_each_once_apart(paths, _read_layer, arguments, asked=asked, drawers=self._drawers)

    def _rate_layer(self, layer: _Layer) -> tuple[float, float, bool]:
        """Return standard error in m, correlation length in m, and whether the raster is a surface model."""
        sigma_m, correlation_m, surface = estimate_quality(layer.cell_m)
        raster = layer.raster
        return (
            self._sigma_m or raster.sigma_m or sigma_m,
            raster.correlation_m or correlation_m,
            surface if raster.surface_model is None else raster.surface_model,
        )


def frame_points(xy: FloatArray, crs: str) -> tuple[float, float, float, float]:
    """Return west, south, east and north in degrees of a box around points of shape (n, 2) in some CRS."""
    from pyproj import Transformer

    to_degrees = Transformer.from_crs(crs, WGS84, always_xy=True)
    west, south, east, north = to_degrees.transform_bounds(*xy.min(axis=0).tolist(), *xy.max(axis=0).tolist())
    return west, south, east, north


def _frame_raster(file: RasterFile) -> tuple[float, float, float, float]:
    """Return the bounds of a raster in degrees; those of everything if its coordinates cannot be told in degrees."""
    try:
        return file.bounds_in_degrees()
    except InvalidInput:
        return (-360.0, -90.0, 360.0, 90.0)


def _describe_raster(file: RasterFile) -> _Raster:
    """Return a raster file with what its tags say of its heights."""
    unit_m, notes = _metres_per_unit(file)
    return _Raster(
        file=file,
        name=file.tags.get("SAFEROUTE_SOURCE", file.path.name),
        attribution=file.tags.get("SAFEROUTE_ATTRIBUTION"),
        sigma_m=_parse_metres_tag(file, "SAFEROUTE_SIGMA_M"),
        correlation_m=_parse_metres_tag(file, "SAFEROUTE_CORRELATION_M"),
        surface_model={"yes": True, "no": False}.get(file.tags.get("SAFEROUTE_SURFACE_MODEL", "")),
        unit_m=unit_m,
        notes=notes,
    )


def _parse_metres_tag(file: RasterFile, key: str) -> float | None:
    """Return the number of metres in a tag, or None if the raster does not have it."""
    if key not in file.tags:
        return None
    try:
        value = float(file.tags[key])
    except ValueError:
        value = -1.0
    if not 0 < value < 1000:
        raise InvalidInput(f"{file.path}: tag {key} = {file.tags[key]!r} must be a number of metres above 0")
    return value


def _metres_per_unit(file: RasterFile) -> tuple[float, tuple[str, ...]]:
    """Return the length in m of the unit of a raster's heights, and a note if the unit is a guess."""
    # The band names it, or else the vertical axis. Without either it is that of the coordinates,
    # or the metre where the coordinates are degrees.
    axes = file.named_crs.axis_info
    upright = next((axis for axis in axes if axis.direction in ("up", "down")), None)
    down = -1.0 if upright is not None and upright.direction == "down" else 1.0
    if file.unit:
        name = file.unit.strip().lower()
        if name not in UNITS_M:
            raise InvalidInput(f"{file.path}: heights in {file.unit!r}; the unit must be one of {', '.join(UNITS_M)}")
        return down * UNITS_M[name], ()
    if upright is not None:
        return down * upright.unit_conversion_factor, ()
    along = axes[0]
    if file.crs.is_geographic or along.unit_conversion_factor == 1.0:
        return 1.0, ()
    note = (
        f"{file.path.name} names no unit of its heights: they are taken to be in its coordinates' unit, "
        f"{along.unit_name}; if they are metres, slopes are {1 / along.unit_conversion_factor:.1f} times as steep "
        "as said: name the unit (gdal_edit -units)"
    )
    return along.unit_conversion_factor, (note,)


def _read_layer(raster: _Raster, xy: FloatArray, crs: str) -> _Layer:
    """Return bilinear heights at points, unknown if any of the four cells around a point is; one read serves all."""
    file = raster.file
    x, y = file.project(xy, crs)
    nothing = np.full(len(xy), np.nan)
    with open_raster(file.path) as data:
        a, b, c, d, e, f = tuple(~data.transform)[:6]
        # Heights belong to the middles of cells, while a transform counts from their corners.
        columns = _snap_to_middles(a * x + b * y + c - 0.5)
        rows = _snap_to_middles(d * x + e * y + f - 0.5)
        inside = (columns >= 0) & (columns <= data.width - 1) & (rows >= 0) & (rows <= data.height - 1)
        cell_m = measure_cell_size(data, file.transformer_from(crs), xy[inside] if inside.any() else xy)
        if not inside.any():
            return _Layer(raster, nothing, cell_m, 0.0, ())
        if cell_m > COARSEST_M:
            note = f"{file.path.name} is not used: its cells of {cell_m:.0f} m say nothing of the slope of a stretch"
            return _Layer(raster, nothing, cell_m, 0.0, (note,))
        window, step = choose_window(file.path, data, columns[inside], rows[inside], cell_m)
        cell_m *= step
        # Positions among the cells that are read, one of each square: GDAL takes the middle, or the one behind it.
        columns, rows = (
            (at - start - step // 2) / step for at, start in ((columns, window.col_off), (rows, window.row_off))
        )
        inside &= (columns >= 0) & (columns <= window.width // step - 1)
        inside &= (rows >= 0) & (rows <= window.height // step - 1)
        values = read_band(file.path, data, window, step)
        grid = (values * data.scales[0] + data.offsets[0]) * raster.unit_m  # 1 and 0 if the file names none
        whole_numbers = np.issubdtype(np.dtype(data.dtypes[0]), np.integer)
        quantum_m = abs(data.scales[0] * raster.unit_m) if whole_numbers else 0.0
    # Voids are found after scaling, since they are limits in metres.
    heights = nothing
    known = np.where(is_void(grid), np.nan, grid)
    heights[inside] = _interpolate_bilinear(known, columns[inside], rows[inside])
    return _Layer(raster, heights, cell_m, quantum_m, (*raster.notes, *_doubt_unit(file, grid, known, cell_m)))


def _doubt_unit(file: RasterFile, grid: FloatArray, known: FloatArray, cell_m: float) -> tuple[str, ...]:
    """Return a note if heights in m (`grid`; `known`: those possible on earth) suggest another unit."""
    there = np.isfinite(grid) & (np.abs(grid) < _MARK_FROM)
    too_high = there & (grid > HIGHEST_M)
    steps = np.concatenate([np.abs(np.diff(known, axis=axis)).ravel() for axis in (0, 1)])
    steps = steps[np.isfinite(steps)]
    if too_high.sum() > _MOST_ABOVE * max(there.sum(), 1):
        found = f"heights up to {grid[too_high].max():.0f} m, above any mountain"
    elif len(steps) and np.median(steps) > STEEPEST * cell_m:
        found = f"ground of which half rises by more than {100 * STEEPEST:.0f} %"
    else:
        return ()
    return (f"{file.path.name} shows {found}: perhaps its heights are in another unit; name it (gdal_edit -units)",)


def _snap_to_middles(position: FloatArray) -> FloatArray:
    """Return positions in cells, with those within rounding of the middle of a cell moved onto it."""
    # Otherwise a point in the middle of a cell beside a void would be unknown.
    nearest = np.rint(position)
    with np.errstate(invalid="ignore"):  # points beyond the projection are infinite
        return np.where(np.abs(position - nearest) < _ROUNDING_CELLS, nearest, position)


def _interpolate_bilinear(grid: FloatArray, column: FloatArray, row: FloatArray) -> FloatArray:
    """Return heights interpolated between the middles of cells; neighbours without weight may be NaN."""
    # The last row and column have no neighbour beyond: it is clipped, and its weight is 0.
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
    # 0 times NaN is NaN, so that corners without weight are left out of the sum.
    for r, c, weight in corners:
        total += np.where(weight > 0, grid[r, c] * weight, 0.0)
    return total
