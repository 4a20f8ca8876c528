"""Advice on what to check on foot before running, and on running barefoot."""

from __future__ import annotations

from itertools import compress
from typing import TYPE_CHECKING, Any

import numpy as np

from saferoute.candidates import CUT_OFF
from saferoute.criteria import crowding
from saferoute.model import Formula
from saferoute.osm import entry
from saferoute.osm.access import has_speed_limit, is_for_visitors, is_meant_for_wheels, is_route_of_wheels
from saferoute.osm.ground import KEPT_KINDS, is_entered_by_leave
from saferoute.osm.surfaces import SOFT_SURFACES, is_uneven_trail
from saferoute.report.surfaces import describe_surface
from saferoute.report.text import LIKELY, sanitize_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray
    from saferoute.model import Moment
    from saferoute.report.units import Units
    from saferoute.table import Tagged

EDGE_M = 15.0
"""Distance of a drop or water from the line within which it must be checked [J].

A runner who veers as blindfolded walkers do (2.5 m in 15 m, "Veering in human locomotion") is
11 m off the line after 30 s at 2.2 m/s; the rest is a margin."""
_LIKELY_HILLSIDE = (
    "hillside likely: no heights are known here, but steps, walls, hairpins, mountain paths or hills are mapped around"
)
_STEEP_PART_PCT = 6.0
"""Slope of the steepest part from which it is to be looked at [J]: the limit on all of a line is 5 %."""
_LIKELY_FALL_PCT = 10.0
"""Likely fall of the ground beside a line from which a third of such ground is a hillside."""
_MOUNTAIN_CHANCE = Formula().low_pct / 100
"""Chance of a mountain path from which the score takes it for one."""
_LAMPS = "lamps: it is dark at that hour, and whether it is lit is not known"
_MOTORS = "whether cars or tractors use it: no tag tells"
_SPEED = "cars or tractors likely: it has a speed limit"
PIPE = "the pipeline: whether it lies on the ground or in it is not tagged"
DRAWS_PEOPLE = "how busy it is: shops, stops or sights stand around, and nobody has counted"
DRAWS_RUNNERS = "runners from behind: a track, running route, promenade or park path draws them at that hour, by guess"
_TRACTORS = "whether tractors use it: farm traffic is possible, and no tag tells"
_ROUTE = "bicycles or skaters from behind: a route of theirs leads along it"
_SHARED = "bicycles from behind: the way is meant for them, too"
_UNEVEN = "stones, roots and loose ground: mountain bikers do not grade it as even"
_LEAVE = "whether one may go in, and when: it lies in a zoo, camp, sports ground, allotments or the like"
_VISITORS = "whether one may be there: it is for those who live there or visit (access=destination)"
_SURE_PCT = 1.0
"""Standard error of a slope above which it must be checked, in percentage points [J]."""


def advise_barefoot(surface: object) -> str:
    """Return advice on running barefoot, which is possible on checked sand or grass only.

    Parameters
    ----------
    surface : object
        A value of the tag ``surface``, or a likely one behind `LIKELY`; anything but a str counts as unknown.

    Returns
    -------
    str
        Begins with "possible" or "no".
    """
    if not isinstance(surface, str):
        return "no: the surface is not tagged"
    if surface.removeprefix(LIKELY) in SOFT_SURFACES:
        return f"possible on {describe_surface(surface)} that has been checked for glass, nails and debris"
    return f"no: {describe_surface(surface)}; only on sand or grass"


_TIDAL = "the tide: the ground lies outside the coastline, and under water at high tide"
_OUTFIELD = "that you are on the outfield: bases, mound and backstop, and a cricket pitch, are kept off by guess"
_CHECKS_BY_DOUBT = {
    CUT_OFF: "how one gets there: no mapped way on foot joins it with the place",
    "school": "whether it is a school's own ground: a school stands beside it, and its ground is not mapped",
    "private": "whether one may be there: most ways on and along it are private",
    "infield": "whether one may be there: it lies within a running track",
    "plot": "whether it is a garden or a yard: houses and gardens lie around it, and no footway runs along it",
    "traffic": "traffic: roads or rails run on both sides of it, or it is the verge of a road",
    "court": "walls, steps and people: it is the court of a castle, or buildings stand nearly all around",
    "stadium": "whether it is open: it lies in a stadium",
    "institute": "whether one may be there, at that hour too: it lies on the ground of an institute, church or firm",
    "memorial": "whether one runs there: it lies on the ground of a memorial",
    "graves": "whether one runs there: it is or was a burial ground, by its name or a tag",
    "gone": "what is left of it: a building, works or pit was there and is gone",
    "hospital": "whether one may be there: it lies on the ground of a hospital or the like",
}
_CHECKS_BY_GROUND = _CHECKS_BY_DOUBT | {
    "roof": "the posts of a roof that it leads below",
    "drive": "cars or vans: a road or drive ends on the square close by, or a street open to them leads past",
    "yard": "whose it is: the ground or house of a school, hospital, church or institute begins beside it",
    "works": "lorries, dust and gates: works, a pit, depot or landfill lie close by",
}
_CHECKS_BY_KIND = {
    "beach": [
        "firm damp sand at low tide, camber across the slope, and buried objects",
        "dogs, fees and bathing times",
    ],
    "sand": ["firm ground, and buried objects"],
    "pitch": ["permission and bookings: it is a sports pitch", "goals, posts, lines and sprinklers"],
    "track": ["permission, and that the outer lane is empty; straights only"],
    "grass": ["whether one may be there: access to lawns is rarely tagged", "moles' holes and sprinklers"],
    "meadow": ["whether one may be there, and how high the grass stands"],
    "park": ["lawn or bed: the ground of parks is rarely drawn"],
    "common": ["lawn, rough or waste ground: commons are all of these"],
    "village green": ["whether one may be there, and that it is a lawn: any public green may be mapped so"],
    "recreation ground": ["lawn or bed, and whether one may be there"],
    "square": ["market stalls, cables and street furniture"],
}


