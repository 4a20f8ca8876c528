"""Notes on a survey: what users must know of its map, its heights and its hour."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from saferoute import candidates
from saferoute.criteria import flatness
from saferoute.search._area import covered_share, widen_area

if TYPE_CHECKING:
    from saferoute.model import Area, Evidence, Features, Heights, Moment, Windows

_ALL = 0.995
"""Covered share of an area that counts as all of it."""
_AROUND_M = 1200.0
"""Distance around an area within which nine tenths lie of what a stretch on its edge is judged by."""


def collect_notes(area: Area, windows: Windows, evidence: Evidence, doubts: tuple[str, ...]) -> tuple[str, ...]:
    """Return the notes on the map, the heights and the hour of a survey, each once, what matters most for safety first.

    Parameters
    ----------
    area : Area
    windows : Windows
        Those that were measured.
    evidence : Evidence
    doubts : tuple of str
        Those on the map.

    Returns
    -------
    tuple of str
    """
    heights = evidence.elevation
    notes = (
        *_coverage_notes(area, evidence.features),
        *_elevation_notes(windows, heights),
        *note_hour(evidence.moment),
        *doubts,
        *(heights.notes if heights else ()),
    )
    return tuple(dict.fromkeys(notes))


def _coverage_notes(area: Area, features: Features) -> tuple[str, ...]:
    """Return a note on how far the map covers an area and what lies around it, none if it is all."""
    if features.extent is None:
        return ()
    share = covered_share(area, features.extent)
    if share < _ALL:
        told = f"the map data cover {100 * share:.0f} % of the area: what lies beyond their edge is unknown, "
        return (told + "and near that edge there may be more people than is said here",)
    if covered_share(widen_area(area, _AROUND_M), features.extent) < _ALL:
        told = "the map data end near the area: towards their edge less is known of people, obstacles "
        return (told + "and untagged ways, and the data quality falls",)
    return ()


def _elevation_notes(windows: Windows, heights: Heights | None) -> tuple[str, ...]:
    """Return notes on what the heights cannot show."""
    if heights is None:
        return ("no elevation was given: slopes are unknown where no incline is tagged, and slopes across everywhere",)
    if not len(windows):
        return ()
    row = candidates.middle_rows(windows.samples, windows.first, windows.n_samples)
    known = np.isfinite(heights.elevation_m[row])
    notes = []
    if not known.all():
        notes.append(
            f"heights are known for {100 * known.mean():.0f} % of the ground searched; elsewhere the slope is unknown"
        )
    coarse = known & (heights.cell_m[row] > flatness.COARSE_CELL_M)
    if coarse.any():
        notes.append(
            f"elevation is coarse (cells of {np.median(heights.cell_m[row][coarse]):.0f} m, "
            f"± {np.median(heights.sigma_m[row][coarse]):.1f} m): dents and short slopes cannot be seen in it"
        )
    return tuple(notes)


def note_hour(moment: Moment | None) -> tuple[str, ...]:
    """Return a note on the hour for which people, light and opening hours are judged, none without an hour."""
    if moment is None:
        return ()
    sun = "it is dark" if moment.dark else "it is light"
    if moment.sunrise and moment.sunset:
        sun += f" (sunrise {moment.sunrise:%H:%M}, sunset {moment.sunset:%H:%M})"
    dark = "; unlit ground is excluded, and where lamps are not tagged look for them" if moment.dark else ""
    return (f"people, light and opening hours are those of {moment}: {sun}{dark}",)
