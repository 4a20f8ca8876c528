"""Numbers of residents around a place, from a raster of people per cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from saferoute.model import InvalidInput, NoCoverage
from saferoute.sources.raster_files import open_raster
from saferoute.sources.rasters import measure_cell_size, read_band

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from saferoute.arrays import FloatArray
    from saferoute.model import Area
    from saferoute.sources.rasters import RasterFile

FINEST_M = 100.0
"""Larger cells are split into pieces of this size, since their people do not all live in the middle [J]."""
_MOST_CELLS = 4_000_000
"""Most cells that are read; more means that the cells are too small to be counts of people [J]."""
_POINTS_A_SIDE = 21
"""Points per side of the grid that is projected to find the cells to read: projections bend straight sides."""


def read_population(file: RasterFile, area: Area, margin_m: float) -> pd.DataFrame:
    """Return the residents of a raster's cells within an area widened by `margin_m`.

    Parameters
    ----------
    file : RasterFile
        People per cell. Masked, negative and infinite cells count as unknown.
    area : Area
        Place, radius in metres and metric CRS.
    margin_m : float
        Metres added to the area's radius.

    Returns
    -------
    DataFrame
        One row per known cell, or per piece of `FINEST_M` of a larger cell:
        the centre ``x_m``, ``y_m`` in the area's CRS, ``people`` in it, and
        its side ``cell_m`` in metres. Unknown cells have no row.

    Raises
    ------
    NoCoverage
        If no known cell lies within the radius.
    InvalidInput
        If the file is damaged, or has too many cells in the area.
    """
    import pandas as pd
    from pyproj import Transformer

    here = np.array(
        Transformer.from_crs("EPSG:4326", area.crs, always_xy=True).transform(area.place.lon, area.place.lat)
    )
    reach = area.radius_m + margin_m
    grid, transform, cell_m = _read_cells_around(file, here, reach, area)
    pieces = max(int(np.ceil(cell_m / FINEST_M)), 1)
    # Dividing by the number of pieces keeps the sum: a cell of 1000 people still holds 1000.
    people = np.repeat(np.repeat(grid, pieces, axis=0), pieces, axis=1) / pieces**2
    row, column = np.indices(people.shape)
    a, b, c, d, e, f = transform[:6]
    across, down = (column.ravel() + 0.5) / pieces, (row.ravel() + 0.5) / pieces
    # Projected from the raster back to the area, since its own axes may be degrees or rotated.
    x, y = file.transformer_from(area.crs).transform(
        a * across + b * down + c, d * across + e * down + f, direction="INVERSE"
    )
    people = people.ravel()
    known = np.isfinite(people) & (people >= 0) & (np.hypot(x - here[0], y - here[1]) <= reach)
    if not known.any():
        raise _no_coverage_error(file.path, area)
    table = {"x_m": x[known], "y_m": y[known], "people": people[known]}
    return pd.DataFrame(table).assign(cell_m=cell_m / pieces)


def _read_cells_around(
    file: RasterFile, here: FloatArray, reach_m: float, area: Area
) -> tuple[FloatArray, tuple[float, ...], float]:
    """Return the cells around a point (NaN where masked), their affine transform and their size in m."""
    from rasterio.windows import Window

    side = np.linspace(-reach_m, reach_m, _POINTS_A_SIDE)
    x, y = file.project(here + np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2), area.crs)
    with open_raster(file.path) as data:
        a, b, c, d, e, f = tuple(~data.transform)[:6]
        columns, rows = a * x + b * y + c, d * x + e * y + f
        left, right = np.clip([np.floor(columns.min()), np.ceil(columns.max())], 0, data.width)
        top, bottom = np.clip([np.floor(rows.min()), np.ceil(rows.max())], 0, data.height)
        if not (left < right and top < bottom):
            raise _no_coverage_error(file.path, area)
        box = Window(left, top, right - left, bottom - top)
        if box.width * box.height > _MOST_CELLS:
            raise InvalidInput(
                f"{file.path}: {box.width * box.height:.0f} cells here; give a raster of 30 m cells or more"
            )
        grid = read_band(file.path, data, box)
        return (
            grid,
            tuple(data.window_transform(box)),
            measure_cell_size(data, file.transformer_from(area.crs), here[None, :]),
        )


def _no_coverage_error(path: Path, area: Area) -> NoCoverage:
    return NoCoverage(
        f"{path}: the raster covers nothing within {area.radius_m:.0f} m of {area.place.lat:.5f},{area.place.lon:.5f}; "
        "leave --population out to go on without it"
    )
