"""Merging of the objects of several files, so that each is there once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from saferoute.sources.osm._columns import sort_objects
from saferoute.sources.osm._rows import Store, join_columns

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from saferoute.sources.osm._columns import Columns


def merge_columns(parts: Sequence[Columns], folder: Path | None) -> Columns:
    """Return the objects of several files, each object once.

    The edge of a file may have cut an object that another file holds whole,
    and files of different dates hold different versions. All pieces of an
    object are taken from the file in which it has most vertices. With a folder
    what is long is stored there and not in memory.
    """
    import numpy as np
    import pandas as pd
    import shapely

    if len(parts) == 1:
        return parts[0]
    every = _join(parts, folder)
    held = pd.DataFrame(
        {
            "kind": every.kind,
            "id": every.osm_id,
            "file": np.repeat(np.arange(len(parts)), [len(part) for part in parts]),
            "points": every.map_shapes(shapely.get_num_coordinates),
        }
    )
    key = ["kind", "id"]
    most = held.groupby([*key, "file"], as_index=False)["points"].sum()
    most = most.sort_values(["points", "file"], ascending=[False, True]).drop_duplicates(key)
    chosen = held.merge(most, on=key, suffixes=("", "_chosen"), how="left")
    return sort_objects(every.select_rows((chosen["file"] == chosen["file_chosen"]).to_numpy()))


def merge_fragments(parts: Sequence[Columns], areas: Columns, folder: Path | None) -> Columns:
    """Return the fragments of several files, without those of areas that some file holds whole.

    Parameters
    ----------
    parts : sequence of Columns
        The fragments of each file.
    areas : Columns
        The whole areas of all files.
    folder : Path, optional
        As of `merge_columns`.
    """
    import pandas as pd

    every = parts[0] if len(parts) == 1 else _join(parts, folder)
    of_area = pd.MultiIndex.from_arrays([every.kind, every.osm_id])
    # One file alone has no fragments of what it holds whole.
    whole = of_area.isin(pd.MultiIndex.from_arrays([areas.kind, areas.osm_id] if len(parts) > 1 else [[], []]))
    # Files that overlap hold the same line twice.
    again = pd.DataFrame({"kind": every.kind, "id": every.osm_id, "wkb": every.wkb.to_bytes()}).duplicated().to_numpy()
    return sort_objects(every.select_rows(~whole & ~again))


def _join(parts: Sequence[Columns], folder: Path | None) -> Columns:
    """Return the objects of all files, one file after the other."""
    return join_columns([part.vocabulary for part in parts], parts, Store(0, folder))
