"""Why a stretch is run, and why a better one near the start is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.report.units import units_of
from saferoute.training._choose import APART_M
from saferoute.training._paths import find_cheapest_paths

if TYPE_CHECKING:
    from collections.abc import Sequence

    from saferoute.arrays import IntArray
    from saferoute.model import Ranking
    from saferoute.training._choose import Tour
    from saferoute.training._footpaths import FootpathGraph
    from saferoute.training._levels import Load
    from saferoute.training._options import Option

NEAR_M = 1000.0
"""Better stretches so near to the start are worth a word [J]."""
_CLEARLY = 0.01
"""Less than that is not better."""
_MOST_NAMED = 2


def find_better(ranking: Ranking, tour: Tour, start: shapely.Point) -> IntArray:
    """Return the rows of stretches near the start that score more than one that is run, the best first.

    Those that are unrated count only beside one that is unrated, too.
    """
    stretches = ranking.stretches
    taken = [o.row for o in tour.options]
    score = stretches["score_low"].to_numpy(dtype=float)
    rated = (stretches["rating"] != "none").to_numpy()
    near = shapely.distance(stretches.geometry.to_numpy(), start) <= NEAR_M
    better = near & (rated | ~rated[taken].all()) & (score > score[taken].min() + _CLEARLY)
    better[taken] = False
    rows = np.flatnonzero(better)
    return rows[np.argsort(-score[rows], kind="stable")]


def describe_better(
    ranking: Ranking, tour: Tour, work: Load, *, found: Sequence[Option], graph: FootpathGraph, home: int
) -> tuple[str, list[str]]:
    """Return why the stretches of a tour are run, in a few words, and notes on better ones that are not."""
    start = shapely.Point(graph.xy[home])
    rows = find_better(ranking, tour, start)
    if not len(rows):
        lines = shapely.multilinestrings([o.line for o in tour.options])
        return (f"the best {'within 1 km' if shapely.distance(lines, start) <= NEAR_M else 'in reach'}", [])
    trees = find_cheapest_paths(graph, np.array([home]))
    sums = [trees.sum_along(of)[0] for of in (graph.crossings, graph.length_m * graph.on_road)]
    units = units_of(ranking.units)
    notes = []
    for row in rows[:_MOST_NAMED]:
        stretch, options = (ranking.stretches.iloc[row], [o for o in found if o.row == row])
        called = f"stretch {stretch['rank']} scores more ({stretch['score_low']:.2f}) and is not run: "
        if not options:
            notes.append(f"{called}no foot way leads there")
            continue
        option = min(options, key=lambda o: trees.cost[0, o.node])
        crossed, road_m = (float(of[option.node]) for of in sums)
        if any(option.line.distance(o.line) < APART_M for o in tour.options):
            notes.append(f"{called}it lies beside one that is")
        elif option.section_s < work.section_s - 0.5:
            notes.append(f"{called}it holds no more than {option.section_s:.0f} s of a section")
        else:
            way = units.format_way(float(trees.length_m[0, option.node]), 1)
            notes.append(f"{called}{way} away, {crossed:.0f} roads to cross, {units.format_length(road_m)} on roads")
    return "chosen before better ones near by, see the notes", notes
