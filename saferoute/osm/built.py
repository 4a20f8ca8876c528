"""How ways were made: levelled by builders, or trodden into the ground as it lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from saferoute.osm import widths
from saferoute.osm.surfaces import GROUPS, is_paved
from saferoute.osm.tags import has_value, is_tagged
from saferoute.table import Tags

if TYPE_CHECKING:
    from saferoute.arrays import BoolArray
    from saferoute.table import Tagged

WIDE_M = 3.0
"""Ways tagged as at least so wide were built by machines [J]."""
_UNPAVED_CLASSES = frozenset({"path", "track", "bridleway"})
"""Classes of ways that are unpaved where nothing else is told."""
_AS_IT_LIES = (GROUPS["unpaved"] | {"unpaved"}) - {"compacted"}
"""Surfaces that nobody rolled level."""


def is_built(ways: Tagged) -> BoolArray:
    """Return a mask of ways that lie level across on any hillside: paved ones, wide ones, and those for pedestrians."""
    tags = Tags.of(ways)
    wide = widths.read_tagged_widths(tags) >= WIDE_M
    return is_paved(tags) | has_value(tags, "highway", {"pedestrian"}) | wide


def is_unpaved(ways: Tagged) -> BoolArray:
    """Return a mask of ways that nobody built, by their tagged surface, or without one by their class."""
    tags = Tags.of(ways)
    usual = ~is_tagged(tags, "surface") & has_value(tags, "highway", _UNPAVED_CLASSES)
    return ~is_built(tags) & (has_value(tags, "surface", _AS_IT_LIES) | usual)


def is_trodden(ways: Tagged) -> BoolArray:
    """Return a mask of unpaved ways on which no cart drives: they tilt as the ground does."""
    tags = Tags.of(ways)
    return is_unpaved(tags) & ~has_value(tags, "highway", {"track"})
