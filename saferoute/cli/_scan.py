"""``saferoute scan``: find every stretch of a region, tile by tile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from saferoute.cli._command import NOTHING_QUALIFIES, SOME_TILES_FAILED, Command
from saferoute.cli._layout import HELP_SETTINGS, Argument
from saferoute.cli._options import observations_option, option, quiet_option, raster_options, runner_options
from saferoute.cli._printing import print_message, print_text
from saferoute.cli._types import FilePath, RegionPath, Whole

if TYPE_CHECKING:
    from pathlib import Path


@click.command(
    cls=Command,
    context_settings=HELP_SETTINGS,
    help="Find every stretch of a region; write them, summaries by district and park, and a page for any web host. "
    "The same command given again goes on where it was stopped, or where tiles failed.",
    short_help="find every stretch of a whole region",
    examples=(
        "scan sample -o helsinki.parquet",
        "scan city.osm.pbf --dem city.tif -o city.parquet --level first-steps",
        "view helsinki-web",
    ),
)
@click.argument(
    "region",
    cls=Argument,
    type=RegionPath(),
    metavar="REGION",
    help="folder with extracts and rasters, an extract, or sample",
)
@option(
    "-o",
    "--output",
    type=FilePath(),
    group="output",
    required=True,
    metavar="FILE.parquet",
    help="folder of GeoParquet to write",
)
@raster_options
@observations_option
@option(
    "--update",
    type=FilePath(),
    several=True,
    group="data",
    rare=True,
    metavar="FILE...",
    help="changes of the region since its extract (.osc, .osc.gz), which a newer one then replaces; tiles far from "
    "them are not surveyed again",
)
@option(
    "--zoom",
    type=Whole(),
    group="work",
    rare=True,
    metavar="N",
    help="size of all tiles, 9 to 16: what a worker holds at a time; by default 12, and 10 or 11 where ways are few; "
    "the result is the same",
)
@option("--workers", type=Whole(), group="work", metavar="N", help="processes on this machine (default: its cores)")
@option(
    "--scheduler",
    group="work",
    rare=True,
    metavar="ADDRESS",
    help="tcp://… of a Dask cluster that is to do the work; its workers need the data under the same paths",
)
@runner_options(at=None)
@quiet_option
def scan(region: Path, output: Path, workers: int | None, scheduler: str | None, **options: Any) -> int:
    """Scan a region and print what was written."""
    from saferoute.scan import scan_region

    earlier = output.expanduser().exists()
    done = scan_region(region, output, workers=workers, scheduler=scheduler, **options)
    print_text(f"{done.stretches} stretches of {done.tiles} tiles with a map")
    # An earlier scan would go on recommending what is excluded now: it is replaced, and that is said.
    empty = "" if done.stretches else ", without a stretch" + " in place of the earlier scan" * earlier
    for path in done.files:
        print_message(f"wrote {path}{empty}")
    if done.bad:
        for quadkey, why in sorted(done.bad.items()):
            print_message(f"saferoute: tile {quadkey} failed: {why}")
        print_message(f"saferoute: {len(done.bad)} tiles are missing; the same command tries them again, and no others")
        return SOME_TILES_FAILED
    return 0 if done.stretches else NOTHING_QUALIFIES
