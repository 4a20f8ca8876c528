"""The job of a scan: everything that decides its result, and a fingerprint of that."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from functools import cache, lru_cache, partial
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

from saferoute import search
from saferoute.digests import digest_libraries, digest_modules
from saferoute.geometry.geodesy import DEGREE_M
from saferoute.model import InvalidInput, Place
from saferoute.scan._ground import Ground
from saferoute.scan._kept import KeptTile
from saferoute.scan.crews import call_in_order
from saferoute.scan.joining import MOST_WAYS
from saferoute.sources import clock
from saferoute.sources.observations import read_observations
from saferoute.sources.open import LocalFiles, list_region_files, open_local
from saferoute.sources.osm.extract import SUFFIXES
from saferoute.sources.osm.sharing import share_index
from saferoute.sources.osm.updating import apply_changes
from saferoute.sources.paths import SAMPLE, expand_path
from saferoute.sources.runner import RunnerOptions, choose_profile
from saferoute.sources.settings import Online
from saferoute.sources.times import read_time
from saferoute.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Unpack

    from saferoute.model import Profile
    from saferoute.model.observations import Observations
    from saferoute.scan.crews import Crew
    from saferoute.scan.tiles import Box, Tile
    from saferoute.sources.cache import Cache
    from saferoute.sources.elevation.raster import RasterSource
    from saferoute.sources.osm.extract import ExtractSource

_CODE = "saferoute.scan"
"""Package that makes the tiles."""
_LIBRARIES = ("osmium", "pyogrio", "pyproj", "rasterio", "shapely")
"""Packages whose results end up in the tiles."""
_HEAD_BYTES = 1 << 16
"""Bytes at each end of a file that count for its fingerprint; 26 000 rasters of a continent take seconds [J]."""
_MAKERS = 2
"""Processes that make an index without help."""
DEFAULT_ZOOM = 12
ZOOMS = range(9, 17)
"""Zooms of tiles on offer.

At 12 a tile is 4.9 km wide at 60° and 9.8 km at the equator. A tile of zoom 9 (78 km) with its
widest margin fits into `saferoute.search.MAX_RADIUS_M`, one of zoom 8 does not.
"""


def digest_code() -> str:
    """Return a digest of the code that makes the tiles and of the libraries whose results end up in them."""
    return f"{digest_modules(_CODE)[:20]}{digest_libraries(*_LIBRARIES)[:20]}"


class ScanOptions(RunnerOptions, total=False):
    """Options of a scan: the runner, the heights and the size of the tiles.

    Attributes
    ----------
    dem : sequence of path
        Elevation rasters, besides those of the region.
    dem_sigma : float
        Standard error of the rasters' heights, m.
    zoom : int
        Size of all tiles, one of `ZOOMS`. It changes the memory that a worker needs, not the result. By default
        they are of `DEFAULT_ZOOM`, and larger where ways are few (`saferoute.scan.joining`).
    observations : sequence of path
        What people saw on foot.
    update : sequence of path
        Files of changes since the extract, which a newer one then replaces
        (`saferoute.sources.osm.updating`).
    """

    dem: Sequence[Path | str]
    observations: Sequence[Path | str]
    dem_sigma: float | None
    zoom: int | None
    update: Sequence[Path | str]


@dataclass(frozen=True)
class Job:
    """Everything that the tiles of a scan share; small, since it goes to every worker.

    Attributes
    ----------
    extracts, rasters : tuple of str
        Absolute paths.
    profile : Profile
        The runner; its hour, if any, has a date.
    zoom : int
        That of the smallest tiles, one of `ZOOMS`.
    data_box : tuple of float
        West, south, east and north of the extracts' ways and areas in degrees.
    dem_sigma_m : float, optional
        Standard error of the rasters' heights in metres.
    observations : Observations, optional
        What people saw on foot, as of the day on which the scan began.
    most_ways : int
        Most ways of a larger tile; 0 = all are of one size.
    version : str
        saferoute's own.
    code : str
        Digest of the code and of its libraries; workers must have the same.
    """

    extracts: tuple[str, ...]
    rasters: tuple[str, ...]
    profile: Profile
    zoom: int
    data_box: Box
    dem_sigma_m: float | None = None
    observations: Observations | None = None
    most_ways: int = 0
    version: str = __version__
    code: str = field(default_factory=digest_code)

    def open_data(self) -> tuple[ExtractSource, RasterSource | None]:
        """Return the sources of the map and of heights; a process opens them only once."""
        return _open_sources(self.extracts, self.rasters, self.dem_sigma_m)

    def describe_map(self) -> tuple[str | None, tuple[str, ...]]:
        """Return the date of the map, None if it is not known, and notes on the whole of it."""
        return self.open_data()[0].describe_whole()

    def look_at_ground(self, tile: Tile, box: Box) -> Ground:
        """Return the ground of a tile, within a box in degrees, as it is now."""
        extracts, rasters = self.open_data()
        kept = KeptTile(extracts, tile)
        of_map = kept.recall_or_make("ground of", repr(box).encode(), lambda: extracts.digest_within_box(box).encode())
        in_reach = [] if rasters is None else rasters.find_in_reach(box).tolist()
        heights = [_identify_file(Path(self.rasters[at])) for at in in_reach]
        # Of where all data end a survey saw what lies in the box alone.
        ends = [
            end if a <= end <= b else None for end, a, b in zip(self.data_box, box[:2] * 2, box[2:] * 2, strict=True)
        ]
        return Ground(box, _digest([of_map.decode(), heights, ends]) if of_map else "")

    def compute_rules(self) -> str:
        """Return a digest of all that decides the result besides data: profile, zoom, the code and its libraries."""
        what = [self.code, self.zoom, self.dem_sigma_m, _list_choices(self.profile)]
        return _digest([*what, *([self.observations.to_text()] if self.observations else [])])

    def compute_fingerprint(self) -> str:
        """Return a digest of all that decides the result, rules and data.

        A file counts by its size, its time and both its ends: reading the heights of a
        country would take minutes.
        """
        files = [[_identify_file(Path(p)) for p in paths] for paths in (self.extracts, self.rasters)]
        return _digest([self.compute_rules(), *files])

    def tell_ground(self) -> bytes:
        """Return the runner's choices that decide about ground, and the hour, as bytes."""
        choices = _list_choices(replace(self.profile.keep_limits(), at=self.profile.at))
        return json.dumps(choices, sort_keys=True).encode()


