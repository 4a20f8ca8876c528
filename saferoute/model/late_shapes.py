"""Tables of results that are made, or become GeoDataFrames, when somebody asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

_Class = TypeVar("_Class")


class HeldTable(NamedTuple):
    """A table held as its columns: to import pandas takes longer than all that a short text needs of it.

    Attributes
    ----------
    columns : mapping of str to list or ndarray
    words : set of str
        Names of the columns that are text of pandas.
    """

    columns: Mapping[str, Any]
    words: frozenset[str]

    def __call__(self) -> pd.DataFrame:
        """Return the table as one of pandas."""
        import pandas as pd

        return pd.DataFrame(self.type_columns())

    def type_columns(self) -> dict[str, Any]:
        """Return the columns in the types that they have in a table of pandas."""
        import pandas as pd

        return {name: pd.array(of, dtype="str") if name in self.words else of for name, of in self.columns.items()}


class _LateTable:
    """An attribute that holds a table of pandas, or what makes it, and gives it as it is."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, result: Any, _: type) -> Any:
        """Return the table."""
        return self if result is None else get_rows(result, self._name)

    def __set__(self, result: Any, table: pd.DataFrame | Callable[[], pd.DataFrame]) -> None:
        """Hold a table of pandas, or what returns one."""
        vars(result)[self._name] = table


class _LateShapes(_LateTable):
    """An attribute that holds a table of pandas, or what makes it, and gives a GeoDataFrame when it is first asked."""

    def __get__(self, result: Any, _: type) -> Any:
        """Return the table with its shapes in the coordinate system of the result's area."""
        if result is None:
            return self
        import geopandas as gpd

        held = get_rows(result, self._name)
        if not isinstance(held, gpd.GeoDataFrame):
            held = vars(result)[self._name] = gpd.GeoDataFrame(held, geometry="geometry", crs=result.area.crs)
        return held


def shape_when_asked(*names: str, without_shapes: tuple[str, ...] = ()) -> Callable[[type[_Class]], type[_Class]]:
    """Return a decorator of classes of results whose tables of these names may be held without GeoPandas."""

    def decorate(of: type[_Class]) -> type[_Class]:
        for name in names:
            setattr(of, name, _LateShapes(name))
        for name in without_shapes:
            setattr(of, name, _LateTable(name))
        return of

    return decorate


def get_rows(result: Any, name: str) -> pd.DataFrame:
    """Return a table of a result for who needs its rows and shapes, but no GeoPandas: maps and texts."""
    held: pd.DataFrame | Callable[[], pd.DataFrame] = vars(result)[name]
    if callable(held):
        held = vars(result)[name] = held()
    return held


def get_columns(result: Any, name: str) -> Mapping[str, Any]:
    """Return the columns of a table of a result, lists or arrays, for who needs no pandas."""
    held = vars(result)[name]
    if isinstance(held, HeldTable):
        return held.columns
    return {str(column): of.to_numpy() for column, of in get_rows(result, name).items()}


def list_rows(result: Any, name: str) -> list[dict[Any, Any]]:
    """Return the rows of a table of a result, each by column, for who needs no pandas."""
    from saferoute.arrays import list_records

    held = vars(result)[name]
    return list_records(held.columns) if isinstance(held, HeldTable) else get_rows(result, name).to_dict("records")


def count_rows(result: Any, name: str) -> int:
    """Return the number of rows of a table of a result."""
    held = vars(result)[name]
    return len(next(iter(held.columns.values()))) if isinstance(held, HeldTable) else len(get_rows(result, name))
