"""Obstacles: objects and side paths on a way or just beside it, over which a runner can fall.

"None mapped" does not mean "none". The number of small objects mapped around a
stretch shows how complete the map is, and sets the confidence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from saferoute.candidates import recall_or_compute_samples, recall_or_compute_windows
from saferoute.criteria import _around, _doors, _entry, _lateral, _near, _open_ground, _samples
from saferoute.criteria._doubt import BESIDE_M, IN_DOUBT
from saferoute.criteria.things import REACH_M
from saferoute.geometry import count_nearby, place_points_evenly
from saferoute.model import Criterion, Measurement, Unknown
from saferoute.osm import widths
from saferoute.osm.obstacles import is_line_object, is_pipe_on_ground, is_solid_area
from saferoute.osm.unread import KIND_KEYS, may_be_object
from saferoute.osm.ways import is_highway
from saferoute.products import recall_or_compute
from saferoute.quantities import Exact, Normal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, Columns, FloatArray, IntArray
    from saferoute.model import Evidence, Features, Samples, Windows
    from saferoute.products import Arrays

CURVE = ((0.0, 1.0), (1.0, 0.7), (2.0, 0.5), (4.0, 0.2), (6.0, 0.0))
"""Desirability by weighted objects per 100 m [J]."""
ZONES = ((0.0, 1.0), (0.5, 0.5), (1.5, 0.15))
"""Greatest distance in m from the way's edge, and the weight of an object within it [J]."""
NONE_MAPPED = Unknown(estimate=0.6, draws=((0.0, 0.2), (1.0, 1.0)))
"""Desirability where no small objects are mapped around: .6, drawn from .2 to 1 [J]."""
AROUND_M = 300.0
"""For the completeness of the map an object, or a metre of way, at distance d counts exp(−d/300 m) [J]."""
SEEN_M = REACH_M
"""Distance from the line within which things beside it are seen."""
_LEAST_KM = 0.1
"""Way without objects that is taken to be everywhere, so that few ways say little of how complete the map is [J]."""
COMPLETE_PER_KM, MOST_COMPLETE = 5.0, 0.75
"""Confidence is .75 · (1 − exp(−ρ/5)), where ρ is the number of small objects off the ways per km of way around.

Where the map of Helsinki seemed complete to .7 and more, 59 % of the stretches met nothing new within five years
(70 to 78 % by another count); in Liechtenstein 96 %, whether much was mapped around or nothing: nobody maps
lamps and benches in the country, where this remains a judgement [M, J]."""
_COUNTED = ("obstacles_per_100m", "objects", "side_paths", "mapped_per_km")
"""Columns of what is counted along windows."""
_OF_SAMPLES = ("weighted", "along", "plain", "pipes", "undrawn")
"""What is kept of each sample besides what stands on its sides."""
_LINE_OBJECTS_PER_M = 0.1
"""A wall or fence alongside counts as one object every 10 m [J]."""


def _weigh_by_distance(distance_m: FloatArray, width_m: FloatArray) -> FloatArray:
    """Return the weight of objects by their distance from the centre line of ways of some width."""
    beside = distance_m - width_m / 2
    # The margin keeps rounding from moving an object on the edge of a zone into the next one.
    return np.select([beside <= edge + 1e-9 for edge, _ in ZONES], [w for _, w in ZONES], 0.0)


def _count_objects(samples: Samples, rows: IntArray, points: NDArray[np.object_], features: Features) -> Arrays:
    """Return for some samples the weight of small objects, that of lines alongside, and how many are small.

    Parameters
    ----------
    rows : ndarray of shape (r,)
        The samples.
    points : ndarray of Points
        The small objects.
    """
    width = _samples.reduce_to_samples(samples, widths.estimate_widths(samples.ground)[0], "max")
    reach = float((width[rows] / 2).max(initial=0.0)) + ZONES[-1][0]
    tree = shapely.STRtree(samples.lines[rows])
    near = points[np.unique(tree.query(points, predicate="dwithin", distance=reach)[0])]
    # An object near the joint of two samples counts once per stroke, in the nearer sample, asked for or not.
    thing, sample, distance = _pair_with_samples(samples.tree, near, reach)
    order = np.lexsort((sample, distance, samples.source_stroke[sample], thing))
    key = np.stack([thing, samples.source_stroke[sample]], axis=1)[order]
    # Without any pair the mask still has one element, which the slice removes.
    once = order[np.r_[True, (np.diff(key, axis=0) != 0).any(axis=1)][: len(order)]]
    sample, weight = sample[once], _weigh_by_distance(distance, width[sample])[once]
    # Of no object at all bincount returns whole numbers.
    weighted, plain = (np.bincount(sample, of, len(samples))[rows].astype(float) for of in (weight, weight > 0))
    # Two walls side by side are no worse to fall against than one, so the nearest line alone counts.
    along = np.zeros(len(rows))
    _, row, distance = _pair_with_samples(tree, _collect_line_objects(features), reach)
    np.maximum.at(along, row, _weigh_by_distance(distance, width[rows[row]]))
    return {"weighted": weighted, "along": along, "plain": plain}


