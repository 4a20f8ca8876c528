"""Types of arrays, for annotations, and rows of columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]
    BoolArray = NDArray[np.bool_]
    Columns = Mapping[str, NDArray[Any]]
    """Arrays of n values each, by name: a table of n rows."""


def as_objects(values: Sequence[object]) -> NDArray[np.object_]:
    """Return values, which may be lists, in an array of as many."""
    import numpy as np

    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def list_records(columns: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of columns, which are arrays or lists, each by name, with numbers as Python's own.

    Examples
    --------
    >>> import numpy as np
    >>> list_records({"length_m": np.array([60.0, 80.0]), "name": ["a", None]})
    [{'length_m': 60.0, 'name': 'a'}, {'length_m': 80.0, 'name': None}]
    """
    values = [column if isinstance(column, list) else column.tolist() for column in columns.values()]
    return [dict(zip(columns, row, strict=True)) for row in zip(*values, strict=True)]
