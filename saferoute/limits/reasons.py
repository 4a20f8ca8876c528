"""Every reason for which ground is excluded, collected from the rules."""

from __future__ import annotations

from saferoute import candidates
from saferoute.limits.areas import AREA_RULES
from saferoute.limits.ground import GROUND_RULES
from saferoute.limits.samples import SAMPLE_RULES
from saferoute.limits.ways import TRACK_RULES, WAY_RULES
from saferoute.limits.windows import WINDOW_RULES

_EVERY_RULE = (*WAY_RULES, *TRACK_RULES, *AREA_RULES, *GROUND_RULES, *SAMPLE_RULES, *WINDOW_RULES)
RULES = {**{rule.reason: rule.text for rule in _EVERY_RULE}, **candidates.REASONS}
"""Every reason, with the rule in a sentence; those for which nothing fits on ground are told by the search for it."""
