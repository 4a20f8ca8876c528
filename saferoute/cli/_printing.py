"""Output of the command line: results on stdout, everything else on stderr."""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from saferoute.cli._progress import erase_progress
from saferoute.cli._surroundings import silence_stderr
from saferoute.model import InvalidInput
from saferoute.report.text import sanitize_text

if TYPE_CHECKING:
    from saferoute.model import Explanation, Place, Ranking, Session
    from saferoute.report.closing import Details

DEFAULT_FOLDER = Path("maps")


def print_message(text: str) -> None:
    """Print a line to stderr, without control characters."""
    erase_progress()
    try:
        print(sanitize_text(text, 2000), file=sys.stderr, flush=True)
    except OSError:
        silence_stderr()


def print_text(text: str) -> None:
    """Print lines to stdout."""
    erase_progress()
    print(text)


def print_place(place: Place, near: str, pick: int | None) -> None:
    """Print the place that was found, and the others of the same name.

    Parameters
    ----------
    place : Place
    near : str
        The place as the user wrote it. Decimal coordinates are not repeated.
    pick : int, optional
        Number of the place that was chosen, from 1.
    """
    from saferoute.sources.places.coordinates import is_plain

    if not is_plain(near):
        where = f"{place.lat:.5f},{place.lon:.5f}"
        print_message(where if is_plain(place.name) else f"{place.name}: {where}")
    if place.others:
        # The numbers that --pick takes: places are counted with the chosen one, which is not listed.
        numbers = [n for n in range(1, len(place.others) + 2) if n != (pick or 1)]
        print_message("Others of this name, not taken; --pick N takes one:")
        for number, other in zip(numbers, place.others, strict=True):
            print_message(f"{number}: {other}")


def print_result(result: Ranking | Session | Explanation, details: Details) -> None:
    """Print a result to stdout; `details` tells how much of it."""
    from rich.console import Console

    from saferoute.report.text import format_parts, print_parts
    from saferoute.search import list_parts

    parts = list_parts(result, details)
    erase_progress()
    if sys.stdout.isatty():
        print_parts(parts, Console(highlight=False, markup=False, emoji=False))
    else:
        # In a file or a pipe nothing folds; and where its reader goes away, rich would end the program with an error.
        print(format_parts(parts))


def print_register(result: Ranking | Session | Explanation, *, to_stderr: bool = False) -> None:
    """Print what the search of a result met in its data and did not understand.

    Parameters
    ----------
    result : Ranking, Session or Explanation
    to_stderr : bool
        Where stdout holds GeoJSON.
    """
    from saferoute.report.register import list_register

    erase_progress()
    print("", *list_register(result.explain_data()), sep="\n", file=sys.stderr if to_stderr else sys.stdout)


def print_geojson(text: str) -> None:
    """Print GeoJSON to stdout in UTF-8, which RFC 8259 demands whatever the locale."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    erase_progress()
    sys.stdout.write(text)


def default_map_path(folder: Path, place: Place, what: str = "") -> Path:
    """Return the path of a map for which no file was named, and make its folder.

    Parameters
    ----------
    folder : Path
        Made if it is missing; its parents are not.
    place : Place
        Its name becomes the file's, without anything that could lead out of the folder.
    what : str
        Stands between the name and ``.html``.

    Returns
    -------
    Path

    Raises
    ------
    InvalidInput
        If the folder cannot be made.
    """
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise InvalidInput(f"{folder}: cannot be made ({error.strerror}); name a file with -o") from error
    return folder / f"{_file_name(place.name)}{what}.html"


def _file_name(name: str) -> str:
    """Return a name of letters, digits, points and dashes that is safe as the name of a file.

    Examples
    --------
    >>> _file_name("../Töölön lahti/"), _file_name("60.17,24.94"), _file_name("…")
    ('töölön-lahti', '60.17-24.94', 'map')
    """
    words = re.sub(r"[^\w.]+", "-", name.lower()).strip("-._")
    # Two points could lead out of the folder. File systems allow 255 bytes: 60 letters of four bytes, and a suffix.
    return re.sub(r"\.{2,}", ".", words)[:60].strip("-._") or "map"
