"""The survey of one tile, which finds the stretches that a search of the whole region would find.

A tile owns the stretches whose middle lies in it, and is surveyed with a
margin that grows where it must (`saferoute.scan.margins`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely

from saferoute import candidates, search
from saferoute.arrays import as_objects
from saferoute.exports import schema
from saferoute.exports.layers import flatten_columns
from saferoute.model import WGS84, PlaceNotFound
from saferoute.scan import _base, _places
from saferoute.scan._details import OF_PAGE, add_details
from saferoute.scan._job import ZOOMS
from saferoute.scan._kept import KeptTile
from saferoute.scan.joining import join_tiles
from saferoute.scan.margins import SIDES, WIDEST_M, Frame, Owned, Runs, longest_m, margin_for_open_ground
from saferoute.scan.tiles import Tile, format_quadkeys, tile_numbers, tiles_covering
from saferoute.sources.osm.extract import box_around

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from saferoute.arrays import Columns, FloatArray, IntArray
    from saferoute.model.heights import Heights
    from saferoute.scan._job import Job
    from saferoute.scan.tiles import Box, Tiles

NEAR_M = 500.0
"""First distance in metres from a tile within which windows are measured; it is longer than two stretches."""
MARGIN_M = 750.0
"""First width of the margin in metres: with it most tiles are surveyed once [J]."""
NO_WAY_M = 4000.0
"""Margin in metres around a tile without ways: open ground may reach that far from the last way."""
DEEP_ZOOM = 18
"""Zoom of the quadkeys of rows, which are squares of at most 153 m."""


def list_tiles(job: Job) -> Tiles:
    """Return the tiles that may have a map: all that a way or the open ground around it may reach."""
    # Boxes in metres are a little wider in degrees than at their middle.
    slack_m = 0.1 * Tile(job.zoom, 0, 2 ** (job.zoom - 1)).widest_m
    boxes, counts = job.open_data()[0].frame_ways()
    tiles = tiles_covering(boxes, job.zoom, margin_m=NO_WAY_M + slack_m, within=job.data_box)
    return join_tiles(tiles, boxes, counts, most=job.most_ways, coarsest=ZOOMS[0])


@dataclass(frozen=True)
class Found:
    """The stretches of one tile.

    Attributes
    ----------
    lines : ndarray of n LineStrings
        In WGS 84 and in the order of their keys.
    columns : columns of n rows
        Those of `saferoute.scan._columns.OF_TILES`; of no stretch there are none.
    facts : mapping
        What was surveyed, and what users must know of it.
    base : bytes
        Parts of the base map, as `saferoute.scan._base.encode_base` returns them.
    """

    lines: NDArray[np.object_]
    columns: Columns
    facts: dict[str, Any]
    base: bytes


def survey_tile(tile: Tile, job: Job) -> Found | None:
    """Return the stretches of a tile, None if the map has no way in or near it."""
    features_of, _ = job.open_data()
    kept, frame = KeptTile(features_of, tile), Frame(tile, job)
    near_m, least = NEAR_M, np.full(SIDES, MARGIN_M)
    while True:
        told = job.tell_ground() + least.tobytes()
        look = json.loads(kept.recall_or_make("look", told, partial(look_around, frame, job, least)))
        if look["margin"] is None:
            return None
        margin = np.array(look["margin"])
        if look["nothing"] is not None:
            return Found(np.empty(0, dtype=object), {}, look["nothing"], _recall_base(kept, frame, job, margin))
        seen = _survey_map(frame, job, margin)
        # What is far from the tile and on no run that reaches it is not measured.
        chosen = np.flatnonzero(seen.runs.is_in_reach(near_m))
        ground = _measure_windows(search.select_windows(seen.ground, chosen), job)
        merged, score = search.build_stretches(ground)
        owned = Owned(frame, ground, merged)
        unsure = owned.has_unsure_rivals(seen.runs.list_cut(), np.fmin(margin, near_m))
        if not unsure or near_m >= WIDEST_M:
            break
        near_m, least = 2 * near_m, np.fmin(2 * margin, WIDEST_M)
    best = candidates.is_best_of_rivals(owned.rivals, candidates.order_by_score(merged, score))
    rows = np.flatnonzero(best & (owned.mine | owned.beyond))
    found = _list_columns(ground, candidates.select_stretches(merged, rows), owned, rows)
    facts = _list_facts(seen, tile, job, ground.evidence.elevation)
    return Found(*found, facts | {"cut": facts["cut"] or unsure}, _recall_base(kept, frame, job, margin))


def frame_ground(tile: Tile, job: Job, found: Found | None) -> Box:
    """Return west, south, east and north in degrees of all that decides what was found of a tile."""
    margin = np.full(SIDES, NO_WAY_M) if found is None else np.array(found.facts["margin_m"])
    # Margins only grow: the last one holds all that was looked at.
    return box_around(search.area_from_bounds(Frame(tile, job).widen_box(margin), tile.crs), search.MARGIN_M)


class _Seen(NamedTuple):
    """The map around a tile, and the margin that shows all runs whole that reach the tile."""

    ground: search.Survey
    runs: Runs
    margin: FloatArray
    needed: FloatArray


def _survey_map(frame: Frame, job: Job, margin: FloatArray) -> _Seen:
    """Return the map around a tile as far as a margin; if there is no way in it, `PlaceNotFound` is raised."""
    features_of, _ = job.open_data()
    area = search.area_from_bounds(frame.widen_box(margin), frame.tile.crs)
    ground = search.survey_map(area, features_of=features_of, profile=job.profile)
    runs = Runs(frame, ground, margin)
    needed = np.fmax(margin, np.fmax(margin_for_open_ground(frame, ground), runs.required_margin()))
    return _Seen(ground, runs, margin, needed)


def look_around(frame: Frame, job: Job, least: FloatArray) -> bytes:
    """Return as JSON the ``margin`` that is needed around a tile, and the facts if it holds ``nothing`` to run on.

    The margin is null if there is no way in it, and ``nothing`` if there may be stretches.
    """
    margin = least
    while True:
        try:
            seen = _survey_map(frame, job, margin)
        except PlaceNotFound:
            if margin.min() >= NO_WAY_M:
                return json.dumps({"margin": None}).encode()
            margin = np.full(SIDES, NO_WAY_M)
            continue
        wider = np.fmin(seen.needed, WIDEST_M)
        if not (wider > margin).any():
            break
        margin = wider
    has_windows = seen.runs.is_in_reach(longest_m(seen.ground)).any()
    nothing = None if has_windows else _list_facts(seen, frame.tile, job)
    return json.dumps({"margin": margin.tolist(), "nothing": nothing}).encode()


def _recall_base(kept: KeptTile, frame: Frame, job: Job, margin: FloatArray) -> bytes:
    """Return a tile's parts of the base map, of the features that a survey with some margin reads."""

    def draw() -> bytes:
        features_of, _ = job.open_data()
        area = search.area_from_bounds(frame.widen_box(margin), frame.tile.crs)
        features = features_of.read_features(area, margin_m=search.MARGIN_M)
        squares = _list_mapped_squares(frame, features.ways.geometry, job)
        return _base.encode_base(_base.draw_base(features, frame.tile, squares, job.zoom))

    return kept.recall_or_make("base", margin.tobytes() + str(job.zoom).encode(), draw)


