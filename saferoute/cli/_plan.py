"""``saferoute plan``: plan a session through recommended stretches and back home."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from saferoute.cli._command import NOTHING_QUALIFIES, Command
from saferoute.cli._diary import diary_option, find_week, note_plan
from saferoute.cli._layout import HELP_SETTINGS
from saferoute.cli._options import option, output_option, search_options, unsettable
from saferoute.cli._printing import print_geojson, print_message, print_register, print_result
from saferoute.cli._query import list_outputs, open_query, save_result
from saferoute.cli._settings import BEHIND
from saferoute.cli._types import Checked, Whole
from saferoute.cli._typos import Word
from saferoute.model import Wish
from saferoute.sources.amounts import parse_distance, parse_duration

if TYPE_CHECKING:
    from pathlib import Path

    from saferoute.model import Session
    from saferoute.report.closing import Details


@click.command(
    cls=Command,
    context_settings=HELP_SETTINGS | BEHIND,
    help="Plan a run from a place and back, with backward sections on such stretches.",
    short_help="plan a run through such stretches and back",
    examples=(
        "plan 60.172,24.944 --region sample --time 30min -o run.fit",
        'plan "Hyde Park, London" --distance 5km --return jog',
    ),
)
@search_options
@option(
    "--week", type=Whole(), group="session", metavar="N", help="week of training, 1 to 52 (default: 1 or the diary's)"
)
@option(
    "--time",
    type=Checked(parse_duration),
    group="session",
    metavar="T",
    help="how long: 30min, 1h15min (default: what it takes)",
)
@option(
    "--distance",
    type=Checked(parse_distance),
    group="session",
    metavar="D",
    help="how far: 5km, 4500m, 3mi",
)
@option(
    "--return",
    type=Word(["walk", "jog"]),
    default="walk",
    group="session",
    help="how to go back between sections (default walk)",
)
@unsettable(
    "--there",
    is_flag=True,
    group="session",
    rare=True,
    help="go to the best stretch by other means, and train there",
)
@option(
    "--abreast",
    type=Whole(),
    default=1,
    group="session",
    rare=True,
    metavar="N",
    help="runners in a group: side by side where the width is known to hold them, else one after another (default 1)",
)
@diary_option(rare=True)
@unsettable("--qr", is_flag=True, group="session", rare=True, help="print a QR code of the start for a phone")
@output_option(
    help="write .html .gpx .fit .workout.fit .geojson .kml .gpkg .parquet .fgb .csv, or - for GeoJSON (default: maps/)"
)
def plan(output: tuple[Path, ...], qr: bool, **options: Any) -> int:
    """Print the timetable of a session and write the files asked for."""
    from saferoute import search
    from saferoute.report.closing import Details
    from saferoute.search.formats import SESSION_FORMATS

    outputs = list_outputs(output, SESSION_FORMATS)
    query = open_query(options, radius_m=search.START_RADIUS_M)
    week = find_week(options["week"], query.profile.name, options["diary"])
    wish = Wish(week, *(options[name] for name in ("time", "distance", "return", "there", "abreast")))
    session = search.plan(query, wish=wish)
    if not session:
        for note in session.notes:
            print_message(f"saferoute: {note}")
        if options["explain_data"]:
            print_register(session, to_stderr=True)
        return NOTHING_QUALIFIES
    note_plan(session, options["diary"])
    files = outputs.name_files(query.area.place, "-session")
    written = save_result(session, files)
    _print_session(session, Details(notes=options["notes"], in_shell=True), as_geojson=outputs.to_stdout, qr=qr)
    if options["explain_data"]:
        print_register(session, to_stderr=outputs.to_stdout)
    for line in written:
        print_message(line)
    return 0


def _print_session(session: Session, details: Details, *, as_geojson: bool, qr: bool) -> None:
    if as_geojson:
        from saferoute.exports.session_geojson import to_geojson

        print_geojson(to_geojson(session))
    else:
        print_result(session, details)
    if qr:
        from saferoute.report.timetable import start_qr

        # On stdout the code would spoil the GeoJSON.
        print(start_qr(session), file=sys.stderr if as_geojson else sys.stdout)
