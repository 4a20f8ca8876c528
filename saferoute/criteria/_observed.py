"""What people saw on foot: hazards that bound a criterion, and walks that make it surer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from saferoute import candidates
from saferoute.criteria.surface import rate_any_ground
from saferoute.model.observations import FINE, HAZARDS, MADE_OF_DAYS
from saferoute.table import Column

if TYPE_CHECKING:
    from saferoute.arrays import FloatArray
    from saferoute.model import Criterion, Measurement, Profile, Windows
    from saferoute.model.observations import Seen


def add_observations(
    measured: Measurement, criterion: Criterion, windows: Windows, seen: Seen, profile: Profile
) -> Measurement:
    """Return a measurement with what was seen: bounded by hazards, surer where a walk found nothing wrong."""
    warning = _weigh_hazards(criterion.name, windows, seen)
    if criterion.name == "surface":
        warning = np.fmax(warning, _weigh_surfaces(windows, seen, profile))
    confidence = _lift_confidence(measured.confidence, criterion.name, windows, seen)
    return replace(measured, warning=warning, confidence=confidence)


def _weigh_hazards(name: str, windows: Windows, seen: Seen) -> FloatArray:
    """Return by window how much the worst hazard takes off the best worth of a criterion; shape (w,)."""
    row, number = candidates.warn_windows(seen, windows)
    weights = [of.most * seen.weigh_hazards(hazard) for hazard, of in HAZARDS.items() if of.criterion == name]
    worst = np.max([np.zeros(len(seen.observations.seen)), *weights], axis=0)
    return candidates.take_highest(len(windows), row, worst[number])


def _weigh_surfaces(windows: Windows, seen: Seen, profile: Profile) -> FloatArray:
    """Return by window how much surfaces that were seen take off the best worth; shape (w,)."""
    row, number = candidates.warn_windows(seen, windows)
    samples, of = windows.samples, seen.observations
    surface = Column.from_texts([one.surface or None for one in of.seen])
    weight = np.array([of.weigh(one, MADE_OF_DAYS) for one in of.seen])
    # Grass is worth more where it is kept.
    ground = samples.pair_ground[samples.first_pair[windows.first[row]]]
    there = samples.ground.tags.select_keys(["kind"]).select_rows(ground)
    worth = rate_any_ground(there.replace({"surface": surface.select_rows(number)}), profile)
    worth = np.nan_to_num(worth, nan=1.0)
    return candidates.take_highest(len(windows), row, weight[number] * (1 - worth))


def _lift_confidence(confidence: FloatArray, name: str, windows: Windows, seen: Seen) -> FloatArray:
    """Return confidences that are never lower, and go towards that of who walked the ground today."""
    if name not in FINE:
        return confidence
    sure, half_life_days = FINE[name]
    row, number = candidates.pair_walks(seen, windows.first, windows.n_samples)
    weight = candidates.take_highest(len(windows), row, seen.weigh_fine(half_life_days)[number])
    return confidence + weight * np.fmax(sure - confidence, 0.0)
