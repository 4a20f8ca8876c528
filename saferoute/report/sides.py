"""What stands beside a stretch and ahead of its ends, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from saferoute.arrays import list_records
from saferoute.criteria.obstacles import SEEN_M
from saferoute.criteria.things import SAFE_M
from saferoute.report.text import name_direction

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from saferoute.arrays import BoolArray, Columns
    from saferoute.criteria.things import Thing
    from saferoute.report.units import Units

_WORDS = {
    "road": "kerb with traffic",
    "rail": "rails",
    "water": "water",
    "drop": "drop",
    "site": "building site",
    "parking": "parked cars",
    "doors": "house doors",
    "steps": "steps",
    "pitch": "sports pitch",
    "tree": "tree",
    "post": "post, bench or the like",
    "building": "wall of a building",
    "wall": "wall",
    "hedge": "hedge",
    "trees": "row of trees",
    "barrier": "fence or the like",
    "wood": "wood",
    "rock": "rock",
    "platform": "platform of a stop",
    "pit": "sand pit or throwing circle",
    "bench": "bench, table or the like",
    "old rails": "rails out of use",
}
"""Words for the names of `saferoute.osm.sides`."""
_DANGERS = {
    "road": "vehicles pass",
    "rail": "trains or trams pass",
    "water": "who veers falls in",
    "drop": "who veers falls",
    "site": "rubble, holes and machines",
    "parking": "doors open and cars back out",
    "doors": "someone may step out",
    "steps": "the ground drops beside them",
    "pitch": "balls and players",
    **dict.fromkeys(
        ("tree", "post", "building", "wall", "hedge", "trees", "barrier", "bench"), "who veers runs into it"
    ),
    "wood": "branches and roots",
    "rock": "who veers falls over it",
    "old rails": "who veers falls over them",
    "platform": "people wait, and its edge is a step",
    "pit": "who veers falls over its edge",
}
"""What to look at on foot where such a thing is close."""
_SIDES = ("", "other_")
"""Beginnings of the columns of evidence on either side."""
_SAY_AT_ONCE = {
    2: ("close at two places at once, beside or ahead",),
    3: ("close on both sides and ahead at once",),
}
"""Words by the number of places at which something is close."""
UNDRAWN_DOORS = "houses are not drawn here: doors may open onto it"
_MOST_KINDS = 3
"""So many kinds of things are told of, what leaves least room first [J]."""


def describe_sides(evidence: Columns, *, is_mapped: BoolArray, units: Units) -> dict[str, Any]:
    """Return what stands on both sides of stretches as columns, and in words as ``around``.

    Parameters
    ----------
    evidence : columns
        As of `saferoute.criteria.obstacles`.
    is_mapped : ndarray of bool
        Whether so much is mapped around that where nothing is mapped nothing is likely to stand.
    units : Units
        Units of the words.
    """
    told: dict[str, Any] = {}
    for end, begin in zip(("", "_other"), _SIDES, strict=True):
        name, away, bearing = (evidence[f"{begin}{column}"] for column in ("beside", "clearance_m", "bearing_deg"))
        is_known = is_mapped | np.array([thing is not None for thing in name], dtype=bool)
        told[f"clearance{end}_m"] = np.where(is_known, away, np.nan)
        told[f"beside{end}"] = [_name_thing(*of_side) for of_side in zip(name, bearing.tolist(), strict=True)]
    rows = zip(list_records(evidence), is_mapped.tolist(), strict=True)
    return {**told, "around": [_describe_around(row, units, is_mapped=mapped) for row, mapped in rows]}


def list_close_things(evidence: Columns, units: Units) -> list[list[str]]:
    """Return what is to be looked at of the things that stand close beside stretches or ahead of their ends.

    Parameters
    ----------
    evidence : columns of n rows
        As of `saferoute.criteria.obstacles`.
    units : Units
        Units of the words.

    Returns
    -------
    list of n lists of str
        What leaves least room first; like things together; last where the way itself bends away.

    Examples
    --------
    >>> from saferoute.criteria.things import Thing
    >>> from saferoute.report.units import METRIC_UNITS
    >>> doors, wood = Thing("doors", 1.8, 0.0, 0.3, False), Thing("wood", 11.8, 270.0, 1.8, True)
    >>> near = {"things": [(doors, wood)], "bends": [((6.0, 90.0),)]}
    >>> for check in list_close_things(near, METRIC_UNITS)[0]:
    ...     print(check)
    house doors 1.8 m to the north: someone may step out
    wood 11.8 m ahead of the west end: stop before it
    the way bends or ends 6 m beyond the east end: stop before it
    """
    rows = zip(evidence["things"], evidence["bends"], strict=True)
    return [[*_warn_of_things(things, units), *_warn_of_bends(bends, units)] for things, bends in rows]


def _warn_of_things(things: Iterable[Thing], units: Units) -> list[str]:
    where: dict[tuple[str, bool], list[str]] = {}
    for thing in things:
        if thing.is_ahead or thing.spare_m < SAFE_M:
            where.setdefault((thing.name, thing.is_ahead), []).append(_locate_thing(thing, units))
    return [
        f"{_WORDS[name]} {' and '.join(places)}: {'stop before it' if is_ahead else _DANGERS[name]}"
        for (name, is_ahead), places in list(where.items())[:_MOST_KINDS]
    ]


def _warn_of_bends(bends: Iterable[tuple[float, float]], units: Units) -> list[str]:
    beyond = " and ".join(
        f"{units.format_length(away_m)} beyond the {name_direction(bearing)} end" for away_m, bearing in bends
    )
    return [f"the way bends or ends {beyond}: stop before it"] if beyond else []


def _locate_thing(thing: Thing, units: Units) -> str:
    direction = name_direction(thing.bearing_deg)
    where = f"ahead of the {direction} end" if thing.is_ahead else f"to the {direction}"
    return f"{units.format_length(thing.distance_m, 1)} {where}"


def _name_thing(name: object, bearing_deg: float) -> str | float:
    if not isinstance(name, str):
        return np.nan
    return f"{_WORDS[name]} to the {name_direction(bearing_deg)}"


def _describe_around(row: Mapping[str, Any], units: Units, *, is_mapped: bool) -> str:
    """Return what leaves least room beside a stretch, the nearest thing there, and what lies ahead, in words."""
    beside = [thing for thing in row["things"] if not thing.is_ahead]
    ahead = [f"{_WORDS[thing.name]} {_locate_thing(thing, units)}" for thing in row["things"] if thing.is_ahead]
    told = beside[:_MOST_KINDS]
    nearest = min(beside, key=lambda thing: thing.distance_m, default=None)
    if nearest is not None and nearest not in told:
        told.append(nearest)
    doors = [UNDRAWN_DOORS] if row["has_undrawn_doors"] else []
    # What stands within a run-out is beside it.
    is_ahead = any(thing.is_ahead and thing.spare_m > 0 for thing in row["things"])
    places = row["is_close"] + row["other_is_close"] + is_ahead
    near = [
        f"{units.format_length(thing.distance_m, 1)}: {_name_thing(thing.name, thing.bearing_deg)}" for thing in told
    ]
    if near:
        words = f"{'close ' if row['is_close'] else ''}beside its line and run-outs, at " + ", at ".join(near)
    else:
        nothing = f"nothing mapped within {units.format_reach(SEEN_M)} beside it"
        words = nothing if is_mapped else "what stands beside it is unknown"
    return "; ".join([words, *doors, *ahead[:_MOST_KINDS], *_SAY_AT_ONCE.get(places, ())])
