"""Doubt about entry: a way that may be shut at the hour may have a gate across it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.criteria import _samples
from saferoute.geometry import find_entering
from saferoute.osm import access, entry
from saferoute.osm.tags import Tags

if TYPE_CHECKING:
    from saferoute.arrays import FloatArray
    from saferoute.model import Evidence, Windows

_IF_IN_DOUBT = 0.8
"""Factor on the trust in what is mapped where access or hours are tagged, and not understood [J]."""


def estimate_trust(windows: Windows, evidence: Evidence) -> FloatArray:
    """Return by window a factor on confidence, below 1 where it is not understood whether one may go in.

    Returns
    -------
    ndarray of shape (windows,)
    """
    samples, moment = windows.samples, evidence.moment
    of_ground, of_areas = Tags.of(samples.ground), Tags.of(evidence.features.outlines)
    own = access.is_closed_on_foot(of_ground).not_understood | entry.is_closed_at(of_ground, moment).not_understood
    in_doubt = _samples.reduce_to_samples(samples, own.astype(float), "max")
    around = entry.passes_on(of_areas) & entry.is_closed_at(of_areas, moment).not_understood
    if around.any() and len(samples):
        shapes = evidence.features.outlines.geometry.to_numpy()[around]
        in_doubt[find_entering(shapes, shapely.STRtree(samples.lines))[1]] = 1.0
    return np.where(_samples.reduce_to_windows(windows, in_doubt, "max") > 0, _IF_IN_DOUBT, 1.0)
