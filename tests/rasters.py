"""Rasters of a plane whose height everybody can reckon."""

from __future__ import annotations

import numpy as np
import rasterio
from pyproj import Transformer
from rasterio.transform import Affine
from rasterio.warp import transform_bounds
from town import ORIGIN

CRS = "EPSG:32635"


def from_origin(west, north, width, height):
    return Affine(width, 0, west, 0, -height, north)


def plane(x, y):
    """Height of a plane that rises 2 % to the east and 3 % to the north."""
    return 100 + 0.02 * (x - ORIGIN[0]) + 0.03 * (y - ORIGIN[1])


def write(path, heights, *, crs=CRS, transform=None, nodata=None, tags=None, **profile):
    """Write heights with 10 m cells around the origin, unless told otherwise."""
    rows, columns = heights.shape
    transform = transform or from_origin(ORIGIN[0] - 5 * columns, ORIGIN[1] + 5 * rows, 10, 10)
    profile = {"driver": "GTiff", "dtype": heights.dtype, "crs": crs, "nodata": nodata, **profile}
    with rasterio.open(path, "w", width=columns, height=rows, count=1, transform=transform, **profile) as file:
        file.write(heights, 1)
        file.update_tags(**(tags or {}))
    return path


def centres(transform, shape):
    row, column = (np.mgrid[: shape[0], : shape[1]] + 0.5).reshape(2, -1)
    a, b, c, d, e, f = tuple(transform)[:6]
    return np.array([a * column + b * row + c, d * column + e * row + f])


def write_plane(path, *, crs=CRS, dtype="float32", cell_m=10.0, half_m=300.0, **options):
    """Write the plane as a raster of any CRS that covers the points."""
    square = (ORIGIN[0] - half_m, ORIGIN[1] - half_m, ORIGIN[0] + half_m, ORIGIN[1] + half_m)
    west, south, east, north = transform_bounds(CRS, crs, *square)
    cell = cell_m * (east - west) / (2 * half_m)
    shape = (int((north - south) / cell) + 1, int((east - west) / cell) + 1)
    transform = from_origin(west, north, cell, cell)
    to_utm = Transformer.from_crs(crs, CRS, always_xy=True)
    heights = plane(*to_utm.transform(*centres(transform, shape))).reshape(shape)
    if np.issubdtype(np.dtype(dtype), np.integer):
        heights = heights.round()
    return write(path, heights.astype(dtype), crs=crs, transform=transform, **options)
