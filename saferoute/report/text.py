"""Text written by strangers, made plain: no control, no direction, no end in sight."""

from __future__ import annotations

import io
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

LONGEST = 120
"""Characters after which a name is cut."""

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Control, format (bidi, zero width), surrogate, private, unassigned, line and paragraph separators."""

LONGEST_VALUE = 400
"""Characters after which a text in a table is cut."""


def sanitize_text(text: object, longest: int = LONGEST) -> str:
    """Return text without anything that a terminal, file or page would act on.

    Parameters
    ----------
    text : object
        What an OSM tag, a file name or a user holds.
    longest : int
        Characters to keep; a cut is marked by an ellipsis.

    Examples
    --------
    >>> sanitize_text("Nice" + chr(0x1B) + "[31m" + chr(0x202E) + " lawn" + chr(10) + "2")
    'Nice[31m lawn 2'
    """
    head = str(text)[: 10 * longest]  # a name of 100 KB is not worth reading whole
    if not head.isprintable():  # most names are, and hold none of what is left out
        head = "".join(" " if c in "\n\r\t" else c for c in head if c in "\n\r\t" or _is_visible(c))
    kept = " ".join(head.split())
    return kept if len(kept) <= longest else kept[: longest - 1].rstrip() + "…"


def _is_visible(character: str) -> bool:
    return unicodedata.category(character) not in _UNSEEN


class Parts(NamedTuple):
    """A result as text: its first line, its table where it has one, and the lines below."""

    heading: str
    table: RenderableType | None
    lines: list[str]


_COLUMNS_WIDE = 160


def format_parts(parts: Parts) -> str:
    """Return the parts as one text; lines are as long as they are."""
    from rich.console import Console

    out = io.StringIO()
    if parts.table is not None:
        Console(width=_COLUMNS_WIDE, file=out, highlight=False, markup=False, emoji=False).print(parts.table)
    return "\n".join([parts.heading, *out.getvalue().splitlines(), *parts.lines])


def print_parts(parts: Parts, console: Console) -> None:
    """Print the parts; lines that are wider than the console are folded."""
    from rich.text import Text

    console.print(Text(parts.heading))
    if parts.table is not None:
        console.print(parts.table)
    console.print(Text("\n".join(parts.lines)))
