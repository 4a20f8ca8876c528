"""From foot ways and open ground to candidate stretches.

Ways are joined to chains, chains cut into cells, cells gathered into windows
of the level's length that are clear and straight, and after scoring windows
merge into stretches. A *stretch* is the one coined word here: a straight,
clear piece of ground long enough for one backward section, whatever ways it
is made of (a "segment" already means a node-to-node piece).
"""

from __future__ import annotations

from saferoute.model import Chains
from saferoute.stretches._chains import chains, side_paths, together
from saferoute.stretches._ground import (
    Cutters,
    OpenGround,
    corridor_chains,
    kinds_of,
    open_ground,
    with_surface_of_kind,
)
from saferoute.stretches._windows import (
    STEP_M,
    Merged,
    apart,
    best_first,
    cells,
    covered,
    keep_best,
    merge,
    only,
    rivals,
    subset,
    windows,
)

__all__ = [
    "STEP_M",
    "Chains",
    "Cutters",
    "Merged",
    "OpenGround",
    "apart",
    "best_first",
    "cells",
    "chains",
    "corridor_chains",
    "covered",
    "keep_best",
    "kinds_of",
    "merge",
    "only",
    "open_ground",
    "rivals",
    "side_paths",
    "subset",
    "together",
    "windows",
    "with_surface_of_kind",
]
