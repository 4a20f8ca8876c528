"""What stands beside a stretch, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from saferoute.report.text import name_direction

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

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
    **dict.fromkeys(("tree", "post", "building", "wall", "hedge", "trees", "barrier"), "who veers runs into it"),
    "wood": "branches and roots",
}
"""What to look at on foot where such a thing is close."""
_SIDES = ("", "other_")
"""Beginnings of the columns of evidence on either side."""


def describe_sides(evidence: pd.DataFrame, *, is_mapped: pd.Series[bool]) -> pd.DataFrame:
    """Return what stands on both sides of stretches as columns, and in words as ``beside_both``.

    Parameters
    ----------
    evidence : DataFrame
        As of `saferoute.criteria.obstacles`.
    is_mapped : Series of bool
        Whether so much is mapped around that where nothing is mapped nothing is likely to stand.
    """
    told = pd.DataFrame(index=evidence.index)
    for end, begin in zip(("", "_other"), _SIDES, strict=True):
        name, away, bearing = (evidence[f"{begin}{column}"] for column in ("beside", "clearance_m", "bearing_deg"))
        told[f"clearance{end}_m"] = away.where(is_mapped | name.notna())
        told[f"beside{end}"] = [_name_thing(*of_side) for of_side in zip(name, bearing, strict=True)]
    rows = zip(told.to_dict("records"), evidence["is_close"], strict=True)
    return told.assign(beside_both=[_join_sides(row, is_close=is_close) for row, is_close in rows])


def list_close_sides(evidence: pd.DataFrame) -> list[list[str]]:
    """Return what is to be looked at of the things that stand close on either side of stretches.

    Parameters
    ----------
    evidence : DataFrame of n rows
        As of `saferoute.criteria.obstacles`.

    Returns
    -------
    list of n lists of str
        The narrower side first; like things on both sides together.

    Examples
    --------
    >>> of_doors = {"beside": ["doors"], "clearance_m": [1.8], "bearing_deg": [0.0], "is_close": [True]}
    >>> of_nothing = {"other_beside": [None], "other_is_close": [False]}
    >>> list_close_sides(pd.DataFrame(of_doors | of_nothing))
    [['house doors 1.8 m to the north: someone may step out']]
    """
    return [_warn_of_sides(row) for row in evidence.to_dict("records")]


def _warn_of_sides(row: Mapping[Hashable, Any]) -> list[str]:
    where: dict[str, list[str]] = {}
    for begin in _SIDES:
        if row[f"{begin}is_close"]:
            away = f"{row[f'{begin}clearance_m']:.1f} m to the {name_direction(row[f'{begin}bearing_deg'])}"
            where.setdefault(row[f"{begin}beside"], []).append(away)
    return [f"{_WORDS[name]} {' and '.join(away)}: {_DANGERS[name]}" for name, away in where.items()]


def _name_thing(name: object, bearing_deg: float) -> str | float:
    if not isinstance(name, str):
        return np.nan
    return f"{_WORDS[name]} to the {name_direction(bearing_deg)}"


def _join_sides(row: Mapping[Hashable, Any], *, is_close: bool) -> str:
    things = [(row[f"beside{end}"], row[f"clearance{end}_m"]) for end in ("", "_other")]
    near = [f"{away_m:.1f} m: {thing}" for thing, away_m in things if isinstance(thing, str)]
    if near:
        return f"{'close ' if is_close else ''}beside its line, at " + ", at ".join(near)
    return "what stands beside it is unknown" if pd.isna(row["clearance_m"]) else "nothing mapped within 10 m beside it"
