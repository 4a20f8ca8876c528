"""The criteria that make ground better or worse for running backwards, one file each.

A new criterion is a new file ``<name>.py`` with a `CRITERION`, and a line in
`saferoute.model.WEIGHTS`; CONTRIBUTING.md walks through one.
"""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING

import numpy as np

from saferoute.criteria._doubt import estimate_trust, pair_unread_beside
from saferoute.criteria._observed import add_observations
from saferoute.model import CRITERIA

if TYPE_CHECKING:
    from collections.abc import Mapping

    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.model import Criterion, Evidence, Measurement, Windows

__all__ = [
    "ALL", "gather_doubts", "measure_at_any_hour", "measure_windows", "pair_unread_beside", "settle_measurement",
]  # fmt: skip

ALL: tuple[Criterion, ...] = tuple(import_module(f"{__name__}.{name}").CRITERION for name in CRITERIA)
"""The criteria of the default profile, in its order."""


def measure_windows(criterion: Criterion, windows: Windows, evidence: Evidence) -> Measurement:
    """Return what a criterion measures, less sure where a tag is not understood, and what people saw of it."""
    return settle_measurement(criterion, *_measure(criterion, windows, evidence), windows, evidence)


def measure_at_any_hour(criterion: Criterion, windows: Windows, evidence: Evidence) -> tuple[Measurement, FloatArray]:
    """Return what `settle_measurement` needs of a criterion that does not ask for the hour, the same at every hour."""
    return _measure(criterion, windows, replace(evidence, moment=None))


def _measure(criterion: Criterion, windows: Windows, evidence: Evidence) -> tuple[Measurement, FloatArray]:
    """Return what a criterion measures, and a factor on its confidence where a tag is not understood."""
    evidence = replace(evidence, profile=evidence.profile.keep_limits())
    measured = criterion.measure(windows, evidence if criterion.by_hour else replace(evidence, moment=None))
    return measured, estimate_trust(criterion, windows, evidence.features)


def settle_measurement(
    criterion: Criterion, measured: Measurement, trust: FloatArray, windows: Windows, evidence: Evidence
) -> Measurement:
    """Return what a criterion measured, less sure as `trust` says and at the hour, with what people saw of it."""
    if criterion.trust_at_hour is not None:
        trust = trust * criterion.trust_at_hour(windows, evidence)
    measured = replace(measured, confidence=measured.confidence * trust)
    if evidence.seen is None:
        return measured
    return add_observations(measured, criterion, windows, evidence.seen, evidence.profile.keep_limits())


def gather_doubts(
    measurements: Mapping[str, Measurement], first: IntArray, n_samples: IntArray
) -> dict[str, BoolArray]:
    """Return the serious doubts about some runs of samples: a column of bool a doubt, by its name.

    Parameters
    ----------
    measurements : mapping of str to Measurement of r rows
        By name of criterion, of the windows by which the runs are judged.
    first, n_samples : ndarray of shape (r,)
        First sample and number of samples of each run.
    """
    rows = np.arange(len(first))
    doubts: dict[str, BoolArray] = {}
    for of in measurements.values():
        if of.gather_doubts is not None:
            doubts.update(of.gather_doubts(rows, first, n_samples))
    return doubts
