"""Tables of results that are made, or become GeoDataFrames, when somebody asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

_Class = TypeVar("_Class")


class _LateShapes:
    """An attribute that holds a table of pandas, or what makes it, and gives a GeoDataFrame when it is first asked."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, result: Any, _: type) -> Any:
        """Return the table with its shapes in the coordinate system of the result's area."""
        if result is None:
            return self
        import geopandas as gpd

        held = get_rows(result, self._name)
        if not isinstance(held, gpd.GeoDataFrame):
            held = vars(result)[self._name] = gpd.GeoDataFrame(held, geometry="geometry", crs=result.area.crs)
        return held

    def __set__(self, result: Any, table: pd.DataFrame | Callable[[], pd.DataFrame]) -> None:
        """Hold a GeoDataFrame, a table of pandas with shapes in its column ``geometry``, or what returns one."""
        vars(result)[self._name] = table


def shape_when_asked(*names: str) -> Callable[[type[_Class]], type[_Class]]:
    """Return a decorator of classes of results whose tables of these names may be held without GeoPandas."""

    def decorate(of: type[_Class]) -> type[_Class]:
        for name in names:
            setattr(of, name, _LateShapes(name))
        return of

    return decorate


def get_rows(result: Any, name: str) -> pd.DataFrame:
    """Return a table of a result for who needs its rows and shapes, but no GeoPandas: maps and texts."""
    held: pd.DataFrame | Callable[[], pd.DataFrame] = vars(result)[name]
    if callable(held):
        held = vars(result)[name] = held()
    return held
