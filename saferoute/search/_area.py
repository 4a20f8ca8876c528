"""The circle or rectangle that is searched, and its metric coordinates."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.geometry.geodesy import metric_crs
from saferoute.model import WGS84, Area, InvalidInput, Place

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray

MAX_RADIUS_M = 100_000.0
"""Largest radius of an area in metres [J]."""


def area_around(place: Place, radius_m: float) -> Area:
    """Return the circle around a place, in the metric CRS of its UTM zone.

    Parameters
    ----------
    place : Place
    radius_m : float
        Above 0 and at most `MAX_RADIUS_M`.

    Raises
    ------
    InvalidInput
        If the radius is not within these bounds.
    """
    if not 0 < radius_m <= MAX_RADIUS_M:
        raise InvalidInput(
            f"radius {radius_m:.0f} m: it must be above 0 and at most {MAX_RADIUS_M / 1000:.0f} km; "
            "write it as in 800, 1.5km or 1mi"
        )
    return Area(place, radius_m, metric_crs(place.lon, place.lat))


def area_from_bounds(bounds_m: tuple[float, float, float, float], crs: str) -> Area:
    """Return a rectangular area.

    Parameters
    ----------
    bounds_m : tuple of float
        West, south, east and north in metres of `crs`.
    crs : str
        A metric CRS.

    Raises
    ------
    InvalidInput
        If it has no width or height, or does not fit into a circle of `MAX_RADIUS_M`.
    """
    from pyproj import Transformer

    west, south, east, north = bounds_m
    half_m = (east - west) / 2, (north - south) / 2
    radius_m = float(np.hypot(*half_m))
    if not (min(half_m) > 0 and radius_m <= MAX_RADIUS_M):
        raise InvalidInput(
            f"rectangle of {2 * half_m[0]:g} × {2 * half_m[1]:g} m: its sides must be above 0 m "
            f"and its diagonal at most {2 * MAX_RADIUS_M:g} m"
        )
    to_degrees = Transformer.from_crs(crs, WGS84, always_xy=True)
    lon, lat = to_degrees.transform((west + east) / 2, (south + north) / 2)
    return Area(Place("", lon, lat), radius_m, crs, half_m)


def locate_area(area: Area) -> tuple[object, ...]:
    """Return all that tells an area from others; its name does not."""
    return area.place.lon, area.place.lat, area.radius_m, area.crs, area.half_m


def project_centre(area: Area) -> FloatArray:
    """Return the middle of an area in the area's CRS, shape (2,)."""
    from pyproj import Transformer

    to_area = Transformer.from_crs(WGS84, area.crs, always_xy=True)
    return np.array(to_area.transform(area.place.lon, area.place.lat))


def distance_outside_m(area: Area, xy: FloatArray) -> FloatArray:
    """Return the distance of points to the edge of an area.

    Parameters
    ----------
    area : Area
    xy : ndarray of shape (n, 2)
        In the area's CRS.

    Returns
    -------
    ndarray of shape (n,)
        Metres, positive outside the area, 0 or less inside.
    """
    away = xy - project_centre(area)
    if area.half_m is None:
        beyond: FloatArray = np.hypot(*away.T) - area.radius_m
        return beyond
    east, north = (np.abs(away) - area.half_m).T
    farthest = np.maximum(east, north)
    outside = np.flatnonzero(farthest > 0)
    farthest[outside] = np.hypot(np.fmax(east[outside], 0), np.fmax(north[outside], 0))
    return farthest


def widen_area(area: Area, margin_m: float) -> Area:
    """Return an area that is wider by a margin in metres on all sides."""
    half_m = None if area.half_m is None else (area.half_m[0] + margin_m, area.half_m[1] + margin_m)
    return replace(area, radius_m=area.radius_m + margin_m, half_m=half_m)


def shape_of_area(area: Area) -> shapely.Polygon:
    """Return the circle or rectangle of an area, in the area's CRS."""
    return _rectangle_of_area(area) if area.half_m else shapely.Point(project_centre(area)).buffer(area.radius_m)


def covered_share(area: Area, extent: shapely.Geometry) -> float:
    """Return the share of an area that a polygon in its CRS covers, 0 to 1."""
    ground = shape_of_area(area)
    return float(shapely.area(shapely.intersection(ground, extent)) / shapely.area(ground))


def is_touching(area: Area, geometry: NDArray[np.object_]) -> BoolArray:
    """Return a mask of the geometries that touch an area.

    Parameters
    ----------
    area : Area
    geometry : ndarray of shape (n,)
        In the area's CRS.

    Returns
    -------
    ndarray of shape (n,)
    """
    if area.half_m is None:
        near: BoolArray = shapely.dwithin(geometry, shapely.Point(project_centre(area)), area.radius_m)
        return near
    touched: BoolArray = shapely.intersects(geometry, _rectangle_of_area(area))
    return touched


def _rectangle_of_area(area: Area) -> shapely.Polygon:
    here, half_m = project_centre(area), np.array(area.half_m)
    return shapely.box(*(here - half_m), *(here + half_m))
