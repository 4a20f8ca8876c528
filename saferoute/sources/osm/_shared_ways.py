"""A bound on how many areas one way may be an edge of."""

from __future__ import annotations

from array import array
from typing import Any

MOST_AREAS = 1000
"""Relations that a way is assembled for [J]; in the extracts of the tests none is part of more than 15.

osmium takes time with the square of it: 11 s for 100 000."""
_SLOTS = 1 << 22
"""Ways of a country share this many counts of two bytes, a few ways each."""


class DropOfShared:
    """Filter of osmium that drops relations whose ways were taken for `MOST_AREAS` relations before.

    They are not assembled, and so become fragments: edges, and the ground that these enclose.
    """

    def __init__(self) -> None:
        self._taken = array("H", bytes(2 * _SLOTS))

    def relation(self, relation: Any) -> bool:
        """Return whether a relation is dropped, and count its ways if it is not."""
        for member in relation.members:
            if member.type == "w":
                slot = member.ref % _SLOTS
                if self._taken[slot] == MOST_AREAS:
                    return True
                self._taken[slot] += 1
        return False
