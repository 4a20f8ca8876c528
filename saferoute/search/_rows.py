"""Rows of ground: those that stretches lie on, with their objects and names."""

from __future__ import annotations

from itertools import islice, pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from saferoute import geometry

if TYPE_CHECKING:
    from saferoute.arrays import IntArray
    from saferoute.model import Samples
    from saferoute.table import Table

_NO_ROWS = np.empty(0, dtype=np.int64)


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
    ends = np.searchsorted(key, np.arange(len(n) + 1) * size).tolist()
    distinct = key % size
    return [distinct[a:b] for a, b in pairwise(ends)]


def list_osm_ids(ground: Table, rows_of: list[IntArray]) -> list[list[str]]:
    """Return the OSM objects of each list of rows of ground."""
    used, back = np.unique(np.concatenate([_NO_ROWS, *rows_of]), return_inverse=True)
    kind, number = (ground[name][used].tolist() for name in ("osm_type", "osm_id"))
    told = [f"{of_kind}/{of_number}" for of_kind, of_number in zip(kind, number, strict=True)]
    texts = iter([told[row] for row in back.tolist()])
    # Most runs lie on one way.
    return [[next(texts)] if len(rows) == 1 else sorted(set(islice(texts, len(rows)))) for rows in rows_of]


def find_main_rows(samples: Samples, first: IntArray, n: IntArray) -> tuple[IntArray, list[tuple[str, ...]]]:
    """Return the row of ground that most of each run of samples lies on, and the names on the map that it has.

    A name counts where it holds for a quarter of the run, and all of them where
    they hold for half of it; the one that holds for most comes first.
    """
    names = samples.ground["name"]
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


def join_names(ground: Table, rows_of: list[IntArray]) -> pd.api.extensions.ExtensionArray:
    """Return the joined names of each list of rows of ground, NaN if none has a name."""
    names = ground["name"][np.concatenate([_NO_ROWS, *rows_of])]
    texts = iter(names.tolist())
    # Most runs lie on one way.
    words = (
        next(texts) if len(rows) == 1 else ", ".join(filter(None, dict.fromkeys(islice(texts, len(rows)))))
        for rows in rows_of
    )
    return pd.array([text or None for text in words], dtype="str")
