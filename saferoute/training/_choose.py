"""Which stretches, in which order and direction: the best by score, spread and way."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations, pairwise, permutations
from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.training._access import WAY_COST

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from saferoute.arrays import FloatArray
    from saferoute.model import Training, Wish
    from saferoute.training._levels import Load
    from saferoute.training._options import Option
    from saferoute.training._paths import Trees

MOST_STRETCHES, MOST_CANDIDATES = 4, 12
_CANDIDATES_OF_FOUR = 6
"""Sets of four are tried among so many candidates: 360 orders, not 11 880."""
APART_M = 80.0
"""Sections on different stretches of one session are this far apart [J]: two
corridors of one lawn are one place."""
TOLERANCE, USED = 0.10, 0.8
"""Of what was asked a session may miss a tenth, of which a tour may use most before detours."""
_VARIETY, _TOO_LONG = 0.01, 1.0
"""What another stretch is worth, and what going over by all the time there is costs, in points of score [J]."""
NEVER = 10.0
"""What is too long comes after all that is not."""


@dataclass(frozen=True)
class Asked:
    """The length that is asked of a session.

    Attributes
    ----------
    metres, seconds : float, optional
        One of them.
    is_most : bool
        Nobody asked: the level's own time is the most, and no detour fills it.
    """

    metres: float | None
    seconds: float | None
    is_most: bool = False

    @staticmethod
    def from_wish(wish: Wish, training: Training) -> Asked:
        """Return what a wish asks; the level's own time where it asks nothing."""
        if wish.distance_m is not None:
            return Asked(wish.distance_m, None)
        if wish.time_s is not None:
            return Asked(None, wish.time_s)
        return Asked(None, training.minutes * 60.0, is_most=True)


@dataclass(frozen=True)
class Tour:
    """Stretches in order, and how often each is run.

    Attributes
    ----------
    forward_m : float
        Metres to run forwards so that the session is as long as was asked.
    slack_m : float
        By how much that may be missed.
    """

    options: tuple[Option, ...]
    repeats: tuple[int, ...]
    forward_m: float
    slack_m: float
    value: float

    @property
    def most_forward_m(self) -> float:
        """Most metres to run forwards before any detour."""
        return self.forward_m + USED * self.slack_m

    @property
    def sections(self) -> int:
        """Number of backward sections."""
        return sum(self.repeats)


def return_time_s(option: Option, training: Training, return_by: str) -> float:
    """Return the time from a section's end to its next start: way, recovery, and the sections of other groups."""
    if return_by == "walk":
        return max(option.section_m / training.walk_speed_m_s, training.recovery_s, option.waiting_s)
    return max(option.section_m / training.forward_speed_m_s, training.recovery_s / 2, option.waiting_s)


def rest_time_s(option: Option, training: Training) -> float:
    """Return the time to rest after the last section on a stretch, until all groups have run it."""
    return max(training.recovery_s, option.waiting_s)


def effort_on_stretches(
    options: Sequence[Option], repeats: Sequence[int], training: Training, return_by: str
) -> tuple[float, float]:
    """Return metres and seconds spent on the stretches themselves."""
    metres = seconds = 0.0
    for option, n in zip(options, repeats, strict=True):
        length = option.section_m
        metres += 2 * n * length
        seconds += length / training.walk_speed_m_s + n * option.section_s + rest_time_s(option, training)
        seconds += (n - 1) * return_time_s(option, training, return_by)
    return metres, seconds


def forward_budget(asked: Asked, fixed_m: float, fixed_s: float, training: Training) -> tuple[float, float]:
    """Return the metres left for running forwards, and by how much they may be missed."""
    if asked.metres is not None:
        return asked.metres - fixed_m, TOLERANCE * asked.metres
    assert asked.seconds is not None
    speed = training.forward_speed_m_s
    return (asked.seconds - fixed_s) * speed, TOLERANCE * asked.seconds * speed


