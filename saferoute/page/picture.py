"""A still picture (SVG) of the map, drawn from the data of the page.

It is shown where no script may run: in a preview, or in a notebook that is not trusted.
As the source of an ``img`` an SVG runs no script and loads nothing.
"""

from __future__ import annotations

import math
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
_NEEDED = (
    *("land", "sea", "water", "road", "green", "sand", "sport"),
    *("street", "coast", "stream", "lane", "rail", "path", "building"),
)
"""Layers of the base map, those first by which one finds one's way [J]."""
_LARGEST_BASE, _SMALLEST_BASE, _OF_A_STRETCH = 64_000, 16_000, 240
"""Most characters of the base map: each stretch takes some of that room elsewhere, down to the second number.

A page with 200 stretches of a city centre then stays under 450 KB.
"""
_STEPS = 2
"""Steps of the drawing in a pixel: whole numbers of them are shorter than decimals."""
_CASING_PX, _LINE_PX, _SECTION_PX = 7, 5.5, 4.5
_MOST_NUMBERS = 40
"""Most ranks that are written on the picture."""
_APART_PX = 17
"""Least distance between two ranks in pixels; a disc is 17 wide."""
_APART_ON_PHONES_PX = 42
"""The same where the style sheet enlarges discs because the picture is small: others are left away there."""
_LEGEND_PX = 292, 18
"""Width of the legend, and height of a line in it."""


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

    def tell_scale(self) -> str:
        """Return attributes that tell a script where degrees lie: the middle, and pixels to a degree."""
        lon, lat = self._middle.tolist()
        east, north = (self._metres * self.px_per_m).tolist()
        return f'data-lon="{lon:.6f}" data-lat="{lat:.6f}" data-east="{east:.1f}" data-north="{north:.1f}"'


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
        *_render_base(payload["base"], view, max(_SMALLEST_BASE, _LARGEST_BASE - _OF_A_STRETCH * stretches["count"])),
        _render_circle(payload, view),
        *([_render_path([route], view, _line_look(colour_of("route"), 2.5))] if len(route) else []),
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
        'role="img" aria-label="Still map: north is up; numbers as in the list" '
        f"{view.tell_scale()} "
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


def _render_base(base: Mapping[str, Any], view: _View, room: int) -> Iterator[str]:
    """Yield the layers of the base map for which there is room, the lowest first."""
    layers = {layer["name"]: layer for layer in base["layers"]}
    drawn, size = {}, 0
    for name in _NEEDED:
        if name in layers:
            words = "".join(_render_layer(layers[name], base["grid"], view))
            if size + len(words) <= room:
                drawn[name] = words
                size += len(words)
    yield from (drawn[name] for name in layers if name in drawn)


def _render_layer(layer: Mapping[str, Any], grid: Mapping[str, float], view: _View) -> Iterator[str]:
    name, lines = layer["name"], read_lines(layer["parts"], grid)
    if layer["kind"] == "fill":
        yield _render_path(lines, view, f'fill="{colour_of(name)}" fill-rule="evenodd"', closed=True)
        return
    width = _STROKES[name] * min(1.0, max(0.5, view.px_per_m * 2))
    if name in {"lane", "street", "road"}:
        yield _render_path(lines, view, _line_look(colour_of("street-edge"), width + 0.8))
    yield _render_path(lines, view, _line_look(colour_of(name), width))


def _line_look(colour: str, width_px: float, dashes: Iterable[float] = ()) -> str:
    """Return the attributes of a line; the dashes are in widths of it."""
    broken = " ".join(f"{part * width_px * _STEPS:g}" for part in dashes)
    dashing = f' stroke-dasharray="{broken}" stroke-linecap="butt"' if broken else ""
    # Paths are drawn in steps, so that widths are told in steps.
    return f'fill="none" stroke="{colour}" stroke-width="{width_px * _STEPS:.3g}"{dashing}'


def _render_path(lines: Iterable[FloatArray], view: _View, look: str, *, closed: bool = False) -> str:
    """Return lines as one path, without those outside the picture or too small to see."""
    lines = list(lines)
    if not lines:
        return ""
    xy = np.rint(view.to_pixels(np.concatenate(lines)) * _STEPS).astype(int)
    count = np.array([len(line) for line in lines])
    first = np.cumsum(count) - count
    low, high = np.minimum.reduceat(xy, first), np.maximum.reduceat(xy, first)
    seen = (high >= 0).all(axis=1) & (low <= [_STEPS * WIDTH, _STEPS * HEIGHT]).all(axis=1)
    seen &= (high - low).max(axis=1) >= _STEPS
    if not seen.any():
        return ""
    begins = np.zeros(len(xy), dtype=bool)
    begins[first] = True
    steps = np.diff(xy, axis=0, prepend=0)
    drawn = np.repeat(seen, count) & (begins | steps.any(axis=1))
    steps[begins] = xy[begins]
    end = "z" if closed else ""
    # A minus parts two numbers as well as a space does.
    words = "".join(
        f"{end}M{x} {y}" if at_start else f"l{x}{y}" if y < 0 else f"l{x} {y}"
        for at_start, (x, y) in zip(begins[drawn].tolist(), steps[drawn].tolist(), strict=True)
    )
    return f'<path transform="scale({1 / _STEPS:g})" {look} d="{words.removeprefix(end)}{end}"/>'


