"""``saferoute scan``: every stretch of a region, tile by tile."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from saferoute.cli._shared import (
    NOTHING_QUALIFIES,
    SOME_TILES_FAILED,
    add_runner_options,
    new_command,
    print_message,
    runner_options,
)

if TYPE_CHECKING:
    import argparse

_LOG = logging.getLogger(__name__)


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    scan = new_command(
        commands,
        "scan",
        short="find every stretch of a region, tile by tile",
        long="Find every stretch of a region, tile by tile: GeoParquet in partitions, a summary by district and park, "
        "and a page with vector tiles for any static host. A scan that was stopped goes on where it was when the same "
        "command is given again, and so does one of which tiles failed.",
    )
    scan.add_argument("region", type=Path, metavar="REGION", help="folder with extracts and rasters, or an extract")
    scan.add_argument(
        "-o", "--output", type=Path, required=True, metavar="FILE.parquet", help="folder of GeoParquet to write"
    )
    scan.add_argument(
        "--dem", type=Path, nargs="+", action="extend", default=[], metavar="FILE", help="elevation rasters, any CRS"
    )
    scan.add_argument(
        "--dem-sigma",
        type=float,
        metavar="M",
        help="standard error of the heights, m (default: by the raster's cells and tags)",
    )
    scan.add_argument(
        "--zoom",
        type=int,
        default=12,
        metavar="N",
        help="size of the tiles, 9 to 16 (default 12): what a worker holds at a time; the result is the same",
    )
    scan.add_argument("--workers", type=int, metavar="N", help="processes on this machine (default: its cores)")
    scan.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="tcp://… of a Dask cluster that is to do the work; its workers need the data under the same paths",
    )
    add_runner_options(scan, at=None)
    scan.add_argument("-q", "--quiet", action="store_true", help="no progress on stderr")
    scan.set_defaults(run=run_command)


def run_command(arguments: argparse.Namespace) -> int:
    """Scan, and say what was written."""
    from saferoute import scan
    from saferoute.sources.runner import choose_profile

    profile = choose_profile(runner_options(arguments))
    scan.check_output(arguments.output, workers=arguments.workers)
    if not profile.at:
        _LOG.info("no --at: people are those of a mean hour of the day, and nothing is said of light")
    _LOG.info("reading the map; an extract that is new here is read whole, which takes a while")
    job = scan.create_job(
        arguments.region,
        profile=profile,
        dem=arguments.dem,
        dem_sigma_m=arguments.dem_sigma,
        zoom=arguments.zoom,
    )
    if job.profile.at != profile.at:
        _LOG.info("%s is %s; to go on another day, give that with --at", profile.at, job.profile.at)
    done = scan.scan_region(job, arguments.output, workers=arguments.workers, scheduler=arguments.scheduler)
    print(f"{done.stretches} stretches of {done.tiles} tiles with a map")
    for path in done.files:
        print_message(f"wrote {path}")
    if done.bad:
        for quadkey, why in sorted(done.bad.items()):
            print_message(f"saferoute: tile {quadkey} failed: {why}")
        print_message(f"saferoute: {len(done.bad)} tiles are missing; the same command tries them again, and no others")
        return SOME_TILES_FAILED
    return 0 if done.stretches else NOTHING_QUALIFIES
