"""Tags that are there and that nobody here can read: of the ground of a stretch, and of what stands beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from saferoute.osm.barriers import is_drop, is_rail
from saferoute.osm.entry import HOURS_KEYS
from saferoute.osm.register import find_unread_values, list_read_keys
from saferoute.osm.tags import Tags
from saferoute.osm.ways import is_highway, is_motor_road

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray
    from saferoute.osm.tags import Tagged

_TOLD_AT_THE_HOUR = frozenset(HOURS_KEYS)
"""Keys of which the judgement at an hour tells itself what is not understood."""
KIND_KEYS = (
    "natural", "man_made", "barrier", "waterway", "landuse", "leisure", "amenity", "highway", "railway", "power",
    "hazard", "historic", "tourism", "emergency", "area", "layer",
)  # fmt: skip
"""Keys that say what an object is, whether it is an area, and on which level it lies."""


def has_unread_tag(tagged: Tagged, keys: Collection[str]) -> BoolArray:
    """Return a mask of the objects with a tag of one of some keys that is not understood."""
    tags = Tags.of(tagged)
    hit = np.zeros(len(tags), dtype=bool)
    for key, values in find_unread_values(tags, keys).items():
        if values:
            hit |= tags.map_values(key, values.__contains__, missing=False)
    return hit


def may_be_drop(lines: Tagged) -> BoolArray:
    """Return a mask of lines over whose edge one may fall; of a natural kind that nobody here knows, too.

    Most natural lines are cliffs, banks and coasts.
    """
    tags = Tags.of(lines)
    return is_drop(tags).possible | (has_unread_tag(tags, ("natural",)) & ~is_highway(tags))


def may_be_road(lines: Tagged) -> BoolArray:
    """Return a mask of roads for motor traffic, and of ways of a class that nobody here knows."""
    tags = Tags.of(lines)
    return is_motor_road(tags) | has_unread_tag(tags, ("highway",))


def may_be_rail(lines: Tagged) -> BoolArray:
    """Return a mask of railways in use, and of those of a kind that nobody here knows."""
    tags = Tags.of(lines)
    return is_rail(tags) | has_unread_tag(tags, ("railway",))


def list_unread_tags(tagged: Tagged, keys: Collection[str] | None = None) -> NDArray[np.object_]:
    """Return the tags of each row that are read and not understood, as tuples of ``key=value``.

    Parameters
    ----------
    keys : collection of str, optional
        By default all keys but those of hours.

    Examples
    --------
    >>> import pandas as pd
    >>> list_unread_tags(pd.DataFrame({"surface": ["asphalt", "moss"], "width": ["wide", None]})).tolist()
    [('width=wide',), ('surface=moss',)]
    """
    tags = Tags.of(tagged)
    asked = set(list_read_keys()) - _TOLD_AT_THE_HOUR if keys is None else keys
    told = [_tell(tags, key, values).tolist() for key, values in find_unread_values(tags, asked).items() if values]
    unread = np.empty(len(tags), dtype=object)
    unread[:] = [tuple(text for text in row if text) for row in zip(*told, strict=True)] if told else [()] * len(tags)
    return unread


def _tell(tags: Tags, key: str, values: Collection[str]) -> NDArray[np.object_]:
    """Return ``key=value`` where a tag has one of some values, ``""`` elsewhere."""
    return tags.map_values(key, lambda value: f"{key}={value}" if value in values else "", missing="")
