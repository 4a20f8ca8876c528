"""The layer of excluded ground: where it lies, and for which reason."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from saferoute.model import get_rows
from saferoute.page.base import clip_geometries, is_in_layers, merge_lines
from saferoute.page.grid import Grid
from saferoute.products import recall_or_compute
from saferoute.report.text import sanitize_text

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from saferoute.arrays import IntArray
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
    for part in sorted(_recall_parts(ranking, reasons, frame, grid), key=_encoded_size):
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


def _recall_parts(ranking: Ranking, reasons: list[str], frame: BaseGeometry, grid: Grid) -> list[dict[str, Any]]:
    """Return each reason with its lines, joined end to end, and its areas."""
    drawn = cache(lambda: _select_drawn(ranking, reasons))
    # What is excluded follows from the question, where that is known; else it is looked at itself.
    asked = ranking.digest or b"".join([drawn()[1].tobytes(), *shapely.to_wkb(drawn()[0])])
    arguments = asked, frame.wkb, f"{grid.to_json()} {len(reasons)}".encode()
    encoded = recall_or_compute(
        ranking.features,
        "excluded layer",
        [np.frombuffer(told, dtype=np.uint8) for told in arguments],
        lambda: _encode_reasons(*drawn(), len(reasons), frame, grid),
    )
    columns = (reasons, encoded["lines"].tolist(), encoded["areas"].tolist())
    return [dict(zip(("reason", "lines", "areas"), part, strict=True)) for part in zip(*columns, strict=True)]


def _select_drawn(ranking: Ranking, reasons: list[str]) -> tuple[NDArray[np.object_], IntArray]:
    """Return the shapes of excluded ground that the base map does not draw, and the number of the reason of each."""
    excluded = _drop_drawn_roads(ranking)
    place = {reason: k for k, reason in enumerate(reasons)}
    code, named = pd.factorize(excluded["reason"].to_numpy(dtype=object))
    number = np.array([place[reason] for reason in named], dtype=np.int64)[code]
    return excluded.geometry.to_numpy(dtype=object), number


def _encode_reasons(
    shapes: NDArray[np.object_], number: IntArray, count: int, frame: BaseGeometry, grid: Grid
) -> dict[str, NDArray[np.object_]]:
    """Return the encoded lines and areas of each of `count` reasons; `number` is that of each shape."""
    shapes = shapely.make_valid(shapes)
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
    encoded = {"lines": np.empty(count, dtype=object), "areas": np.empty(count, dtype=object)}
    for k in range(count):
        encoded["lines"][k] = grid.encode_lines(lines[of_line == k])
        encoded["areas"][k] = grid.encode_rings(polygons[of_polygon == k])
    return encoded


def _encoded_size(part: dict[str, Any]) -> int:
    return len(part["lines"]) + len(part["areas"])
