"""Rankings and explanations as text and tables for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from saferoute.model import CAUTION, CRITERIA
from saferoute.report.columns import RATING_WORDS, StretchTable, format_row
from saferoute.report.text import Parts, isolate_name, name_direction, sanitize_text
from saferoute.report.units import Units, units_of
from saferoute.scoring import UNRATED

if TYPE_CHECKING:
    from saferoute.model import Explanation, Ranking

RECOMMENDED = "Recommended:"
LOOK_FIRST = "Look first (unrated): too little is known of these, or what is known is poor:"
"""Titles of the stretches that have a rating, and of those that have none."""
MOST_NOTES, NOTE_LENGTH = 3, 150
"""Notes below a table, and characters of each, unless all are asked for [J]."""
MOST_REASONS = 3
"""Reasons of exclusion that are told unless all are asked for [J]."""
STEPS_IN_PYTHON = (".explain(1)", ".map()", ".save('found.gpx')", ".columns")
"""What a ranking in Python can be asked next."""


class Details(NamedTuple):
    """What is shown of a ranking besides its table."""

    ids: bool = False
    """The OSM objects that each stretch lies on."""
    excluded: bool = False
    """All reasons of exclusion with their rules, not the largest alone."""
    notes: bool = False
    """All notes in full, not the first alone."""
    in_shell: bool = False
    """Whether options show the rest; else attributes of the ranking do."""


BRIEF = Details()
"""What matters most, as Python prints it."""


def heading_line(ranking: Ranking) -> str:
    """Return in a sentence how many good places there are, and where the nearest of them is."""
    stretches, where, units = ranking.stretches, sanitize_text(ranking.place.name), units_of(ranking.units)
    if not len(stretches):
        return f"No stretch found near {where}: the limits exclude everything."
    rated = stretches[stretches["rating"] != UNRATED]
    around, unrated = f"within {units.format_distance(ranking.area.radius_m)} of {where}", len(stretches) - len(rated)
    look = f"{unrated} {'more ' if len(rated) else ''}to look at first (unrated)"
    if not len(rated):
        return f"Nothing {around} is rated good; {look}."
    nearest = rated.loc[rated["distance_m"].idxmin()]
    direction = name_direction(float(np.degrees(np.arctan2(nearest["east_m"], nearest["north_m"]))))
    away = f"{units.format_distance(nearest['distance_m'])} {direction}"
    return (
        f"{len(rated)} good place{'s' if len(rated) > 1 else ''} {around}; the nearest is {away}: "
        f"{isolate_name(sanitize_text(nearest['name']))}" + (f"; {look}." if unrated else ".")
    )


def scope_line(ranking: Ranking) -> str:
    """Return a line with the number of stretches shown and considered, and for whom."""
    shown, considered = len(ranking.stretches), f"{ranking.considered['stretches']:.0f}"
    return f"{shown} of {considered} stretches; {sanitize_text(ranking.profile.title)}"


def group_stretches(ranking: Ranking) -> list[tuple[str, list[list[str]]]]:
    """Return a title and the cells of its rows for the stretches that are rated, and for those that are not.

    A group without stretches is missing. The rows are those of `format_row`, in the order of rank.
    """
    rows, units = ranking.stretches.to_dict("records"), units_of(ranking.units)
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


def _summarise_notes(ranking: Ranking, *, in_shell: bool) -> list[str]:
    """Return lines with the first notes, which matter most."""
    lines = [f"Note: {sanitize_text(note, NOTE_LENGTH)}." for note in ranking.notes[:MOST_NOTES]]
    more = len(ranking.notes) - MOST_NOTES
    if more > 0:
        lines[-1] += f" {more} more: {'--notes' if in_shell else '.notes'}."
    return lines


def closing_lines(ranking: Ranking) -> list[str]:
    """Return the lines that must follow every explanation: notes, attribution, date and caution."""
    return [*_note_lines(ranking), *_legal_lines(ranking)]


def _note_lines(ranking: Ranking) -> list[str]:
    return [f"Note: {sanitize_text(note, 400)}." for note in ranking.notes]


def _legal_lines(ranking: Ranking) -> list[str]:
    """Return the lines that must follow everything: attribution, date and caution."""
    date = f"data of {sanitize_text(ranking.data_date)}" if ranking.data_date else "date of the data unknown"
    return [
        f"{'; '.join(sanitize_text(a, 200) for a in ranking.attribution)}; {date}.",
        f"Suitability for inspection, no promise. {CAUTION}",
    ]


def ranking_parts(ranking: Ranking, details: Details = BRIEF) -> Parts:
    """Return a ranking as text: its stretches in a table, rated ones first, the excluded ways, and the notes."""
    of_ranks = zip(ranking.stretches["rank"], ranking.stretches["osm_ids"], strict=True)
    ids = {str(rank): ", ".join(map(sanitize_text, of)) for rank, of in of_ranks} if details.ids else {}
    lines = [
        *(["Excluded:", *exclusion_lines(ranking)] if details.excluded
          else _summarise_exclusions(ranking, in_shell=details.in_shell)),
        *(_note_lines(ranking) if details.notes else _summarise_notes(ranking, in_shell=details.in_shell)),
        *([] if details.in_shell or not len(ranking) else [f"Next: {', '.join(STEPS_IN_PYTHON)}."]),
        "",
        *_legal_lines(ranking),
    ]  # fmt: skip
    if not len(ranking):
        return Parts(heading_line(ranking), None, lines)
    heading = f"{heading_line(ranking)}\n{scope_line(ranking)}"
    return Parts(heading, StretchTable(group_stretches(ranking), ids), ["", *lines])


def explanation_parts(answer: Explanation) -> Parts:
    """Return an explanation as text: the facts, the criteria with their reasons, and the notes."""
    heading, *lines = _explanation_lines(answer)
    return Parts(heading, None, lines)


def _explanation_lines(answer: Explanation) -> list[str]:
    if not answer.recommended:
        return [*fact_lines(answer), *closing_lines(answer.ranking)]
    # Empty lines set the facts apart here; notebooks have paragraphs for that.
    where, rating, suitability, weights, *hours = fact_lines(answer)
    return [
        *(where, rating, suitability, "", weights, ""),
        *([*hours, ""] if hours else []),
        "criterion     value confidence  why",
        *(f"{name:13} {value:>5} {confidence:>10}  {why}" for name, value, confidence, why in criterion_rows(answer)),
        *("", checks_line(answer)),
        *closing_lines(answer.ranking),
    ]


def fact_lines(answer: Explanation) -> list[str]:
    """Return the facts of an explanation: the place, then rating, score and ranks, or the limit and its rule."""
    row = answer.row
    what = ", ".join(sanitize_text(i) for i in row["osm_ids"][:5])
    name = sanitize_text(row["name"]) if isinstance(row["name"], str) else "no name"
    units = units_of(answer.ranking.units)
    away = f"{units.format_distance(answer.distance_m)} away" if answer.distance_m >= 5 else "right here"
    length = f", {units.format_length(row['length_m'])} long" if row["length_m"] else ", open ground"
    where = f"{answer.subject}: {name} ({what}), {away}{length}"
    if not answer.recommended:
        hours = f" ({sanitize_text(row['hours'])})" if row["hours"] else ""
        return [
            where,
            f"Excluded: {sanitize_text(row['reason'])}{hours}.",
            f"Rule: {sanitize_text(row['rule'], 400)}.",
        ]
    rating = RATING_WORDS.get(row["rating"], row["rating"])
    return [
        where,
        f"Rating: {rating}; weak point: {sanitize_text(row['limiting_criterion'])}",
        (
            f"Suitability {row['score']:.2f} ({row['score_low']:.2f} to {row['score_high']:.2f}), "
            f"data quality {row['data_quality']:.2f}"
        ),
        (
            f"Its rank would lie between {row['rank_low']} and {row['rank_high']}, whatever the weights, of the "
            f"{answer.ranking.considered['stretches']:.0f} stretches "
            f"within {units.format_length(answer.ranking.area.radius_m)}"
        ),
        *([f"Best hours: {row['best_hours']}"] if isinstance(row["best_hours"], str) else []),
    ]


def criterion_rows(answer: Explanation) -> list[list[str]]:
    """Return a row of cells for each criterion: name, desirability, confidence and reason."""
    row = answer.row
    return [[n, f"{row[f'd_{n}']:.2f}", f"{row[f'c_{n}']:.2f}", sanitize_text(row[f"why_{n}"], 400)] for n in CRITERIA]


def checks_line(answer: Explanation) -> str:
    """Return a line with everything to check on foot before running."""
    return "Check on foot: " + "; ".join(sanitize_text(c) for c in answer.row["checks"]) + "."
