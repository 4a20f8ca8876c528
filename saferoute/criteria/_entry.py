"""Doubt about entry: a way that may be shut at the hour may have a gate across it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from saferoute.candidates import remember_of_samples
from saferoute.criteria import _samples
from saferoute.geometry import find_entering
from saferoute.osm import access, entry, graves, owners
from saferoute.table import Tags

if TYPE_CHECKING:
    from saferoute.arrays import BoolArray, FloatArray
    from saferoute.model import Evidence, Features, Samples, Windows

_IF_IN_DOUBT = 0.8
"""Factor on the trust in what is mapped where access or hours are tagged, and not understood, or on
the ground of a hospital, campus, monastery or the like that no tag opens [J]."""


def estimate_trust(windows: Windows, evidence: Evidence) -> FloatArray:
    """Return by window a factor on confidence, below 1 where it is not known whether one may go in.

    Returns
    -------
    ndarray of shape (windows,)
    """
    samples, moment, features = windows.samples, evidence.moment, evidence.features
    of_ground, of_areas = Tags.of(samples.ground), Tags.of(features.outlines)
    closed = of_ground.remember(access.is_closed_on_foot).not_understood
    own = closed | entry.is_closed_at(of_ground, moment).not_understood
    around = of_areas.remember(entry.passes_on) & entry.is_closed_at(of_areas, moment).not_understood
    # Hardly any hour makes conditions more or less clear than another one does.
    in_doubt = remember_of_samples(
        samples,
        features,
        "doubts about entry",
        lambda: _doubt_entry(samples, features, own, around),
        np.packbits(np.concatenate([own, around])).tobytes(),
    )
    return np.where(_samples.reduce_to_windows(windows, in_doubt, "max") > 0, _IF_IN_DOUBT, 1.0)


def _doubt_entry(samples: Samples, features: Features, own: BoolArray, around: BoolArray) -> FloatArray:
    """Return 1.0 for each sample of which it is not known whether one may go in, else 0.0.

    Parameters
    ----------
    own : ndarray of shape (ground,)
        Whether tags of the ground itself leave it open.
    around : ndarray of shape (outlines,)
        Whether those of each area leave it open for what lies within.
    """
    in_doubt = _samples.reduce_to_samples(samples, own.astype(float), "max")
    if not len(samples):
        return in_doubt
    of_ground, of_areas = Tags.of(samples.ground), Tags.of(features.outlines)
    of_others = owners.is_ground_of_others(of_areas) | graves.is_old_burial_ground(of_areas)
    shapes, lines = features.outlines.geometry, samples.tree
    in_doubt[find_entering(shapes[around], lines)[1]] = 1.0
    untold = _samples.reduce_to_samples(samples, (~access.is_open_on_foot(of_ground)).astype(float), "max")
    within = np.unique(find_entering(shapes[of_others], lines)[1])
    in_doubt[within] = np.fmax(in_doubt[within], untold[within])
    return in_doubt
