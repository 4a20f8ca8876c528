"""A still picture (SVG) of the map, drawn from the data of the page.

It is shown where no script may run: in a notebook that is not trusted, or on paper.
As the source of an ``img`` an SVG runs no script and loads nothing.
"""

from __future__ import annotations

import math
import re
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from saferoute.geometry.geodesy import DEGREE_M
from saferoute.page.colours import colour_of
from saferoute.page.grid import read_line, read_lines
from saferoute.report.ratings import RATINGS
from saferoute.report.units import units_of
from saferoute.scoring import UNRATED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from saferoute.arrays import FloatArray

WIDTH, HEIGHT = 960, 640
_MARGIN_PX = 40
_MOST_ZOOM = 1.0
"""Largest scale in pixels per metre; the base map has no finer detail."""
_STROKES = {"stream": 2, "coast": 1, "rail": 1.2, "path": 0.9, "lane": 1.4, "street": 2.6, "road": 3.4}
"""Widths of the base map's lines in pixels, by layer."""
_MOST_NUMBERS = 40
"""Most ranks that are written on the picture."""
_APART_PX = 17
"""Least distance between two ranks in pixels; a disc is 17 wide."""


class _View:
    """A projection of degrees to pixels: north is up, and the scale is the same in both directions."""

    def __init__(self, points: FloatArray) -> None:
        low, high = points.min(axis=0), points.max(axis=0)
        self._middle = (low + high) / 2
        # A flat map: over a few kilometres one length of a degree will do.
        self._metres = np.array([DEGREE_M * math.cos(math.radians(self._middle[1])), DEGREE_M])
        wide, tall = (high - low) * self._metres
        room = (WIDTH - 2 * _MARGIN_PX) / max(wide, 1.0), (HEIGHT - 2 * _MARGIN_PX) / max(tall, 1.0)
        self.px_per_m = min(*room, _MOST_ZOOM)

    def to_pixels(self, lonlat: FloatArray) -> FloatArray:
        """Return degrees east and north as pixels from the left and the top, shape (n, 2)."""
        offset = (lonlat - self._middle) * self._metres * self.px_per_m
        result: FloatArray = np.array([WIDTH / 2, HEIGHT / 2]) + offset * np.array([1, -1])
        return result


def render_picture(payload: Mapping[str, Any]) -> str:
    """Return an SVG picture of 960 × 640 px.

    Parameters
    ----------
    payload : mapping
        What `payload.build_payload` returned.
    """
    stretches = payload["stretches"]
    nothing_known: list[int | None] = [None] * stretches["count"]
    ratings = [stretches["texts"][k] for k in stretches["columns"]["rating"] or ()]
    lines = [read_line(word, stretches["grid"]) for word in stretches["lines"]]
    session = payload["session"]
    route = read_line(session["route"], session["grid"]) if session and session["route"] else np.empty((0, 2))
    view = _View(_points_in_view(payload, [*lines, route]))
    parts = [
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{colour_of("void")}"/>',
        *_render_base(payload["base"], view),
        _render_circle(payload, view),
        *(
            [_render_path([route], view, f'fill="none" stroke="{colour_of("route")}" stroke-width="2.5"')]
            if len(route)
            else []
        ),
        *_render_stretches(ratings, lines, view),
        *(
            _render_sections(session, view)
            if session
            else _render_ranks(stretches["columns"]["rank"] or nothing_known, lines, view)
        ),
        *_render_legend(payload, view),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'font-family="system-ui, sans-serif" stroke-linejoin="round" stroke-linecap="round">'
        + "".join(part for part in parts if part)
        + "</svg>"
    )


def _points_in_view(payload: Mapping[str, Any], lines: Iterable[FloatArray]) -> FloatArray:
    """Return the points the picture must show: the stretches, or the search circle if there are none."""
    lon, lat = payload["place"]["lon"], payload["place"]["lat"]
    points = np.concatenate([[[lon, lat]], *lines])
    if len(points) > 1:
        return points
    north = payload["radius_m"] / DEGREE_M
    east = north / max(math.cos(math.radians(lat)), 0.01)
    return np.array([[lon - east, lat - north], [lon + east, lat + north]])


def _render_base(base: Mapping[str, Any], view: _View) -> Iterator[str]:
    for layer in base["layers"]:
        name, lines = layer["name"], read_lines(layer["parts"], base["grid"])
        if layer["kind"] == "fill":
            yield _render_path(lines, view, f'fill="{colour_of(name)}" fill-rule="evenodd"', closed=True)
            continue
        width = _STROKES[name] * min(1.0, max(0.5, view.px_per_m * 2))
        if name in {"lane", "street", "road"}:
            yield _render_path(
                lines, view, f'fill="none" stroke="{colour_of("street-edge")}" stroke-width="{width + 0.8:.1f}"'
            )
        yield _render_path(lines, view, f'fill="none" stroke="{colour_of(name)}" stroke-width="{width:.1f}"')


