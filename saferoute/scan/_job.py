"""All that decides what a scan says, and its fingerprint."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from saferoute import search
from saferoute.sources.open import LocalFiles, open_local
from saferoute.sources.settings import Online
from saferoute.version import __version__

if TYPE_CHECKING:
    from saferoute.model import Profile
    from saferoute.scan._tiles import Box
    from saferoute.sources.elevation.raster import RasterSource
    from saferoute.sources.osm.extract import ExtractSource

SCHEMA = 1
"""Raised when what is kept of a tile changes its form or meaning."""
_HEAD_BYTES = 1 << 20


@dataclass(frozen=True)
class Job:
    """What every tile of a scan has in common; small, since it goes to every worker."""

    extracts: tuple[str, ...]
    rasters: tuple[str, ...]
    profile: Profile
    zoom: int
    data_box: Box
    """West, south, east, north of the extracts' ways and areas, degrees."""
    dem_sigma_m: float | None = None
    version: str = __version__

    def open_data(self) -> tuple[ExtractSource, RasterSource | None]:
        """Open the data; a process does it once."""
        return _open_sources(self.extracts, self.rasters, self.dem_sigma_m)

    def compute_fingerprint(self) -> str:
        """Return a digest of all that decides the result: data, profile, zoom, version.

        Of a file count its size, time and both ends: reading a country's heights would take minutes.
        """
        profile = asdict(self.profile)
        profile["only_surfaces"] = sorted(self.profile.only_surfaces)
        what = [SCHEMA, self.version, self.zoom, self.dem_sigma_m, profile]
        files = [[_identify_file(Path(p)) for p in paths] for paths in (self.extracts, self.rasters)]
        text = json.dumps([*what, *files], sort_keys=True, default=str)
        return blake2b(text.encode(), digest_size=10).hexdigest()


@lru_cache(maxsize=1)
def _open_sources(
    extracts: tuple[str, ...], rasters: tuple[str, ...], dem_sigma_m: float | None
) -> tuple[ExtractSource, RasterSource | None]:
    files = LocalFiles(osm=extracts, dem=rasters, dem_sigma_m=dem_sigma_m)
    return open_local(files, join=search.join_ways, cache=Online().open_cache())


def _identify_file(path: Path) -> list[str | int]:
    status = path.stat()
    digest = blake2b(digest_size=16)
    with path.open("rb") as file:
        digest.update(file.read(_HEAD_BYTES))
        file.seek(max(status.st_size - _HEAD_BYTES, 0))
        digest.update(file.read(_HEAD_BYTES))
    return [path.name, status.st_size, status.st_mtime_ns, digest.hexdigest()]
