"""Where things come in: features, elevation, places and profiles.

A feature source turns an area into `Features`, an elevation source points into
`Heights`; whatever the source, the tables are the same. Modules here
import their heavy library where it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from saferoute.arrays import FloatArray
    from saferoute.model import Area, Features, Heights

__all__ = ["ElevationSource", "FeatureSource"]


class FeatureSource(Protocol):
    """Something that knows the map."""

    def read_features(self, area: Area, *, margin_m: float) -> Features:
        """Return all features within `area` widened by `margin_m`."""
        ...


class ElevationSource(Protocol):
    """Something that knows heights."""

    def read_heights(self, xy: FloatArray, crs: str) -> Heights:
        """Return heights at points of shape (n, 2) given in `crs`."""
        ...
