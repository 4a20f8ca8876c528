"""Merging of the objects of several files, so that each is there once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from saferoute.sources.osm._columns import Columns, Vocabulary, sort_objects
from saferoute.sources.ragged import Ragged
from saferoute.sources.spill import open_spill

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


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
    every = _concatenate_parts(parts, folder)
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

    every = parts[0] if len(parts) == 1 else _concatenate_parts(parts, folder)
    of_area = pd.MultiIndex.from_arrays([every.kind, every.osm_id])
    # One file alone has no fragments of what it holds whole.
    whole = of_area.isin(pd.MultiIndex.from_arrays([areas.kind, areas.osm_id] if len(parts) > 1 else [[], []]))
    # Files that overlap hold the same line twice.
    again = pd.DataFrame({"kind": every.kind, "id": every.osm_id, "wkb": every.wkb.to_bytes()}).duplicated().to_numpy()
    return sort_objects(every.select_rows(~whole & ~again))


def _concatenate_parts(parts: Sequence[Columns], folder: Path | None) -> Columns:
    """Return the objects of all parts, one part after the other, with a common vocabulary."""
    import numpy as np

    # Each part numbers its combinations from 0, so the numbers of later parts are shifted.
    tags = tuple(parts[0].vocabulary.known)
    combinations = [combination for part in parts for combination in part.vocabulary.iterate_combinations()]
    sizes = np.cumsum([0] + [len(part.vocabulary.codes) for part in parts])
    nodes = [part.nodes for part in parts if part.nodes is not None]
    return Columns(
        Vocabulary.from_combinations(combinations, tags),
        np.concatenate([part.kind for part in parts]),
        np.concatenate([part.osm_id for part in parts]),
        np.concatenate([part.combination + size for part, size in zip(parts, sizes, strict=False)]),
        _concatenate_ragged([part.name for part in parts], folder),
        _concatenate_ragged([part.wkb for part in parts], folder),
        np.concatenate([part.bounds for part in parts]),
        _concatenate_ragged(nodes, folder) if nodes else None,
    )


def _concatenate_ragged(parts: Sequence[Ragged], folder: Path | None) -> Ragged:
    """Return the rows of all parts, one part after the other."""
    import numpy as np

    spill = open_spill(parts[0].flat.dtype, folder)
    for part in parts:
        spill.append(part.flat)
    offsets = np.cumsum([0] + [len(part.flat) for part in parts])
    first = np.concatenate([part.first + offset for part, offset in zip(parts, offsets, strict=False)])
    return Ragged(spill.read(), first, np.concatenate([part.count for part in parts]))
