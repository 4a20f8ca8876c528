"""``saferoute plan``: a session through recommended stretches, and home again."""

from __future__ import annotations

import re
import sys
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
from saferoute.model import InvalidInput, Wish

if TYPE_CHECKING:
    import argparse

_TIME = re.compile(r"(?:(\d+(?:\.\d+)?)\s*h(?:ours?)?)?\s*(?:(\d+(?:\.\d+)?)\s*(?:m|mins?|minutes?|'))?", re.IGNORECASE)
_DISTANCE = re.compile(r"(\d+(?:\.\d+)?)\s*(km|m|mi)", re.IGNORECASE)
_METRES = {"km": 1000.0, "m": 1.0, "mi": 1609.344}


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    plan = new_command(
        commands,
        "plan",
        short="plan a run from a place through recommended stretches and back",
        long="Plan a session: warm-up forwards, backward sections on recommended stretches near the place, "
        "recoveries, and back home; print its timetable, write it for a watch or a map.",
    )
    add_common_options(plan)
    session = plan.add_argument_group("session")
    session.add_argument("--week", type=int, default=1, metavar="N", help="week of training, 1 to 52 (default 1)")
    length = session.add_mutually_exclusive_group()
    length.add_argument("--time", metavar="T", help="length as a time: 30min, 1h15min (default: the level's)")
    length.add_argument("--distance", metavar="D", help="length as a distance: 5km, 4500m, 3mi")
    session.add_argument(
        "--return",
        dest="return_by",
        default="walk",
        choices=("walk", "jog"),
        help="how to come back to a section's start for the next (default walk)",
    )
    session.add_argument("--qr", action="store_true", help="print a QR code of the start for a phone")
    plan.add_argument(
        "-o",
        "--output",
        action="append",
        default=[],
        metavar="FILE",
        help="write by suffix: .html (map and card to print), .gpx (track), .fit (course for a watch), "
        ".workout.fit (its steps as a workout), "
        ".geojson, .gpkg, .parquet, .fgb, .kml or .csv; may be given again; - prints GeoJSON instead of the timetable "
        "(default: a map in maps/)",
    )
    plan.set_defaults(run=run_command)


def run_command(arguments: argparse.Namespace) -> int:
    """Plan, write, print."""
    from saferoute import search
    from saferoute.exports.session_geojson import to_geojson
    from saferoute.report import timetable
    from saferoute.search import formats

    wish = Wish(
        arguments.week,
        time_s=None if arguments.time is None else parse_duration(arguments.time),
        distance_m=None if arguments.distance is None else parse_distance(arguments.distance),
        return_by=arguments.return_by,
    )
    files = [Path(name) for name in arguments.output if name != "-"]
    for path in files:
        formats.check_format(path, formats.SESSION_FORMATS)
    query = open_query(arguments, radius_m=search.START_RADIUS_M)
    session = search.plan(query, wish=wish)
    if not session:
        for note in session.notes:
            print_message(f"saferoute: {note}")
        return NOTHING_QUALIFIES
    if not arguments.output:
        files = [default_map_path(arguments, query.area.place, "-session")]
    for path in files:
        session.save(path)
    if "-" in arguments.output:
        print_geojson(to_geojson(session))
    else:
        print_result(session)
    if arguments.qr:
        print(timetable.start_qr(session), file=sys.stderr if "-" in arguments.output else sys.stdout)
    for path in files:
        print_message(f"wrote {path}")
    return 0


def parse_duration(text: str) -> float:
    """Return the seconds that ``30min``, ``1h15min`` or ``1.5h`` mean.

    Raises
    ------
    InvalidInput
        For anything else.

    Examples
    --------
    >>> parse_duration("30min"), parse_duration("1h 15min"), parse_duration("1.5h")
    (1800.0, 4500.0, 5400.0)
    """
    match = _TIME.fullmatch(text.strip())
    if not match or not any(match.groups()):
        raise InvalidInput(f"time {text!r}: write it as 30min, 1h15min or 1.5h")
    return float(match[1] or 0) * 3600 + float(match[2] or 0) * 60


def parse_distance(text: str) -> float:
    """Return the metres that ``5km``, ``4500m`` or ``3mi`` mean.

    Raises
    ------
    InvalidInput
        For anything else.

    Examples
    --------
    >>> parse_distance("5km"), parse_distance("4500 m")
    (5000.0, 4500.0)
    """
    match = _DISTANCE.fullmatch(text.strip())
    if not match:
        raise InvalidInput(f"distance {text!r}: write it as 5km, 4500m or 3mi")
    return float(match[1]) * _METRES[match[2].lower()]
