"""The layer of excluded ground: where it lies, and for which reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from saferoute.model import get_rows
from saferoute.page.base import clip_geometries, is_in_layers, merge_lines
from saferoute.page.grid import Grid
from saferoute.report.text import sanitize_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shapely.geometry.base import BaseGeometry

    from saferoute.model import Ranking

LARGEST = 30_000
"""Most characters of the layer; a page with 200 stretches of a city centre then stays under 450 KB."""

ROADS = "motor road"
"""Reason of lines that are mostly roads of the base map; the layer does not repeat those."""
ROAD_LAYERS = ("lane", "street", "road")
"""Layers of the base map that hold nothing but motor roads."""

_SHORTEST_M = 10.0
"""Shortest line that is drawn. Half of all lines are shorter, narrower than a finger on the screen."""
_SMALLEST_M2 = 100.0
_TOLERANCE_M = 2.0


def excluded_layer(ranking: Ranking, frame: BaseGeometry) -> tuple[dict[str, Any], list[str]]:
    """Return the excluded ground within a frame, and the reasons that did not fit into the file.

    Returns
    -------
    layer : dict
        ``grid``; ``roads``, the reason of the base map's roads, None if none was
        excluded; ``road_layers``, the layers that hold those roads; ``reasons``, each
        with ``reason``, ``lines`` and ``areas`` (see `Grid`).
    too_many : list of str
        Reasons that are not drawn, the longest first.
    """
    grid = Grid.around_place(ranking.place, ranking.area.crs, decimals=5)
    drawn, too_many, size = [], [], 0
    reasons = [row["reason"] for row in ranking.exclusions()]  # longest first, as the table has them
    # The smallest reasons first: one large reason would push out many small ones.
    for part in sorted(_encode_reasons(_drop_drawn_roads(ranking), reasons, frame, grid), key=_encoded_size):
        size += _encoded_size(part)
        if size > LARGEST:
            too_many.append(part["reason"])
        elif _encoded_size(part):
            drawn.append(part)
    drawn.sort(key=lambda part: reasons.index(part["reason"]))
    layer = {
        "grid": grid.to_json(),
        "roads": ROADS if ROADS in reasons else None,
        "road_layers": ROAD_LAYERS,
        "reasons": [{**part, "reason": sanitize_text(part["reason"])} for part in drawn],
    }
    return layer, [sanitize_text(reason) for reason in reversed(too_many)]


def _drop_drawn_roads(ranking: Ranking) -> pd.DataFrame:
    """Return the exclusions without the roads that the base map draws.

    A track that is open to motors stays, as no layer of roads holds it.
    """
    ways, excluded = ranking.features.ways, get_rows(ranking, "excluded")
    if not len(ways):
        return excluded
    roads = is_in_layers(ways, ROAD_LAYERS)
    kinds, numbers = (ways[name][roads] for name in ("osm_type", "osm_id"))
    drawn = {f"{kind}/{number}" for kind, number in zip(kinds, numbers, strict=True)}
    there = excluded["reason"].to_numpy(dtype=object) == ROADS
    there[there] = [drawn.issuperset(ids) for ids in excluded["osm_ids"].to_numpy()[there]]
    return excluded[~there]


def _encode_reasons(
    excluded: pd.DataFrame, reasons: list[str], frame: BaseGeometry, grid: Grid
) -> Iterator[dict[str, Any]]:
    """Yield for each reason its lines, joined end to end, and its areas."""
    place = {reason: k for k, reason in enumerate(reasons)}
    code, named = pd.factorize(excluded["reason"].to_numpy(dtype=object))
    number = np.array([place[reason] for reason in named], dtype=np.int64)[code]
    shapes = shapely.make_valid(excluded.geometry.to_numpy(dtype=object))
    near = shapely.intersects(frame, shapes)
    parts, of = shapely.get_parts(clip_geometries(shapes[near], frame), return_index=True)
    of = number[near][of]
    kind = shapely.get_type_id(parts)
    lines, of_line = merge_lines(
        parts[kind == shapely.GeometryType.LINESTRING], of[kind == shapely.GeometryType.LINESTRING]
    )
    areas = (kind == shapely.GeometryType.POLYGON) & (shapely.area(parts) >= _SMALLEST_M2)
    polygons, of_polygon = shapely.simplify(parts[areas], _TOLERANCE_M), of[areas]
    long = shapely.length(lines) >= _SHORTEST_M
    lines, of_line = shapely.simplify(lines[long], _TOLERANCE_M), of_line[long]
    for k, reason in enumerate(reasons):
        yield {
            "reason": reason,
            "lines": grid.encode_lines(lines[of_line == k]),
            "areas": grid.encode_rings(polygons[of_polygon == k]),
        }


def _encoded_size(part: dict[str, Any]) -> int:
    return len(part["lines"]) + len(part["areas"])
