"""Signs of relief: what is mapped where the ground is steep, and how steep it usually is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from saferoute.osm import slopes
from saferoute.osm.tags import has_tag, has_value, is_tagged, read_numbers
from saferoute.osm.values import parse_height
from saferoute.osm.ways import is_highway, is_mountain_path, is_steps, is_via_ferrata, may_be_off_ground
from saferoute.table import Tags

if TYPE_CHECKING:
    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.table import Tagged


class Sign(NamedTuple):
    """What ground is usually like within a few hundred metres of something.

    Attributes
    ----------
    along_pct, across_pct : float
        Median steepness of foot ways there, along them and across.
    weight : float
        How much one such thing at hand tells; that nothing is told weighs .05 for each km of way.
    """

    along_pct: float
    across_pct: float
    weight: float


HAIRPIN = Sign(5.0, 20.0, 0.05)
BESIDE = Sign(2.0, 12.0, 1.0)
"""Steps, and walls that hold ground, right beside a line."""


class Hint(NamedTuple):
    """Something that tells of the ground right around it.

    Attributes
    ----------
    name : str
    weight : float
        How much one at hand tells, against all that is around.
    decay_m : float
        At distance d it tells exp(−d / decay_m) of that, on ground as it lies.
    made_share : float
        Share of its reach to ways that were built, which are cut and filled [J].
    """

    name: str
    weight: float
    decay_m: float
    made_share: float = 0.5

    @property
    def is_told_on_made_ways(self) -> bool:
        """True if it tells as much to who is on a way that was built."""
        return self.made_share == 1.0


OF_HAIRPINS = "hairpin"
HINTS = (
    Hint("rock", 0.7, 30.0), Hint("cliff", 0.7, 30.0), Hint("wall", 0.7, 20.0), Hint("bank", 0.35, 30.0),
    Hint("steps", 0.2, 30.0), Hint("climb", 0.35, 30.0),
    Hint("steep", 0.35, 50.0, made_share=1.0), Hint(OF_HAIRPINS, 0.35, 30.0), Hint("vineyard", 0.2, 30.0),
    Hint("peak", 0.35, 80.0),
)  # fmt: skip
"""Rock, cliffs, walls that hold ground, banks, steps, ways that climb or are tagged as steep, ways that turn back,
vineyards, tops of hills.