def _render_path(lines: Iterable[FloatArray], view: _View, look: str, *, closed: bool = False) -> str:
    """Return lines as one path, without those outside the picture or too small to see."""
    words = []
    for line in lines:
        xy = np.rint(view.to_pixels(line) * 10).astype(int)
        low, high = xy.min(axis=0), xy.max(axis=0)
        if (high < 0).any() or low[0] > 10 * WIDTH or low[1] > 10 * HEIGHT or (high - low).max() < 8:
            continue
        steps = np.diff(xy, axis=0)
        steps = steps[np.abs(steps).sum(axis=1) > 0]
        moves = "".join(f"l{x} {y}" for x, y in steps.tolist())
        words.append(f"M{xy[0, 0]} {xy[0, 1]}{moves}{'z' if closed else ''}")
    # Whole tenths of a pixel are shorter than decimals. The path is scaled down, so its stroke is scaled up.
    style = re.sub(r'stroke-width="([\d.]+)"', lambda m: f'stroke-width="{float(m[1]) * 10:g}"', look)
    return f'<path transform="scale(.1)" {style} d="{"".join(words)}"/>' if words else ""


def _render_circle(payload: Mapping[str, Any], view: _View) -> str:
    x, y = view.to_pixels(np.array([payload["place"]["lon"], payload["place"]["lat"]])).tolist()
    radius = payload["radius_m"] * view.px_per_m
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="none" stroke="{colour_of("circle")}" '
        f'stroke-width="1.2" stroke-dasharray="3 6"/>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{colour_of("focus")}" stroke="#fff" stroke-width="2"/>'
    )


def _render_stretches(ratings: list[str], lines: list[FloatArray], view: _View) -> Iterator[str]:
    """Yield each stretch in the colour of its rating, the best on top."""
    for rating, line in reversed(list(zip(ratings, lines, strict=True))):
        yield _render_path([line], view, f'fill="none" stroke="{colour_of("casing")}" stroke-width="7"')
        yield _render_path([line], view, f'fill="none" stroke="{RATINGS[rating].colour}" stroke-width="4.5"')


def _render_ranks(ranks: list[int | None], lines: list[FloatArray], view: _View) -> Iterator[str]:
    """Yield the ranks of the best stretches that find room."""
    taken: list[FloatArray] = []
    for rank, line in list(zip(ranks, lines, strict=True))[:_MOST_NUMBERS]:
        at = view.to_pixels(line).mean(axis=0) + np.array([0, -13])
        if rank is not None and all(np.hypot(*(at - other)) > _APART_PX for other in taken):
            taken.append(at)
            yield _render_disc(at, rank)


def _render_sections(session: Mapping[str, Any], view: _View) -> Iterator[str]:
    for section in session["sections"]:
        line = read_line(section["line"], session["grid"])
        yield _render_path([line], view, f'fill="none" stroke="{colour_of("focus")}" stroke-width="4.5"')
        yield _render_disc(view.to_pixels(line).mean(axis=0) + np.array([0, -13]), section["section"])


def _render_disc(at: FloatArray, number: int) -> str:
    x, y = at.tolist()
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="8.5" fill="{colour_of("ink")}" stroke="#fff" stroke-width="1.2"/>'
        f'<text x="{x:.1f}" y="{y + 3.6:.1f}" font-size="10" font-weight="700" fill="#fff" text-anchor="middle">'
        f"{number}</text>"
    )


def _render_legend(payload: Mapping[str, Any], view: _View) -> Iterator[str]:
    """Yield the attribution, a scale bar and the legend."""
    date = f"data of {payload['data_date']}" if payload["data_date"] else "date of the data unknown"
    scales = units_of(payload["units"]).list_scales()
    length_m, words = max((scale for scale in scales if scale[0] * view.px_per_m <= WIDTH / 5), default=scales[0])
    right = 12 + length_m * view.px_per_m
    yield f'<g font-size="11" fill="{colour_of("ink")}" stroke="#fff" stroke-width="3" paint-order="stroke">'
    yield _render_text(WIDTH - 10, HEIGHT - 10, f"© OpenStreetMap contributors · {date}", anchor="end")
    yield _render_text(right + 6, HEIGHT - 10, words)
    for k, name in enumerate(RATINGS):
        yield _render_text(WIDTH - 40, 20 + 15 * k, "unrated" if name == UNRATED else name, anchor="end")
    yield "</g>"
    yield f'<path d="M12 {HEIGHT - 18}v8H{right:.1f}v-8" fill="none" stroke="{colour_of("ink")}" stroke-width="1.5"/>'
    for k, rating in enumerate(RATINGS.values()):
        yield f'<rect x="{WIDTH - 34}" y="{10 + 15 * k}" width="24" height="12" fill="{rating.colour}"/>'


def _render_text(x: float, y: float, text: str, *, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
