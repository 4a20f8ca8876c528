"""Tags that are there and that nobody here can read: of the ground of a stretch, and of what stands beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from saferoute.osm.barriers import is_drop, is_rail
from saferoute.osm.entry import HOURS_KEYS
from saferoute.osm.obstacles import is_small_object
from saferoute.osm.register import find_unread_values, list_read_keys
from saferoute.osm.ways import is_highway, is_motor_road
from saferoute.table import Tags

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray

    from saferoute.arrays import BoolArray, IntArray
    from saferoute.table import Tagged

_TOLD_AT_THE_HOUR = frozenset(HOURS_KEYS)
"""Keys of which the judgement at an hour tells itself what is not understood."""
KIND_KEYS = (
    "natural", "man_made", "barrier", "waterway", "landuse", "leisure", "amenity", "highway", "railway", "power",
    "hazard", "historic", "tourism", "emergency", "area", "layer",
)  # fmt: skip
"""Keys that say what an object is, whether it is an area, and on which level it lies."""

_STANDING_KEYS = tuple(key for key in KIND_KEYS if key not in {"area", "layer", "landuse"})
"""Those of them that name what stands at a point."""


def has_unread_tag(tagged: Tagged, keys: Collection[str]) -> BoolArray:
    """Return a mask of the objects with a tag of one of some keys that is not understood."""
    tags = Tags.of(tagged)
    return _mark_rows(tags, find_unread_values([tags], keys))


def _mark_rows(tags: Tags, unread: Mapping[str, Collection[str]]) -> BoolArray:
    """Return a mask of the objects with one of some values, which come by key."""
    hit = np.zeros(len(tags), dtype=bool)
    for key, values in unread.items():
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


def may_be_object(points: Tagged) -> BoolArray:
    """Return a mask of fixed objects that one can fall over, and of points of a kind that nobody here knows."""
    tags = Tags.of(points)
    return is_small_object(tags) | has_unread_tag(tags, _STANDING_KEYS)


def list_unread_tags(tagged: Tagged) -> NDArray[np.object_]:
    """Return the tags of each row that are read and not understood, but for hours, as tuples of ``key=value``.

    Examples
    --------
    >>> import pandas as pd
    >>> list_unread_tags(pd.DataFrame({"surface": ["asphalt", "moss"], "width": ["wide", None]})).tolist()
    [('width=wide',), ('surface=moss',)]
    """
    tags = Tags.of(tagged)
    return _tell_rows(tags, find_unread_values([tags], set(list_read_keys()) - _TOLD_AT_THE_HOUR))


def find_unread_rows(tables: Sequence[Tagged], keys: Collection[str]) -> list[tuple[IntArray, NDArray[np.object_]]]:
    """Return of each table the rows with a tag of one of some keys that is not understood, and such tags of each row.

    Examples
    --------
    >>> import pandas as pd
    >>> tables = [pd.DataFrame({"natural": ["tree", "zzz"]}), pd.DataFrame({"barrier": ["???"]})]
    >>> [(rows.tolist(), tags.tolist()) for rows, tags in find_unread_rows(tables, ("natural", "barrier"))]
    [([1], [('natural=zzz',)]), ([0], [('barrier=???',)])]
    """
    tags_of = [Tags.of(table) for table in tables]
    unread = find_unread_values(tags_of, keys)
    rows_of = [np.flatnonzero(_mark_rows(tags, unread)) for tags in tags_of]
    return [(rows, _tell_rows(tags.select_rows(rows), unread)) for tags, rows in zip(tags_of, rows_of, strict=True)]


def _tell_rows(tags: Tags, unread: Mapping[str, Collection[str]]) -> NDArray[np.object_]:
    """Return those tags of each row that have one of some values, which come by key."""
    told = [_tell(tags, key, values).tolist() for key, values in unread.items() if values]
    tags_of = np.empty(len(tags), dtype=object)
    tags_of[:] = [tuple(text for text in row if text) for row in zip(*told, strict=True)] if told else [()] * len(tags)
    return tags_of


def _tell(tags: Tags, key: str, values: Collection[str]) -> NDArray[np.object_]:
    """Return ``key=value`` where a tag has one of some values, ``""`` elsewhere."""
    return tags.map_values(key, lambda value: f"{key}={value}" if value in values else "", missing="")
