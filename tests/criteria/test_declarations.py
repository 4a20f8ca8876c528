"""Nothing that a criterion declares is unused: each number changed in turn moves a score."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from saferoute import scoring
from saferoute.criteria import ALL
from saferoute.model import CRITERIA, Measurement
from saferoute.quantities import Chance, Exact, Guessed, LogNormal, Magnitude, Normal, Remainder, UsualSize
from saferoute.sources.profiles import load_profile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from saferoute.model import Criterion, Scale
    from saferoute.model.judgement import Curve

BEGINNER = load_profile("beginner")
BY_NAME = {criterion.name: criterion for criterion in ALL}


def spread(scale: Scale, n: int) -> np.ndarray:
    """Return n values that reach from one end of a scale to the other."""
    raw = [at for at, _ in scale.curve]
    return np.geomspace(raw[0], raw[-1], n) if scale.logarithmic else np.linspace(raw[0], raw[-1], n)


def measure_everything(n: int = 60) -> dict[str, Measurement]:
    """Return measurements of each criterion that reach over all of its scales, the last row unknown."""
    full, certain = np.ones(n), np.linspace(0.05, 0.95, n)
    values = {name: np.append(spread(criterion, n - 1), np.nan) for name, criterion in BY_NAME.items()}
    crowd, strip = BY_NAME["crowding"], Normal(np.resize([0.0, 1.5, 3.0, 5.0], n), 0.3)
    assert crowd.hedge is not None
    return {
        "surface": Measurement(
            Guessed(values["surface"], np.array([0.25, 0.85]), np.full((1, 2), 0.5), np.append(np.full(n - 1, -1), 0)),
            certain,
            completeness=certain,
            bounds={"smoothness": Exact(np.resize([1.0, 0.6, 0.3, np.nan], n))},
        ),
        "flatness": Measurement(
            Normal(values["flatness"], 0.4),
            certain,
            bounds={
                "across": Magnitude(np.resize([0.2, 0.2, 0.2, 13.0, 3.0, 0.2, 5.0, 0.2, 9.0], n), np.full(n, 0.4)),
                "steepest": Magnitude(
                    np.resize([*[np.nan] * 5, 4.5, *[np.nan] * 5, 7.0, *[np.nan] * 5, 9.3], n), np.full(n, 0.4)
                ),
                "falls": Magnitude(np.resize([1.0, np.nan, 10.0, 1.0, 2.0, 3.0, 22.0], n), np.full(n, 0.4)),
                "likely_along": UsualSize(np.resize([np.nan, 0.5, 0.5, 1.5, 0.3], n), 0.9),
                "likely_across": UsualSize(np.resize([0.5, np.nan, 0.5, 4.0], n), 0.9),
                "likely_falls": UsualSize(np.resize([np.nan, 2.0, 9.0, 15.0, np.nan], n), 0.9),
                "mountain": Chance(np.resize([0.0, 0.0, 0.1, 0.0, 0.6], n)),
            },
        ),
        "straightness": Measurement(
            strip,
            certain,
            completeness=certain,
            bounds={"lane": Remainder(LogNormal(strip.value + np.linspace(0, 3.2, n), 0.1, independent=True), strip)},
        ),
        "obstacles": Measurement(
            Exact(spread(BY_NAME["obstacles"], n)),
            certain,
            completeness=certain[::-1],
            bounds={
                "beside": Normal(np.resize([-0.5, 0.5, 1.5, 10.0, 10.0], n), 0.3),
                "at once": Exact(np.resize([0.0, 0.0, 0.0, 1.2, 1.6, 0.0, 2.0, 0.0, 2.4, 0.0, 3.0], n)),
            },
        ),
        "crowding": Measurement(
            # People are unknown in more rows than the last, where too much else is unknown for them to decide.
            LogNormal(np.where(np.arange(n) % 12 == 11, np.nan, values["crowding"]), 0.5),
            certain,
            hedge=Normal(np.resize(spread(crowd.hedge.scale, 7), n), 0.1),
            bounds={
                "wheels": Exact(np.resize([0.2, 0.9, 1.0], n)),
                "beside": Exact(np.resize([0.95, 0.1, 1.0, 1.0], n)),
                "runners": Exact(np.resize([5.0, 5.0, 15.0, 5.0, 40.0, 5.0, 150.0], n)),
            },
        ),
    } | {name: Measurement(Exact(values[name]), full) for name in BY_NAME.keys() - _WITH_SEVERAL_NUMBERS}


_WITH_SEVERAL_NUMBERS = {"surface", "flatness", "straightness", "obstacles", "crowding"}
MEASURED = measure_everything()


def bend(curve: Curve) -> Iterator[tuple[int, Curve]]:
    """Return a curve with each of its points moved in turn, in what it is worth and in where it lies."""
    for k, (at, worth) in enumerate(curve):
        nearer = at + 0.3 * ((curve[k + 1] if k + 1 < len(curve) else curve[k - 1])[0] - at)
        for point in ((at, worth + (0.07 if worth < 0.5 else -0.07)), (nearer, worth)):
            yield k, (*curve[:k], point, *curve[k + 1 :])


def change_scale(scale: Any) -> Iterator[tuple[str, Any]]:
    """Return a scale with each number of its curve and unknown changed in turn."""
    for k, curve in bend(scale.curve):
        yield f"curve point {k}", replace(scale, curve=curve)
    if scale.unknown is not None:
        yield "unknown", replace(scale, unknown=replace(scale.unknown, estimate=scale.unknown.estimate / 2))
        for k, draws in bend(scale.unknown.draws):
            yield f"unknown's draws, point {k}", replace(scale, unknown=replace(scale.unknown, draws=draws))


def change_criterion(criterion: Criterion) -> Iterator[tuple[str, Criterion]]:
    """Return a criterion with each number it declares changed in turn."""
    yield from change_scale(criterion)
    for name, scale in criterion.bounds.items():
        for what, changed in change_scale(scale):
            yield f"{name}: {what}", replace(criterion, bounds={**criterion.bounds, name: changed})
    if criterion.averaged:
        yield "averaged", replace(criterion, averaged=False)
    if criterion.hedge is not None:
        for what, changed in change_scale(criterion.hedge.scale):
            yield f"hedge: {what}", replace(criterion, hedge=replace(criterion.hedge, scale=changed))
        for k, share in bend(criterion.hedge.share):
            yield f"hedge's share, point {k}", replace(criterion, hedge=replace(criterion.hedge, share=share))


CHANGES = [(f"{criterion.name}: {what}", changed) for criterion in ALL for what, changed in change_criterion(criterion)]


def score(criteria: tuple[Criterion, ...] = ALL, weights: dict[str, float] | None = None) -> np.ndarray:
    profile = replace(BEGINNER, weights=weights) if weights else BEGINNER
    scores = scoring.score_measurements(MEASURED, profile, criteria)
    return np.stack([scores.score, scores.low, scores.high])


@pytest.mark.parametrize("changed", [changed for _, changed in CHANGES], ids=[what for what, _ in CHANGES])
def test_each_number_that_is_declared_moves_a_score(changed: Criterion) -> None:
    others = tuple(changed if criterion.name == changed.name else criterion for criterion in ALL)
    assert np.abs(score(others) - score()).max() > 1e-5


@pytest.mark.parametrize("name", CRITERIA)
def test_each_weight_moves_a_score(name: str) -> None:
    assert np.abs(score(weights={**BEGINNER.weights, name: 0.5}) - score()).max() > 1e-3
