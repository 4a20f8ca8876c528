"""Places as Python has them, and as text."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias

import shapely

from saferoute.model import WGS84, InvalidInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    Near: TypeAlias = str | float | Sequence[float] | shapely.Point | gpd.GeoSeries | gpd.GeoDataFrame
    """A place: text as the command line takes it, latitude and longitude, a point, or a table with one point."""


def format_near(near: Near, lon: float | None = None) -> str:
    """Return a place as text, as the command line takes it.

    Parameters
    ----------
    near : str, (float, float), shapely.Point, GeoSeries or GeoDataFrame
        Text; latitude and longitude; a point of longitude and latitude; or a table
        with one geometry, of which a point inside is taken, in any coordinate system.
    lon : float, optional
        Longitude, where `near` is the latitude alone.

    Raises
    ------
    InvalidInput
        If it is none of these, or its numbers are not finite.

    Examples
    --------
    >>> format_near((60.172, 24.944)), format_near(60.172, 24.944), format_near(shapely.Point(24.944, 60.172))
    ('60.1720000,24.9440000', '60.1720000,24.9440000', '60.1720000,24.9440000')
    """
    if isinstance(near, str) and lon is None:
        return near
    pair = near if lon is None else (near, lon)
    if hasattr(pair, "to_crs"):
        pair = _take_point(pair)
    try:
        north, east = map(float, (pair.y, pair.x) if isinstance(pair, shapely.Point) else pair)  # type: ignore[arg-type]
    except (TypeError, ValueError, shapely.errors.ShapelyError) as error:
        raise InvalidInput(
            f"near {str(pair)[:80]!r}: give a text, latitude and longitude, a shapely Point(lon, lat), "
            "or a GeoSeries with one point"
        ) from error
    if not (math.isfinite(north) and math.isfinite(east)):
        raise InvalidInput(f"near {pair!r}: latitude and longitude must be numbers")
    return f"{north:.7f},{east:.7f}"


def _take_point(table: gpd.GeoSeries | gpd.GeoDataFrame) -> shapely.Point:
    """Return a point inside the only geometry of a table, in degrees."""
    if len(table) != 1:
        raise InvalidInput(f"near holds {len(table)} geometries: give one, as in places.iloc[[0]]")
    if table.crs is None:
        raise InvalidInput("near has no coordinate system: say which with set_crs, as in places.set_crs(4326)")
    shape = table.to_crs(WGS84).geometry.iloc[0]
    if shape is None or shape.is_empty:
        raise InvalidInput("near holds an empty geometry: give a point")
    return shapely.point_on_surface(shape)
