"""The judge of history: draws that are right cover what they say, and a limit counts where it runs along."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from validation_history import DRAWS, Stated, spread_numbers
from validation_ratings import follow


@pytest.mark.parametrize("share", [0.6, 0.9])
def test_intervals_of_right_draws_cover_their_share_of_few_values(share):
    values, probability = np.array([0.1, 0.5, 0.8]), np.array([0.2, 0.5, 0.3])
    truth = np.repeat(values, (1000 * probability).astype(int))
    drawn = np.tile(np.repeat(values, (DRAWS * probability).astype(int)), (len(truth), 1))
    assert Stated.of(drawn, truth).cover(share, truth > 0) == pytest.approx(share, abs=0.01)


@pytest.mark.parametrize("share", [0.6, 0.9])
def test_intervals_of_right_draws_cover_their_share_of_a_continuum(share):
    normal = spread_numbers().normal
    truth = np.sort(normal)[::2] + 1e-4
    stated = Stated.of(np.tile(normal, (len(truth), 1)), truth)
    assert stated.cover(share, truth < np.inf) == pytest.approx(share, abs=0.01)
    assert stated.holds(truth < np.inf)


def test_draws_that_are_too_sure_do_not_hold():
    normal = spread_numbers().normal
    stated = Stated.of(np.tile(normal / 2, (DRAWS, 1)), normal)
    assert not stated.holds(normal < np.inf)


def test_numbers_are_independent():
    random = spread_numbers()
    assert np.corrcoef([random.uniform, random.normal])[0, 1] == pytest.approx(0, abs=0.05)


@pytest.mark.parametrize(
    ("other", "along"),
    [
        ([(20, 0), (25, 0)], True),
        ([(20, 2), (40, 2.5)], True),
        ([(30, -9), (30, 9)], False),
        ([(20, 5), (40, 5)], False),
    ],
)
def test_excluded_ground_counts_along_a_line_and_not_across(other, along):
    lines = np.array([shapely.LineString([(0, 0), (60, 0)]), shapely.LineString([(0, 50), (60, 50)])])
    assert follow(lines, np.array([shapely.LineString(other)])).tolist() == [along, False]