OF_GROUND = ("kind", "dog", "beach_club", "is_tidal", "doubts")
"""Columns of ground that checks ask."""


def describe_edge(units: Units) -> str:
    """Return what is to be looked at where a drop or water is near."""
    return f"the edge: a drop or water is mapped within {units.format_reach(EDGE_M)} of the line"


def list_checks(
    rows: Sequence[Mapping[str, Any]],
    grounds: Sequence[Mapping[str, Any]],
    *,
    unlit_in_the_dark: BoolArray,
    unread: Sequence[Sequence[str]],
    of_entry: Sequence[Sequence[str]],
    close: Sequence[Sequence[str]],
) -> list[list[str]]:
    """Return the checks to make on foot before running, for everything the data cannot tell.

    Parameters
    ----------
    rows : sequence of n mappings
        Stretches, with the columns that `saferoute.report.reasons` makes.
    grounds : sequence of n mappings
        What `OF_GROUND` names of the ground of each stretch, and ``is_ball_ground``.
    unlit_in_the_dark : ndarray of bool, shape (n,)
        Whether it is dark at the hour and lighting is not known.
    unread : n lists of str
        ``key=value`` of the tags of each that are not understood.
    of_entry : n lists of str
        What `describe_entry` and `describe_surroundings` tell of the ground that each lies on and in.
    close : n lists of str
        `describe_edge` where a drop or water is that near but too far away for a limit, and what
        `saferoute.report.sides.list_close_things` and `describe_ways` tell of what stands or comes close,
        `saferoute.report.crowd.warn_of_routes` of the ways of cyclists, and `PIPE`, `DRAWS_PEOPLE` and
        `DRAWS_RUNNERS` where it is so.

    Returns
    -------
    list of n lists of str
        The most important checks first.
    """
    told = zip(rows, grounds, unlit_in_the_dark, unread, of_entry, close, strict=True)
    listed = (
        (
            *([_LAMPS] if is_unlit else []),
            *what_is_close,
            *_list_relief(row, here),
            *([_TIDAL] if here["is_tidal"] else []),
            "holes, glass, nails and debris",
            *_list_by_ground(here),
            *of_entry_words,
            *_list_permissions(here),
            *_list_unknowns(row, not_understood),
            *(f"what {sanitize_text(tag)} means: it is tagged so, and not understood" for tag in not_understood),
        )
        for row, here, is_unlit, not_understood, of_entry_words, what_is_close in told
    )
    # The ground itself and what it lies in may ask for the same.
    return [list(dict.fromkeys(of_stretch)) for of_stretch in listed]


def _list_by_ground(here: Mapping[str, Any]) -> list[str]:
    """Return what is to be looked at for the kind of ground, and for what is doubted of it."""
    return [
        *_CHECKS_BY_KIND.get(here["kind"], []),
        *(_CHECKS_BY_DOUBT[name] for name in here["doubts"] or ()),
        *([_OUTFIELD] if here["is_ball_ground"] else []),
    ]


def _list_relief(row: Mapping[str, Any], here: Mapping[str, Any]) -> list[str]:
    """Return what is to be looked at where the ground is steep, or likely is."""
    return [
        *_list_slopes(row, here),
        *_list_likely_slopes(row),
        *([_describe_mountain(row["mountain_chance"])] if row["mountain_chance"] >= _MOUNTAIN_CHANCE else []),
    ]


def _list_likely_slopes(row: Mapping[str, Any]) -> list[str]:
    """Return what is to be looked at of ground of unknown slope where the map shows that it likely slopes."""
    told = [*([f"{row['hints']} off"] if row["hints"] else []), *([row["spot_heights"]] if row["spot_heights"] else [])]
    if told:
        return [f"hillside: the ground may slope along and across ({'; '.join(told)})"]
    return [_LIKELY_HILLSIDE] if row["likely_falls_pct"] > _LIKELY_FALL_PCT else []


