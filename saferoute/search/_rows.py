"""Rows of ground: those that stretches lie on, with their objects and names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from saferoute import geometry

if TYPE_CHECKING:
    from saferoute.arrays import IntArray
    from saferoute.model import Samples


def list_ground_of_runs(samples: Samples, first: IntArray, n: IntArray) -> list[IntArray]:
    """Return the rows of ground that each run of samples touches, in ascending order."""
    low = samples.first_pair[first]
    return list_distinct(samples.pair_ground, low, samples.first_pair[first + n] - low)


def list_distinct(values: IntArray, first: IntArray, n: IntArray) -> list[IntArray]:
    """Return the distinct row numbers in each slice of an array, sorted and without negative ones."""
    size = int(values.max(initial=0)) + 1
    found, owner = values[geometry.indices_of_slices(first, n)], np.repeat(np.arange(len(n)), n)
    # One sort for all slices: the key of a value begins with its slice.
    key = np.unique(owner[found >= 0] * size + found[found >= 0])
    ends = np.searchsorted(key, np.arange(1, len(n)) * size)
    return np.split(key % size, ends) if len(n) else []


def list_osm_ids(ground: pd.DataFrame, rows_of: list[IntArray]) -> list[list[str]]:
    """Return the OSM objects of each list of rows of ground."""
    kind, number = ground["osm_type"].to_numpy(), ground["osm_id"].to_numpy()
    return [sorted({f"{kind[g]}/{number[g]}" for g in rows}) for rows in rows_of]


def join_names(ground: pd.DataFrame, rows_of: list[IntArray]) -> pd.api.extensions.ExtensionArray:
    """Return the joined names of each list of rows of ground, NaN if none has a name."""
    names = ground["name"].to_numpy(dtype=object, na_value=None)
    words = (", ".join(name for name in dict.fromkeys(names[rows]) if name) for rows in rows_of)
    return pd.array([text or np.nan for text in words], dtype="str")
