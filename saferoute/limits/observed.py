"""Limits by what people saw on foot: while it is fresh, nothing is recommended there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from saferoute import candidates
from saferoute.limits.rules import rule
from saferoute.model.observations import HAZARDS, LIMIT_WEIGHT

if TYPE_CHECKING:
    from saferoute.arrays import IntArray
    from saferoute.limits.rules import Rule
    from saferoute.model import Windows
    from saferoute.model.observations import Seen

_WORDS = {
    "glass": ("broken glass seen", "broken glass"),
    "holes": ("holes seen", "holes"),
    "roots": ("roots or stones seen", "roots or stones"),
    "closed": ("closed when seen", "ground that was closed"),
    "narrow": ("too narrow when seen", "ground that is too narrow"),
}
"""Name of each limit, and what its rule tells of."""


def find_seen(seen: Seen | None, windows: Windows, hazard: str) -> IntArray:
    """Return the windows, run-outs included, on which a hazard was seen within its half-life."""
    if seen is None:
        return np.empty(0, np.int64)
    row, number = candidates.warn_windows(seen, windows)
    return row[seen.weigh_hazards(hazard)[number] >= LIMIT_WEIGHT]


def _make_rule(hazard: str) -> Rule:
    reason, what = _WORDS[hazard]
    days = HAZARDS[hazard].half_life_days
    text = f"{what}: nothing is recommended within {days:.0f} days of the day on which it was seen"
    return rule(reason, text)(lambda measured: find_seen(measured.seen, measured.windows, hazard))


SEEN_RULES = {name: _make_rule(name) for name, of in HAZARDS.items() if of.is_limit}
"""By hazard."""
