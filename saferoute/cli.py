"""Arguments, printing and exit codes: the only room that prints.

Results go to stdout, everything else to stderr, so that ``-o -`` can be piped.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from saferoute import __version__
from saferoute.model import CRITERIA, InvalidInput, SaferouteError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from saferoute.model import Explanation, Place, Profile, Ranking
    from saferoute.sources.extract import ExtractSource
    from saferoute.sources.raster import RasterSource

NOTHING_QUALIFIES = 5
_EXIT_CODES = """\
exit codes:
  0  done
  1  an error inside saferoute
  2  an argument, file or profile that breaks a rule
  3  place not found in the data
  4  a service on the network did not answer
  5  nothing qualifies: the limits left no stretch
"""
_EXAMPLES = """\
examples:
  saferoute find --near 60.175,24.945 --region data/helsinki
  saferoute find --near Kaisaniemi --region data/helsinki --level first-steps -o park.html -o park.geojson
  saferoute find --near geo:54.18,7.89 --osm helgoland.osm.pbf --dem dem.tif --surface sand,grass -o - > sand.geojson
  saferoute explain --near 60.1757,24.9470 --region data/helsinki

"""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    formatter = argparse.RawDescriptionHelpFormatter
    top = argparse.ArgumentParser(
        prog="saferoute",
        description="Find straight, flat, quiet stretches for running backwards.",
        epilog=_EXAMPLES + _EXIT_CODES,
        formatter_class=formatter,
    )
    top.add_argument("--version", action="version", version=f"saferoute {__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    find = commands.add_parser(
        "find",
        help="rank the stretches near a place",
        description="Rank the stretches near a place, print a table, write a map.",
        epilog=_EXIT_CODES,
        formatter_class=formatter,
    )
    explain = commands.add_parser(
        "explain",
        help="say how the way nearest to a point scores, or why it is left out",
        description="Say how the way nearest to a point scores, or which limit leaves it out.",
        epilog=_EXIT_CODES,
        formatter_class=formatter,
    )
    for command in (find, explain):
        _add_common(command)
    find.add_argument("--radius", type=float, default=1500.0, metavar="M", help="how far around, m (default 1500)")
    find.add_argument("--top", type=int, default=20, metavar="N", help="most stretches to return (default 20)")
    find.add_argument(
        "-o",
        "--output",
        action="append",
        default=[],
        metavar="FILE",
        help="write .html or .geojson, by suffix; may be given again; - prints GeoJSON instead of the table "
        "(default: a map in maps/)",
    )
    return top


def _add_common(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--near", required=True, metavar="PLACE", help="lat,lon, geo:lat,lon, or the name of an object in the extract"
    )
    data = command.add_argument_group("data")
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
    runner = command.add_argument_group("runner")
    runner.add_argument(
        "--level",
        default="beginner",
        metavar="LEVEL",
        help="first-steps, beginner (default), intermediate, advanced, or a profile .toml",
    )
    runner.add_argument("--barefoot", action="store_true", help="sand and grass only")
    runner.add_argument("--surface", default="", metavar="LIST", help="only these surfaces, as in sand,grass")
    runner.add_argument(
        "--min-length", type=float, metavar="M", help="clear length of a stretch, m (default: the level's)"
    )
    command.add_argument("-q", "--quiet", action="store_true", help="no progress on stderr")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a name that the terminal cannot show is no reason to stop
            stream.reconfigure(errors="replace")
    arguments = parser().parse_args(_southern(sys.argv[1:] if argv is None else argv))
    try:
        code = _find(arguments) if arguments.command == "find" else _explain(arguments)
        sys.stdout.flush()
    except SaferouteError as error:
        _say(f"saferoute: {error}")
        return error.exit_code
    except BrokenPipeError:
        # The reader has gone; Python must not try to flush into it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        _say(f"saferoute: {error.filename or 'a file'}: {error.strerror or error}; give another")
        return InvalidInput.exit_code
    except KeyboardInterrupt:
        _say("saferoute: interrupted")
        return 130
    return code


def _southern(argv: Sequence[str]) -> list[str]:
    """Return the arguments with a place that starts with a minus tied to --near; argparse takes it for an option."""
    words = list(argv)
    for i in range(len(words) - 1, 0, -1):
        if words[i - 1] == "--near" and re.match(r"-[\d.]", words[i]):
            words[i - 1 : i + 1] = [f"--near={words[i]}"]
    return words


def _say(text: str) -> None:
    from saferoute.outputs.text import plain

    print(plain(text, 2000), file=sys.stderr)


def _progress(quiet: bool) -> Callable[[str], None]:
    return (lambda _: None) if quiet else (lambda text: _say(f"… {text}"))


def _sources(arguments: argparse.Namespace) -> tuple[ExtractSource, RasterSource | None]:
    """Open what --region, --osm and --dem name."""
    from saferoute.sources.region import open_local

    return open_local(arguments.region, osm=arguments.osm, dem=arguments.dem, dem_sigma_m=arguments.dem_sigma)


def _place(text: str, features: ExtractSource) -> Place:
    from saferoute.sources.places import find_place, parse_coordinates

    place = find_place(text, features.paths)
    if parse_coordinates(text) is None:  # who writes coordinates knows where that is
        _say(f"{place.name}: {place.lat:.5f},{place.lon:.5f}")
    if place.others:
        _say(f"Others of this name, not taken: {'; '.join(place.others)}. Give lat,lon to choose.")
    return place


def _profile(arguments: argparse.Namespace) -> Profile:
    from saferoute.sources.profiles import choose, load_profile

    surfaces = frozenset(s.strip().lower() for s in arguments.surface.split(",") if s.strip())
    profile = load_profile(arguments.level, barefoot=arguments.barefoot)
    return choose(profile, surfaces=surfaces, min_length_m=arguments.min_length)


def _find(arguments: argparse.Namespace) -> int:
    from saferoute import outputs, pipeline

    profile = _profile(arguments)
    to_stdout = "-" in arguments.output
    files = [Path(name) for name in arguments.output if name != "-"]
    for path in files:
        outputs.check_format(path)
    features, elevation = _sources(arguments)
    place = _place(arguments.near, features)
    area = pipeline.area_around(place, arguments.radius)
    if elevation and arguments.dem and not arguments.region:
        elevation.require(place.lon, place.lat, arguments.radius)
    ranking = pipeline.find(
        area,
        features_of=features,
        profile=profile,
        elevation_of=elevation,
        top=arguments.top,
        say=_progress(arguments.quiet),
    )
    if not arguments.output:
        files = [_default_map(place)]
    for path in files:
        outputs.write(ranking, path)
    if to_stdout:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8")  # JSON is UTF-8 wherever it goes (RFC 8259)
        sys.stdout.write(outputs.FORMATS[".geojson"](ranking))
    else:
        _print_ranking(ranking)
    for path in files:
        _say(f"wrote {path}")
    return 0 if len(ranking.stretches) else NOTHING_QUALIFIES


def _default_map(place: Place) -> Path:
    """Return maps/<place>.html; the name of a place is never a path."""
    folder = Path("maps")
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise InvalidInput(f"{folder}: cannot be made ({error.strerror}); name a file with -o") from error
    return folder / f"{_file_name(place.name)}.html"


def _file_name(name: str) -> str:
    """Return a name of letters, digits, points and dashes alone.

    Examples
    --------
    >>> _file_name("../Töölön lahti/"), _file_name("60.17,24.94"), _file_name("…")
    ('töölön-lahti', '60.17-24.94', 'map')
    """
    words = re.sub(r"[^\w.]+", "-", name.lower()).strip("-._")
    return re.sub(r"\.{2,}", ".", words)[:60].strip("-._") or "map"


def _print_ranking(ranking: Ranking) -> None:
    from rich.console import Console
    from rich.text import Text

    from saferoute.outputs import table
    from saferoute.outputs.text import plain

    # Where output is no terminal nothing folds: the table goes into a file or a pipe.
    console = Console(width=None if sys.stdout.isatty() else 160, highlight=False, markup=False, emoji=False)
    seen = ranking.considered
    if len(ranking.stretches):
        console.print(
            Text(
                f"{len(ranking.stretches)} of {seen['stretches']:.0f} stretches near {plain(ranking.place.name)}, "
                f"within {table.distance(ranking.area.radius_m)}; {ranking.profile.title}"
            )
        )
        console.print(table.ranking_table(ranking))
    else:
        console.print(Text(f"Nothing qualifies near {plain(ranking.place.name)}: the limits left no stretch."))
    console.print(Text("Left out:"))
    for line in [*table.exclusion_lines(ranking), "", *table.closing_lines(ranking)]:
        console.print(Text(line))


def _explain(arguments: argparse.Namespace) -> int:
    from saferoute import pipeline

    profile = _profile(arguments)
    features, elevation = _sources(arguments)
    place = _place(arguments.near, features)
    if elevation and arguments.dem and not arguments.region:
        elevation.require(place.lon, place.lat, pipeline.EXPLAIN_RADIUS_M)
    answer = pipeline.explain(
        place, features_of=features, profile=profile, elevation_of=elevation, say=_progress(arguments.quiet)
    )
    for line in _explanation_lines(answer):
        print(line)
    return 0 if answer.recommended else NOTHING_QUALIFIES


def _explanation_lines(answer: Explanation) -> list[str]:
    from saferoute.outputs.table import RATING_WORDS, closing_lines, distance
    from saferoute.outputs.text import plain

    row = answer.row
    what = ", ".join(plain(i) for i in row["osm_ids"][:5])
    name = plain(row["name"]) if isinstance(row["name"], str) else "no name"
    away = f"{distance(answer.distance_m)} away" if answer.distance_m >= 5 else "right here"
    length = f", {row['length_m']:.0f} m long" if row["length_m"] else ", open ground"
    lines = [f"Nearest: {name} ({what}), {away}{length}"]
    if not answer.recommended:
        return [*lines, f"Left out: {row['reason']}.", f"Rule: {row['rule']}.", *closing_lines(answer.ranking)]
    lines += [
        f"Rating {RATING_WORDS.get(row['rating'], row['rating'])}, limited by {row['limiting_criterion']}",
        (
            f"Suitability {row['score']:.2f} ({row['score_low']:.2f} to {row['score_high']:.2f}), "
            f"data quality {row['data_quality']:.2f}"
        ),
        "",
        (
            f"With other weights it would rank {row['rank_low']} to {row['rank_high']} of the "
            f"{answer.ranking.considered['stretches']:.0f} stretches within {answer.ranking.area.radius_m:.0f} m"
        ),
        "",
        "criterion     value confidence  why",
        *(
            f"{name:13} {row[f'd_{name}']:5.2f} {row[f'c_{name}']:10.2f}  {plain(row[f'why_{name}'], 400)}"
            for name in CRITERIA
        ),
        "",
        "Check on foot: " + "; ".join(plain(c) for c in row["checks"]) + ".",
    ]
    return [*lines, *closing_lines(answer.ranking)]
