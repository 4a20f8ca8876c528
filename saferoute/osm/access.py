"""Access: who may use a way or ground, and where one may walk."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

import numpy as np

from saferoute.osm import keys, ways
from saferoute.osm.answers import Answer, ask_value
from saferoute.osm.tags import get_first_text, has_any_value, has_only_values, has_tag, has_value
from saferoute.table import Tags

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray
    from saferoute.table import Tagged

OPEN = frozenset({"yes", "designated", "permissive"})
"""Values that let everybody in."""
PRIVATE = frozenset({"no", "private"})
"""Values that keep everybody out but for those who live or work there."""
CLOSED = PRIVATE | frozenset(
    "customers customer permit use_sidepath delivery residents members employees staff military agricultural forestry "
    "discouraged emergency restricted locked closed key service psv bus tram".split()
)
"""Values that keep a stranger on foot out."""
OPEN_TO_SOME = frozenset({"official", "destination", "public", "open"})
OPEN_TO_MOTORS = OPEN | {"official", "destination"}
_DRIVES = frozenset({"driveway", "drive-through"})
"""Values of ``service`` for what leads to a house or a counter."""
_MEANT_FOR_THEM = frozenset({"designated", "official"})
_ROUTES_OF_WHEELS = {
    "route": keys.ROUTES_OF_WHEELS - {"mtb"},
    **dict.fromkeys(("lcn", "rcn", "ncn", "icn"), _MEANT_FOR_THEM | {"yes"}),
    "inline_skates": _MEANT_FOR_THEM,
}
"""Tags of ways that cyclists or skaters are led along; the shorter keys are cycle networks, local to international."""
_NO_BICYCLES = frozenset({"no", "use_sidepath", "dismount"})
_NOT_RUN = frozenset({"bus_guideway", "elevator", "corridor", "via_ferrata"})
"""Values of ``highway`` for what is walkable in part, at a pinch or in a cabin."""
_MOTOR_KEYS = ("motor_vehicle", "vehicle", "access")
"""Keys that say who may drive, the most particular first."""
_MOTOR_KINDS = ("motorcar", "motorcycle", "moped", "mofa", "atv", "ohv", "quad")
"""Keys of single kinds of motor vehicles: where one of them may drive, motors do."""
MOTOR_KEYS = (*_MOTOR_KEYS[:-1], *_MOTOR_KINDS)
"""Keys that say which motors are met on a foot way."""
WHEELS_KEYS = (*MOTOR_KEYS, "bicycle", "segregated")
"""Keys that say which wheels are met there."""


def is_closed_on_foot(tags: Tagged) -> Answer:
    """Return whether ways or ground are closed to strangers on foot; ``foot`` overrules ``access``.

    Driveways are private until one of both says otherwise.
    """
    tags = Tags.of(tags)
    of_foot, of_all = (ask_value(tags, key, CLOSED, OPEN | OPEN_TO_SOME) for key in ("foot", "access"))
    return of_foot.fill_unknown(of_all).fill_unknown(ask_value(tags, "service", _DRIVES))


def is_open_on_foot(tags: Tagged) -> BoolArray:
    """Return a mask of ways or ground with a tag that lets everybody in."""
    return has_value(tags, "foot", OPEN) | has_value(tags, "access", OPEN)


def has_speed_limit(tags: Tagged) -> BoolArray:
    """Return a mask of ways with a speed limit, which is there for vehicles."""
    return has_tag(tags, "maxspeed")


def is_private(tags: Tagged) -> BoolArray:
    """Return a mask of ways or ground kept for those who live or work there, whoever else may pass on foot."""
    return has_value(tags, "access", PRIVATE)


def is_private_on_foot(tags: Tagged) -> BoolArray:
    """Return a mask of ways or ground kept for those who live or work there."""
    tags = Tags.of(tags)
    of_foot, of_all = (ask_value(tags, key, PRIVATE) for key in ("foot", "access"))
    return of_foot.fill_unknown(of_all).yes


def has_own_foot_part(tags: Tagged) -> BoolArray:
    """Return a mask of ways with a part for people on foot, apart from bicycles."""
    return has_value(tags, "segregated", {"yes"}) & is_meant_for_feet(tags)


def is_meant_for_feet(tags: Tagged) -> BoolArray:
    """Return a mask of ways whose ``foot`` tag says that people walk there by right."""
    return has_value(tags, "foot", {"yes", "designated"})


def is_closed_to_bicycles(tags: Tagged) -> BoolArray:
    """Return a mask of ways on which nobody may ride a bicycle."""
    return has_only_values(tags, "bicycle", _NO_BICYCLES)


def is_shared_with_bicycles(tags: Tagged) -> BoolArray:
    """Return a mask of ways meant for bicycles that have no part of their own for people on foot."""
    return has_value(tags, "bicycle", _MEANT_FOR_THEM) & ~has_value(tags, "segregated", {"yes"})


def is_route_of_wheels(tags: Tagged) -> BoolArray:
    """Return a mask of ways along which cyclists or skaters are led, and of cycleways.

    A net of trails for mountain bikes also joins up ways on which one has to push them.
    """
    tags = Tags.of(tags)
    of_trails = has_value(tags, "route", {"mtb"}) & ~is_closed_to_bicycles(tags)
    return has_any_value(tags, _ROUTES_OF_WHEELS) | has_value(tags, "highway", {"cycleway"}) | of_trails


def is_meant_for_wheels(tags: Tagged) -> BoolArray:
    """Return a mask of ways along which cyclists or skaters are led, and of others that are meant for bicycles."""
    tags = Tags.of(tags)
    return is_route_of_wheels(tags) | has_value(tags, "bicycle", _MEANT_FOR_THEM)


def is_open_to_motors(tags: Tagged) -> Answer:
    """Return whether strangers may drive some motor vehicle there; ``access`` alone speaks of people on foot ways."""
    tags = Tags.of(tags)
    of_all, of_vehicles = (ask_value(tags, key, OPEN_TO_MOTORS, CLOSED) for key in _MOTOR_KEYS[:-1])
    of_kinds = (ask_value(tags, key, OPEN_TO_MOTORS, CLOSED, missing_is_no=True) for key in _MOTOR_KINDS)
    return reduce(or_, of_kinds, of_all.fill_unknown(of_vehicles))


def get_motor_access(tags: Tagged, of_motors: Collection[str]) -> NDArray[np.object_]:
    """Return what is tagged of motors, None where nothing is.

    Parameters
    ----------
    of_motors : values
        What ``access`` of a track may say of motors, too; of other ways, and in
        other words, it speaks of people, but for ``destination``: who has
        business there comes on wheels, too.
    """
    import pandas as pd

    tags = Tags.of(tags)
    speaks_of_motors = has_only_values(tags, "access", of_motors) & has_value(tags, "highway", {"track"})
    of_all = tags.get_text("access")
    of_all[~speaks_of_motors & ~has_only_values(tags, "access", {"destination"})] = None
    said = get_first_text(tags, _MOTOR_KEYS[:-1])
    return np.where(pd.isna(said), of_all, said)


def is_closed_to_cars(tags: Tagged) -> BoolArray:
    """Return a mask of ways on which strangers may not drive a car, whatever else may be driven there."""
    return has_only_values(tags, "motorcar", CLOSED)


def is_for_visitors(tags: Tagged) -> BoolArray:
    """Return a mask of ways or ground for those who live there or have business there, if no tag lets walkers in."""
    return has_only_values(tags, "access", {"destination"}) & ~has_tag(tags, "foot", but=())


def is_walkable(tags: Tagged) -> BoolArray:
    """Return a mask of ways by which one may get somewhere on foot, fit to run on or not."""
    tags = Tags.of(tags)
    return _is_built_highway(tags) & ~ways.is_fast_road(tags) & ~is_closed_on_foot(tags).yes


def is_passable_on_foot(tags: Tagged) -> BoolArray:
    """Return a mask of ways by which somebody may get through on foot: all that no tag says to be private."""
    tags = Tags.of(tags)
    return _is_built_highway(tags) & ~is_private_on_foot(tags)


def _is_built_highway(tags: Tags) -> BoolArray:
    """Return a mask of ways with a class that are there."""
    return ways.is_highway(tags) & ~has_value(tags, "highway", ways.NOT_BUILT)


def is_fit_to_run(tags: Tagged) -> BoolArray:
    """Return a mask of ways on which one may run forwards, outdoors and without the hands."""
    tags = Tags.of(tags)
    barred = ways.is_fast_road(tags) | has_value(tags, "highway", _NOT_RUN) | ways.is_alpine_path(tags).yes
    return ~barred & ~has_tag(tags, "indoor")


def is_made_for_walking(tags: Tagged) -> BoolArray:
    """Return a mask of walkable ways built for walkers; tracks, and paths in the mountains, lead to fields, too."""
    return is_walkable(tags) & has_value(tags, "highway", ways.PAVED_FOR_FEET)
