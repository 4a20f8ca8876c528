"""The tables of a session: steps, sections and the track."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from saferoute.model import WGS84
from saferoute.report.text import name_direction
from saferoute.report.units import units_of
from saferoute.training import _choose
from saferoute.training._options import APART_S
from saferoute.training.technique import Technique, teach_technique

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    import pandas as pd

    from saferoute.arrays import FloatArray
    from saferoute.model import Ranking, Training, Wish
    from saferoute.report.units import Units
    from saferoute.training._choose import Tour
    from saferoute.training._laps import Laps
    from saferoute.training._options import Option
    from saferoute.training._route import Route

POINT_EVERY_M = 20.0
"""Points of the track are at most this far apart, so that heights show between them."""
_NONE = 0
_OF_STRETCH = (
    "score", "score_low", "rating", "data_quality", "surface", "grade_pct", "name", "osm_ids",
    "limiting_criterion", "checks",
)  # fmt: skip
STEP_COLUMNS = (
    "step", "kind", "section", "stretch", "start_s", "duration_s", "start_m", "distance_m", "speed_m_s", "words",
    "cue", "geometry",
)  # fmt: skip
SECTION_COLUMNS = (
    "section", "stretch", "start_s", "start_m", "duration_s", "length_m", "speed_m_s", "bearing_deg", "run_out_m",
    *_OF_STRETCH, "geometry",
)  # fmt: skip
TRACK_COLUMNS = ("lon", "lat", "x_m", "y_m", "distance_m", "time_s", "elevation_m", "step")
LOOK = "walk it forwards first: holes, glass, nails, debris, people"


@dataclass
class _Steps:
    """Steps under construction."""

    training: Training
    technique: Technique
    rows: list[dict[str, Any]] = field(default_factory=list)

    def append_step(self, kind: str, line: shapely.LineString, seconds: float, words: str, **of: Any) -> None:
        """Append a step; one that goes nowhere gets a point."""
        metres = float(line.length)
        shape = line if metres > 0 else shapely.Point(line.coords[0])
        last = self.rows[-1] if self.rows else {"start_s": 0.0, "duration_s": 0.0, "start_m": 0.0, "distance_m": 0.0}
        self.rows.append(
            {
                "step": len(self.rows) + 1,
                "kind": kind,
                "section": of.get("section", _NONE),
                "stretch": of.get("stretch", _NONE),
                "start_s": last["start_s"] + last["duration_s"],
                "duration_s": seconds,
                "start_m": last["start_m"] + last["distance_m"],
                "distance_m": metres,
                "speed_m_s": metres / seconds if seconds > 0 else 0.0,
                "words": words,
                "cue": self.technique.cue_step(kind, self._last_section(of)),
                "geometry": shape,
            }
        )

    def _last_section(self, of: dict[str, Any]) -> int:
        """Return the number of the section that a step is, or of the last before it."""
        return int(of.get("section") or max((row["section"] for row in self.rows), default=_NONE))


def build_steps(ranking: Ranking, tour: Tour, route: Route, wish: Wish, *, why: str) -> gpd.GeoDataFrame:
    """Return what to do, in order; `why` tells why these stretches."""
    import geopandas as gpd

    training, units = ranking.profile.training, units_of(ranking.units)
    table = _Steps(training, teach_technique(ranking.profile, wish.week))
    section = 0
    for leg, (option, n) in enumerate(zip(tour.options, tour.repeats, strict=True)):
        stretch = ranking.stretches.iloc[option.row]
        rank = int(stretch["rank"])
        kind = "run on" if leg else "warm-up"
        _append_forward_step(table, route, leg, (kind, f"to stretch {rank} ({stretch['name']})"), units)
        line = option.line
        look = f"{LOOK}; turn round at its end; {why}"
        table.append_step("look", shapely.reverse(line), line.length / training.walk_speed_m_s, look, stretch=rank)
        for k in range(n):
            section += 1
            words = f"run backwards {option.section_s:.0f} s towards {_describe_direction(line, units)}"
            words += _describe_groups(option, wish.abreast)
            table.append_step("backward", line, option.section_s, words, section=section, stretch=rank)
            if k < n - 1:
                seconds = _choose.return_time_s(option, training, wish.return_by)
                words = f"{wish.return_by} back forwards, and rest until the time is up"
                table.append_step("back", shapely.reverse(line), seconds, words, stretch=rank)
        here = shapely.LineString([line.coords[-1]] * 2)
        table.append_step(
            "recover",
            here,
            _choose.rest_time_s(option, training),
            "stand or walk about until the breath is calm",
            stretch=rank,
        )
    _append_forward_step(table, route, len(route.legs) - 1, ("cool-down", "home"), units)
    return gpd.GeoDataFrame(table.rows, geometry="geometry", crs=ranking.area.crs)


def _append_forward_step(table: _Steps, route: Route, leg: int, called: tuple[str, str], units: Units) -> None:
    """Add a leg of the route, of a kind of step and with the words for where it leads."""
    kind, where = called
    line = route.line_of_leg(leg)
    if line.length == 0 and kind == "run on":
        return
    over = float(route.graph.length_m[route.legs[leg]][route.graph.way[route.legs[leg]] < 0].sum())
    words = f"run forwards {where}"
    streets = route.street_names_of_leg(leg)
    words += f", by {' and '.join(streets)}" if streets else ""
    words += f"; {units.format_length(over)} of it straight over open ground" if over >= 1 else ""
    laps = route.laps.get(leg)
    words += f"; {_describe_laps(laps, units)}" if laps else ""
    table.append_step(kind, line, line.length / table.training.forward_speed_m_s, words)


def _describe_groups(option: Option, abreast: int) -> str:
    if abreast == 1:
        return ""
    if option.waves == 1:
        return f", {abreast} side by side"
    at_once = math.ceil(abreast / option.waves)
    each = "one by one" if at_once == 1 else f"in {option.waves} groups of up to {at_once}"
    return f", {each}, the next {APART_S:.0f} s after the one before has stopped"


def _describe_laps(laps: Laps, units: Units) -> str:
    rounds = f"{laps.rounds} laps" if laps.rounds > 1 else "a lap"
    return f"{rounds} of {units.format_length(laps.length_m)} on quiet ways, with no road, on the way"


def _measure_bearing(line: shapely.LineString) -> float:
    (x0, y0), (x1, y1) = (line.coords[i][:2] for i in (0, -1))
    return float(np.degrees(np.arctan2(x1 - x0, y1 - y0)) % 360)


def _describe_direction(line: shapely.LineString, units: Units) -> str:
    return f"the {name_direction(_measure_bearing(line))}, {units.format_length(line.length)}"


def build_sections(ranking: Ranking, tour: Tour, table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the backward sections, with what is known of their stretches."""
    import geopandas as gpd

    backward = table[table["kind"] == "backward"]
    row_of = {int(ranking.stretches["rank"].iloc[o.row]): o for o in tour.options}
    rows = []
    for step in backward.to_dict("records"):
        option: Option = row_of[step["stretch"]]
        stretch = ranking.stretches.iloc[option.row]
        beyond = max(float(stretch.geometry.length) - option.section_m, 0.0)
        rows.append(
            {
                "section": step["section"],
                "stretch": step["stretch"],
                "start_s": step["start_s"],
                "start_m": step["start_m"],
                "duration_s": step["duration_s"],
                "length_m": step["distance_m"],
                "speed_m_s": step["speed_m_s"],
                "bearing_deg": _measure_bearing(step["geometry"]),
                "run_out_m": beyond + ranking.profile.run_out_m,
                **{column: stretch[column] for column in _OF_STRETCH},
                "geometry": step["geometry"],
            }
        )
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=ranking.area.crs)


