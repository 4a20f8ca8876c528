"""GPX 1.1: the whole way as a track, starts and ends as waypoints.

No routes beside the track, for readers double them; no times, for nobody has
run it yet.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from saferoute.model import WGS84, Session, get_columns, list_rows
from saferoute.report.notices import ODBL_URL, join_notices, make_title
from saferoute.report.text import LONGEST_VALUE, sanitize_text
from saferoute.report.timetable import describe_step
from saferoute.report.units import units_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gpxpy.gpx import GPX

    from saferoute.arrays import FloatArray
    from saferoute.model import Ranking

_LONGEST_NOTICE = 4000
_LOOK_ALIKE = str.maketrans({"<": "‹", ">": "›", "&": "＆", '"': "”"})
"""gpxpy 1.6 writes the author of the copyright as it is, into an attribute."""


def to_gpx(thing: Ranking | Session) -> str:
    """Return a session as one track, or a ranking as a track a stretch, as GPX text."""
    gpx = _create_document(thing)
    if isinstance(thing, Session):
        _add_session(gpx, thing)
    else:
        _add_ranking(gpx, thing)
    return str(gpx.to_xml(version="1.1"))


def _create_document(thing: Ranking | Session) -> GPX:
    from gpxpy.gpx import GPX

    ranking = thing.ranking if isinstance(thing, Session) else thing
    gpx = GPX()
    gpx.creator = "saferoute"
    gpx.name = make_title(thing)
    gpx.description = sanitize_text(join_notices(thing), _LONGEST_NOTICE)
    author = "; ".join(sanitize_text(a, LONGEST_VALUE) for a in ranking.attribution)
    gpx.copyright_author = author.translate(_LOOK_ALIKE)
    gpx.copyright_license = ODBL_URL
    if year := re.match(r"\d{4}", ranking.data_date or "", re.ASCII):
        gpx.copyright_year = year[0]
    return gpx


def _add_session(gpx: GPX, session: Session) -> None:
    track, steps = get_columns(session, "track"), list_rows(session, "steps")
    heights = np.asarray(track["elevation_m"], dtype=float)
    if not len(heights):
        return
    told = [*_explain_heights(heights), *(sanitize_text(step["words"], 200) for step in steps)]
    segment = _add_track(gpx, make_title(session), "; ".join(told))
    _add_points(segment, np.stack([track["lon"], track["lat"]], axis=1), heights)
    for row in list_rows(session, "sections"):
        step = next(step for step in steps if step["section"] == row["section"])
        part = np.flatnonzero(track["step"] == step["step"])
        words = sanitize_text(describe_step(step), LONGEST_VALUE)
        checks = "; ".join(sanitize_text(check) for check in row["checks"])
        for at, name in ((part[0], "start"), (part[-1], "end")):
            _add_waypoint(
                gpx,
                (track["lon"][at], track["lat"][at], heights[at]),
                f"Backward {row['section']} {name}",
                f"{words}. {checks}",
            )


def _add_ranking(gpx: GPX, ranking: Ranking) -> None:
    units = units_of(ranking.units)
    for row in ranking.stretches.to_crs(WGS84).to_dict("records"):
        name = f"{row['rank']} {sanitize_text(row['name'], 100)}"
        checks = "; ".join(sanitize_text(check) for check in row["checks"])
        verdict = sanitize_text(row["verdict"], LONGEST_VALUE)
        rating = "unrated" if row["rating"] == "none" else f"rated {row['rating']}"
        xy, heights = shapely.get_coordinates(row["geometry"]), _heights_at_vertices(row)
        told = "".join(f"{note}. " for note in _explain_heights(heights))
        facts = f"{units.format_length(row['length_m'])}, {rating}, score {row['score']:.2f}"
        words = f"{facts}. {verdict}. {told}Check {checks}"
        _add_points(_add_track(gpx, name, words), xy, heights)
        for (lon, lat), ele, end in ((xy[0], heights[0], "start"), (xy[-1], heights[-1], "end")):
            _add_waypoint(gpx, (lon, lat, ele), f"{row['rank']} {end}", words)


def _heights_at_vertices(row: Mapping[Any, Any]) -> FloatArray:
    """Return the height of each vertex of a stretch in degrees, from those at equal distances along it."""
    xy, heights = shapely.get_coordinates(row["geometry"]), np.asarray(row["heights_m"], dtype=float)
    # Over the length of a stretch one length of a degree will do.
    steps = np.diff(xy, axis=0) * [np.cos(np.radians(xy[0, 1])), 1.0]
    along = np.r_[0.0, np.cumsum(np.hypot(*steps.T))]
    result: FloatArray = np.interp(along / max(along[-1], 1e-12), np.linspace(0, 1, len(heights)), heights)
    return result


def _explain_heights(heights: FloatArray) -> list[str]:
    """Return a note where the heights of a track are left out."""
    known = np.isfinite(heights)
    if known.all():
        return []
    return ["heights are unknown" + (" on a part of it, so none are written" if known.any() else "")]


def _add_track(gpx: GPX, name: str, words: str) -> Any:
    from gpxpy.gpx import GPXTrack, GPXTrackSegment

    track, segment = GPXTrack(name=name, description=sanitize_text(words, _LONGEST_NOTICE)), GPXTrackSegment()
    track.segments.append(segment)
    gpx.tracks.append(track)
    return segment


def _add_points(segment: Any, lonlat: FloatArray, heights: FloatArray) -> None:
    """Add points with their heights, or without any: programs reckon a climb wrongly from a track with gaps."""
    from gpxpy.gpx import GPXTrackPoint

    written = heights if np.isfinite(heights).all() else np.full(len(heights), np.nan)
    for (lon, lat), ele in zip(lonlat.tolist(), written.tolist(), strict=True):
        segment.points.append(GPXTrackPoint(round(lat, 7), round(lon, 7), elevation=_round_elevation(ele)))


def _add_waypoint(gpx: GPX, at: tuple[float, float, float], name: str, words: str) -> None:
    from gpxpy.gpx import GPXWaypoint

    lon, lat, ele = at
    gpx.waypoints.append(
        GPXWaypoint(
            round(lat, 7),
            round(lon, 7),
            elevation=_round_elevation(ele),
            name=name,
            description=sanitize_text(words, 1000),
        )
    )


def _round_elevation(ele: float) -> float | None:
    return round(float(ele), 1) if np.isfinite(ele) else None
