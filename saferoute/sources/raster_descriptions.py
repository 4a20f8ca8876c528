"""Descriptions of raster files, kept until a file changes: to ask 26 450 of them anew takes minutes."""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import TYPE_CHECKING

from saferoute.digests import digest_package
from saferoute.drawers import DIGEST_BYTES, Key
from saferoute.sources.damage import make_keys, read_each_once_apart
from saferoute.sources.rasters import read_raster_file, read_systems

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from saferoute.drawers import Drawers
    from saferoute.sources.rasters import RasterFile


def read_raster_files_once(paths: Sequence[Path], drawers: Drawers | None) -> list[RasterFile]:
    """Return the descriptions of raster files, as they are kept if they are, and else read apart.

    Parameters
    ----------
    paths : sequence of Path
    drawers : Drawers or None
        Where descriptions are kept; None = nowhere.

    Raises
    ------
    InvalidInput
        As of `saferoute.sources.rasters.read_raster_file` and `saferoute.sources.damage.read_each_once_apart`.
    """
    keys = [] if drawers is None else _make_keys(paths)
    known = [None] * len(paths) if drawers is None or not keys else _recall_files(paths, keys, drawers)
    new = [row for row, file in enumerate(known) if file is None]
    unread = [paths[row] for row in new]
    read = read_each_once_apart(unread, read_raster_file, [(path,) for path in unread], asked=b"", drawers=drawers)
    found = dict(zip(new, read, strict=True))
    if drawers is not None and keys and found:
        _keep_files({keys[row]: file for row, file in found.items()}, drawers)
    return [found[row] if file is None else file for row, file in enumerate(known)]


def _make_keys(paths: Sequence[Path]) -> list[Key]:
    """Return under what the descriptions of files are kept; none if one cannot be read, as its reader will say."""
    try:
        return make_keys(paths, "described", digest_package().encode())
    except OSError:
        return []


def _keep_files(files: dict[Key, RasterFile], drawers: Drawers) -> None:
    """Keep descriptions of files, and each coordinate system once, as it is longer than all the rest."""
    answers = {}
    for key, file in files.items():
        system = file.named_crs.srs.encode()
        shared = Key(key.drawer, blake2b(system, digest_size=DIGEST_BYTES).digest())
        told = {"tags": dict(file.tags), "bounds": file.bounds, "degrees": file.degrees, "unit": file.unit}
        answers[shared] = system
        answers[key] = shared.digest + json.dumps(told).encode()
    drawers.keep(answers)


def _recall_files(paths: Sequence[Path], keys: Sequence[Key], drawers: Drawers) -> list[RasterFile | None]:
    """Return the descriptions of files that are kept, None where there is none."""
    answers = drawers.recall(keys)
    shared = list({Key(key.drawer, answer[:DIGEST_BYTES]) for key, answer in zip(keys, answers, strict=True) if answer})
    systems = dict(zip(shared, drawers.recall(shared), strict=True))
    return [
        None if answer is None else _restore_file(path, answer, systems[Key(key.drawer, answer[:DIGEST_BYTES])])
        for path, key, answer in zip(paths, keys, answers, strict=True)
    ]


def _restore_file(path: Path, answer: bytes, system: bytes | None) -> RasterFile | None:
    """Return a description, None if its coordinate system is no longer kept."""
    if system is None:
        return None
    told = json.loads(answer[DIGEST_BYTES:])
    told |= {name: tuple(told[name]) if told[name] else None for name in ("bounds", "degrees")}
    return read_systems(system.decode()).describe_file(path, **told)