def select_candidates(found: Sequence[Option], home: Trees, reach_m: float) -> list[Option]:
    """Return the options worth combining: good ones within reach, no two stretches on one piece of ground.

    Parameters
    ----------
    home : Trees
        From the start.
    reach_m : float
        Most metres to run forwards in all.
    """
    away = np.array([home.length_m[0, o.node] for o in found])
    worth = np.array([o.value for o in found]) - WAY_COST * 2 * np.array([home.cost[0, o.node] for o in found])
    in_reach = 2 * away <= reach_m
    if not in_reach.any():  # then the nearest, and it is said that the session is longer
        worth, in_reach = -away, np.isfinite(away)
    middles = shapely.line_interpolate_point([o.line for o in found], 0.5, normalized=True)
    rows: dict[int, shapely.Point] = {}
    for i in np.argsort(-worth, kind="stable"):
        apart = all(shapely.distance(middles[i], point) >= APART_M for point in rows.values())
        if in_reach[i] and apart and len(rows) < MOST_CANDIDATES:
            rows.setdefault(found[i].row, middles[i])
    order = list(rows)
    return sorted((o for o, near in zip(found, np.isfinite(away), strict=True) if o.row in rows and near),
                  key=lambda o: order.index(o.row))  # fmt: skip


@dataclass(frozen=True)
class Costs:
    """Ways between the start (0) and the options (1, 2, …)."""

    cost: FloatArray
    length_m: FloatArray


def rank_tours(
    chosen: Sequence[Option], costs: Costs, *, load: Load, training: Training, asked: Asked, return_by: str
) -> list[Tour]:
    """Return the orders in which some of the options can be run, best first.

    Where nothing is as short as was asked, the shortest come first.
    """
    cost, length = costs.cost.tolist(), costs.length_m.tolist()  # one by one, lists are faster than arrays
    warm_up_m = training.warm_up_s * training.forward_speed_m_s
    cool_down_m = training.cool_down_s * training.forward_speed_m_s
    found = []
    for picked in _iterate_orders(chosen, min(load.sections, MOST_STRETCHES)):
        options = [chosen[i] for i in picked]
        repeats = _share_sections(options, load.sections)
        metres, slack = forward_budget(asked, *effort_on_stretches(options, repeats, training, return_by), training)
        stops = [0, *(i + 1 for i in picked), 0]
        pairs = list(pairwise(stops))
        legs = [length[a][b] for a, b in pairs]
        whole = sum(legs)
        if whole == math.inf:
            continue
        need = whole + max(warm_up_m - legs[0], 0.0) + max(cool_down_m - legs[-1], 0.0)
        over = max(0.0, need - metres - USED * slack) * TOLERANCE / slack
        value = sum(o.value * n for o, n in zip(options, repeats, strict=True)) / sum(repeats)
        value += _VARIETY * (len(picked) - 1) - WAY_COST * (sum(cost[a][b] for a, b in pairs) + need - whole)
        value -= _TOO_LONG * over + (NEVER if over else 0.0)
        found.append(Tour(tuple(options), repeats, metres, slack, value))
    return sorted(found, key=lambda tour: -tour.value)


def _iterate_orders(chosen: Sequence[Option], most: int) -> Iterator[tuple[int, ...]]:
    """Yield the orders of one to `most` stretches, each in one direction."""
    rows = list(dict.fromkeys(o.row for o in chosen))
    of_row = {row: [i for i, o in enumerate(chosen) if o.row == row] for row in rows}
    for n in range(1, most + 1):
        among = rows[:_CANDIDATES_OF_FOUR] if n == MOST_STRETCHES else rows
        for set_ in combinations(among, n):
            for order in permutations(set_):
                yield from _iterate_directions(order, of_row)


def _iterate_directions(order: tuple[int, ...], of_row: dict[int, list[int]]) -> Iterator[tuple[int, ...]]:
    picked: list[tuple[int, ...]] = [()]
    for row in order:
        picked = [(*head, i) for head in picked for i in of_row[row]]
    yield from picked


def _share_sections(options: Sequence[Option], sections: int) -> tuple[int, ...]:
    """Share the sections out evenly, the better stretches first."""
    each, more = divmod(sections, len(options))
    best = sorted(range(len(options)), key=lambda i: -options[i].value)[:more]
    return tuple(each + (i in best) for i in range(len(options)))
