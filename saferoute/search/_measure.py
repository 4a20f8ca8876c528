"""The measurement of a survey: heights, the limit on slopes, and every criterion."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from saferoute import candidates, criteria, limits
from saferoute.criteria import flatness
from saferoute.memory import collect_garbage_rarely
from saferoute.products import remember_or_make
from saferoute.search._area import distance_outside_m
from saferoute.search._at_hour import digest_evidence, list_choices
from saferoute.search._heights import read_heights_along
from saferoute.search._notes import collect_notes
from saferoute.search._observed import describe_seen
from saferoute.search._survey import survey_map

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from saferoute.arrays import FloatArray
    from saferoute.model import Area, Measurement, Moment, Profile, Windows
    from saferoute.model.observations import Observations
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
    observations: Observations | None = None,
    moment: Moment | None = None,
) -> Survey:
    """Return a survey of an area with its heights and measurements.

    Parameters
    ----------
    area : Area
    features_of : FeatureSource
    profile : Profile
    elevation_of : ElevationSource, optional
        Without it slopes are unknown, and the notes say so.
    observations : Observations, optional
        What people saw on foot.
    moment : Moment, optional
        The hour; by default the one that the profile names.

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
    survey = survey_map(area, features_of=features_of, profile=profile, moment=moment)
    return measure_survey(survey, elevation_of=elevation_of, observations=observations)


def measure_survey(
    survey: Survey, *, elevation_of: ElevationSource | None = None, observations: Observations | None = None
) -> Survey:
    """Return a survey with its heights and measurements; arguments as of `survey_area`."""
    if observations is not None:
        seen = candidates.match_observations(survey.samples, observations, survey.area.crs)
        survey = replace(survey, evidence=replace(survey.evidence, seen=seen))
    return measure_windows(survey if elevation_of is None else look_up_heights(survey, elevation_of))


def look_up_heights(survey: Survey, elevation_of: ElevationSource) -> Survey:
    """Return a survey with the heights of its samples in its evidence, where windows of the area may reach."""
    _LOG.info("looking up heights", extra={"share": 0.65})
    here = distance_outside_m(survey.area, survey.samples.xy) <= HEIGHTS_BEYOND_M
    evidence = read_heights_along(survey.windows, survey.evidence, elevation_of, survey.area.crs, here=here)
    return replace(survey, evidence=evidence)


def measure_windows(survey: Survey) -> Survey:
    """Return a survey with every criterion measured, without windows that are steep or end at a drop."""
    of_ground, measurements = _recall_measured(survey)
    return _tell_measured(survey, of_ground.reasons, of_ground.windows, measurements, survey.features.notes)


def measure_part(part: Survey, doubts: tuple[str, ...]) -> Survey:
    """Return a part of a survey with the measurements of the whole; `doubts` are those about the map of the part.

    Both are without heights: those of a part may differ in their last digits from those of its area alone.
    """
    whole = part.whole
    assert whole is not None
    of_ground, measurements = _recall_measured(whole)
    row = np.searchsorted(whole.windows.first, part.windows.first)
    reasons = of_ground.reasons[row]
    kept = candidates.select_windows(part.windows, reasons == "")
    of_kept = np.searchsorted(of_ground.windows.first, kept.first)
    measured = {name: of.select_rows(of_kept) for name, of in measurements.items()}
    return _tell_measured(part, reasons, kept, measured, doubts)


def _tell_measured(
    survey: Survey,
    reasons: NDArray[np.object_],
    windows: Windows,
    measurements: Mapping[str, Measurement],
    doubts: tuple[str, ...],
) -> Survey:
    """Return a survey with what was measured of those of its windows that no reason excludes, and with its notes."""
    told = digest_evidence(survey.evidence)
    return replace(
        survey,
        key=survey.key + told,
        key_of_windows=survey.key_of_windows + told,
        windows=windows,
        sample_reasons=_tell_reasons(survey, reasons),
        measurements=measurements,
        notes=(*describe_seen(survey), *collect_notes(survey.area, windows, survey.evidence, doubts)),
        doubts=doubts,
    )


def _recall_measured(survey: Survey) -> tuple[_Measured, Mapping[str, Measurement]]:
    """Return what is measured of the windows of a survey, for all hours and at its own."""
    told, features = digest_evidence(survey.evidence), survey.features
    of_ground = remember_or_make(
        features, "measured", survey.key_of_windows + told, lambda: _recall_for_all_hours(survey)
    )
    key_at_hour = survey.key + told + repr(survey.evidence.moment).encode()
    return of_ground, remember_or_make(
        features, "measured at hour", key_at_hour, lambda: _measure_at_hour(survey, of_ground)
    )


