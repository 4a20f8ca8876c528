"""Hard limits: where nothing is ever recommended, each with its reason.

A limit is not a low score: a weighted sum would let a good surface buy off a
busy road (docs/scoring.md, *Limits*).
"""

from saferoute.limits.areas import exclude_areas
from saferoute.limits.hazards import Hazards
from saferoute.limits.observed import SEEN_RULES
from saferoute.limits.reasons import RULES
from saferoute.limits.samples import UNASKED, exclude_samples
from saferoute.limits.surroundings import Surroundings
from saferoute.limits.ways import exclude_tracks, exclude_ways
from saferoute.limits.windows import WindowSlopes, exclude_windows

__all__ = [
    "RULES",
    "SEEN_RULES",
    "UNASKED",
    "Hazards",
    "Surroundings",
    "WindowSlopes",
    "exclude_areas",
    "exclude_samples",
    "exclude_tracks",
    "exclude_ways",
    "exclude_windows",
]
