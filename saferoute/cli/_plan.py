"""``saferoute plan``: a session through recommended stretches, and home again."""

from __future__ import annotations

import io
import re
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
from saferoute.model import InvalidInput, Wish

if TYPE_CHECKING:
    import argparse

    from saferoute.model import Session

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
    from saferoute import exports, search

    wish = Wish(
        arguments.week,
        time_s=None if arguments.time is None else parse_duration(arguments.time),
        distance_m=None if arguments.distance is None else parse_distance(arguments.distance),
        return_by=arguments.return_by,
    )
    profile = resolve_profile(arguments)
    files = [Path(name) for name in arguments.output if name != "-"]
    for path in files:
        exports.check_format(path, exports.SESSION_FORMATS)
    sources = open_named_sources(arguments)
    place = resolve_place(arguments, sources)
    require_coverage(arguments, sources, place, search.EXPLAIN_RADIUS_M)
    session = search.plan(
        place,
        features_of=add_counts(arguments, sources.features),
        profile=profile,
        elevation_of=sources.elevation,
        wish=wish,
    )
    if not len(session.steps):
        for note in session.notes:
            print_message(f"saferoute: {note}")
        return NOTHING_QUALIFIES
    if not arguments.output:
        files = [default_map_path(arguments, place, "-session")]
    for path in files:
        exports.write_file(session, path)
    _print_session(session, geojson="-" in arguments.output, qr=arguments.qr)
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


def _print_session(session: Session, *, geojson: bool, qr: bool) -> None:
    from rich.console import Console
    from rich.text import Text

    from saferoute.exports.session_geojson import to_geojson
    from saferoute.report import timetable

    if geojson:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8")  # JSON is UTF-8 wherever it goes (RFC 8259)
        sys.stdout.write(to_geojson(session))
        if qr:
            print(timetable.start_qr(session), file=sys.stderr)
        return
    # Where output is no terminal nothing folds: the timetable goes into a file or a pipe.
    console = Console(width=None if sys.stdout.isatty() else 160, highlight=False, markup=False, emoji=False)
    first, *others = timetable.summary_lines(session)
    console.print(Text(first))
    console.print(timetable.steps_table(session))
    for line in [*others, "", *timetable.closing_lines(session)]:
        console.print(Text(line))
    if qr:
        print(timetable.start_qr(session))
