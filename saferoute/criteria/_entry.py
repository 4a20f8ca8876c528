"""Doubt about entry: a way that may be shut at the hour may have a gate across it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from saferoute.criteria import _samples
from saferoute.geometry import find_entering
from saferoute.osm import access, entry, graves, owners
from saferoute.table import Tags

if TYPE_CHECKING:
    from saferoute.arrays import FloatArray
    from saferoute.model import Evidence, Windows

_IF_IN_DOUBT = 0.8
"""Factor on the trust in what is mapped where access or hours are tagged, and not understood, or on
the ground of a hospital, campus, monastery or the like that no tag opens [J]."""


def estimate_trust(windows: Windows, evidence: Evidence) -> FloatArray:
    """Return by window a factor on confidence, below 1 where it is not known whether one may go in.

    Returns
    -------
    ndarray of shape (windows,)
    """
    samples, moment = windows.samples, evidence.moment
    of_ground, of_areas = Tags.of(samples.ground), Tags.of(evidence.features.outlines)
    own = access.is_closed_on_foot(of_ground).not_understood | entry.is_closed_at(of_ground, moment).not_understood
    in_doubt = _samples.reduce_to_samples(samples, own.astype(float), "max")
    around = entry.passes_on(of_areas) & entry.is_closed_at(of_areas, moment).not_understood
    of_others = owners.is_ground_of_others(of_areas) | graves.is_old_burial_ground(of_areas)
    if len(samples):
        shapes, lines = evidence.features.outlines.geometry, shapely.STRtree(samples.lines)
        in_doubt[find_entering(shapes[around], lines)[1]] = 1.0
        untold = _samples.reduce_to_samples(samples, (~access.is_open_on_foot(of_ground)).astype(float), "max")
        within = np.unique(find_entering(shapes[of_others], lines)[1])
        in_doubt[within] = np.fmax(in_doubt[within], untold[within])
    return np.where(_samples.reduce_to_windows(windows, in_doubt, "max") > 0, _IF_IN_DOUBT, 1.0)
