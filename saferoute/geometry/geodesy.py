"""Metres and degrees on the ellipsoid WGS 84."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from saferoute.arrays import FloatArray

DEGREE_M = 111_320.0
"""Length of a degree of longitude on the equator; one of latitude is up to .7 % shorter."""


def metric_crs(lon: float, lat: float) -> str:
    """Return the UTM zone of a point, beyond 84° the polar stereographic.

    Examples
    --------
    >>> metric_crs(24.94, 60.17), metric_crs(-43.2, -22.9), metric_crs(180, 85)
    ('EPSG:32635', 'EPSG:32723', 'EPSG:32661')
    """
    zone = min(int((lon + 180) // 6) + 1, 60)
    epsg = (32600 if lat >= 0 else 32700) + zone
    if abs(lat) > 84:
        epsg = 32661 if lat > 0 else 32761
    return f"EPSG:{epsg}"


def degree_lengths_m(lat: FloatArray) -> FloatArray:
    """Return the length of a degree of longitude and of latitude at some latitudes.

    Parameters
    ----------
    lat : ndarray of shape (n,)
        Degrees north.

    Returns
    -------
    ndarray of shape (n, 2)
        Metres eastwards and northwards, good to a metre.

    Notes
    -----
    Leading terms of the series on WGS 84 in the calculator "Length of a degree
    of latitude and longitude" of the National Geospatial-Intelligence Agency.

    Examples
    --------
    >>> degree_lengths_m(np.array([0.0, 60.0])).round().tolist()
    [[111319.0, 110573.0], [55800.0, 111413.0]]
    """
    angle = np.radians(lat)
    east = 111_412.84 * np.cos(angle) - 93.5 * np.cos(3 * angle)
    north = 111_132.92 - 559.82 * np.cos(2 * angle)
    return np.stack([east, north], axis=1)
