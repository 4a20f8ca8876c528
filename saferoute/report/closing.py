"""Lines below every result: its notes, where the data are from, and the caution."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from saferoute.model import CAUTION, OSM_ATTRIBUTION
from saferoute.report.text import LONGEST_VALUE, sanitize_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from saferoute.model import Ranking

MOST_NOTES, NOTE_LENGTH = 3, 150
"""Notes below a result, and characters of each, unless all are asked for [J]."""


class Details(NamedTuple):
    """What is shown of a result besides the most important."""

    ids: bool = False
    """The OSM objects that each stretch lies on."""
    excluded: bool = False
    """All reasons of exclusion with their rules, not the largest alone."""
    notes: bool = False
    """All notes in full, not the first alone."""
    in_shell: bool = False
    """Whether options show the rest; else attributes of the result do."""


BRIEF = Details()
"""What matters most, as Python prints it."""


def list_notes(notes: Sequence[str]) -> list[str]:
    """Return a line for each note."""
    return [f"Note: {sanitize_text(note, LONGEST_VALUE)}." for note in notes]


def summarise_notes(notes: Sequence[str], *, show_all: str) -> list[str]:
    """Return lines with the first notes, which matter most, and how all are shown: `show_all`."""
    lines = [f"Note: {sanitize_text(note, NOTE_LENGTH)}." for note in notes[:MOST_NOTES]]
    more = len(notes) - MOST_NOTES
    if more > 0:
        lines[-1] += f" {more} more: {show_all}."
    return lines


def list_notices(ranking: Ranking) -> list[str]:
    """Return the lines that must follow everything: attribution, date and caution."""
    date = f"data of {sanitize_text(ranking.data_date)}" if ranking.data_date else "date of the data unknown"
    return [
        f"{'; '.join(sanitize_text(a, 200) for a in ranking.attribution or (OSM_ATTRIBUTION,))}; {date}.",
        f"Suitability for inspection, no promise. {CAUTION}",
    ]


def closing_lines(ranking: Ranking, *more_notes: str) -> list[str]:
    """Return all notes, those of the ranking last, then attribution, date and caution."""
    return [*list_notes((*more_notes, *ranking.notes)), *list_notices(ranking)]


def close_briefly(ranking: Ranking, *more_notes: str, details: Details) -> list[str]:
    """Return what `closing_lines` returns with the first notes alone where options of the shell show the rest."""
    if details.notes or not details.in_shell:
        return closing_lines(ranking, *more_notes)
    return [*summarise_notes((*more_notes, *ranking.notes), show_all="--notes"), *list_notices(ranking)]
