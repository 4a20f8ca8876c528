"""Draws have the distribution that a quantity says, and rows keep to themselves."""

from __future__ import annotations

import numpy as np
import pytest

from saferoute.quantities import (
    Chance,
    Exact,
    Guessed,
    LogNormal,
    Magnitude,
    MaybeMore,
    Normal,
    RandomNumbers,
    Remainder,
)

GENERATOR = np.random.default_rng(8)
RANDOM = RandomNumbers(GENERATOR.random(4000), GENERATOR.standard_normal(4000))

THREE = np.array([1.0, 4.0, np.nan])
GUESSED = Guessed(
    value=THREE,
    support=np.array([0.2, 0.5, 0.9]),
    probability=np.array([[0.1, 0.3, 0.6]]),
    distribution=np.array([-1, -1, 0]),
)
QUANTITIES = {
    "exact": Exact(THREE),
    "normal": Normal(THREE, np.array([0.5, 2.0, 1.0])),
    "magnitude": Magnitude(THREE, np.array([0.5, 2.0, 1.0])),
    "normal with one error": Normal(THREE, 0.3),
    "log-normal": LogNormal(THREE, 0.4),
    "maybe more": MaybeMore(THREE, 0.3, np.array([True, False, True]), 0.2, 1.5),
    "chance": Chance(THREE / 10),
    "guessed": GUESSED,
    "remainder": Remainder(LogNormal(THREE, 0.2, independent=True), Normal(THREE / 2, 0.5)),
}


@pytest.mark.parametrize("name", QUANTITIES)
def test_a_row_is_drawn_the_same_alone_and_among_others(name: str) -> None:
    quantity, rows = QUANTITIES[name], np.array([2, 0])
    chosen = quantity.select_rows(rows)
    np.testing.assert_array_equal(chosen.draw(RANDOM), quantity.draw(RANDOM)[rows])
    np.testing.assert_array_equal(chosen.value, quantity.value[rows])
    np.testing.assert_array_equal(chosen.estimate_values(), quantity.estimate_values()[rows])


@pytest.mark.parametrize("name", sorted(QUANTITIES.keys() - {"guessed"}))
def test_what_is_unknown_stays_unknown(name: str) -> None:
    assert np.isnan(QUANTITIES[name].value).tolist() == [False, False, True]
    assert np.isnan(QUANTITIES[name].draw(RANDOM)[2]).all()


def test_normal_draws_have_the_mean_and_the_error_that_were_told() -> None:
    drawn = Normal(np.array([3.0]), np.array([0.7])).draw(RANDOM)
    assert (drawn.mean(), drawn.std()) == (pytest.approx(3.0, abs=0.05), pytest.approx(0.7, abs=0.03))


@pytest.mark.parametrize("chances", [(0.0, 0.0), (0.0, 0.15, 0.7, 1.0)])
def test_chances_come_true_in_their_share_of_the_draws(chances: tuple[float, ...]) -> None:
    drawn = Chance(np.array(chances)).draw(RANDOM)
    assert set(drawn.ravel()) <= {0.0, 1.0}
    assert drawn.mean(axis=1) == pytest.approx(chances, abs=0.02)


def test_log_normal_draws_have_the_median_and_the_factor_that_were_told() -> None:
    for independent in (False, True):
        drawn = np.log(LogNormal(np.array([50.0]), 0.6, independent).draw(RANDOM))
        assert (np.median(drawn), drawn.std()) == (pytest.approx(np.log(50), abs=0.05), pytest.approx(0.6, abs=0.03))


def test_what_may_be_more_exceeds_in_its_share_of_the_draws_and_never_falls_short() -> None:
    values = np.array([2.0, 2.0])
    seen = MaybeMore(values, 0.0, np.array([True, False]), share=0.2, excess=1.5).draw(RANDOM) - 2.0
    assert (seen[1] == 0.0).all()
    assert seen.min() == 0.0
    assert (seen[0] > 0.0).mean() == pytest.approx(0.2, abs=0.02)
    assert np.sqrt((seen[0][seen[0] > 0.0] ** 2).mean()) == pytest.approx(1.5, rel=0.1)


def test_the_excess_follows_no_other_error() -> None:
    excess = MaybeMore(np.zeros(1), 0.0, np.array([True]), share=0.5, excess=1.0).draw(RANDOM)[0]
    others = [RANDOM.normal, RANDOM.uniform]
    assert np.abs(np.corrcoef([excess, *others])[0, 1:]).max() < 0.05


def test_an_independent_error_does_not_follow_the_other_one() -> None:
    together, apart = (np.log(LogNormal(np.ones(1), 1.0, independent).draw(RANDOM)[0]) for independent in (False, True))
    assert np.corrcoef(together, RANDOM.normal)[0, 1] == pytest.approx(1)
    assert abs(np.corrcoef(apart, RANDOM.normal)[0, 1]) < 0.05


def test_guesses_are_drawn_as_often_as_they_are_likely() -> None:
    drawn = GUESSED.draw(RANDOM)
    assert [(drawn[2] == value).mean() for value in GUESSED.support] == pytest.approx([0.1, 0.3, 0.6], abs=0.05)
    assert set(drawn[1]) == {4.0}


def test_a_guess_is_estimated_low_and_what_is_known_is_not() -> None:
    assert GUESSED.estimate_values().tolist() == [1.0, 4.0, 0.5]


def test_without_anything_to_guess_from_a_value_stays_unknown() -> None:
    nothing = Guessed(THREE, np.empty(0), np.empty((1, 0)), np.array([-1, -1, 0]))
    assert np.isnan(nothing.estimate_values()).tolist() == [False, False, True]
    assert np.isnan(nothing.draw(RANDOM)[2]).all()


def test_a_remainder_is_never_negative() -> None:
    left = Remainder(Exact(np.array([2.0, 2.0])), Exact(np.array([0.5, 3.0])))
    assert left.value.tolist() == [1.5, 0.0]
    assert left.draw(RANDOM).tolist() == [[1.5], [0.0]]


def test_a_magnitude_is_never_negative_and_errs_apart_from_the_others() -> None:
    zero, one = np.zeros(1), np.ones(1)
    drawn = Magnitude(zero, one).draw(RANDOM)[0]
    assert drawn.min() >= 0
    assert drawn.mean() == pytest.approx(np.sqrt(2 / np.pi), abs=0.05)
    assert abs(np.corrcoef(drawn, np.abs(Normal(zero, one).draw(RANDOM)[0]))[0, 1]) < 0.05
