"""``saferoute find``: rank the stretches near a place."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from saferoute.cli._shared import (
    NOTHING_QUALIFIES,
    add_common_options,
    add_counts,
    default_map_path,
    new_command,
    open_named_sources,
    print_message,
    require_coverage,
    resolve_place,
    resolve_profile,
)

if TYPE_CHECKING:
    import argparse

    from saferoute.model import Ranking


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
    from saferoute import exports, search
    from saferoute.exports import geojson

    profile = resolve_profile(arguments)
    to_stdout = "-" in arguments.output
    files = [Path(name) for name in arguments.output if name != "-"]
    for path in files:
        exports.check_format(path)
    sources = open_named_sources(arguments)
    place = resolve_place(arguments, sources)
    area = search.area_around(place, arguments.radius)
    require_coverage(arguments, sources, place, arguments.radius)
    ranking = search.find(
        area,
        features_of=add_counts(arguments, sources.features),
        profile=profile,
        elevation_of=sources.elevation,
        top=arguments.top,
    )
    if not arguments.output:
        files = [default_map_path(arguments, place)]
    for path in files:
        exports.write_file(ranking, path)
    if to_stdout:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8")  # JSON is UTF-8 wherever it goes (RFC 8259)
        sys.stdout.write(geojson.to_geojson(ranking))
    else:
        _print_ranking(ranking)
    for path in files:
        print_message(f"wrote {path}")
    return 0 if len(ranking.stretches) else NOTHING_QUALIFIES


def _print_ranking(ranking: Ranking) -> None:
    from rich.console import Console
    from rich.text import Text

    from saferoute.report import table

    # Where output is no terminal nothing folds: the table goes into a file or a pipe.
    console = Console(width=None if sys.stdout.isatty() else 160, highlight=False, markup=False, emoji=False)
    console.print(Text(table.heading_line(ranking)))
    if len(ranking.stretches):
        console.print(table.ranking_table(ranking))
    lines = ["Left out:", *table.exclusion_lines(ranking), "", *table.closing_lines(ranking)]
    console.print(Text("\n".join(lines)))
