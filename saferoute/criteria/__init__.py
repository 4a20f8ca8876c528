"""What makes ground good or bad to run backwards on: five criteria and the limits.

A new criterion is a new file with a `CRITERION`, a line in `ALL`, and its weight in
`saferoute.model.WEIGHTS`; CONTRIBUTING.md walks through one.
"""

from __future__ import annotations

from saferoute.criteria import crowding, flatness, obstacles, straightness, surface

ALL = (
    surface.CRITERION,
    flatness.CRITERION,
    straightness.CRITERION,
    obstacles.CRITERION,
    crowding.CRITERION,
)
"""In the order in which everything shows them."""