def build_track(table: gpd.GeoDataFrame, heights: Callable[[FloatArray], FloatArray]) -> pd.DataFrame:
    """Return the whole way point by point; times grow evenly within a step."""
    import geopandas as gpd
    import pandas as pd

    moving = table[table["distance_m"] > 0]
    lines = shapely.segmentize(moving.geometry.to_numpy(), POINT_EVERY_M)
    xy, row = shapely.get_coordinates(lines, return_index=True)
    step = np.r_[0.0, np.hypot(*np.diff(xy, axis=0).T)]
    step[np.r_[True, np.diff(row) > 0]] = 0.0
    gone = np.cumsum(step)
    first = np.searchsorted(row, np.arange(len(moving)))
    within = gone - gone[first][row]
    start_m, start_s, speed = (moving[c].to_numpy()[row] for c in ("start_m", "start_s", "speed_m_s"))
    points = gpd.GeoSeries(gpd.points_from_xy(*xy.T), crs=table.crs).to_crs(WGS84)
    frame = pd.DataFrame(
        {
            "lon": points.x.to_numpy(),
            "lat": points.y.to_numpy(),
            "x_m": xy[:, 0],
            "y_m": xy[:, 1],
            "distance_m": start_m + within,
            "time_s": start_s + within / speed,
            "elevation_m": heights(xy),
            "step": moving["step"].to_numpy()[row],
        }
    )
    doubled = np.r_[False, (np.diff(row) == 0) & (step[1:] == 0)]
    return frame[~doubled].reset_index(drop=True)
