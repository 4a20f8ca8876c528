"""The columns of the table of stretches, and their layout in terminals of any width."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from saferoute.report.surfaces import describe_surface
from saferoute.report.text import isolate_name, name_direction, sanitize_text
from saferoute.scoring import UNRATED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from rich.console import Console, ConsoleOptions
    from rich.text import Text

    from saferoute.report.units import Units

    Row = Mapping[Any, Any]
    Rows = list[list[str]]

RATING_WORDS = {UNRATED: "unrated"}
"""Words for ratings that are not shown as they are."""
ONE_LINE = 100
"""Width of a terminal from which a stretch takes one line; below, its name has a line of its own [J]."""
_GAP = "  "
_NARROWEST_NAME = 16
"""Characters that a name has at least on a line; a terminal too narrow for it breaks lines itself."""


class Column(NamedTuple):
    """A column of the table of stretches."""

    title: str
    is_number: bool
    format_cell: Callable[[Row, Units], str]
    from_width: int = 0
    """Least width of a terminal that shows it."""


def point_to(row: Row, units: Units) -> str:
    """Return how far and in which direction a stretch lies from the place, as in "320 m E"."""
    direction = name_direction(float(np.degrees(np.arctan2(row["east_m"], row["north_m"]))))
    short = "".join(word[0].upper() for word in direction.split("-"))
    return f"{units.format_distance(row['distance_m'])} {short}"


def _format_slope(row: Row, _: Units) -> str:
    import pandas as pd

    if pd.isna(row["grade_pct"]):
        return "unknown"
    return f"{abs(row['grade_pct']):.1f} ± {row['grade_sigma_pct']:.1f}"


def _format_hours(row: Row, _: Units) -> str:
    """Return the best hours of working days and Saturday only, to keep the table narrow."""
    hours = row.get("best_hours")
    return "; ".join(sanitize_text(hours).split("; ")[:2]) if isinstance(hours, str) else "unknown"


NAME = Column("name", False, lambda row, _: sanitize_text(row["name"]))
_LEADING = (
    Column("#", True, lambda row, _: str(row["rank"])),
    Column("rating", False, lambda row, _: RATING_WORDS.get(row["rating"], str(row["rating"]))),
)
_FACTS = (
    Column("length", True, lambda row, units: units.format_length(row["length_m"])),
    Column("away", False, point_to),
    Column("slope %", True, _format_slope),
    Column("surface", False, lambda row, _: describe_surface(row["surface"])),
    Column("weak point", False, lambda row, _: sanitize_text(row["limiting_criterion"])),
    Column("score", True, lambda r, _: f"{r['score']:.2f} ({r['score_low']:.2f}–{r['score_high']:.2f})", 120),
    Column("bend", True, lambda row, units: units.format_length(row["strip_width_m"], 1), 130),
    Column("best hours", False, _format_hours, 150),
)
COLUMNS = (*_LEADING, NAME, *_FACTS)


def format_row(row: Row, units: Units) -> list[str]:
    """Return the cells of the table for a row of `Ranking.stretches`, in the order of `COLUMNS`."""
    return [column.format_cell(row, units) for column in COLUMNS]


class StretchTable:
    """Groups of stretches as a table that fits its terminal.

    Parameters
    ----------
    groups : sequence of (str, list of row)
        Title of each group and its rows of cells in the order of `COLUMNS`.
    below : mapping of str to str
        Text for a line of its own below a row, by the row's first cell, the rank.
    """

    def __init__(self, groups: Sequence[tuple[str, Rows]], below: Mapping[str, str]) -> None:
        self._groups, self._below = groups, below

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        """Yield the lines for the width of a console."""
        from rich.text import Text

        layout = _Layout([row for _, rows in self._groups for row in rows], options.max_width)
        yield from layout.lay_out_head()
        for number, (title, rows) in enumerate(self._groups):
            yield from [Text("")] if number else []
            yield Text(title, style="bold")
            for row in rows:
                yield from layout.lay_out_row(row, console)
                if row[0] in self._below:
                    yield Text(layout.indent + self._below[row[0]])


class _Layout:
    """Widths of the columns for the rows of a table and a terminal."""

    def __init__(self, rows: Rows, width: int) -> None:
        from rich.cells import cell_len

        self._in_one_line = width >= ONE_LINE
        self._name = COLUMNS.index(NAME)
        texts = [[column.title for column in COLUMNS], *rows]
        self._widths = [max(cell_len(row[k]) for row in texts) for k in range(len(COLUMNS))]
        self.indent = " " * sum(self._widths[k] + len(_GAP) for k in range(self._name))
        self._facts = self._choose_facts(width)
        beside = sum(self._widths[k] + len(_GAP) for k in self._facts) if self._in_one_line else 0
        room = max(width - len(self.indent) - beside, _NARROWEST_NAME)
        self._widths[self._name] = min(self._widths[self._name], room)

    def _choose_facts(self, width: int) -> list[int]:
        """Return the columns behind the name that fit, the first in any case."""
        room = width - len(self.indent) - (_NARROWEST_NAME + len(_GAP) if self._in_one_line else 0)
        facts: list[int] = []
        for k in range(self._name + 1, len(COLUMNS)):
            room -= self._widths[k] + len(_GAP) * bool(facts)
            if (room < 0 and facts) or width < COLUMNS[k].from_width:
                break
            facts.append(k)
        return facts

    def lay_out_head(self) -> Iterator[Text]:
        """Yield the titles of the columns."""
        from rich.text import Text

        titles = [column.title for column in COLUMNS]
        for line in self._join_lines(titles, [titles[self._name]]):
            yield Text(line.rstrip(), style="underline" if self._in_one_line else "")

    def lay_out_row(self, row: list[str], console: Console) -> Iterator[Text]:
        """Yield the lines of a stretch."""
        from rich.text import Text

        name = Text(row[self._name]).wrap(console, self._widths[self._name])
        isolated = [isolate_name(line.plain.rstrip()) for line in name]
        for line in self._join_lines(row, isolated):
            yield Text(line.rstrip())

    def _join_lines(self, row: list[str], name: list[str]) -> Iterator[str]:
        leading = _GAP.join(self._pad(row, k) for k in range(self._name)) + _GAP
        facts = _GAP.join(self._pad(row, k) for k in self._facts)
        first, *others = name
        if self._in_one_line:
            yield leading + self._pad_name(first) + _GAP + facts
        else:
            yield leading + first
        yield from (self.indent + other for other in others)
        if not self._in_one_line:
            yield self.indent + facts

    def _pad(self, row: list[str], k: int) -> str:
        from rich.cells import cell_len

        blanks = " " * (self._widths[k] - cell_len(row[k]))
        return blanks + row[k] if COLUMNS[k].is_number else row[k] + blanks

    def _pad_name(self, text: str) -> str:
        from rich.cells import cell_len

        return text + " " * (self._widths[self._name] - cell_len(text))
