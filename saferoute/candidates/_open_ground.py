"""Open ground: beaches, lawns, pitches, squares, tracks, and the corridors on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely

from saferoute.candidates._corridors import Corridor, CorridorFinder
from saferoute.candidates._doubts import DoubtFinder
from saferoute.candidates._drawn import measure_density
from saferoute.candidates._kept_corridors import recall_or_find_corridors
from saferoute.candidates._likely_surfaces import doubt_surfaces
from saferoute.candidates._strokes import NO_NODE, empty_strokes
from saferoute.candidates._surroundings import Surroundings
from saferoute.geometry import group_joined
from saferoute.model import Strokes
from saferoute.osm import access, ground
from saferoute.products import recall_or_compute, remember_or_make
from saferoute.table import Column

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.candidates._blockers import Blockers
    from saferoute.candidates._neighbours import Neighbours
    from saferoute.model import Profile
    from saferoute.products import Arrays, Mapped
    from saferoute.table import Table


_SEPARATOR = ";"
"""Between the names of doubts."""


class Around(NamedTuple):
    """All that lies on and around open ground."""

    blockers: Blockers
    neighbours: Neighbours


@dataclass(frozen=True)
class OpenGround:
    """Corridors found on open ground.

    Attributes
    ----------
    lines : ndarray of n LineStrings
    rows : Table of n rows
        The tags of the polygon each corridor lies on, with ``kind``,
        ``clear_width_m`` (twice the distance from the line to the edge of the
        free ground), what `fill_likely_surfaces`
        adds, ``beach_club``, ``is_tidal`` (it lies on the sea's side of a coastline), ``doubts``
        (names of `DOUBTS`) and ``drawn_per_ha``, how much is drawn around.
    excluded : Table
        Open ground without a corridor: ``reason`` and the polygon.
    bounds : ndarray of shape (p, 4)
        West, south, east and north of each piece of ground that was searched: touching
        polygons of one kind are one piece, and what lies anywhere on it decides where its
        corridors are.
    """

    lines: NDArray[np.object_]
    rows: Table
    excluded: Table
    bounds: FloatArray


def search_open_ground(
    areas: Table,
    *,
    reasons: NDArray[np.object_],
    wanted: BoolArray,
    around: Around,
    profile: Profile,
    of: Mapped,
) -> Arrays:
    """Find the longest clear corridors on every piece of open ground.

    Parameters
    ----------
    areas : Table of n rows
        As `fill_likely_surfaces` returns it.
    reasons : ndarray of n str
        Why an area is never run on, ``""`` where it may be.
    wanted : ndarray of shape (n,)
        Which areas to look at; the others only matter as neighbours.
    around : Around
    profile : Profile
        Its lane must lie on free ground over the whole corridor, run-outs
        included.
    of : Features
        The map that all of this is of: corridors are kept in its drawers from search to search.

    Returns
    -------
    mapping of str to arrays
        Of which, with the same areas, `tabulate_open_ground` makes open ground.
    """
    kinds = areas.tags.remember(ground.find_kinds)
    excluded = [(int(row), str(reasons[row])) for row in np.flatnonzero((kinds != "") & (reasons != "") & wanted)]
    pieces = [
        (members, name)
        for name, *_ in ground.KINDS
        for members in _recall_touching(areas, name, np.flatnonzero((kinds == name) & (reasons == "")), of)
        if wanted[members].any()
    ]
    bounds = _box_pieces(areas.geometry, [members for members, _ in pieces])
    answers = _answer_pieces(areas, kinds, (pieces, bounds), around, profile, of)
    corridors: list[Corridor] = []
    for (members, _), (found, reason) in zip(pieces, answers, strict=True):
        corridors += found
        if not found:
            excluded += [(int(row), reason) for row in members]
    # By area and not by piece, whose order hangs on how far the map goes on.
    excluded.sort()
    return {
        **_list_corridors(areas, kinds, corridors, around, of),
        "excluded": np.array([row for row, _ in excluded], dtype=np.int64),
        "reason": np.array([reason for _, reason in excluded], dtype=object),
        "bounds": bounds[[reason != "farmland" for _, reason in answers]],
    }


def _answer_pieces(
    areas: Table,
    kinds: NDArray[np.object_],
    asked: tuple[list[tuple[IntArray, str]], FloatArray],
    around: Around,
    profile: Profile,
    of: Mapped,
) -> list[tuple[list[Corridor], str]]:
    """Return the corridors on each piece of open ground and their bounds, or why there is none.

    Answers are remembered for other hours of the same map, which close few other pieces.
    """
    pieces, bounds = asked
    known: dict[tuple[str, bytes], tuple[list[Corridor], str]] = remember_or_make(
        of, "pieces", repr(profile).encode(), dict
    )
    keys = [(name, members.tobytes()) for members, name in pieces]
    new = [number for number, key in enumerate(keys) if key not in known]
    if new:
        finder = CorridorFinder(areas, kinds, _are_for_recreation(areas, kinds), *around, profile)
        if of.drawers is None:
            found = [finder.find_corridors(*pieces[number]) for number in new]
        else:
            surroundings = Surroundings(areas.geometry, kinds != "", *around)
            found = recall_or_find_corridors(
                finder, surroundings, [pieces[number] for number in new], bounds[new], of.drawers
            )
        known.update(zip([keys[number] for number in new], found, strict=True))
    return [known[key] for key in keys]


def _list_corridors(
    areas: Table, kinds: NDArray[np.object_], corridors: list[Corridor], around: Around, of: Mapped
) -> dict[str, NDArray[Any]]:
    """Return corridors, what may be wrong with each, and how much is drawn and built around."""
    lines = np.array([corridor.line for corridor in corridors], dtype=object)
    rows = np.array([corridor.row for corridor in corridors], dtype=np.int64)

    def look_around() -> Arrays:
        doubts = DoubtFinder(*around).find_doubts(lines, areas.geometry[rows], kinds[rows])
        return {
            "doubts": np.array([_SEPARATOR.join(names) for names in doubts], dtype=object),
            "drawn_per_ha": measure_density(lines, around.neighbours.drawn),
            "built_per_ha": measure_density(lines, shapely.centroid(around.blockers.buildings)),
        }

    shapes = shapely.get_coordinates(lines), shapely.get_num_coordinates(lines)
    return {
        "line": lines,
        "row": rows,
        "clear_width_m": np.array([corridor.clear_width_m for corridor in corridors], dtype=float),
        "is_tidal": np.array([corridor.is_tidal for corridor in corridors], dtype=bool),
        **recall_or_compute(of, "corridors", (rows, *shapes), look_around),
    }


def tabulate_open_ground(areas: Table, found: Arrays) -> OpenGround:
    """Return what was found on areas with their tags."""
    kinds, lines = areas.tags.remember(ground.find_kinds)[found["row"]], found["line"]
    clubs = areas.geometry[ground.is_beach_club(areas)]
    in_club = shapely.STRtree(lines).query(clubs, predicate="intersects")[1]
    doubts = np.empty(len(lines), dtype=object)
    doubts[:] = [tuple(filter(None, names.split(_SEPARATOR))) for names in found["doubts"]]
    rows = areas.select_rows(found["row"]).add_tags(kind=Column.from_texts(kinds))
    rows = rows.add_columns(
        **{name: found[name] for name in ("clear_width_m", "is_tidal", "drawn_per_ha")},
        beach_club=np.isin(np.arange(len(lines)), in_club),
        doubts=doubts,
    )
    return OpenGround(
        lines=lines,
        rows=doubt_surfaces(rows, found["drawn_per_ha"], found["built_per_ha"]),
        excluded=areas.select_rows(found["excluded"]).add_columns(reason=found["reason"]),
        bounds=found["bounds"],
    )


def _box_pieces(geometry: NDArray[np.object_], pieces: list[IntArray]) -> FloatArray:
    """Return west, south, east and north of each group of areas, shape (pieces, 4)."""
    if not pieces:
        return np.empty((0, 4))
    boxes = shapely.bounds(geometry[np.concatenate(pieces)])
    first = np.cumsum([0, *(len(members) for members in pieces[:-1])])
    low, high = np.fmin.reduceat(boxes[:, :2], first), np.fmax.reduceat(boxes[:, 2:], first)
    return np.concatenate([low, high], axis=1)


def leave_open_ground(areas: Table) -> OpenGround:
    """Return open ground that nobody searched: no corridor, and no reason either."""
    none = areas.select_rows(np.empty(0, dtype=np.int64))
    return OpenGround(
        lines=np.empty(0, dtype=object),
        rows=none,
        excluded=none.add_columns(reason=np.empty(0, dtype=object)),
        bounds=np.empty((0, 4)),
    )


def _are_for_recreation(areas: Table, kinds: NDArray[np.object_]) -> BoolArray:
    """Return a mask of areas that are open on foot by tag, or open ground in a park or on sports grounds."""
    rows = np.flatnonzero(kinds != "")
    geometry = areas.geometry
    parks = geometry[ground.is_recreation_ground(areas)]
    hit = access.is_open_on_foot(areas)
    if len(parks):
        inside = shapely.STRtree(shapely.point_on_surface(geometry[rows])).query(parks, predicate="intersects")[1]
        hit[rows[inside]] = True
    return hit


def _recall_touching(areas: Table, kind: str, rows: IntArray, of: Mapped) -> list[IntArray]:
    """Return rows of one kind in groups that touch, as an earlier hour found them that left the same open."""
    return remember_or_make(of, f"touching {kind}", rows.tobytes(), lambda: _group_touching_areas(areas, rows))


def _group_touching_areas(areas: Table, rows: IntArray) -> list[IntArray]:
    """Group rows of one kind and surface whose polygons overlap or touch."""
    if not len(rows):
        return []
    geometry = areas.geometry[rows]
    surface = areas.tags["surface"].codes[rows]
    a, b = shapely.STRtree(geometry).query(geometry, predicate="intersects")
    same = surface[a] == surface[b]
    group = group_joined(len(rows), np.stack([a[same], b[same]], axis=1))
    order = np.argsort(group, kind="stable")
    return [np.sort(part) for part in np.split(rows[order], np.flatnonzero(np.diff(group[order])) + 1)]


def strokes_of_corridors(lines: NDArray[np.object_], first_row: int) -> Strokes:
    """Return corridors as strokes, each on its own row of ground from `first_row` on."""
    if not len(lines):
        return empty_strokes()
    xy, owner = shapely.get_coordinates(lines, return_index=True)
    last = np.r_[np.diff(owner) != 0, True]
    return Strokes(lines, owner, np.full(len(xy), NO_NODE), np.where(last, -1, first_row + owner))