def _pair_with_samples(
    tree: shapely.STRtree, things: NDArray[np.object_], reach_m: float
) -> tuple[IntArray, IntArray, FloatArray]:
    """Return the pairs of things and samples within reach, and their distances."""
    thing, sample = tree.query(things, predicate="dwithin", distance=reach_m)
    return thing, sample, shapely.distance(things[thing], tree.geometries[sample])


def _collect_line_objects(features: Features) -> NDArray[np.object_]:
    """Return walls, fences, hedges, rows of trees and the outlines of buildings."""
    ways, areas = features.ways, features.areas
    line, solid = is_line_object(ways), is_solid_area(areas)
    return np.concatenate([ways.geometry[line], areas.geometry[solid]])


def _count_mapped_per_km(xy: FloatArray, points: NDArray[np.object_], features: Features) -> FloatArray:
    """Return the number of small objects mapped per km of way around points.

    Objects that stand on a way or close beside it do not count: one more
    bollard must not raise the trust in the line it stands on, nor in the next.
    """
    highway = is_highway(features.ways)
    ways, width = features.ways.geometry[highway], widths.estimate_widths(features.ways)[0][highway]
    spacing = 25.0
    marks, _ = place_points_evenly(ways, spacing)
    in_the_way = shapely.STRtree(points).query(ways, predicate="dwithin", distance=width / 2 + ZONES[-1][0])[1]
    objects = shapely.get_coordinates(np.delete(points, np.unique(in_the_way)))
    km = count_nearby(xy, marks, decay_m=AROUND_M) * spacing / 1000
    rho: FloatArray = count_nearby(xy, objects, decay_m=AROUND_M) / (km + _LEAST_KM)
    return rho


def _find_pipes_beside(lines: NDArray[np.object_], features: Features) -> BoolArray:
    """Return a mask of the lines with a pipeline on or beside them that may lie on the ground or in it."""
    pipes = features.ways.geometry[is_pipe_on_ground(features.ways).unknown]
    beside = np.zeros(len(lines), dtype=bool)
    beside[shapely.STRtree(lines).query(pipes, predicate="dwithin", distance=BESIDE_M)[1]] = True
    return beside


def _count_along(windows: Windows, counts: Arrays) -> dict[str, FloatArray]:
    """Return the weighted objects and side paths per 100 m of windows, and their numbers, of counts by sample."""
    samples = windows.samples
    along = counts["along"] * _LINE_OBJECTS_PER_M * samples.step_m
    hundreds = windows.n_samples * samples.step_m / 100
    # Runners may overshoot, so objects on the run-outs count as if they stood on the stretch.
    small = _samples.reduce_to_windows(windows, counts["weighted"] + samples.side_paths, "sum", run_outs=True)
    return {
        "obstacles_per_100m": (small + _samples.reduce_to_windows(windows, along, "sum")) / hundreds,
        "objects": _samples.reduce_to_windows(windows, counts["plain"], "sum", run_outs=True),
        "side_paths": _samples.reduce_to_windows(windows, samples.side_paths, "sum", run_outs=True),
    }


def _trust_unless(windows: Windows, of_samples: BoolArray, factor: float) -> FloatArray:
    """Return by window a factor on confidence where any sample is in doubt, 1 elsewhere."""
    return np.where(_samples.reduce_to_windows(windows, of_samples.astype(float), "max") > 0, factor, 1.0)


def _look_beside(samples: Samples, rows: IntArray, features: Features) -> Arrays:
    """Return what is mapped on and beside some samples, by name."""
    points = features.points.geometry[may_be_object(features.points)]
    beside = _lateral.measure_sides(samples, rows, features)
    sides = _lateral.Sides.from_rows(beside, rows, len(samples), features)
    return {
        **beside,
        **_count_objects(samples, rows, points, features),
        "pipes": _find_pipes_beside(samples.lines[rows], features),
        "undrawn": _doors.find_undrawn_doors(samples, rows, sides, features),
    }