Open ground is tilted across by 9 % within 40 m of rock on Helgoland and by .3 % from 60 to 100 m, by 9 % within 40 m
of banks and by 3 % beyond 60 m, by 10 % within 60 m of ways that climb and by 4 % beyond 100 m; in Porto by 56 %
within 20 m of walls that hold ground and by 4 % farther off; near steps it is no steeper in Porto and Bad Wildbad than
elsewhere (medians) [M]. The weights follow these by judgement, as do those of vineyards, which stand on slopes for the
sun and in plains, too, and of tops [J]. A way of 10 % and more climbs the side of a valley, on whose floor or flank a
paved track runs as well as a path: it is told of on both, and twice as far [J]."""
_STEEP = Sign(8.0, 40.0, 1.0)
_HIKING = Sign(2.0, 10.0, 0.005)
_EDGE = Sign(1.5, 6.0, 0.003)
"""Steepness beside such things [M], rounded between Bad Wildbad, Porto, Helgoland and Helsinki; weights [J]."""
_USUAL_PCT = 9.0
"""Steepness of ways of which words tell that they rise [M]: medians of 16, 8 and 5 % in three extracts."""
_ACROSS_TO_ALONG = 2.5
"""Steepness of the ground across ways over that along them, where they are tagged with a slope [M, J]."""
_TAGGED_WEIGHT = 0.02
_CLIMB_PCT, _STEEP_WAY_PCT = 4.0, 10.0
"""Slope of a way from which the ground beside it likely slopes, too, and from which that holds farther off [J]."""


@dataclass(frozen=True)
class Signs:
    """Lines that tell of relief.

    Attributes
    ----------
    row : ndarray of shape (n,)
        Of the table that was asked.
    along_pct, across_pct, weight : ndarray of shape (n,)
        As of `Sign`.
    """

    row: IntArray
    along_pct: FloatArray
    across_pct: FloatArray
    weight: FloatArray


def find_signs(things: Tagged) -> Signs:
    """Return the lines that tell of relief: mountain paths, cliffs, walls that hold ground, steps and the like.

    Ways with a tagged slope tell what they are tagged with, level ones that the ground is level.
    """
    tags = Tags.of(things)
    steep = is_via_ferrata(tags) | is_mountain_path(tags).yes | has_value(tags, "natural", {"arete", "ridge"})
    steep |= has_value(tags, "waterway", {"waterfall"}) | has_value(tags, "railway", {"funicular"})
    hiking = has_value(tags, "sac_scale", {"hiking", "t1"})
    edge = _holds_ground(tags) | has_value(tags, "natural", {"cliff"})
    said = slopes.read_inclines(tags)
    words = np.where((said.direction != 0) | (said.least_pct > 0), np.fmax(_USUAL_PCT, said.least_pct), np.nan)
    # Steps are steep wherever they are.
    told = np.where(is_highway(tags) & ~is_steps(tags), np.fmax(np.abs(said.pct), words), np.nan)
    groups = [np.isfinite(told), steep, hiking, edge]
    signs = [Sign(np.nan, np.nan, _TAGGED_WEIGHT), _STEEP, _HIKING, _EDGE]
    along, across, weight = (
        np.select(groups, [getattr(sign, name) for sign in signs], np.nan)
        for name in ("along_pct", "across_pct", "weight")
    )
    row = np.flatnonzero(np.any(groups, axis=0))
    along, across = np.fmax(along, 0.0), np.fmax(across, 0.0)
    along = np.where(np.isfinite(told), told, along)
    across = np.where(np.isfinite(told), _ACROSS_TO_ALONG * told, across)
    return Signs(row, along[row], across[row], weight[row])


def find_line_hints(lines: Tagged) -> dict[str, BoolArray]:
    """Return a mask of lines on the ground for each name of `HINTS` that lines are."""
    tags = Tags.of(lines)
    said = slopes.read_inclines(tags)
    way, pct = is_highway(tags) & ~is_steps(tags), np.nan_to_num(np.abs(said.pct))
    steep = pct >= _STEEP_WAY_PCT
    climbs = (said.direction != 0) | (said.least_pct > 0) | (pct >= _CLIMB_PCT)
    kinds = {**_find_landforms(tags), "climb": way & climbs & ~steep, "steep": way & steep}
    return {name: mask & ~may_be_off_ground(tags) for name, mask in kinds.items()}


def find_area_hints(areas: Tagged) -> dict[str, BoolArray]:
    """Return a mask of areas on the ground for each name of `HINTS` that areas are."""
    tags = Tags.of(areas)
    kinds = {**_find_landforms(tags), "vineyard": has_value(tags, "landuse", {"vineyard"})}
    return {name: mask & ~may_be_off_ground(tags) for name, mask in kinds.items()}


def find_point_hints(points: Tagged) -> dict[str, BoolArray]:
    """Return a mask of points for each name of `HINTS` that points are; boulders lie on plains, too."""
    return {"peak": has_value(points, "natural", {"peak", "hill", "volcano"})}


def may_wind_up(ways: Tagged) -> BoolArray:
    """Return a mask of roads and paths on the ground that turn back where it is steep; those of yards do anywhere."""
    tags = Tags.of(ways)
    return is_highway(tags) & ~is_tagged(tags, "service") & ~is_steps(tags) & ~may_be_off_ground(tags)


def is_way_off_ground(lines: Tagged) -> BoolArray:
    """Return a mask of bridges and tunnels of roads and paths, to which steps and ramps lead on level ground, too."""
    tags = Tags.of(lines)
    return is_highway(tags) & may_be_off_ground(tags)


def is_raised_ground(things: Tagged) -> BoolArray:
    """Return a mask of buildings, piers, quays and platforms, which have steps on level ground, too."""
    tags = Tags.of(things)
    shore = has_value(tags, "man_made", {"pier", "quay", "breakwater", "groyne", "bridge"})
    platform = has_value(tags, "railway", {"platform"}) | has_value(tags, "public_transport", {"platform"})
    return has_tag(tags, "building") | shore | platform


def read_heights(points: Tagged) -> FloatArray:
    """Return the height above the sea in m that each point tells, NaN where it tells none.

    That of a settlement is one for all of it, wherever its point stands.
    """
    tags = Tags.of(points)
    return np.where(is_tagged(tags, "place"), np.nan, read_numbers(tags, "ele", parse_height))


def is_rock(things: Tagged) -> BoolArray:
    """Return a mask of bare rock, scree and boulders."""
    return has_value(things, "natural", {"bare_rock", "rock", "scree", "stone"})


def _find_landforms(tags: Tags) -> dict[str, BoolArray]:
    """Return a mask for each name of `HINTS` that lines and areas may be alike."""
    return {
        "rock": is_rock(tags),
        "cliff": has_value(tags, "natural", {"cliff"}),
        "wall": has_value(tags, "barrier", {"retaining_wall"}),
        "bank": has_value(tags, "natural", {"earth_bank"}) | has_value(tags, "man_made", {"embankment"}),
        "steps": is_steps(tags),
    }


def _holds_ground(tags: Tags) -> BoolArray:
    """Return a mask of what stands where ground is higher on one side: steps, banks, and walls that hold it."""
    kinds = _find_landforms(tags)
    return kinds["steps"] | kinds["wall"] | kinds["bank"]
