"""A session as a timetable for the terminal, and as GeoJSON (RFC 7946)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pandas as pd
import shapely

from saferoute.model import CAUTION, OSM_ATTRIBUTION
from saferoute.outputs._layers import LONGEST_VALUE, flat, title
from saferoute.outputs.text import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from rich.console import RenderableType

    from saferoute.model import Session

STEPS = {
    "step": "1 = first",
    "kind": "warm-up, look, backward, back, recover, run on or cool-down",
    "section": "number of the backward section; 0 = none",
    "stretch": "rank of the stretch it is on; 0 = none",
    "start_s": "when it begins, s from the start",
    "duration_s": "how long it takes, s",
    "start_m": "where it begins, m from the start along the way",
    "distance_m": "how far it goes, m",
    "speed_m_s": "how fast, m/s; 0 = standing",
    "words": "what to do",
}
"""Columns of a session's steps."""

SECTIONS = {
    "section": "1 = first",
    "stretch": "rank of the stretch it is on",
    "start_s": "when it begins, s from the start",
    "start_m": "where it begins, m from the start along the way",
    "duration_s": "how long it takes, s",
    "length_m": "how far it goes, m",
    "speed_m_s": "how fast, m/s",
    "bearing_deg": "direction in which it goes, degrees from north; one looks the other way",
    "run_out_m": "free ground beyond its end, m",
    "score": "suitability of the stretch for inspection, 0..1",
    "score_low": "20th percentile of the score over draws of what is uncertain, 0..1",
    "rating": "A, B, C or none (unrated: inspect first)",
    "data_quality": "weighted mean of the confidences, 0..1",
    "surface": "tagged surface of the part that decides; null = unknown",
    "grade_pct": "fitted slope along the stretch's line, %; null = unknown",
    "name": "names of what it lies on; null = none",
    "osm_ids": "OSM objects it lies on, type/id",
    "limiting_criterion": "the criterion that costs it most",
    "checks": "what to check on foot",
}
"""Columns of a session's sections."""

COLUMNS = (("at", True), ("km", True), ("step", False), ("for", True), ("m", True), ("what", False))
"""Titles of the columns of `cells`, and whether they are numbers."""

_COORDINATE_DIGITS = 7


def to_geojson(session: Session) -> str:
    """Return a session as RFC 7946 GeoJSON text: its steps in order, then its sections.

    The collection's own members carry the figures, the place, the data's
    date, attribution, notes and the caution.
    """
    ranking = session.ranking
    features = [*_features(session.steps, STEPS, "step"), *_features(session.sections, SECTIONS, "section")]
    collection = {
        "type": "FeatureCollection",
        "title": title(session),
        "caution": CAUTION,
        "attribution": [plain(a, LONGEST_VALUE) for a in ranking.attribution],
        "data_date": plain(ranking.data_date) if ranking.data_date else None,
        "place": {"name": plain(ranking.place.name), "lat": ranking.place.lat, "lon": ranking.place.lon},
        "profile": plain(ranking.profile.name),
        "week": session.wish.week,
        "figures": {key: round(value, 1) for key, value in session.figures.items()},
        "notes": [plain(note, LONGEST_VALUE) for note in (*session.notes, *ranking.notes)],
        "features": features,
    }
    return json.dumps(collection, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def _features(table: gpd.GeoDataFrame, schema: dict[str, str], of: str) -> list[dict[str, Any]]:
    if not len(table):
        return []
    rows = flat(table, schema).to_dict("records")
    return [
        {
            "type": "Feature",
            "id": f"{of}-{row[of]}",
            "geometry": _geometry(row["geometry"]),
            "properties": {"of": of, **{key: None if pd.isna(row[key]) else row[key] for key in schema}},
        }
        for row in rows
    ]


def _geometry(shape: Any) -> dict[str, Any]:
    xy = [[float(x), float(y)] for x, y in shapely.get_coordinates(shape).round(_COORDINATE_DIGITS)]
    return {"type": shape.geom_type, "coordinates": xy[0] if shape.geom_type == "Point" else xy}


def timetable(session: Session) -> RenderableType:
    """Return the steps as a table: when, what, how long, how far."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    for name, right in COLUMNS:
        table.add_column(name, justify="right" if right else "left", no_wrap=name != "what")
    for row in session.steps.to_dict("records"):
        table.add_row(*(Text(cell, style="bold" if row["kind"] == "backward" else "") for cell in cells(row)))
    return table


def cells(row: Mapping[Any, Any]) -> list[str]:
    """Return what the timetable shows of a row of `Session.steps`."""
    return [
        clock(row["start_s"]),
        f"{row['start_m'] / 1000:.2f}",
        f"BACKWARD {row['section']}" if row["kind"] == "backward" else row["kind"],
        clock(row["duration_s"]),
        f"{row['distance_m']:.0f}" if row["distance_m"] else "",
        plain(row["words"], LONGEST_VALUE),
    ]


def clock(seconds: float) -> str:
    """Return a time as a watch shows it.

    Examples
    --------
    >>> clock(59.6), clock(754), clock(3725)
    ('1:00', '12:34', '1:02:05')
    """
    whole = round(seconds)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def summary_lines(session: Session) -> list[str]:
    """Return the session in a sentence or two, and what to check on each stretch."""
    f = session.figures
    lines = [
        (
            f"{title(session)}. {f['length_m'] / 1000:.1f} km in {clock(f['duration_s'])}, "
            f"{len(session.sections)} backward sections."
        ),
        (
            f"Ways between the stretches: {f['forward_m'] / 1000:.1f} km, {f['doubled_m']:.0f} m of it twice, "
            f"{f['road_m']:.0f} m on roads, {f['crossings']:.0f} roads crossed; the shortest would be "
            f"{f['shortest_m'] / 1000:.1f} km."
        ),
    ]
    for row in session.sections.drop_duplicates("stretch").to_dict("records"):
        name = plain(row["osm_ids"][0], 24) if pd.isna(row["name"]) else plain(row["name"], 40)
        rating = "unrated" if row["rating"] == "none" else f"rated {row['rating']}"
        checks = "; ".join(plain(check) for check in row["checks"])
        lines.append(f"Stretch {row['stretch']} ({name}, {rating}): check {checks}.")
    return lines


def closing_lines(session: Session) -> list[str]:
    """Return what must stand under every session: notes, date, attribution, caution."""
    ranking = session.ranking
    date = f"data of {plain(ranking.data_date)}" if ranking.data_date else "date of the data unknown"
    return [
        *(f"Note: {plain(note, LONGEST_VALUE)}." for note in (*session.notes, *ranking.notes)),
        f"{'; '.join(plain(a, 200) for a in ranking.attribution or (OSM_ATTRIBUTION,))}; {date}.",
        f"Suitability for inspection, no promise. {CAUTION}",
    ]


def start_qr(session: Session) -> str:
    """Return a QR code of the start as text: a `geo:` address, which phones open in a map."""
    import io

    import segno

    first = session.track.iloc[0] if len(session.track) else session.place
    out = io.StringIO()
    segno.make(f"geo:{first.lat:.6f},{first.lon:.6f}", micro=False).terminal(out, compact=True, border=2)
    return out.getvalue()
