"""``saferoute find``: rank the stretches near a place."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from saferoute.cli._shared import (
    NOTHING_QUALIFIES,
    add_common_options,
    default_map_path,
    new_command,
    open_query,
    print_geojson,
    print_message,
    print_result,
)

if TYPE_CHECKING:
    import argparse


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    find = new_command(
        commands,
        "find",
        short="rank the stretches near a place",
        long="Rank the stretches near a place, print a table, write a map.",
    )
    add_common_options(find)
    find.add_argument("--radius", type=float, default=1500.0, metavar="M", help="how far around, m (default 1500)")
    find.add_argument("--top", type=int, default=20, metavar="N", help="most stretches to return (default 20)")
    find.add_argument(
        "-o",
        "--output",
        action="append",
        default=[],
        metavar="FILE",
        help="write .html, .geojson, .gpx, .gpkg, .parquet, .fgb, .kml or .csv, by suffix; may be given again; "
        "- prints GeoJSON instead of the table (default: a map in maps/)",
    )
    find.set_defaults(run=run_command)


def run_command(arguments: argparse.Namespace) -> int:
    """Find, write, print."""
    from saferoute import search
    from saferoute.exports import geojson
    from saferoute.search import formats

    files = [Path(name) for name in arguments.output if name != "-"]
    for path in files:
        formats.check_format(path)
    query = open_query(arguments, radius_m=arguments.radius, top=arguments.top)
    ranking = search.find(query)
    if not arguments.output:
        files = [default_map_path(arguments, query.area.place)]
    for path in files:
        ranking.save(path)
    if "-" in arguments.output:
        print_geojson(geojson.to_geojson(ranking))
    else:
        print_result(ranking)
    for path in files:
        print_message(f"wrote {path}")
    return 0 if ranking else NOTHING_QUALIFIES
