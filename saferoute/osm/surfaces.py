"""What ground is made of, by the tag ``surface``."""

from __future__ import annotations

EXCLUDED_SURFACES = frozenset(
    "rock rocks stone stones bedrock mud ice snow stepping_stones pebblestone pebbles cobblestone "
    "unhewn_cobblestone cobblestone:flattened shells scree boulders shingle rubble debris water "
    "chipseal:loose trackstone tyres".split()
)
"""Materials nobody should run backwards on [J]."""
