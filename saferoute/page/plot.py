"""A ranking as a picture of matplotlib, for papers and for further drawing."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from saferoute.model import WGS84, InvalidInput
from saferoute.page.colours import colour_of
from saferoute.page.grid import read_lines
from saferoute.page.payload import build_payload
from saferoute.report.notices import collect_notices
from saferoute.report.ratings import RATINGS
from saferoute.report.table import heading_line
from saferoute.report.units import units_of
from saferoute.scoring import UNRATED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes

    from saferoute.model import Ranking

_WIDTH, _CASING = 3.0, 4.5
"""Widths in points of the line of a stretch, and of the dark line below it."""
_WIDTHS = {"stream": 0.6, "coast": 0.6, "rail": 0.5, "path": 0.4, "lane": 0.6, "street": 1.0, "road": 1.4}
"""Widths of the base map's lines in points."""
_LEGIBLE = {"lane": "street-edge", "street": "street-edge"}
"""Layers that are white on the page, where they have an edge; here they are drawn in its colour."""
_MOST_NUMBERS = 40
"""Most ranks that are written on the picture."""
_APART = 1 / 30
"""Least distance of two ranks, as a share of the picture's width."""
_SCALE = 1 / 4
"""Longest bar of scale, as a share of the picture's width."""
_LINE = 110
"""Characters of a line below the picture."""
_MARGIN = 0.05
"""Empty ground around what is drawn, as a share of it."""


def plot_ranking(ranking: Ranking, ax: Axes | None = None) -> Axes:
    """Return axes with a map of a ranking: stretches in the colour of their rating, with ranks, scale and credits.

    Parameters
    ----------
    ranking : Ranking
        May be empty.
    ax : Axes, optional
        Axes to draw on; by default those of a new figure of 8 by 8 inches. Coordinates are
        metres in ``ranking.area.crs``.

    Raises
    ------
    InvalidInput
        If matplotlib is not installed.
    """
    if ax is None:
        try:
            from matplotlib import pyplot as plt
        except ImportError as error:
            raise InvalidInput("plot needs matplotlib: pip install 'saferoute[plot]'; .map() needs nothing") from error
        _, ax = plt.subplots(figsize=(8, 8), layout="constrained")
    ax.set_aspect("equal")
    ax.set_facecolor(colour_of("void"))
    ax.set(xticks=[], yticks=[])
    _draw_base(ax, ranking)
    _show_ground(ax, ranking)
    _draw_stretches(ax, ranking)
    _write_ranks(ax, ranking)
    _draw_scale(ax, ranking)
    _write_words(ax, ranking)
    return ax


def _draw_base(ax: Axes, ranking: Ranking) -> None:
    """Draw the same base map as the page's."""
    base: Mapping[str, Any] = build_payload(ranking)["base"]
    for layer in base["layers"]:
        name, lines = layer["name"], read_lines(layer["parts"], base["grid"])
        if layer["kind"] == "fill":
            rings = [shapely.LinearRing(line) for line in lines if len(line) > 2]
            # Rings within rings are holes.
            shapes = [shapely.build_area(shapely.GeometryCollection(rings))]
            look: dict[str, Any] = {"color": colour_of(name), "linewidth": 0}
        else:
            shapes = [shapely.LineString(line) for line in lines if len(line) > 1]
            look = {"color": colour_of(_LEGIBLE.get(name, name)), "linewidth": _WIDTHS[name]}
        _draw_shapes(ax, gpd.GeoSeries(shapes, crs=WGS84).to_crs(ranking.area.crs), **look)


def _draw_shapes(ax: Axes, shapes: gpd.GeoSeries, **look: Any) -> None:
    if not shapes.is_empty.all():
        shapes.plot(ax=ax, aspect=None, **look)


def _show_ground(ax: Axes, ranking: Ranking) -> None:
    """Mark the place, and show the ground around it and the stretches; without any, all that was searched."""
    here = gpd.GeoSeries.from_xy([ranking.place.lon], [ranking.place.lat], crs=WGS84).to_crs(ranking.area.crs)
    searched = here.buffer(ranking.area.radius_m)
    _draw_shapes(ax, searched.boundary, color=colour_of("circle"), linewidth=0.8, linestyle=":")
    ax.plot(here.x, here.y, "o", color=colour_of("focus"), markeredgecolor="white", markersize=7, zorder=4)
    shown = [*here, *ranking.stretches.geometry] if len(ranking) else [*searched]
    west, south, east, north = shapely.total_bounds(np.array(shown))
    margin = _MARGIN * max(east - west, north - south)
    ax.set(xlim=(west - margin, east + margin), ylim=(south - margin, north + margin))


def _draw_stretches(ax: Axes, ranking: Ranking) -> None:
    rows = ranking.stretches
    for name, rating in reversed(RATINGS.items()):  # the best on top
        shapes = rows.geometry[rows["rating"] == name]
        if len(shapes):
            word = rating.meaning if name == UNRATED else f"{name}: {rating.meaning}"
            shapes.plot(ax=ax, aspect=None, color=colour_of("casing"), linewidth=_CASING, zorder=3)
            shapes.plot(ax=ax, aspect=None, color=rating.colour, linewidth=_WIDTH, zorder=3, label=word)
    if len(rows):
        ax.legend(title="rating", loc="upper right", fontsize="small", reverse=True)


def _write_ranks(ax: Axes, ranking: Ranking) -> None:
    """Write the ranks of the best stretches that find room."""
    rows, taken = ranking.stretches.iloc[:_MOST_NUMBERS], np.empty((0, 2))
    apart = _APART * np.ptp(ax.get_xlim())
    for rank, (x, y) in zip(rows["rank"], shapely.get_coordinates(rows.geometry.centroid), strict=True):
        if (np.hypot(*(taken - (x, y)).T) < apart).any():
            continue
        taken = np.vstack([taken, (x, y)])
        ax.annotate(
            str(rank), (x, y), (0, 9), textcoords="offset points", ha="center", va="center", fontsize=7, color="white",
            bbox={"boxstyle": "circle,pad=0.25", "facecolor": colour_of("ink"), "edgecolor": "white"}, zorder=5,
            annotation_clip=True,
        )  # fmt: skip


def _draw_scale(ax: Axes, ranking: Ranking) -> None:
    (west, east), (south, north) = ax.get_xlim(), ax.get_ylim()
    scales = units_of(ranking.units).list_scales()
    length_m, words = max((scale for scale in scales if scale[0] <= _SCALE * (east - west)), default=scales[0])
    x, y = west + 0.03 * (east - west), south + 0.03 * (north - south)
    ax.plot([x, x + length_m], [y, y], color=colour_of("ink"), linewidth=3, solid_capstyle="butt", zorder=4)
    ax.annotate(words, (x, y), (0, 4), textcoords="offset points", fontsize="small", zorder=4)


def _write_words(ax: Axes, ranking: Ranking) -> None:
    """Write what was found above the map, and credits, date and caution below."""
    words = collect_notices(ranking)
    below = [f"{words['attribution']}; data of {words['data_date']}. Licence: {words['licence']}", words["caution"]]
    # Names on the map may hold dollar signs, which are no formulas.
    ax.set_title(textwrap.fill(heading_line(ranking), _LINE // 2), fontsize="medium", parse_math=False)
    ax.set_xlabel(
        "\n".join(line for text in below for line in textwrap.wrap(text, _LINE)), fontsize=6, loc="left",
        color=colour_of("quiet"), parse_math=False,
    )  # fmt: skip
    ax.set_ylabel("")
