"""What stands beside a stretch, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

_WORDS = {
    "road": "kerb with traffic",
    "rail": "rails",
    "water": "water",
    "drop": "drop",
    "doors": "house doors",
    "building": "wall of a building",
    "wall": "wall",
    "hedge": "hedge",
    "trees": "row of trees",
    "barrier": "fence or the like",
}
"""Words for the names of `saferoute.osm.sides`."""
_COMPASS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")


_CLOSE_M = 1.0
"""Room to spare below which a thing is called close [J]."""


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
    for end, begin in (("", ""), ("_other", "other_")):
        name, away, bearing = (evidence[f"{begin}{column}"] for column in ("beside", "clearance_m", "bearing_deg"))
        told[f"clearance{end}_m"] = away.where(is_mapped | name.notna())
        told[f"beside{end}"] = [_name_thing(*of_side) for of_side in zip(name, bearing, strict=True)]
    close = (evidence["spare_m"] < _CLOSE_M).to_numpy()
    rows = zip(told.to_dict("records"), close, strict=True)
    return told.assign(beside_both=[_join_sides(row, is_close=is_close) for row, is_close in rows])


def _name_thing(name: object, bearing_deg: float) -> str | float:
    if not isinstance(name, str):
        return np.nan
    return f"{_WORDS[name]} to the {_COMPASS[round(bearing_deg / 45) % len(_COMPASS)]}"


def _join_sides(row: Mapping[Hashable, Any], *, is_close: bool) -> str:
    things = [(row[f"beside{end}"], row[f"clearance{end}_m"]) for end in ("", "_other")]
    near = [f"{away_m:.1f} m: {thing}" for thing, away_m in things if isinstance(thing, str)]
    if near:
        return f"{'close ' if is_close else ''}beside its line, at " + ", at ".join(near)
    return "what stands beside it is unknown" if pd.isna(row["clearance_m"]) else "nothing mapped within 10 m beside it"
