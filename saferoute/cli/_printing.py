"""Printing: results to stdout, everything else to stderr."""

from __future__ import annotations

import io
import logging
import re
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from saferoute.model import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator

    from saferoute.model import Place, Ranking, Session

DEFAULT_FOLDER = Path("maps")


def print_message(text: str) -> None:
    """Print a line to stderr, plain."""
    from saferoute.report.text import sanitize_text

    print(sanitize_text(text, 2000), file=sys.stderr)


class _StderrHandler(logging.Handler):
    """Prints each step as a line on stderr."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print a record after an ellipsis."""
        print_message(f"… {record.getMessage()}")


@contextmanager
def log_to_stderr(*, quiet: bool) -> Iterator[None]:
    """Print what the package logs meanwhile, or with `quiet` nothing of it."""
    logger = logging.getLogger("saferoute")
    handler = logging.NullHandler() if quiet else _StderrHandler()
    before = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before[0])
        logger.propagate = before[1]


def print_place(place: Place, near: str, pick: int | None) -> None:
    """Print which place was found, and what else has its name; who writes coordinates knows where that is."""
    from saferoute.sources.places.coordinates import parse_coordinates

    if parse_coordinates(near) is None:
        print_message(f"{place.name}: {place.lat:.5f},{place.lon:.5f}")
    if place.others:
        numbers = [n for n in range(1, len(place.others) + 2) if n != (pick or 1)]
        print_message("Others of this name, not taken; --pick N takes one:")
        for number, other in zip(numbers, place.others, strict=True):
            print_message(f"{number}: {other}")


def print_result(result: Ranking | Session) -> None:
    """Print a result to stdout; where that is no terminal nothing folds, for it goes into a file or a pipe."""
    from rich.console import Console

    from saferoute.report.text import print_parts
    from saferoute.search import list_parts

    width = None if sys.stdout.isatty() else 160
    print_parts(list_parts(result), Console(width=width, highlight=False, markup=False, emoji=False))


def print_geojson(text: str) -> None:
    """Print GeoJSON to stdout, in UTF-8 wherever it goes (RFC 8259)."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    sys.stdout.write(text)


def default_map_path(folder: Path, place: Place, what: str = "") -> Path:
    """Return <folder>/<place><what>.html; the name of a place is never a path."""
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise InvalidInput(f"{folder}: cannot be made ({error.strerror}); name a file with -o") from error
    return folder / f"{_file_name(place.name)}{what}.html"


def _file_name(name: str) -> str:
    """Return a name of letters, digits, points and dashes alone.

    Examples
    --------
    >>> _file_name("../Töölön lahti/"), _file_name("60.17,24.94"), _file_name("…")
    ('töölön-lahti', '60.17-24.94', 'map')
    """
    words = re.sub(r"[^\w.]+", "-", name.lower()).strip("-._")
    return re.sub(r"\.{2,}", ".", words)[:60].strip("-._") or "map"
