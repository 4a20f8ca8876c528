"""Rankings as text and tables for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from saferoute.model import get_rows
from saferoute.report.closing import BRIEF, list_notes, list_notices, summarise_notes
from saferoute.report.columns import StretchTable, format_row
from saferoute.report.text import Parts, isolate_name, name_direction, sanitize_text
from saferoute.report.units import Units, units_of
from saferoute.scoring import UNRATED

if TYPE_CHECKING:
    import pandas as pd

    from saferoute.model import Ranking
    from saferoute.report.closing import Details

RECOMMENDED = "Recommended:"
LOOK_FIRST = "Look first (unrated): too little is known of these, or what is known is poor:"
"""Titles of the stretches that have a rating, and of those that have none."""
MOST_REASONS = 3
"""Reasons of exclusion that are told unless all are asked for [J]."""
STEPS_IN_PYTHON = (".explain(1)", ".map()", ".save('found.gpx')", ".columns")
"""What a ranking in Python can be asked next."""


def heading_line(ranking: Ranking) -> str:
    """Return in a sentence how many good places there are, and where the nearest and the best rated of them is."""
    stretches, where, units = get_rows(ranking, "stretches"), sanitize_text(ranking.place.name), units_of(ranking.units)
    if not len(stretches):
        return f"No stretch found near {where}: the limits exclude everything."
    rated = stretches[stretches["rating"] != UNRATED]
    around, unrated = f"within {units.format_distance(ranking.area.radius_m)} of {where}", len(stretches) - len(rated)
    look = f"{unrated} {'more ' if len(rated) else ''}to look at first (unrated)"
    if not len(rated):
        return f"Nothing {around} is rated good; {look}."
    nearest, best = rated.loc[rated["distance_m"].idxmin()], rated.iloc[0]
    where_to = f"the nearest, rated {nearest['rating']}, is {_point_out(nearest, units)}"
    if best["rating"] != nearest["rating"]:
        where_to += f"; one rated {best['rating']} is {_point_out(best, units)}"
    good = f"{len(rated)} good place{'s' if len(rated) > 1 else ''} {around}"
    return f"{good}; {where_to}" + (f"; {look}." if unrated else ".")


def _point_out(row: pd.Series, units: Units) -> str:
    """Return where a stretch lies and its name, as in "320 m north: path in Town Park"."""
    direction = name_direction(float(np.degrees(np.arctan2(row["east_m"], row["north_m"]))))
    away = f"{units.format_distance(row['distance_m'])} {direction}"
    return f"{away}: {isolate_name(sanitize_text(row['name']))}"


def scope_line(ranking: Ranking) -> str:
    """Return a line with the number of stretches shown and considered, and for whom."""
    shown, considered = len(ranking), f"{ranking.considered['stretches']:.0f}"
    return f"{shown} of {considered} stretches; {sanitize_text(ranking.profile.title)}"


def group_stretches(ranking: Ranking) -> list[tuple[str, list[list[str]]]]:
    """Return a title and the cells of its rows for the stretches that are rated, and for those that are not.

    A group without stretches is missing. The rows are those of `format_row`, in the order of rank.
    """
    rows, units = get_rows(ranking, "stretches").to_dict("records"), units_of(ranking.units)
    rated = [format_row(row, units) for row in rows if row["rating"] != UNRATED]
    unrated = [format_row(row, units) for row in rows if row["rating"] == UNRATED]
    return [group for group in ((RECOMMENDED, rated), (LOOK_FIRST, unrated)) if group[1]]


def exclusion_lines(ranking: Ranking) -> list[str]:
    """Return a line for each reason of exclusion with length, number and rule, longest first."""
    units = units_of(ranking.units)
    return [
        f"{_format_length(e['length_m'], units):>10}  {e['pieces']:5d} × {e['reason']}: {e['rule']}"
        for e in ranking.exclusions()
    ]


def _format_length(metres: float, units: Units) -> str:
    return units.format_way(metres, 1) if metres else "areas"


def _summarise_exclusions(ranking: Ranking, *, in_shell: bool) -> list[str]:
    """Return a line with the largest reasons of exclusion, none where nothing is excluded."""
    counted, units = ranking.exclusions(), units_of(ranking.units)
    if not counted:
        return []
    told = ", ".join(f"{row['reason']} ({_format_length(row['length_m'], units)})" for row in counted[:MOST_REASONS])
    more = len(counted) - MOST_REASONS
    rest = f" and {more} reason{'s' if more > 1 else ''} more" if more > 0 else ""
    return [f"Excluded: {told}{rest}; {'--excluded' if in_shell else 'exclusions()'} lists all, with their rules."]


def ranking_parts(ranking: Ranking, details: Details = BRIEF) -> Parts:
    """Return a ranking as text: its stretches in a table, rated ones first, the excluded ways, and the notes."""
    stretches = get_rows(ranking, "stretches")
    of_ranks = zip(stretches["rank"], stretches["osm_ids"], strict=True)
    ids = {str(rank): ", ".join(map(sanitize_text, of)) for rank, of in of_ranks} if details.ids else {}
    lines = [
        *(["Excluded:", *exclusion_lines(ranking)] if details.excluded
          else _summarise_exclusions(ranking, in_shell=details.in_shell)),
        *(list_notes(ranking.notes) if details.notes
          else summarise_notes(ranking.notes, show_all="--notes" if details.in_shell else ".notes")),
        *([] if details.in_shell or not len(ranking) else [f"Next: {', '.join(STEPS_IN_PYTHON)}."]),
        "",
        *list_notices(ranking),
    ]  # fmt: skip
    if not len(ranking):
        return Parts(heading_line(ranking), None, lines)
    heading = f"{heading_line(ranking)}\n{scope_line(ranking)}"
    return Parts(heading, StretchTable(group_stretches(ranking), ids), ["", *lines])