def _recall_beside(windows: Windows, features: Features) -> tuple[_lateral.Sides, dict[str, NDArray[Any]]]:
    """Return what stands beside the samples of windows and their run-outs, and the rest of `_OF_SAMPLES` by name."""
    samples, rows = windows.samples, np.flatnonzero(_samples.mark_used(windows, run_outs=True))
    seen = recall_or_compute_samples(
        samples, features, "beside", rows, lambda new: _look_beside(samples, new, features)
    )
    of_samples = {name: np.zeros(len(samples), seen[name].dtype) for name in _OF_SAMPLES}
    for name, values in of_samples.items():
        values[rows] = seen[name]
    return _lateral.Sides.from_rows(seen, rows, len(samples), features), of_samples


def _look_around(windows: Windows, features: Features) -> Arrays:
    """Return how much is mapped around windows, and of how much of that the map can tell, by name."""
    points = features.points.geometry[may_be_object(features.points)]
    xy, station = _near.find_middle_stations(windows)
    mapped = recall_or_compute(features, "mapped", [xy], lambda: {"per km": _count_mapped_per_km(xy, points, features)})
    return {
        "mapped_per_km": mapped["per km"][station],
        "covered": _near.measure_coverage(windows, features, decay_m=AROUND_M),
    }


def _look_ahead(windows: Windows, beside: _lateral.Sides) -> Arrays:
    """Return the room beside windows and at how many places something is close, ahead of their ends too, by name."""
    return {
        "room_m": _around.measure_room(beside, windows),
        "at once": _around.count_at_once(beside, windows),
    }


def measure_obstacles(windows: Windows, evidence: Evidence) -> Measurement:
    """Measure the weighted objects and side paths per 100 m of each window, and the room beside it and ahead."""
    samples, features = windows.samples, evidence.features
    beside, of_samples = _recall_beside(windows, features)
    pipes, undrawn = of_samples["pipes"], of_samples["undrawn"]
    around = _samples.recall_or_compute(windows, features, "around", [], lambda: _look_around(windows, features))
    ahead = recall_or_compute_windows(windows, features, "ahead", lambda new: _look_ahead(new, beside))
    found = {**around, **ahead, **_count_along(windows, of_samples)}
    trust = _trust_unless(windows, pipes, IN_DOUBT)
    most = _open_ground.estimate_completeness(windows, MOST_COMPLETE)
    mapped = most * (1 - np.exp(-found["mapped_per_km"] / COMPLETE_PER_KM)) * found["covered"]
    mapped *= _trust_unless(windows, undrawn, _doors.IF_UNDRAWN)
    # A doubt about whose the ground is says nothing of what is mapped on it, but makes the whole less sure.
    complete = mapped * _open_ground.estimate_trust(windows)

    def gather_evidence(rows: IntArray) -> Columns:
        return {**{name: found[name][rows] for name in _COUNTED}, "mapped": mapped[rows]}

    def gather_doubts(_: IntArray, first: IntArray, n_samples: IntArray) -> dict[str, BoolArray]:
        close = _around.find_close_places(beside, samples, (first, n_samples), windows.run_out_samples)
        return {**close, "doors": _samples.is_met_along(undrawn, first, n_samples)}

    def gather_along(first: IntArray, n_samples: IntArray) -> Columns:
        met = {"has_pipe": pipes, "has_undrawn_doors": undrawn}
        along = {name: _samples.is_met_along(found, first, n_samples) for name, found in met.items()}
        return {
            **_around.describe_runs(beside, features, samples, (first, n_samples), windows.run_out_samples),
            **along,
        }

    return Measurement(
        quantity=Exact(found["obstacles_per_100m"]),
        confidence=complete * trust,
        gather_evidence=gather_evidence,
        gather_doubts=gather_doubts,
        gather_along=gather_along,
        completeness=complete,
        bounds={"beside": Normal(found["room_m"], _lateral.SIGMA_M), "at once": Exact(found["at once"])},
    )


CRITERION = Criterion(
    name="obstacles",
    unit="weighted objects per 100 m",
    curve=CURVE,
    unknown=NONE_MAPPED,
    bounds={"beside": _lateral.SCALE, "at once": _around.AT_ONCE},
    measure=measure_obstacles,
    trust_at_hour=_entry.estimate_trust,
    keys_beside=KIND_KEYS,
)
