"""Ratings of ways by bicycles, motors, dogs and children that may come along."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.osm import access, people, ways
from saferoute.osm.tags import get_words, has_only_values, has_value, is_tagged
from saferoute.osm.unread import has_unread_tag
from saferoute.osm.values import split_list
from saferoute.table import Tags

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, FloatArray
    from saferoute.model import Features, Moment
    from saferoute.table import Tagged

FOOT_ONLY, FOOT_BY_CLASS, BICYCLES, BICYCLES_SHARED, WHEELS_ROUTE = 1.0, 0.85, 0.7, 0.4, 0.25
"""Desirability by bicycles; `FOOT_BY_CLASS` is for footways and lawns without a bicycle tag. Where cyclists or skaters
are led along they come fast, and from behind somebody who runs backwards [J]."""
ROUTE_BESIDE = 0.5
"""The same where such a route runs close beside, joins or crosses, or is kept apart by a line only [J]."""

MOTORS = {
    "no": (1.0, "not allowed"),
    "emergency": (0.95, "emergency vehicles"),
    "private": (0.7, "private ones"),
    "permit": (0.7, "with a permit"),
    "forestry": (0.7, "for forestry"),
    "agricultural": (0.6, "for farming"),
    "customers": (0.5, "for customers"),
    "delivery": (0.5, "for deliveries"),
    "destination": (0.4, "for residents"),
    "permissive": (0.25, "allowed"),
    "yes": (0.25, "allowed"),
    "designated": (0.2, "the way is meant for them"),
}
"""Desirability and words by ``motor_vehicle``, else ``vehicle``, else ``access`` [J].

