"""What the commands share: arguments, sources, words on stderr."""

from __future__ import annotations

import argparse
import io
import logging
import re
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from saferoute.model import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator

    from saferoute.model import Explanation, Place, Ranking, Session
    from saferoute.search import Query
    from saferoute.sources.runner import RunnerOptions

NOTHING_QUALIFIES = 5
SOME_TILES_FAILED = 6
EXIT_CODES = """\
exit codes:
  0  done
  1  an error inside saferoute
  2  an argument, file or profile that breaks a rule
  3  place not found in the data
  4  a service on the network did not answer
  5  nothing qualifies: the limits left no stretch
  6  a scan is written but for tiles that failed: the same command tries them again
"""


def new_command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, *, short: str, long: str
) -> argparse.ArgumentParser:
    """Return the parser of a new command; all of them end their help with the exit codes."""
    return commands.add_parser(
        name,
        help=short,
        description=long,
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def add_common_options(command: argparse.ArgumentParser) -> None:
    """Add what every search asks: the place, the data and the runner."""
    command.add_argument(
        "--near",
        required=True,
        metavar="PLACE",
        help="lat,lon, geo:lat,lon, a name (of a place in the world, or with local data of an object in the extract), "
        "or home, the one of the settings",
    )
    command.add_argument("--pick", type=int, metavar="N", help="which place, where a name has several (default 1)")
    _add_data_options(command)
    add_network_options(command)
    add_runner_options(command)
    command.add_argument(
        "--settings",
        metavar="FILE",
        help="settings instead of saferoute.toml here and in the user's configuration; none = no settings",
    )
    command.add_argument("-q", "--quiet", action="store_true", help="no progress on stderr")


def _add_data_options(command: argparse.ArgumentParser) -> None:
    data = command.add_argument_group(
        "data",
        "Without --region and --osm the map comes from OpenStreetMap's servers. With them no server is asked, "
        "unless --elevation names one.",
    )
    data.add_argument("--region", type=Path, metavar="DIR", help="folder with extracts and elevation rasters")
    data.add_argument(
        "--osm",
        type=Path,
        nargs="+",
        action="extend",
        default=[],
        metavar="FILE",
        help="OpenStreetMap extracts (.osm.pbf .osm .osm.gz .osm.bz2)",
    )
    data.add_argument(
        "--dem", type=Path, nargs="+", action="extend", default=[], metavar="FILE", help="elevation rasters, any CRS"
    )
    data.add_argument(
        "--dem-sigma",
        type=float,
        metavar="M",
        help="standard error of the heights, m (default: by the raster's cells and tags)",
    )
    data.add_argument(
        "--counts",
        type=Path,
        metavar="FILE",
        help="CSV of counters (lon, lat, count per hour, at) to calibrate crowding",
    )
    data.add_argument(
        "--population", type=Path, metavar="FILE", help="raster of people per cell, for crowding where homes are few"
    )
    data.add_argument(
        "--elevation",
        metavar="SOURCE",
        help="mapterhorn, glo30, none, or a raster file (default: the rasters given; for a map from the network "
        "mapterhorn, and glo30 for what it does not have)",
    )


def add_runner_options(command: argparse.ArgumentParser, *, at: str | None = "now") -> None:
    """Add what the runner chooses; `at` is the hour where none is given."""
    runner = command.add_argument_group("runner")
    runner.add_argument(
        "--at",
        default=at,
        metavar="TIME",
        help='when to run, local time of the place: "sat 07:00", 2026-06-20T07:00'
        + (" or now (default)" if at else "; without it crowding is that of a mean hour"),
    )
    runner.add_argument(
        "--level",
        default="beginner",
        metavar="LEVEL",
        help="first-steps, beginner (default), intermediate, advanced, or a profile .toml",
    )
    add_level_options(runner)


def add_level_options(group: argparse._ActionsContainer) -> None:
    """Add what narrows a level."""
    group.add_argument("--barefoot", action=argparse.BooleanOptionalAction, default=False, help="sand and grass only")
    group.add_argument("--surface", default="", metavar="LIST", help="only these surfaces, as in sand,grass")
    group.add_argument(
        "--min-length", type=float, metavar="M", help="clear length of a stretch, m (default: the level's)"
    )


def add_network_options(command: argparse.ArgumentParser) -> None:
    """Add how the network and the cache are used."""
    network = command.add_argument_group("network", "Every answer is kept in a cache, see saferoute cache --help.")
    network.add_argument(
        "--offline",
        action=argparse.BooleanOptionalAction,
        default=False,
        help="open no connection: use the cache alone",
    )
    network.add_argument("--refresh", action="store_true", help="ask again, whatever the cache holds")
    add_cache_option(network)
    for name in ("overpass", "nominatim", "mapterhorn", "glo30"):
        network.add_argument(
            f"--{name}-url", metavar="URL", help=f"another server (environment: SAFEROUTE_{name.upper()}_URL)"
        )


def add_cache_option(group: argparse._ActionsContainer) -> None:
    """Add where the cache is."""
    group.add_argument(
        "--cache-dir",
        metavar="DIR",
        help="folder of the cache (environment: SAFEROUTE_CACHE_DIR; default: the user's cache folder)",
    )


def print_message(text: str) -> None:
    """Print a line to stderr, plain."""
    from saferoute.report.text import sanitize_text

    print(sanitize_text(text, 2000), file=sys.stderr)


class _StderrHandler(logging.Handler):
    """Prints each step as a line on stderr."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print a record after an ellipsis."""
        print_message(f"… {record.getMessage()}")


@contextmanager
def log_to_stderr(*, quiet: bool) -> Iterator[None]:
    """Print what the package logs meanwhile, or with `quiet` nothing of it."""
    logger = logging.getLogger("saferoute")
    handler = logging.NullHandler() if quiet else _StderrHandler()
    before = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before[0])
        logger.propagate = before[1]


