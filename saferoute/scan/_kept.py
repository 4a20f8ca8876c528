"""What scans find of a tile whoever they are for, kept for the scans after them.

It lies with all else that is derived from maps (`saferoute.drawers`), under digests
of the extracts, the code and all that it follows from.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple, Protocol

from saferoute.drawers import DIGEST_BYTES, Key
from saferoute.products import digest_program

if TYPE_CHECKING:
    from collections.abc import Callable

    from saferoute.drawers import Drawers
    from saferoute.scan.tiles import Tile


class Map(Protocol):
    """A map of which something is kept."""

    @property
    def drawers(self) -> Drawers | None:
        """Where; None = nowhere."""
        ...

    @property
    def key(self) -> str:
        """Its digest; ``""`` = not known, and nothing is kept."""
        ...


class MapKey(NamedTuple):
    """All that is asked of a map here, small enough for every worker."""

    drawers: Drawers | None
    key: str


class KeptTile:
    """What is kept of one tile.

    Parameters
    ----------
    map_of : Map
    tile : Tile
    """

    def __init__(self, map_of: Map, tile: Tile) -> None:
        self._drawers = map_of.drawers if map_of.key else None
        made_of = f"{digest_program()} {map_of.key}".encode()
        self._drawer = f"{blake2b(made_of, digest_size=DIGEST_BYTES).hexdigest()}-tile{tile.quadkey}"

    def recall_or_make(self, name: str, told: bytes, make: Callable[[], bytes]) -> bytes:
        """Return what an earlier scan made, or make it now; `told` is all that it follows from besides map and tile."""
        if self._drawers is None:
            return make()
        key = Key(self._drawer, blake2b(name.encode() + b" " + told, digest_size=DIGEST_BYTES).digest())
        (known,) = self._drawers.recall([key])
        if known is not None:
            return known
        made = make()
        self._drawers.keep({key: made})
        return made
