"""Sessions as text and timetables for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from saferoute.model import count_rows, list_rows
from saferoute.report.closing import BRIEF, close_briefly
from saferoute.report.notices import make_title
from saferoute.report.text import LONGEST_VALUE, Parts, isolate_name, sanitize_text
from saferoute.report.units import units_of
from saferoute.scoring import UNRATED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import RenderableType

    from saferoute.model import Session
    from saferoute.report.closing import Details
    from saferoute.report.units import Units


def list_columns(units: Units) -> tuple[tuple[str, bool], ...]:
    """Return the titles of the columns of `format_row`, each with True if it holds numbers."""
    return (
        ("at", True), (units.long, True), ("step", False), ("for", True), (units.short, True), ("what", False),
    )  # fmt: skip


def session_parts(session: Session, details: Details = BRIEF) -> Parts:
    """Return a session as text: its timetable, the checks and the notes, or the notes alone without steps."""
    closing = close_briefly(session.ranking, *session.notes, details=details)
    if not session:
        heading, *lines = closing
        return Parts(heading, None, lines)
    heading, *others = summary_lines(session)
    for title, checks in list_checks(session):
        others += ["", title, *(f"- {check}" for check in checks)]
    return Parts(heading, steps_table(session), [*others, "", *closing])


def steps_table(session: Session) -> RenderableType:
    """Return the steps as a table for a terminal, one row each, with the columns of `list_columns`."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    units = units_of(session.ranking.units)
    for name, right in list_columns(units):
        table.add_column(name, justify="right" if right else "left", no_wrap=name != "what")
    for row in list_rows(session, "steps"):
        table.add_row(
            *(Text(cell, style="bold" if row["kind"] == "backward" else "") for cell in format_row(row, units))
        )
    return table


def format_row(row: Mapping[Any, Any], units: Units) -> list[str]:
    """Return the cells of the timetable for a row of `Session.steps`, in the order of `list_columns`."""
    return [
        format_time(row["start_s"]),
        f"{row['start_m'] / units.long_m:.2f}",
        f"BACKWARD {row['section']}" if row["kind"] == "backward" else row["kind"],
        format_time(row["duration_s"]),
        f"{row['distance_m'] / units.short_m:.0f}" if row["distance_m"] else "",
        sanitize_text(describe_step(row), LONGEST_VALUE),
    ]


def describe_step(row: Mapping[Any, Any]) -> str:
    """Return what to do in a step, and how where there is a cue.

    Examples
    --------
    >>> describe_step({"words": "run backwards 20 s", "cue": "small steps"})
    'run backwards 20 s; small steps'
    """
    return f"{row['words']}; {row['cue']}" if row["cue"] else str(row["words"])


def format_time(seconds: float) -> str:
    """Return a duration as m:ss, or h:mm:ss from an hour on.

    Examples
    --------
    >>> format_time(59.6), format_time(754), format_time(3725)
    ('1:00', '12:34', '1:02:05')
    """
    # Rounded before it is split, so that 59.6 s become 1:00 and not 0:60.
    whole = round(seconds)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def summary_lines(session: Session) -> list[str]:
    """Return the figures of a session: how far and how long, the ways between the stretches, and the pace."""
    f, units = session.figures, units_of(session.ranking.units)
    return [
        (
            f"{make_title(session)}. {units.format_way(f['length_m'], 1)} in {format_time(f['duration_s'])}, "
            f"{count_rows(session, 'sections')} backward sections."
        ),
        (
            f"Ways between the stretches: {units.format_way(f['forward_m'], 1)}, "
            f"{units.format_length(f['doubled_m'])} of it twice, {units.format_length(f['road_m'])} on roads, "
            f"{f['crossings']:.0f} roads crossed; the shortest would be {units.format_way(f['shortest_m'], 1)}."
        ),
        describe_pace(session),
    ]


def list_checks(session: Session) -> list[tuple[str, list[str]]]:
    """Return for each stretch a title with its number, name and rating, and what to check on it before running."""
    of_stretches: dict[int, dict[str, Any]] = {}
    for row in list_rows(session, "sections"):
        of_stretches.setdefault(row["stretch"], row)
    return [
        (
            (
                f"Check stretch {row['stretch']}, {isolate_name(sanitize_text(row['name']))} "
                f"({'unrated' if row['rating'] == UNRATED else 'rated ' + row['rating']}):"
            ),
            [sanitize_text(check) for check in row["checks"]],
        )
        for row in of_stretches.values()
    ]


def describe_pace(session: Session) -> str:
    """Return a line with the speeds of the level, as numbers and as the time that a distance takes."""
    units = units_of(session.ranking.units)
    slow, fast = session.ranking.profile.speed_m_s
    forward = session.ranking.profile.training.forward_speed_m_s
    return (
        f"Pace backwards {units.format_pace(fast)} to {units.format_pace(slow)} ({slow:g} to {fast:g} m/s), "
        f"forwards {units.format_pace(forward)} ({forward:g} m/s)."
    )


def start_qr(session: Session) -> str:
    """Return a QR code of the start as text, holding a ``geo:`` address that phones open in a map."""
    import io

    import segno

    first = session.track.iloc[0] if len(session.track) else session.place
    out = io.StringIO()
    segno.make(f"geo:{first.lat:.6f},{first.lon:.6f}", micro=False).terminal(out, compact=True, border=2)
    return out.getvalue()
