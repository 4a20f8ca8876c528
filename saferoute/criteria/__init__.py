"""The criteria that make ground better or worse for running backwards, one file each.

A new criterion is a new file ``<name>.py`` with a `CRITERION`, and a line in
`saferoute.model.WEIGHTS`; CONTRIBUTING.md walks through one.
"""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING

from saferoute.criteria._doubt import estimate_trust, pair_unread_beside
from saferoute.model import CRITERIA

if TYPE_CHECKING:
    from saferoute.model import Criterion, Evidence, Measurement, Windows

__all__ = ["ALL", "measure_windows", "pair_unread_beside"]

ALL: tuple[Criterion, ...] = tuple(import_module(f"{__name__}.{name}").CRITERION for name in CRITERIA)
"""The criteria of the default profile, in its order."""


def measure_windows(criterion: Criterion, windows: Windows, evidence: Evidence) -> Measurement:
    """Return what a criterion measures, less sure where a tag that concerns it is not understood."""
    measured = criterion.measure(windows, evidence)
    trust = estimate_trust(criterion, windows, evidence.features)
    return replace(measured, confidence=measured.confidence * trust)
