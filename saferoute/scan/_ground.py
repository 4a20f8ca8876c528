"""What a tile was surveyed from: the map and the heights around it, known again by a digest.

Nothing else tells the tiles of one extract from those of a newer one. So a scan
of an extract that has changed surveys those tiles alone whose ground has
changed, whatever the change came as.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from saferoute.scan.tiles import Box


class Ground(NamedTuple):
    """The ground that a tile was surveyed from."""

    box: Box
    """West, south, east and north in degrees of all that decides what is found of it."""
    digest: str
    """Digest of what lies there; ``""`` = not known, and like no other."""
