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


def find_main_rows(samples: Samples, first: IntArray, n: IntArray) -> tuple[IntArray, list[tuple[str, ...]]]:
    """Return the row of ground that most of each run of samples lies on, and the names on the map that it has.

    A name counts where it holds for a quarter of the run, and all of them where
    they hold for half of it; the one that holds for most comes first.
    """
    names = samples.ground["name"].to_numpy(dtype=object, na_value=None)
    main, own = np.empty(len(first), dtype=np.int64), []
    for run, (a, k) in enumerate(zip(first.tolist(), n.tolist(), strict=True)):
        rows, count = np.unique(
            samples.pair_ground[samples.first_pair[a] : samples.first_pair[a + k]], return_counts=True
        )
        main[run] = rows[count.argmax()]
        held: dict[str, int] = {}
        for row, samples_on_it in zip(rows.tolist(), count.tolist(), strict=True):
            if names[row]:
                held[names[row]] = held.get(names[row], 0) + samples_on_it
        kept = sorted((name for name in held if 4 * held[name] >= k), key=lambda name: -held[name])
        own.append(tuple(kept) if 2 * sum(held.values()) >= k else ())
    return main, own


def join_names(ground: pd.DataFrame, rows_of: list[IntArray]) -> pd.api.extensions.ExtensionArray:
    """Return the joined names of each list of rows of ground, NaN if none has a name."""
    names = ground["name"].to_numpy(dtype=object, na_value=None)
    words = (", ".join(name for name in dict.fromkeys(names[rows]) if name) for rows in rows_of)
    return pd.array([text or np.nan for text in words], dtype="str")
