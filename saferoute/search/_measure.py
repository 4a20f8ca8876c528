"""The measurement of a survey: heights, the limit on slopes, and every criterion."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from saferoute import candidates, criteria, limits
from saferoute.criteria import flatness
from saferoute.memory import collect_garbage_rarely
from saferoute.search._area import distance_outside_m
from saferoute.search._heights import read_heights_along
from saferoute.search._notes import collect_notes
from saferoute.search._survey import survey_map

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from saferoute.arrays import IntArray
    from saferoute.model import Area, Measurement, Profile
    from saferoute.search._survey import Survey
    from saferoute.sources import ElevationSource, FeatureSource

_LOG = logging.getLogger(__name__)
HEIGHTS_BEYOND_M = 500.0
"""Heights are looked up this far beyond the area: fits and stretches reach 200 m, bridges further."""


@collect_garbage_rarely()
def survey_area(
    area: Area,
    *,
    features_of: FeatureSource,
    profile: Profile,
    elevation_of: ElevationSource | None = None,
) -> Survey:
    """Return a survey of an area with its heights and measurements.

    Parameters
    ----------
    area : Area
    features_of : FeatureSource
    profile : Profile
    elevation_of : ElevationSource, optional
        Without it slopes are unknown, and the notes say so.

    Returns
    -------
    Survey

    Raises
    ------
    PlaceNotFound
        If the map has no way in the area.
    SourceUnavailable
        If a service on the network does not answer.
    """
    survey = survey_map(area, features_of=features_of, profile=profile)
    return measure_windows(survey if elevation_of is None else look_up_heights(survey, elevation_of))


def look_up_heights(survey: Survey, elevation_of: ElevationSource) -> Survey:
    """Return a survey with the heights of its samples in its evidence, where windows of the area may reach."""
    _LOG.info("looking up heights", extra={"share": 0.65})
    here = distance_outside_m(survey.area, survey.samples.xy) <= HEIGHTS_BEYOND_M
    evidence = read_heights_along(survey.windows, survey.evidence, elevation_of, survey.area.crs, here=here)
    return replace(survey, evidence=evidence)


def measure_windows(survey: Survey) -> Survey:
    """Return a survey with every criterion measured, without windows that are steep or end at a drop."""
    # Slopes are a limit, too, which comes last because they need heights: they are measured once for both.
    of_slopes = criteria.measure_windows(flatness.CRITERION, survey.windows, survey.evidence)
    kept, sample_reasons = _exclude_windows(survey, of_slopes)
    windows = candidates.select_windows(survey.windows, kept)
    return replace(
        survey,
        windows=windows,
        sample_reasons=sample_reasons,
        measurements={
            c.name: of_slopes.select_rows(kept)
            if c is flatness.CRITERION
            else criteria.measure_windows(c, windows, survey.evidence)
            for c in criteria.ALL
        },
        notes=collect_notes(survey.area, windows, survey.evidence),
    )


def _exclude_windows(survey: Survey, of_slopes: Measurement) -> tuple[IntArray, NDArray[np.object_]]:
    """Return the windows that no limit excludes, by number, and why each sample is in none of them."""
    found, size = survey.windows, len(survey.samples)
    assert of_slopes.gather_evidence is not None
    told = of_slopes.gather_evidence(np.arange(len(found)))
    slopes = limits.WindowSlopes(
        *(told[f"{name}_pct"].to_numpy() for name in ("grade", "fit_sigma", "cross_slope", "cross_slope_sigma"))
    )
    reasons = limits.exclude_windows(found, survey.hazards, slopes, survey.evidence.profile)
    sample_reasons = survey.sample_reasons.copy()
    for reason in sorted({*reasons} - {""}):
        hit = candidates.is_in_runs(found.first[reasons == reason], found.n_samples, size)
        sample_reasons[hit & (sample_reasons == "")] = reason
    kept = np.flatnonzero(reasons == "")
    # A sample of an excluded window may still be in one that is not.
    sample_reasons[candidates.is_in_runs(found.first[kept], found.n_samples, size)] = ""
    return kept, sample_reasons
