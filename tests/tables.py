"""Tables of objects made of tables of pandas, which tests write down more easily."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from saferoute.table import Column, Table, Tags


def to_table(frame: pd.DataFrame) -> Table:
    """Return a table whose tags are the columns of text alone; missing values are None or NaN, and so may shapes be."""
    words, columns, has_shapes = {}, {}, isinstance(frame, gpd.GeoDataFrame)
    for name in (str(name) for name in frame if not has_shapes or name != frame.geometry.name):
        values = frame[name].to_numpy(dtype=object)
        told = values[pd.notna(values)]
        if all(isinstance(value, str) for value in told):
            words[name] = Column.from_texts(np.where(pd.notna(values), values, None))
        else:
            columns[name] = frame[name].to_numpy()
    shapes = frame.geometry.to_numpy(dtype=object) if has_shapes else np.full(len(frame), None)
    return Table(shapes, Tags(len(frame), words.get, words), columns, str(frame.crs or "") if has_shapes else "")