def _recall_for_all_hours(survey: Survey) -> _Measured:
    """Return what `_measure_for_all_hours` does, a part of what was measured at an hour that leaves more ground free.

    Nothing that is measured of a window depends on which others there are.
    """
    told = digest_evidence(survey.evidence) + repr(list_choices(survey.evidence.profile.keep_limits())).encode()
    known: list[tuple[Windows, _Measured]] = candidates.remember_of_samples(
        survey.samples, survey.features, "measured windows", list, told
    )
    for windows, measured in known:
        if np.isin(survey.windows.first, windows.first).all():
            return measured.select_part(windows, survey.windows)
    measured = _measure_for_all_hours(survey)
    # Of others that are left the largest stays, which is the one of which others are parts.
    if not known or len(known[0][0]) < len(survey.windows):
        known[:] = [(survey.windows, measured)]
    return measured


def _measure_at_hour(survey: Survey, of_ground: _Measured) -> Mapping[str, Measurement]:
    """Return what every criterion measures at the hour of a survey."""
    windows, evidence = of_ground.windows, survey.evidence
    return {
        c.name: criteria.measure_windows(c, windows, evidence)
        if c.by_hour
        else criteria.settle_measurement(c, *of_ground.measured[c.name], windows, evidence)
        for c in criteria.ALL
    }


class _Measured(NamedTuple):
    """Windows that no limit excludes, and what is measured there for all hours at which they are free."""

    reasons: NDArray[np.object_]
    """Why each window of the survey is excluded, ``""`` where it is not."""
    windows: Windows
    measured: Mapping[str, tuple[Measurement, FloatArray]]

    def select_part(self, found: Windows, part: Windows) -> _Measured:
        """Return the same of a part of the windows that were found, of which this was measured."""
        reasons = self.reasons[np.searchsorted(found.first, part.first)]
        windows = candidates.select_windows(part, reasons == "")
        row = np.searchsorted(self.windows.first, windows.first)
        measured = {name: (of.select_rows(row), trust[row]) for name, (of, trust) in self.measured.items()}
        return _Measured(reasons, windows, measured)


def _measure_for_all_hours(survey: Survey) -> _Measured:
    """Return what every criterion measures that does not ask for the hour, without windows that are steep."""
    found, evidence = survey.windows, survey.evidence
    # Slopes are a limit, too, which comes last because they need heights: they are measured once for both.
    slopes, sure = criteria.measure_at_any_hour(flatness.CRITERION, found, evidence)
    reasons = _exclude_windows(survey, slopes)
    kept = np.flatnonzero(reasons == "")
    windows = candidates.select_windows(found, kept)
    measured = {
        c.name: (slopes.select_rows(kept), sure[kept])
        if c is flatness.CRITERION
        else criteria.measure_at_any_hour(c, windows, evidence)
        for c in criteria.ALL
        if not c.by_hour
    }
    return _Measured(reasons, windows, measured)


def _exclude_windows(survey: Survey, of_slopes: Measurement) -> NDArray[np.object_]:
    """Return why each window of a survey is excluded, ``""`` where no limit stands against it."""
    assert of_slopes.gather_evidence is not None
    told = of_slopes.gather_evidence(np.arange(len(survey.windows)))
    slopes = limits.WindowSlopes(
        *(told[f"{name}_pct"] for name in ("grade", "fit_sigma", "cross_slope", "cross_slope_sigma"))
    )
    return limits.exclude_windows(survey.windows, survey.hazards, slopes, survey.evidence)


def _tell_reasons(survey: Survey, reasons: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return why each sample of a survey is in no window, where its windows are excluded for some reasons."""
    found, size = survey.windows, len(survey.samples)
    sample_reasons = survey.sample_reasons.copy()
    for reason in sorted({*reasons} - {""}):
        hit = candidates.is_in_runs(found.first[reasons == reason], found.n_samples, size)
        sample_reasons[hit & (sample_reasons == "")] = reason
    # A sample of an excluded window may still be in one that is not.
    sample_reasons[candidates.is_in_runs(found.first[reasons == ""], found.n_samples, size)] = ""
    return sample_reasons