Farm traffic costs little, for a tractor an hour does not make a road."""
TRACKS = {
    "grade1": (0.45, "likely (a solid track, not tagged)"),
    "grade2": (0.55, "farm traffic likely (not tagged)"),
    "grade3": (0.65, "farm traffic possible (not tagged)"),
    "grade4": (0.7, "farm traffic possible (not tagged)"),
    "grade5": (0.75, "unlikely (a soft track, not tagged)"),
}
TRACK_WITHOUT_CARS = (0.65, "no cars; farm traffic possible (not tagged)")
TRACK_ELSE = (0.5, "unknown (a track, not tagged)")
"""Desirability and words for tracks without motor tags, by tracktype: firm tracks are driven on more [J]."""
_SOFT_TRACKS = frozenset({"grade3", "grade4", "grade5"})
"""Tracks that few drive on but farmers and foresters."""
_FARM_TRACKS = _SOFT_TRACKS - {"grade5"}
"""Those of them on which they may be met."""
PEDESTRIAN = (0.8, "deliveries possible (not tagged)")
FOOT_WAY = (1.0, "unlikely (not tagged)")
WITHOUT_CARS = "no cars"
"""Words of ways but tracks on which no tag but that of cars tells who may drive."""
IF_DRIVEN_OR_NOT = 0.0
"""Factor on the confidence where motors are likely or unknown: it is all the same how few people walk there [J]."""
SPEED_LIMIT = (0.4, "likely (it has a speed limit)")
"""Desirability and words of ways of which no tag tells who may drive there, but with a limit for those who do [J]."""
_OTHER = (0.4, "some allowed")
"""Desirability and words for values of motor tags that `MOTORS` does not list [J]."""
_NOT_UNDERSTOOD = "tagged, but not understood"

NEAR_M = {"dog park": 100.0, "playground": 50.0, "school gate": 100.0, "scooter hire": 150.0}
"""Greatest distance in m at which each counts as beside a stretch [J]."""
COST = {"dog park": 0.6, "playground": 0.7, "school gate": 0.8, "scooter hire": 0.75}
"""Desirability of a stretch beside each [J]; a school gate counts on weekdays from 7 to 17."""
_SCHOOL_HOURS = range(7, 17)


@dataclass(frozen=True)
class Wheels:
    """Desirability of n ways by bicycles and by motors, with the latter also in words; each of shape (n,)."""

    bicycle: FloatArray
    motor: FloatArray
    motor_words: NDArray[np.object_]
    trust: FloatArray
    """Factor on the confidence, below 1 where no tag tells whether motors use the way."""


def rate_wheels(ground: Tagged) -> Wheels:
    """Return the ratings of each way by bicycles and motors."""
    trust = np.where(may_be_driven(ground), IF_DRIVEN_OR_NOT, 1.0)
    return Wheels(rate_bicycles(ground), *rate_motors(ground), trust)


def rate_bicycles(ground: Tagged) -> FloatArray:
    """Return the desirability of each way by the bicycles and scooters that may use it, shape (n,)."""
    tags = Tags.of(ground)
    off_ways = ~ways.is_highway(tags) & ~has_value(tags, "kind", {"square"})
    by_class = ~is_tagged(tags, "bicycle") & (has_value(tags, "highway", {"footway"}) | off_ways)
    closed, route = access.is_closed_to_bicycles(tags), access.is_route_of_wheels(tags)
    apart = np.where(route, access.has_own_foot_part(tags), has_value(tags, "segregated", {"yes"}))
    rated = {
        ROUTE_BESIDE: access.is_meant_for_wheels(tags) & apart,
        WHEELS_ROUTE: route,
        BICYCLES_SHARED: access.is_shared_with_bicycles(tags),
        FOOT_ONLY: closed,
        FOOT_BY_CLASS: by_class,
    }
    return np.select(list(rated.values()), list(rated), BICYCLES)


def rate_motors(ground: Tagged) -> tuple[FloatArray, NDArray[np.object_]]:
    """Return the desirability of each way by the motors that may use it, and words for it, both of shape (n,)."""
    import pandas as pd

    tags = Tags.of(ground)
    said = access.get_motor_access(tags, MOTORS)
    kinds = pd.DataFrame({"said": said, "highway": get_words(tags, "highway"), "grade": get_words(tags, "tracktype")})
    kinds = kinds.fillna("").assign(fast=access.has_speed_limit(tags), no_cars=access.is_closed_to_cars(tags))
    # Thousands of ways share a few dozen combinations of tags, and each is rated once.
    number, kinds = kinds.groupby(list(kinds), sort=False).ngroup(), kinds.drop_duplicates()
    rated = [_rate_motor_kind(*kind) for kind in kinds.itertuples(index=False, name=None)]
    values = np.array([value for value, _ in rated], dtype=float)
    words = np.array([text for _, text in rated], dtype=object)[number]
    words[has_unread_tag(tags, access.MOTOR_KEYS)] = _NOT_UNDERSTOOD
    return values[number], words


def may_be_driven(ground: Tagged) -> BoolArray:
    """Return a mask of ways on which cars or tractors may drive and of which no tag tells who may.

    They are tracks that are firm or of unknown firmness and not closed to cars, and any way with a speed limit.
    """
    tags = Tags.of(ground)
    track = has_value(tags, "highway", {"track"}) & ~has_only_values(tags, "tracktype", _SOFT_TRACKS)
    track &= ~access.is_closed_to_cars(tags)
    return _is_untold(tags) & (track | access.has_speed_limit(tags))


def may_be_farmed(ground: Tagged) -> BoolArray:
    """Return a mask of tracks, soft or closed to cars, on which no tag tells whether tractors drive."""
    tags = Tags.of(ground)
    farmed = has_value(tags, "tracktype", _FARM_TRACKS) | access.is_closed_to_cars(tags)
    return _is_untold(tags) & has_value(tags, "highway", {"track"}) & farmed & ~may_be_driven(ground)


def _is_untold(tags: Tags) -> BoolArray:
    """Return a mask of ways of which no tag tells who may drive there."""
    import pandas as pd

    return pd.isna(access.get_motor_access(tags, MOTORS))


def _rate_motor_kind(said: str, highway: str, grade: str, fast: bool, no_cars: bool) -> tuple[float, str]:
    """Return the desirability and the words of one combination of motor tag, class, tracktype, and what cars may.

    Of several kinds of motors the worst counts, and all are named.
    """
    if said:
        rated = [MOTORS.get(kind, _OTHER) for kind in split_list(said)]
        return min(value for value, _ in rated), " and ".join(dict.fromkeys(words for _, words in rated))
    if fast:
        return SPEED_LIMIT
    if highway == "track":
        by_grade = TRACKS.get(grade, TRACK_ELSE)
        # A soft track has fewer motors than one that is closed to cars alone.
        return max(by_grade, TRACK_WITHOUT_CARS) if no_cars else by_grade
    value, words = PEDESTRIAN if highway == "pedestrian" else FOOT_WAY
    return value, WITHOUT_CARS if no_cars else words


def find_point_neighbours(xy: FloatArray, spacing_m: float, features: Features) -> pd.DataFrame:
    """Return masks of points beside a dog park, playground, school gate or scooter hire.

    Gates are rarely mapped, so the whole edge of a school counts as its gate.

    Parameters
    ----------
    xy : ndarray of shape (n, 2)
        In the CRS of the features.
    spacing_m : float
        Length of way that each point stands for, half of it on either side.
    features : Features

    Returns
    -------
    DataFrame of n rows
        A column of bool for each key of `NEAR_M`.
    """
    import pandas as pd

    shapes = shapely.points(xy)
    tables = [(table.geometry, Tags.of(table)) for table in (features.points, features.areas)]
    found = {}
    for name, near_m in NEAR_M.items():
        hit = np.zeros(len(shapes), dtype=bool)
        for geometry, tags in tables:
            things = geometry[people.is_neighbour(tags, name)]
            if len(things) and len(shapes):
                # The way between two points counts as well, hence half the spacing.
                tree = shapely.STRtree(things)
                hit[tree.query(shapes, predicate="dwithin", distance=near_m + spacing_m / 2)[0]] = True
        found[name] = hit
    return pd.DataFrame(found)


def rate_neighbours(near: pd.DataFrame, moment: Moment | None) -> FloatArray:
    """Return the least desirability of the neighbours of each row at the hour of a moment, 1 without neighbours."""
    cost = np.ones(len(near))
    for name, desirability in COST.items():
        asleep = name == "school gate" and moment is not None and not _is_school_time(moment)
        if not asleep:
            cost = np.where(near[name], np.fmin(cost, desirability), cost)
    return cost


def _is_school_time(moment: Moment) -> bool:
    return moment.local.weekday() < 5 and moment.local.hour in _SCHOOL_HOURS