def open_query(arguments: argparse.Namespace, *, radius_m: float, top: int = 1) -> Query:
    """Return what the arguments ask, and print which place was found, and what else has its name."""
    from saferoute.search import Query
    from saferoute.sources.settings import Online

    online = Online.from_settings(vars(arguments), offline=arguments.offline, refresh=arguments.refresh)
    query = Query.open(
        arguments.near,
        radius_m=radius_m,
        top=top,
        pick=arguments.pick,
        region=arguments.region,
        osm=arguments.osm,
        dem=arguments.dem,
        dem_sigma=arguments.dem_sigma,
        elevation=arguments.elevation,
        counts=arguments.counts,
        population=arguments.population,
        online=online,
        **runner_options(arguments),
    )
    _print_place(query.area.place, arguments)
    return query


def runner_options(arguments: argparse.Namespace) -> RunnerOptions:
    """Return what the arguments say of the runner."""
    return {
        "level": arguments.level,
        "at": arguments.at,
        "surface": arguments.surface,
        "min_length": arguments.min_length,
        "barefoot": arguments.barefoot,
    }


def _print_place(place: Place, arguments: argparse.Namespace) -> None:
    from saferoute.sources.places.coordinates import parse_coordinates

    if parse_coordinates(arguments.near) is None:  # who writes coordinates knows where that is
        print_message(f"{place.name}: {place.lat:.5f},{place.lon:.5f}")
    if place.others:
        numbers = [n for n in range(1, len(place.others) + 2) if n != (arguments.pick or 1)]
        print_message("Others of this name, not taken; --pick N takes one:")
        for number, other in zip(numbers, place.others, strict=True):
            print_message(f"{number}: {other}")


def print_result(result: Ranking | Session | Explanation) -> None:
    """Print a result to stdout; where that is no terminal nothing folds, for it goes into a file or a pipe."""
    from rich.console import Console

    from saferoute.report.text import print_parts
    from saferoute.search import list_parts

    width = None if sys.stdout.isatty() else 160
    print_parts(list_parts(result), Console(width=width, highlight=False, markup=False, emoji=False))


def print_geojson(text: str) -> None:
    """Print GeoJSON to stdout, in UTF-8 wherever it goes (RFC 8259)."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    sys.stdout.write(text)


def default_map_path(arguments: argparse.Namespace, place: Place, what: str = "") -> Path:
    """Return maps/<place><what>.html, or in the folder of the settings; the name of a place is never a path."""
    folder = arguments.output_folder or Path("maps")
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise InvalidInput(f"{folder}: cannot be made ({error.strerror}); name a file with -o") from error
    return folder / f"{_file_name(place.name)}{what}.html"


def _file_name(name: str) -> str:
    """Return a name of letters, digits, points and dashes alone.

    Examples
    --------
    >>> _file_name("../Töölön lahti/"), _file_name("60.17,24.94"), _file_name("…")
    ('töölön-lahti', '60.17-24.94', 'map')
    """
    words = re.sub(r"[^\w.]+", "-", name.lower()).strip("-._")
    return re.sub(r"\.{2,}", ".", words)[:60].strip("-._") or "map"
