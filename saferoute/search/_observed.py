"""What people saw on foot, on the stretches and on the excluded ground of a survey."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from saferoute import candidates, limits
from saferoute.model.observations import LIMIT_WEIGHT
from saferoute.report.observations import (
    describe_observation,
    list_observations,
    list_seen_checks,
    tell_newest,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from saferoute.arrays import IntArray
    from saferoute.model.observations import Seen
    from saferoute.search._survey import Survey

_SEEN_REASONS = frozenset(rule.reason for rule in limits.SEEN_RULES.values())


def add_observed(columns: Mapping[str, Any], survey: Survey, first: IntArray, n: IntArray) -> dict[str, Any]:
    """Return columns of stretches with what people saw on them: in one, before the checks, behind the verdict."""
    seen = survey.evidence.seen
    if seen is None:
        return {**columns, "observed": [[] for _ in range(len(first))]}
    of, out = seen.observations, survey.windows.run_out_samples
    numbers = _list_numbers(seen, first - out, n + 2 * out, survey.samples.step_m)
    checks = zip(numbers, columns["surface"], columns["checks"], strict=True)
    return {
        **columns,
        "observed": [list_observations(numbers_of, of) for numbers_of in numbers],
        "checks": [[*list_seen_checks(numbers_of, of, surface), *listed] for numbers_of, surface, listed in checks],
        "verdict": [
            f"{verdict}{tell_newest(numbers_of, of)}"
            for numbers_of, verdict in zip(numbers, columns["verdict"], strict=True)
        ],
    }


def tell_excluding(survey: Survey, first: IntArray, n: IntArray, reasons: list[str]) -> list[str]:
    """Return by run of samples what was seen there that excludes it, ``""`` where another limit does."""
    seen = survey.evidence.seen
    if seen is None:
        return [""] * len(first)
    of = seen.observations
    numbers = _list_numbers(seen, first, n, survey.samples.step_m)
    fresh = [[of.seen[k] for k in listed if of.list_fresh(of.seen[k], LIMIT_WEIGHT)] for listed in numbers]
    return [
        describe_observation(ones[0], of) if ones and reason in _SEEN_REASONS else ""
        for ones, reason in zip(fresh, reasons, strict=True)
    ]


def describe_seen(survey: Survey) -> tuple[str, ...]:
    """Return a note on how many observations lie on the ground of a survey, none without any."""
    seen = survey.evidence.seen
    if seen is None:
        return ()
    of = seen.observations
    hazards = sum(bool(one.hazards) for one in of.seen)
    told = f"{len(of.seen)} observation{'s' * (len(of.seen) > 1)} made on foot here, {hazards} of them of something bad"
    return (f"{told}; the newest, {describe_observation(of.seen[0], of)}",)


def _list_numbers(seen: Seen, first: IntArray, n: IntArray, step_m: float) -> list[list[int]]:
    """Return the numbers of the observations that hold for each run of samples, newest first."""
    numbers: list[list[int]] = [[] for _ in range(len(first))]
    for run, number in zip(*(of.tolist() for of in candidates.pair_warnings(seen, first, n, step_m)), strict=True):
        numbers[run].append(number)
    return numbers
