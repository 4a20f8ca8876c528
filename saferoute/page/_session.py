"""The JSON data that the page draws from a session: route, sections, timetable and QR code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from saferoute.page.grid import Grid, encode_heights
from saferoute.report.text import sanitize_text
from saferoute.report.timetable import describe_pace, describe_step

if TYPE_CHECKING:
    from saferoute.arrays import FloatArray
    from saferoute.model import Session

PROFILE_POINTS = 240
"""Number of heights along the route; a phone cannot show more."""

_SENTENCE = 300


def session_payload(session: Session) -> dict[str, Any]:
    """Return what the page shows of a session besides its stretches.

    Returns
    -------
    dict
        ``pace`` in words, ``route`` (a line of ``grid``), ``heights`` (see `encode_heights`) at
        equal distances along it, ``steps`` and ``sections`` as in `Session` with
        texts made plain (a step's ``words`` end with its ``cue``, which can also be
        spoken alone), ``figures``, ``notes`` and ``qr``, the rows of a QR code
        of the start as whole numbers whose bits are its squares.
    """
    ranking = session.ranking
    grid = Grid.around_place(ranking.place, ranking.area.crs, decimals=6)
    track = session.track
    return {
        "week": session.wish.week,
        "figures": {name: round(float(value)) for name, value in session.figures.items()},
        "pace": describe_pace(session),
        "notes": [sanitize_text(note, _SENTENCE) for note in session.notes],
        "grid": grid.to_json(),
        "route": grid.encode_line(shapely.LineString(track[["x_m", "y_m"]])) if len(track) > 1 else "",
        "heights": encode_heights(
            _resample_heights(track["distance_m"].to_numpy(float), track["elevation_m"].to_numpy(float))
        ),
        "steps": [
            {
                "kind": row["kind"],
                "section": int(row["section"]),
                "stretch": int(row["stretch"]),
                "start_s": round(row["start_s"]),
                "duration_s": round(row["duration_s"]),
                "distance_m": round(row["distance_m"]),
                "words": sanitize_text(describe_step(row), _SENTENCE),
                "cue": sanitize_text(row["cue"], _SENTENCE),
            }
            for row in session.steps.to_dict("records")
        ],
        "sections": [_section_payload(session, row, grid) for row in session.sections.to_dict("records")],
        "qr": _qr_rows(session),
    }


def _section_payload(session: Session, row: dict[str, Any], grid: Grid) -> dict[str, Any]:
    """Return a section, with its line in the direction of the run."""
    steps = session.steps
    of_section = steps[(steps["kind"] == "backward") & (steps["section"] == row["section"])]
    return {
        "section": int(row["section"]),
        "stretch": int(row["stretch"]),
        "start_m": round(row["start_m"]),
        "length_m": round(row["length_m"]),
        "bearing_deg": round(row["bearing_deg"]),
        "run_out_m": round(row["run_out_m"]),
        "line": grid.encode_line(of_section.geometry.iloc[0]),
        "name": sanitize_text(row["name"]),
        "checks": [sanitize_text(check, _SENTENCE) for check in row["checks"]],
    }


def _resample_heights(distance_m: FloatArray, elevation_m: FloatArray) -> FloatArray:
    """Return heights at equal distances; NaN next to an unknown height."""
    if not len(distance_m):
        return np.empty(0)
    return np.interp(np.linspace(0, distance_m[-1], PROFILE_POINTS), distance_m, elevation_m)


def _qr_rows(session: Session) -> list[int]:
    """Return the rows of the QR code of the start as whole numbers.

    It holds a ``geo:`` address, which phones open in a map, and no text of the map data.
    """
    import segno

    start = session.track.iloc[0] if len(session.track) else session.place
    code = segno.make(f"geo:{start.lat:.6f},{start.lon:.6f}", micro=False)
    # The first square is the highest bit, so that the page can draw a row from the left.
    return [int("".join(str(int(bool(square))) for square in row), 2) for row in code.matrix]
