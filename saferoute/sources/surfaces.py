"""Surfaces as people name them."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from saferoute.model import InvalidProfile
from saferoute.osm.values import normalize_word

if TYPE_CHECKING:
    from collections.abc import Iterable


def read_surfaces(names: Iterable[str]) -> frozenset[str]:
    """Return surfaces as the map writes them, from names in any case, with blanks or hyphens.

    Raises
    ------
    InvalidProfile
        If a name is no surface, or one that nobody should run backwards on, or all names are blank.

    Examples
    --------
    >>> sorted(read_surfaces(["Fine gravel", "SAND"]))
    ['fine_gravel', 'sand']
    """
    written = list(names)
    surfaces = frozenset(normalize_word(name) for name in written if name.strip())
    if written and not surfaces:
        raise InvalidProfile(f"surface {','.join(written)!r}: no surface is named; known are sand, grass and the like")
    if not surfaces:
        return surfaces
    # The vocabulary brings arrays and tables along, which a shell that completes a level can do without.
    from saferoute.osm.surfaces import EXCLUDED_SURFACES, KNOWN_SURFACES

    for name in sorted(surfaces):
        if name not in KNOWN_SURFACES:
            like = get_close_matches(name, sorted(KNOWN_SURFACES), n=2)
            parts = name.split("_")
            if len(parts) > 1 and KNOWN_SURFACES.issuperset(parts):
                raise InvalidProfile(f"surface {name!r}: did you mean {','.join(parts)}?")
            hint = f"did you mean {' or '.join(like)}?" if like else "known are sand, grass, asphalt and the like"
            raise InvalidProfile(f"surface {name!r}: {hint}")
        if name in EXCLUDED_SURFACES:
            raise InvalidProfile(f"surface {name}: nobody should run backwards on it, and no stretch is of it")
    return surfaces
