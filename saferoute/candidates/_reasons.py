"""Why nothing to run on fits on ground that no rule is against."""

from __future__ import annotations

REASONS = {
    "farmland": "meadows, and grass of over 1.5 ha or without a footway near, outside parks and sports grounds",
    "plot": "grass among buildings, outside parks and sports grounds, that no footway runs along: gardens and yards",
    "no way leads there": "open ground without a public way within 30 m, or with a fence, wall or water in between",
    "between carriageways": "open ground with a road within 15 m on both sides: islands and medians",
    "no clear corridor": "open ground without a clear straight corridor of the length",
    "too short": "no clear length for one section and its run-outs between two limits or ends",
    "bends": "bends: the headings or the strip that holds the line are too wide",
}
"""Every reason that corridors and windows give, with the rule in a sentence."""