def _list_slopes(row: Mapping[str, Any], here: Mapping[str, Any]) -> list[str]:
    """Return what is to be looked at of ground that by the heights is steep, tilts or falls away to the side."""
    # What was built level may have a bank beside it, which coarse heights take for a slope.
    is_bank = row["is_on_way"] or here["kind"] in KEPT_KINDS
    words = "is it a bank beside it?" if is_bank else "the ground tilts to the side"
    falls = f"hillside: the ground falls away to the side ({row['falls_away_pct']:.0f} %)"
    steep = (
        f"steep in one part, or in a run-out: the heights tell {row['steepest_pct']:.0f} ± "
        f"{row['steepest_sigma_pct']:.0f} % there"
    )
    return [
        *([steep] if row["steepest_pct"] > _STEEP_PART_PCT else []),
        *([f"the heights tell {abs(row['cross_slope_pct']):.0f} % across: {words}"] if row["is_tilted"] else []),
        *([falls] if row["is_on_hillside"] else []),
    ]


def describe_ways(ground: Tagged) -> NDArray[np.object_]:
    """Return what is to be checked of bicycles, motors and stones on each way, as tuples of str."""
    words = np.empty(len(ground), dtype=object)
    route, shared = is_route_of_wheels(ground), is_meant_for_wheels(ground)
    driven, fast = crowding.may_be_driven(ground), has_speed_limit(ground)
    told = zip(
        route,
        shared & ~route,
        driven & ~fast,
        driven & fast,
        crowding.may_be_farmed(ground),
        is_uneven_trail(ground).possible,
        strict=True,
    )
    words[:] = [tuple(compress((_ROUTE, _SHARED, _MOTORS, _SPEED, _TRACTORS, _UNEVEN), which)) for which in told]
    return words


def describe_entry(tags: Tagged, moment: Moment | None) -> NDArray[np.object_]:
    """Return what is to be checked of the leave, hours, fees and vehicles of ways or ground, as tuples of str.

    Parameters
    ----------
    moment : Moment, optional
        Hour that was asked for.
    """
    hours, fees = entry.list_hours(tags), entry.list_fees(tags)
    changes = ~entry.is_closed_at(tags, None).no & (hours != "")
    is_open, motors = entry.is_closed_at(tags, moment).no, entry.is_open_to_motors_at(tags, moment).text
    asked = "when one may go in" if moment is None else "whether one may go in at that hour"
    words = np.empty(len(hours), dtype=object)
    words[:] = [
        (
            *([f"{'that it is open at that hour' if opens else asked}: {sanitize_text(hour)}"] if may_close else []),
            *([f"entry may cost: {sanitize_text(fee)}"] if fee else []),
            *([f"when vehicles may drive there: {sanitize_text(motor)}"] if motor else []),
            *([_VISITORS] if asks else []),
        )
        for hour, fee, may_close, opens, motor, asks in zip(
            hours, fees, changes, is_open, motors, is_for_visitors(tags), strict=True
        )
    ]
    return words


def describe_surroundings(tags: Tagged, moment: Moment | None) -> NDArray[np.object_]:
    """Return what is to be checked of going into grounds, zoos and the like among them, as tuples of str."""
    words, by_leave = describe_entry(tags, moment), is_entered_by_leave(tags)
    words[:] = [(_LEAVE, *of_entry) if asks else of_entry for of_entry, asks in zip(words, by_leave, strict=True)]
    return words


def describe_grounds(names: Sequence[str]) -> list[str]:
    """Return what is to be checked of what a stretch lies in, under or close to.

    Parameters
    ----------
    names : sequence of str
        As `saferoute.limits.Surroundings.name_grounds` returns them.

    Examples
    --------
    >>> describe_grounds(["roof"])
    ['the posts of a roof that it leads below']
    """
    return [_CHECKS_BY_GROUND[name] for name in names]


def _describe_mountain(chance: float) -> str:
    """Return the check of a path that may be harder than hiking."""
    return (
        f"mountain path likely ({chance:.0%}): no tag says how hard it is to walk, and the ground or the paths around "
        "are steep"
    )


def _list_unknowns(row: Mapping[str, Any], not_understood: Sequence[str]) -> list[str]:
    """Return the checks of a stretch for what no tag and no raster tells."""
    import pandas as pd

    unknowns = []
    if pd.isna(row["surface"]) or row["surface"].startswith(LIKELY):
        unknowns.append("the surface: it is not tagged")
    if pd.isna(row["grade_pct"]):
        unknowns.append("the slope: no elevation data, and no tag tells it")
    elif row["is_contradicted"]:
        unknowns.append("the slope: heights and the tag incline contradict each other")
    elif row["grade_sigma_pct"] > _SURE_PCT:
        unknowns.append(f"the slope: it is known to ± {row['grade_sigma_pct']:.1f} % only")
    if pd.isna(row["width_m"]) and not any(tag.startswith("width=") for tag in not_understood):
        unknowns.append("the width: it is not tagged")
    if not row["are_objects_mapped"]:
        unknowns.append("posts, benches, roots and kerbs: small things here are likely not all mapped")
    return unknowns


def _list_permissions(tag: Mapping[str, Any]) -> list[str]:
    words = []
    if tag["beach_club"]:
        words.append("whether the beach club lets one run there")
    if tag["dog"] not in (None, "no"):
        words.append("dogs: they are allowed here")
    return words