def _list_mapped_squares(frame: Frame, ways: NDArray[np.object_], job: Job) -> list[Tile]:
    """Return the smallest tiles in a tile that would have a map by themselves: at the data, and with a way near."""
    if frame.tile.zoom == job.zoom:
        return [frame.tile]
    at_data = tiles_covering(np.array([job.data_box]), job.zoom, within=frame.tile.box)
    squares = [tile for tile in at_data if tile.quadkey.startswith(frame.tile.quadkey)]
    boxes = [frame.project_tile(square) for square in squares]
    near = shapely.STRtree(ways).query(boxes, predicate="dwithin", distance=NO_WAY_M)[0]
    return [squares[at] for at in np.unique(near).tolist()]


def _measure_windows(ground: search.Survey, job: Job) -> search.Survey:
    _, elevation_of = job.open_data()
    return search.measure_survey(ground, elevation_of=elevation_of, observations=job.observations)


def _list_facts(seen: _Seen, tile: Tile, job: Job, elevation: Heights | None = None) -> dict[str, Any]:
    """Return what was surveyed, and what users must know of it."""
    features = seen.ground.features
    return {
        "area_km2": round(tile.area_km2, 4),
        "ways": len(features.ways),
        "windows": len(seen.ground.windows),
        "margin_m": seen.margin.tolist(),
        "cut": bool((seen.needed > seen.margin).any()),
        "attribution": [*features.attribution, *(elevation.attribution if elevation else ())],
        # What is missing of the map is told of all of it: what a margin happens to show differs from tile to tile.
        "notes": [*job.open_data()[0].note_trouble(), *(elevation.notes if elevation else ())],
    }


def _list_columns(
    ground: search.Survey, merged: candidates.Stretches, owned: Owned, rows: IntArray
) -> tuple[NDArray[np.object_], dict[str, NDArray[Any]]]:
    """Return the lines of the tile's stretches and their columns, in the order of their keys."""
    found = search.list_stretches(ground, merged, None).columns
    columns = {
        **flatten_columns(add_details(found), (*schema.ANYWHERE, *OF_PAGE)),
        "quadkey": as_objects(format_quadkeys(*tile_numbers(owned.lonlat[rows], DEEP_ZOOM), DEEP_ZOOM)),
        **{name: as_objects(found[name]) for name in ("name", "nearby")},
        "seam": owned.seam[rows],
        "beyond": owned.beyond[rows],
        **_places.locate_points(ground.features.areas, owned.middle[rows]),
    }
    # Middles decide where all else is alike: what comes first may not hang on the tiles.
    keys = (*(columns[name] for name in ("quadkey", "length_m", "osm_ids")), *owned.lonlat[rows].T)
    order = np.array(sorted(range(len(rows)), key=list(zip(*keys, strict=True)).__getitem__), dtype=np.int64)
    lines = _project_lines(found["geometry"][order], ground.area.crs)
    return lines, {name: column[order] for name, column in columns.items()}


def _project_lines(lines: NDArray[np.object_], crs: str) -> NDArray[np.object_]:
    """Return lines in metres of a zone in degrees (WGS 84)."""
    from pyproj import Transformer

    moved: NDArray[np.object_] = shapely.transform(
        lines, Transformer.from_crs(crs, WGS84, always_xy=True).transform, interleaved=False
    )
    return moved
