"""Graves: burial grounds that are told by their name or their past alone, as parks in which the stones still stand."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from saferoute.osm import ground, keys
from saferoute.osm.tags import has_value, is_tagged, map_tag_values
from saferoute.table import Tags

if TYPE_CHECKING:
    from saferoute.arrays import BoolArray
    from saferoute.table import Tagged

_NAMES = (
    "cemetery", "graveyard", "churchyard", "burial ground", "burying ground",
    "friedhof", "gottesacker", "begräbnis",
    "hautausmaa", "kalmisto", "begravning", "kyrkogård", "kirkegård", "gravlund",
    "hřbitov", "cmentarz", "cintorín", "temető",
    "cemit", "cementerio", "camposanto", "cimitero", "cimetière", "begraafplaats", "kerkhof",
)  # fmt: skip
"""Parts of names of burial grounds: English, German, Finnish and the Scandinavian languages, those of central Europe,
the Romance ones and Dutch."""
_ONCE = frozenset({"cemetery", "graveyard", "burial_ground", "necropolis"})
"""Values of ``historic``."""


def is_old_burial_ground(areas: Tagged) -> BoolArray:
    """Return a mask of parks and greens that are or were burial grounds by their name, and of former ones by a tag."""
    areas = Tags.of(areas)
    named: BoolArray = map_tag_values(areas, "name", _names_graves, missing=False)
    was = [has_value(areas, key, _ONCE) for key in ("historic", *keys.FORMER_GROUNDS)]
    # A square or street beside one is named after it as well.
    is_green = (ground.is_green(areas) | is_tagged(areas, "historic")) & ~is_tagged(areas, "highway")
    return (named & is_green) | np.any(was, axis=0)


@lru_cache(maxsize=65_536)
def _names_graves(name: str) -> bool:
    """Return whether a name is that of a burial ground.

    Examples
    --------
    >>> [_names_graves(name) for name in ("Alter Friedhof", "vanha hautausmaa", "Stadtpark")]
    [True, True, False]
    """
    text = name.casefold()
    return any(part in text for part in _NAMES)
