"""Plain text: strings of strangers made harmless, and results laid out in lines."""

from __future__ import annotations

import io
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console, RenderableType

LONGEST = 120
"""Most characters of a name; longer ones are cut."""

LIKELY = "likely "
"""Stands before a surface that is not tagged but more likely than any other."""

WINDS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")
"""Names of the eight directions, clockwise."""

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that are removed: control, format (bidi, zero width), surrogate, private use, unassigned,
line and paragraph separators."""

LONGEST_VALUE = 400
"""Most characters of a text in a table; longer ones are cut."""


def sanitize_text(text: object, longest: int = LONGEST) -> str:
    """Return text without anything that a terminal, file or page would act on.

    Parameters
    ----------
    text : object
        The value of an OSM tag, a file name, or input of a user.
    longest : int
        Most characters to keep; an ellipsis marks a cut.

    Returns
    -------
    str
        One line, without control or direction characters; white space is
        collapsed.

    Examples
    --------
    >>> sanitize_text("Nice" + chr(0x1B) + "[31m" + chr(0x202E) + " lawn" + chr(10) + "2")
    'Nice[31m lawn 2'
    """
    head = str(text)[: 10 * longest]  # bounds the work on hostile tags of 100 KB
    if not head.isprintable():  # printable text, the common case, holds nothing to remove
        head = "".join(" " if c in "\n\r\t" else c for c in head if c in "\n\r\t" or _is_visible(c))
    kept = " ".join(head.split())
    return kept if len(kept) <= longest else kept[: longest - 1].rstrip() + "…"


def _is_visible(character: str) -> bool:
    return unicodedata.category(character) not in _UNSEEN


_OPEN, _CLOSE = "\u2068", "\u2069"
"""First strong isolate, and the pop that ends it."""


def isolate_name(text: str) -> str:
    """Return text so that letters from right to left in it turn nothing around it.

    Examples
    --------
    >>> isolate_name("Mill Street"), len(isolate_name("גן"))
    ('Mill Street', 4)
    """
    if any(unicodedata.bidirectional(character) in {"R", "AL"} for character in text):
        return f"{_OPEN}{text}{_CLOSE}"
    return text


def name_direction(bearing_deg: float) -> str:
    """Return the nearest of the eight directions to a bearing in degrees from north, clockwise.

    Examples
    --------
    >>> name_direction(100.0), name_direction(-20.0)
    ('east', 'north')
    """
    return WINDS[round(bearing_deg / 45) % len(WINDS)]


class Parts(NamedTuple):
    """A result as text: a heading, an optional table, and the lines below."""

    heading: str
    table: RenderableType | None
    lines: list[str]


_COLUMNS_WIDE = 160
"""Width at which tables are laid out where no terminal sets one."""


def format_wait(seconds: float) -> str:
    """Return how long one waits, in words.

    Examples
    --------
    >>> format_wait(42.4), format_wait(600), format_wait(90_000)
    ('42 s', '10 min', '25 h')
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.0f} h"


def format_parts(parts: Parts) -> str:
    """Return the parts as one text, without folding long lines."""
    from rich.console import Console

    out = io.StringIO()
    print_parts(parts, Console(width=_COLUMNS_WIDE, file=out, highlight=False, markup=False, emoji=False))
    return out.getvalue().removesuffix("\n")


def fold_line(line: str, console: Console, width: int, *, indent: str = "  ") -> list[str]:
    """Return a line folded between words for a terminal, the rest indented; in a file or a pipe nothing folds.

    Parameters
    ----------
    line : str
    console : Console
    width : int
        Columns, of which letters of East Asia take two.
    indent : str
        Stands before all folded lines but the first.
    """
    from rich.text import Text

    if not console.is_terminal:
        return [line]
    lines = Text(line).wrap(console, width)
    first = lines[0].plain.rstrip()
    # Lines after the first are narrower by their indent.
    others = Text(line[len(first) :].lstrip()).wrap(console, width - len(indent))
    return [first, *(indent + other.plain.rstrip() for other in others if other)]


def print_parts(parts: Parts, console: Console) -> None:
    """Print the parts to a console, folding lines that are wider than its terminal."""
    _print_lines(parts.heading.split("\n"), console)
    if parts.table is not None:
        # What does not fold in a pipe is not cut there either.
        console.print(parts.table, crop=False)
    _print_lines(parts.lines, console)


def _print_lines(lines: Sequence[str], console: Console) -> None:
    from rich.text import Text

    for line in lines:
        # Folded already; what is left too long is a word that a terminal may break, and a file keeps.
        console.print(Text("\n".join(fold_line(line, console, console.width))), soft_wrap=True)