def _list_choices(profile: Profile) -> dict[str, Any]:
    """Return the choices of a profile by name."""
    # A set has no order of its own: unsorted, a digest would differ from run to run.
    return {**asdict(profile), "only_surfaces": sorted(profile.only_surfaces)}


@lru_cache(maxsize=1)
def _open_sources(
    extracts: tuple[str, ...], rasters: tuple[str, ...], dem_sigma_m: float | None
) -> tuple[ExtractSource, RasterSource | None]:
    files = LocalFiles(osm=extracts, dem=rasters, dem_sigma_m=dem_sigma_m)
    return open_local(files, join=search.join_ways, cache=_open_cache())


def _open_cache() -> Cache:
    return Online().open_cache()


def _digest(told: Sequence[object]) -> str:
    text = json.dumps(told, sort_keys=True, default=str)
    return blake2b(text.encode(), digest_size=10).hexdigest()


def _identify_file(path: Path) -> tuple[str | int, ...]:
    status = path.stat()
    return path.name, status.st_size, status.st_mtime_ns, _digest_ends(path, status.st_size, status.st_mtime_ns)


@cache
def _digest_ends(path: Path, size: int, _mtime_ns: int) -> str:
    """Return the digest of both ends of a file, which is read once as long as size and time stay."""
    digest = blake2b(digest_size=16)
    with path.open("rb") as file:
        digest.update(file.read(_HEAD_BYTES))
        file.seek(max(size - _HEAD_BYTES, 0))
        digest.update(file.read(_HEAD_BYTES))
    return digest.hexdigest()


def create_job(region: Path | str, *, crew: Crew | None = None, **options: Unpack[ScanOptions]) -> Job:
    """Return the job of a scan, after opening its data.

    Parameters
    ----------
    region : path
        A folder with extracts and rasters, or an extract.
    crew : Crew, optional
        Who reads extracts that are new here; by default two processes.
    **options
        `ScanOptions`. The job holds the date of the hour, as a scan may be resumed on another day.

    Raises
    ------
    InvalidInput
        If the data cannot be read or a value breaks a rule.
    NoCoverage
        If rasters were given with `dem` and none covers anything of the region.
    """
    profile, given, dem = choose_profile(options), options.get("zoom"), options.get("dem", ())
    zoom = DEFAULT_ZOOM if given is None else given
    if zoom not in ZOOMS:
        raise InvalidInput(f"zoom {zoom}: tiles are of zoom {ZOOMS[0]} to {ZOOMS[-1]}; leave it out, and ways decide")
    path = expand_path(region)
    changes = [expand_path(p) for p in options.get("update") or ()]
    extracts, rasters = ([path], []) if path.name.lower().endswith(SUFFIXES) else list_region_files(path)
    paths = [tuple(str(Path(p).resolve()) for p in of) for of in (extracts, [*rasters, *map(expand_path, dem)])]
    if changes:
        apply_changes(_only_extract(region, extracts), changes)
    if crew is not None and (crew.scheduler or crew.processes > _MAKERS):
        # Where the index cannot be kept, each process reads the extracts itself.
        with suppress(OSError):
            share_index([Path(p) for p in paths[0]], _open_cache(), search.join_ways, partial(call_in_order, crew=crew))
    # The box is known only when the data are open; until then it is the whole world.
    seen = options.get("observations") or ()
    observations = read_observations(seen) if seen else None
    job = Job(
        *(paths[0], paths[1], profile, zoom, (-180.0, -90.0, 180.0, 90.0)),
        dem_sigma_m=options.get("dem_sigma"),
        observations=observations,
        most_ways=MOST_WAYS if given is None else 0,
    )
    features, elevation = job.open_data()
    west, south, east, north = features.read_bounds()
    if dem and elevation is not None:
        elevation.check_coverage((west + east) / 2, (south + north) / 2, max((east - west), (north - south)) * DEGREE_M)
    return replace(job, data_box=(west, south, east, north), profile=_resolve_date(profile, west, south, east, north))


def _only_extract(region: Path | str, extracts: Sequence[Path]) -> Path:
    """Return the one extract of a region that changes can be applied to."""
    if str(region) == SAMPLE:
        raise InvalidInput("--update: the sample is a part of the program; copy its extract, and give that")
    if len(extracts) != 1:
        raise InvalidInput(f"--update: {region} has {len(extracts)} extracts; give one, and the changes of its region")
    return extracts[0]


def _resolve_date(profile: Profile, west: float, south: float, east: float, north: float) -> Profile:
    """Return the profile with a date for its hour, in local time in the middle of the region."""
    if not profile.at:
        return profile
    if read_time(profile.at).is_now:
        raise InvalidInput('now: a scan is no matter of a moment; name an hour with --at, as in "sat 07:00", or none')
    at = clock.parse_moment(profile.at, Place("", (west + east) / 2, (south + north) / 2)).local
    return replace(profile, at=f"{at:%Y-%m-%dT%H:%M}")
