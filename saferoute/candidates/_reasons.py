"""Why nothing to run on fits on ground that no rule is against."""

from __future__ import annotations

REASONS = {
    "farmland": "meadows and grass over 1.5 ha or far from footways are excluded, outside parks and sports grounds",
    "garden or yard": "grass among buildings without a footway along it is excluded, outside parks and sports grounds",
    "no way leads there": "open ground must have a public way within 30 m, with no fence, wall or water in between",
    "between carriageways": "open ground with roads within 15 m on both sides is excluded: islands and medians",
    "no clear line": "on this open ground no clear straight line is long enough",
    "too short": "between two limits or ends there is no room for one section and its run-outs",
    "bends": "the line bends too much, to a side or in its direction",
}
"""Every reason that corridors and windows give, with the rule in a sentence."""