def _render_circle(payload: Mapping[str, Any], view: _View) -> str:
    x, y = view.to_pixels(np.array([payload["place"]["lon"], payload["place"]["lat"]])).tolist()
    radius = payload["radius_m"] * view.px_per_m
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="none" stroke="{colour_of("circle")}" '
        f'stroke-width="1.2" stroke-dasharray="3 6"/>' + _render_place(x, y)
    )


def _render_place(x: float, y: float) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{colour_of("focus")}" stroke="#fff" stroke-width="2"/>'


def _render_stretches(ratings: list[str], lines: list[FloatArray], view: _View) -> Iterator[str]:
    """Yield the stretches in the colours and dashes of their ratings, the best on top."""
    yield _render_path(lines, view, _line_look(colour_of("casing"), _CASING_PX))
    for name, rating in reversed(RATINGS.items()):
        of_it = [line for line, other in zip(lines, ratings, strict=True) if other == name]
        # The dark casing shows between the dashes, which tell ratings apart on paper without colours.
        yield _render_path(of_it, view, _line_look(rating.colour, _LINE_PX, rating.dashes))


def _render_ranks(ranks: list[int | None], lines: list[FloatArray], view: _View) -> Iterator[str]:
    """Yield the ranks of the best stretches that find room."""
    taken: list[FloatArray] = []
    roomy: list[FloatArray] = []
    for rank, line in list(zip(ranks, lines, strict=True))[:_MOST_NUMBERS]:
        at = view.to_pixels(line).mean(axis=0) + np.array([0, -13])
        if rank is not None and all(np.hypot(*(at - other)) > _APART_PX for other in taken):
            taken.append(at)
            if has_room := all(np.hypot(*(at - other)) > _APART_ON_PHONES_PX for other in roomy):
                roomy.append(at)
            yield _render_disc(at, rank, "disc" if has_room else "disc close")


def _render_sections(session: Mapping[str, Any], view: _View) -> Iterator[str]:
    for section in session["sections"]:
        line = read_line(section["line"], session["grid"])
        yield _render_path([line], view, _line_look(colour_of("focus"), _SECTION_PX))
        yield _render_disc(view.to_pixels(line).mean(axis=0) + np.array([0, -13]), section["section"], "disc")


def _render_disc(at: FloatArray, number: int, look: str) -> str:
    x, y = at.tolist()
    return (
        f'<g class="{look}">'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="8.5" fill="{colour_of("ink")}" stroke="#fff" stroke-width="1.2"/>'
        f'<text x="{x:.1f}" y="{y + 3.6:.1f}" font-size="10" font-weight="700" fill="#fff" text-anchor="middle">'
        f"{number}</text></g>"
    )


def _render_legend(payload: Mapping[str, Any], view: _View) -> Iterator[str]:
    """Yield the attribution, a scale bar, the north and the legend."""
    ink = colour_of("ink")
    date = f"data of {payload['data_date']}" if payload["data_date"] else "date of the data unknown"
    scales = units_of(payload["units"]).list_scales()
    length_m, words = max((scale for scale in scales if scale[0] * view.px_per_m <= WIDTH / 5), default=scales[0])
    right = 12 + length_m * view.px_per_m
    yield f'<g class="words" font-size="11" fill="{ink}" stroke="#fff" stroke-width="3" paint-order="stroke">'
    yield _render_text(WIDTH - 10, HEIGHT - 10, f"© OpenStreetMap contributors · {date}", anchor="end")
    yield _render_text(right + 6, HEIGHT - 10, words)
    yield _render_text(24, 52, "N", anchor="middle")
    yield "</g>"
    yield f'<path d="M12 {HEIGHT - 18}v8H{right:.1f}v-8" fill="none" stroke="{ink}" stroke-width="1.5"/>'
    yield f'<path d="M24 10l8 25-8-6-8 6z" fill="{ink}" stroke="#fff"/>'
    yield from _render_keys(payload["session"] is not None)


def _render_keys(of_session: bool) -> Iterator[str]:
    """Yield what colours, dashes and marks mean."""
    wide, high = _LEGEND_PX
    left = WIDTH - wide - 8
    place = ("start and end", "backward section") if of_session else ("place searched for",)
    names = [f"{name}: {rating.meaning}" if name != UNRATED else rating.meaning for name, rating in RATINGS.items()]
    rows = [*names, *place]
    tall = high * len(rows) + 8
    yield f'<g class="keys"><rect x="{left}" y="8" width="{wide}" height="{tall}" fill="#fff" fill-opacity=".9"/>'
    for k, rating in enumerate(RATINGS.values()):
        for look in (_line_look(colour_of("casing"), _CASING_PX), _line_look(rating.colour, _LINE_PX, rating.dashes)):
            start = f"M{(left + 10) * _STEPS} {(21 + high * k) * _STEPS}h{40 * _STEPS}"
            yield f'<path transform="scale({1 / _STEPS:g})" {look} d="{start}"/>'
    y = 21 + high * len(RATINGS)
    yield _render_place(left + 30, y)
    if of_session:
        yield _render_disc(np.array([left + 30, y + high]), 1, "key")
    yield f'<g font-size="12" fill="{colour_of("ink")}">'
    yield from (_render_text(left + 60, 25 + high * k, words) for k, words in enumerate(rows))
    yield "</g></g>"


def _render_text(x: float, y: float, text: str, *, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
