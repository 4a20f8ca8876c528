"""A ranking and a level become a session: a run through some stretches and home again.

The level says how many sections, how long and how fast; each recommended
stretch near enough is a place for some of them, in the direction that is
advised or in either. Of the orders in which a few of them can be run within
the time or distance asked, the one with the best score, spread and way is
taken. What the warm-up lacks, or a length that was asked, is run in laps on
quiet ways before and after.

One comes to a stretch at the end where the section will end, walks it
forwards to its start to look at the ground, runs it backwards, and leaves.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from saferoute.model import Session
from saferoute.report.units import units_of
from saferoute.training import _access, _choose, _route, _tables, _why
from saferoute.training._build import build_footpaths
from saferoute.training._footpaths import FootpathGraph
from saferoute.training._kept_footpaths import recall_or_build_footpaths
from saferoute.training._levels import Load, check_wish, weekly_load
from saferoute.training._options import lay_sections
from saferoute.training._paths import find_cheapest_paths
from saferoute.training._squares import add_square_edges

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import geopandas as gpd

    from saferoute.arrays import FloatArray
    from saferoute.model import Ranking, Training, Wish
    from saferoute.report.units import Units
    from saferoute.training._choose import Asked, Tour
    from saferoute.training._options import Option
    from saferoute.training._route import Route

__all__ = [
    "FootpathGraph",
    "Ground",
    "Load",
    "add_square_edges",
    "build_footpaths",
    "check_wish",
    "estimate_reach_m",
    "find_cheapest_paths",
    "plan_session",
    "recall_or_build_footpaths",
    "weekly_load",
]

_TRIED = 4
"""Tours whose legs are laid; the best of them gets its laps."""
_MARGIN_M = 500.0
"""The network is searched so far beyond half of what is run forwards: the nearest
stretch may ask for more."""
_DOUBLED = 0.4
"""What running all of a tour twice costs, in points of score [J]."""


@dataclass(frozen=True)
class Ground:
    """The ground that a session runs on.

    Attributes
    ----------
    footpaths : FootpathGraph
    heights : callable
        Returns the heights in m of points of shape (n, 2), NaN = unknown.
    """

    footpaths: FootpathGraph
    heights: Callable[[FloatArray], FloatArray]


def estimate_reach_m(training: Training, wish: Wish) -> float:
    """Return how far from home a session may come: half of its length."""
    return _choose.forward_budget(_choose.Asked.from_wish(wish, training), 0, 0, training)[0] / 2


def plan_session(ranking: Ranking, *, wish: Wish, start: FloatArray, ground: Ground) -> Session:
    """Return a session from a start through some of the stretches and back.

    Parameters
    ----------
    ranking : Ranking
        Its profile's `training` is the level's.
    wish : Wish
    start : ndarray of shape (2,)
        In the ranking's CRS.
    ground : Ground

    Returns
    -------
    Session
        Without steps, and with a note that says why, where no stretch can be reached.

    Raises
    ------
    InvalidInput
        If the wish breaks a rule.
    PlaceNotFound
        If no foot way comes near the start.
    """
    check_wish(wish)
    profile, units = ranking.profile, units_of(ranking.units)
    work = weekly_load(profile, wish.week)
    asked = _choose.Asked.from_wish(wish, profile.training)
    reach = _choose.forward_budget(asked, 0, 0, profile.training)[0]
    laid = lay_sections(ranking, work, wish.abreast)
    start, arrival = _access.find_place_there(ranking, laid, start) if wish.there else (start, [])
    graph, home, notes = _access.connect_start(ground.footpaths, start, units)
    notes = [*arrival, *notes]
    graph = graph.clip_to_circle(graph.xy[home], 0.55 * reach + _MARGIN_M)
    graph, found, lost = _access.find_options(ranking, laid, graph=graph, home=home, reach_m=reach)
    picked = _pick_tour(ranking, found, work, wish=wish, graph=graph, home=home)
    if picked is None:
        why = "no recommended stretch can be reached from the start; plan from elsewhere, or with another level"
        return _create_empty_session(ranking, wish, (*notes, *lost, why))
    tour, shortest = picked
    route = _route.lengthen_route(shortest, tour, profile.training, to_length=not asked.is_most)
    why, better = _why.describe_better(ranking, tour, work, found=found, graph=graph, home=home)
    table = _tables.build_steps(ranking, tour, route, wish, why=why)
    figures = _compute_figures(table, route)
    notes += [
        *lost,
        *_describe_compromises(ranking, tour, work),
        *better,
        *_describe_missed_length(figures, asked, tour, units),
    ]
    return Session(
        ranking=ranking,
        wish=wish,
        steps=table,
        sections=_tables.build_sections(ranking, tour, table),
        track=_tables.build_track(table, ground.heights),
        figures=figures,
        notes=tuple(notes),
    )


def _pick_tour(
    ranking: Ranking, found: Sequence[Option], work: Load, *, wish: Wish, graph: FootpathGraph, home: int
) -> tuple[Tour, Route] | None:
    """Return the best tour and its shortest route; unrated stretches only where nothing else fits."""
    rated = [o for o in found if ranking.stretches["rating"].iloc[o.row] != "none"]
    best: tuple[Tour, Route] | None = None
    for options in (rated, found):
        tried = _find_best_tour(ranking, options, work, wish=wish, graph=graph, home=home)
        if tried is not None and (best is None or (_is_short_enough(tried) and not _is_short_enough(best))):
            best = tried
        if best is not None and _is_short_enough(best):
            break
    return best


def _is_short_enough(picked: tuple[Tour, Route]) -> bool:
    return picked[0].value > -_choose.NEVER / 2


def _find_best_tour(
    ranking: Ranking, found: Sequence[Option], work: Load, *, wish: Wish, graph: FootpathGraph, home: int
) -> tuple[Tour, Route] | None:
    """Return the best of the tours, fewer sections where there is no time for all."""
    training = ranking.profile.training
    asked = _choose.Asked.from_wish(wish, training)
    if not found:
        return None
    from_home = find_cheapest_paths(graph, np.array([home]))
    least = _choose.effort_on_stretches(found[:1], [training.sections[0]], training, wish.return_by)
    metres, slack = _choose.forward_budget(asked, *least, training)
    chosen = _choose.select_candidates(found, from_home, metres + _choose.USED * slack)
    if not chosen:
        return None
    nodes = np.array([home, *(o.node for o in chosen)])
    trees = find_cheapest_paths(graph, nodes)
    costs = _choose.Costs(trees.cost[:, nodes], trees.length_m[:, nodes])
    for sections in range(work.sections, min(training.sections[0], work.sections) - 1, -1):
        less = replace(work, sections=sections)
        tours = _choose.rank_tours(chosen, costs, load=less, training=training, asked=asked, return_by=wish.return_by)
        if tours and tours[0].value > -_choose.NEVER / 2:
            break
    if not tours:
        return None
    laid = [(tour, _route.lay_shortest_route(graph, home, tour)) for tour in tours[:_TRIED]]
    return max(
        laid,
        key=lambda pair: pair[0].value - _DOUBLED * pair[1].doubled_length_m() / max(pair[1].total_length_m(), 1.0),
    )


def _compute_figures(table: gpd.GeoDataFrame, route: Route) -> dict[str, float]:
    """Return the length and duration of a session, how much is run twice, and the least that visits its stretches."""
    lengths_only = replace(route.graph, cost=route.graph.length_m)
    stops = np.array(route.stops)
    least = find_cheapest_paths(lengths_only, stops).length_m[np.arange(len(stops) - 1), stops[1:]]
    return {
        "length_m": float(table["distance_m"].sum()),
        "duration_s": float(table["duration_s"].sum()),
        "forward_m": route.total_length_m(),
        "shortest_m": float(least.sum()),
        "doubled_m": route.doubled_length_m(),
        "road_m": route.road_length_m(),
        "crossings": route.count_crossings(),
    }


def _describe_compromises(ranking: Ranking, tour: Tour, work: Load) -> list[str]:
    """Return notes on what falls short of the level."""
    notes = []
    if tour.sections < work.sections:
        notes.append(f"{tour.sections} sections instead of {work.sections}: there is no time for more")
    short = [o for o in tour.options if o.section_s < work.section_s - 0.5]
    if short:
        least = min(o.section_s for o in short)
        notes.append(
            f"sections of {least:.0f} s instead of {work.section_s:.0f} s where a stretch holds no more at "
            f"{work.speed_m_s:g} m/s ({units_of(ranking.units).format_pace(work.speed_m_s)})"
        )
    ranks = [int(ranking.stretches["rank"].iloc[o.row]) for o in tour.options if _is_unrated(ranking, o)]
    if ranks:
        notes.append(
            f"stretch {', '.join(map(str, ranks))} is unrated, for want of anything better in reach: inspect it with "
            "care, and leave it where in doubt"
        )
    if ranking.profile.barefoot:
        notes.append("barefoot on the stretches alone: the way between them is any ground, carry shoes")
    return notes


def _is_unrated(ranking: Ranking, option: Option) -> bool:
    return bool(ranking.stretches["rating"].iloc[option.row] == "none")


def _describe_missed_length(figures: dict[str, float], asked: Asked, tour: Tour, units: Units) -> list[str]:
    """Return a note where the session is not as long as was asked, with the reason."""
    got, want = figures["length_m"], asked.metres or 0
    text = f"{units.format_way(got, 1)} instead of {units.format_way(want, 1)}"
    if asked.seconds is not None:
        got, want = figures["duration_s"] / 60, asked.seconds / 60
        text = f"{got:.0f} min instead of {want:.0f} min"
    if abs(got - want) <= _choose.TOLERANCE * want or (asked.is_most and got < want):
        return []
    if got > want:
        return [
            (
                f"{text}: warm-up, {tour.sections} sections, cool-down and the way to the nearest fitting stretches "
                "take as long"
            )
        ]
    return [f"{text}: the foot network that can be reached from the start is too small for more"]


def _create_empty_session(ranking: Ranking, wish: Wish, notes: tuple[str, ...]) -> Session:
    import geopandas as gpd
    import pandas as pd

    steps, found = (
        gpd.GeoDataFrame({c: [] for c in columns}, geometry="geometry", crs=ranking.area.crs)
        for columns in (_tables.STEP_COLUMNS, _tables.SECTION_COLUMNS)
    )
    return Session(ranking, wish, steps, found, pd.DataFrame(columns=_tables.TRACK_COLUMNS), {}, notes)
