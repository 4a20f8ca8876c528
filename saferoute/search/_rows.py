"""Rows of ground: those that stretches lie on, with their objects and names."""

from __future__ import annotations

from itertools import islice, pairwise
from typing import TYPE_CHECKING

import numpy as np

from saferoute import geometry

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

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
    low, size = samples.first_pair[first], len(samples.ground)
    pairs = samples.first_pair[first + n] - low
    row = samples.pair_ground[geometry.indices_of_slices(low, pairs)]
    # One sort for all runs: the key of a row begins with its run.
    key, count = np.unique(np.repeat(np.arange(len(n)), pairs) * size + row, return_counts=True)
    run, row = np.divmod(key, max(size, 1))
    most = np.lexsort((row, -count, run))
    main: IntArray = row[most[np.searchsorted(run, np.arange(len(n)))]]
    held: list[dict[str, int]] = [{} for _ in n]
    for of_run, name, samples_on_it in zip(run.tolist(), samples.ground["name"][row], count.tolist(), strict=True):
        if name:
            held[of_run][name] = held[of_run].get(name, 0) + samples_on_it
    return main, [_choose_names(of_run, k) for of_run, k in zip(held, n.tolist(), strict=True)]


def _choose_names(held: Mapping[str, int], n: int) -> tuple[str, ...]:
    """Return the names that a run of n samples has, by the number of samples on which each holds."""
    kept = sorted((name for name in held if 4 * held[name] >= n), key=lambda name: -held[name])
    return tuple(kept) if 2 * sum(held.values()) >= n else ()


def join_names(ground: Table, rows_of: list[IntArray]) -> pd.api.extensions.ExtensionArray:
    """Return the joined names of each list of rows of ground, NaN if none has a name."""
    import pandas as pd

    names = ground["name"][np.concatenate([_NO_ROWS, *rows_of])]
    texts = iter(names.tolist())
    # Most runs lie on one way.
    words = (
        next(texts) if len(rows) == 1 else ", ".join(filter(None, dict.fromkeys(islice(texts, len(rows)))))
        for rows in rows_of
    )
    return pd.array([text or None for text in words], dtype="str")
