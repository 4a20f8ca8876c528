"""``saferoute find``: rank the stretches near a place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from saferoute.cli._command import NOTHING_QUALIFIES, Command
from saferoute.cli._layout import HELP_SETTINGS
from saferoute.cli._options import option, output_option, search_options, unsettable
from saferoute.cli._printing import print_geojson, print_message, print_register, print_result
from saferoute.cli._query import list_outputs, open_query, save_result
from saferoute.cli._settings import BEHIND
from saferoute.cli._types import Checked, Whole
from saferoute.sources.amounts import parse_radius

if TYPE_CHECKING:
    from pathlib import Path


@click.command(
    cls=Command,
    context_settings=HELP_SETTINGS | BEHIND,
    help="Rank the stretches near a place, print a table, write a map.",
    short_help="rank the stretches near a place",
    examples=(
        'find "Hyde Park, London"',
        "find 60.172,24.944 --region sample",
        "find Kaisaniemi --region sample -o park.html",
        'find home --level first-steps --at "sat 07:00"',
    ),
)
@option(
    "--radius",
    type=Checked(parse_radius),
    group="search",
    metavar="LENGTH",
    help="how far around, as in 800, 1.5km, 1mi (default 1500 m, or all of a park)",
)
@search_options
@option("--top", type=Whole(), default=20, group="output", metavar="N", help="most stretches to return (default 20)")
@unsettable("--ids", is_flag=True, group="output", rare=True, help="show on what of OpenStreetMap each stretch lies")
@unsettable("--excluded", is_flag=True, group="output", help="show all that is excluded, with the rules")
@output_option(help="write .html .geojson .gpx .kml .gpkg .parquet .fgb .csv, or - for GeoJSON (default: maps/)")
def find(output: tuple[Path, ...], radius: float | None, top: int, **options: Any) -> int:
    """Print the stretches near a place and write the files asked for."""
    from saferoute import search
    from saferoute.exports import geojson
    from saferoute.report.closing import Details
    from saferoute.search.formats import FORMATS

    # Check the files first: a wrong suffix should fail at once, not after the search.
    outputs = list_outputs(output, FORMATS)
    query = open_query(options, radius_m=radius, top=top)
    ranking = search.find(query)
    files = outputs.name_files(query.area.place)
    # Before anything is printed: a closed pipe must not cost the files.
    written = save_result(ranking, files)
    if outputs.to_stdout:
        print_geojson(geojson.to_geojson(ranking))
    else:
        print_result(ranking, Details(options["ids"], options["excluded"], options["notes"], in_shell=True))
    if options["explain_data"]:
        print_register(ranking, to_stderr=outputs.to_stdout)
    for line in written:
        print_message(line)
    return 0 if ranking else NOTHING_QUALIFIES
