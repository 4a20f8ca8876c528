"""One bad criterion cannot be bought off; a row is judged by itself alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saferoute import scoring
from saferoute.model import CRITERIA, Criterion, Measurement, Unknown
from saferoute.model.judgement import Rating
from saferoute.quantities import Exact, Guessed, Normal, RandomNumbers
from saferoute.sources.profiles import LEVELS, load_profile

N = len(CRITERIA)
UNIT = st.floats(0, 1)
SHARES = st.lists(UNIT, min_size=N, max_size=N).map(np.array)
WEIGHTS = st.lists(st.floats(0.01, 1), min_size=N, max_size=N).map(lambda w: np.array(w) / sum(w))
BEGINNER = load_profile("beginner")
EQUAL = np.full(5, 0.2)

quick = settings(max_examples=100, deadline=None)


PLAIN = tuple(
    Criterion(name=name, unit="worth", curve=((0.0, 0.0), (1.0, 1.0)), measure=lambda *_: None) for name in CRITERIA
)
"""Criteria that take a value for what it is worth."""


def measured(desirability: np.ndarray, confidence: np.ndarray) -> dict[str, Measurement]:
    """Return measurements whose draws stray the farther, the less is known."""
    return {
        name: Measurement(Normal(desirability[:, k], 0.2 * (1 - confidence[:, k]) + 0.01), confidence[:, k])
        for k, name in enumerate(CRITERIA)
    }


def score(measurements: dict[str, Measurement]) -> scoring.Scores:
    return scoring.score_measurements(measurements, BEGINNER, PLAIN)


@pytest.fixture
def table() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(7)
    return random.random((40, N)), random.random((40, N))


# --- one score ---------------------------------------------------------------------


@quick
@given(SHARES, WEIGHTS)
def test_the_score_is_the_weighted_product_times_the_least(d: np.ndarray, weights: np.ndarray) -> None:
    floored = np.maximum(d, 0.01)
    expected = np.prod(floored**weights) ** 0.7 * floored.min() ** 0.3
    assert scoring.combine_desirabilities(d, weights) == pytest.approx(expected)


def test_one_criterion_at_a_tenth_and_the_rest_perfect_gives_what_the_formula_says() -> None:
    assert scoring.combine_desirabilities(np.array([0.1, 1, 1, 1, 1]), EQUAL) == pytest.approx(0.1 ** (0.2 * 0.7 + 0.3))


def test_a_tenth_with_a_plain_mean_of_86_per_cent_scores_39() -> None:
    weights = np.array([0.156, 0.211, 0.211, 0.211, 0.211])
    d = np.array([0.1, 1, 1, 1, 1])
    assert d @ weights == pytest.approx(0.86, abs=0.005)
    assert scoring.combine_desirabilities(d, weights) == pytest.approx(0.39, abs=0.005)


@pytest.mark.parametrize("k", range(N))
def test_one_criterion_at_a_tenth_leaves_less_than_half_with_the_weights_of_the_profile(k: int) -> None:
    d = np.ones(N)
    d[k] = 0.1
    weights = scoring.normalise_weights(BEGINNER)
    assert 0.33 < scoring.combine_desirabilities(d, weights) < 0.5
    assert d @ weights > 0.75


def test_all_perfect_is_one_and_all_nothing_is_the_floor() -> None:
    assert scoring.combine_desirabilities(np.array([np.ones(5), np.zeros(5)]), EQUAL).tolist() == pytest.approx(
        [1, 0.01]
    )


@quick
@given(SHARES, WEIGHTS, st.integers(0, N - 1), UNIT)
def test_a_better_criterion_never_lowers_the_score(d: np.ndarray, weights: np.ndarray, k: int, rise: float) -> None:
    better = d.copy()
    better[k] += (1 - d[k]) * rise
    assert scoring.combine_desirabilities(better, weights) >= scoring.combine_desirabilities(d, weights) - 1e-12


@quick
@given(SHARES, WEIGHTS)
def test_the_score_lies_between_the_least_and_the_greatest_criterion(d: np.ndarray, weights: np.ndarray) -> None:
    floored = np.maximum(d, 0.01)
    assert floored.min() - 1e-9 <= scoring.combine_desirabilities(d, weights) <= floored.max() + 1e-9


@pytest.mark.parametrize("level", LEVELS)
def test_weights_of_every_level_sum_to_one(level: str) -> None:
    assert scoring.normalise_weights(load_profile(level)).sum() == pytest.approx(1)


def test_weights_stand_in_the_order_of_the_criteria() -> None:
    weights = scoring.normalise_weights(BEGINNER)
    assert weights.tolist() == pytest.approx([BEGINNER.weights[name] for name in CRITERIA])


# --- rows ----------------------------------------------------------------------------


FIELDS = ("desirability", "confidence", "score", "low", "high", "quality")


@pytest.mark.parametrize("rows", [[3], [5, 4, 3, 2], [39, 0, 17], list(range(39, -1, -1))])
def test_rows_are_scored_the_same_alone_and_in_any_order(table, rows: list[int]) -> None:
    d, c = table
    whole = score(measured(d, c))
    part = score(measured(d[rows], c[rows]))
    for name in FIELDS:
        assert getattr(part, name) == pytest.approx(
            getattr(whole, name)[rows], rel=1e-12
        )  # BLAS may add in other orders
    assert part.limiting.tolist() == whole.limiting[rows].tolist()


def test_the_interval_holds_the_score(table) -> None:
    scores = score(measured(*table))
    assert (scores.low <= scores.score).all()
    assert (scores.score <= scores.high).all()


def test_the_interval_is_wider_where_less_is_known() -> None:
    d = np.full((2, N), 0.6)
    scores = score(measured(d, np.array([np.full(N, 0.9), np.full(N, 0.2)])))
    widths = scores.high - scores.low
    assert widths[1] > 2 * widths[0]


def test_the_low_end_is_the_20th_percentile_of_the_draws() -> None:
    # All criteria but one stand still, that one is uniform on 0..1.
    still = Measurement(Exact(np.ones(1)), np.ones(1))
    evenly = np.linspace(0, 1, 1001)
    uniform = Guessed(np.full(1, np.nan), evenly, np.full((1, 1001), 1 / 1001), np.zeros(1, dtype=int))
    scores = score({**dict.fromkeys(CRITERIA, still), "surface": Measurement(uniform, np.ones(1))})
    weight = BEGINNER.weights["surface"] / sum(BEGINNER.weights.values())
    assert scores.low[0] == pytest.approx(0.2 ** (0.7 * weight + 0.3), abs=0.04)
    assert scores.high[0] == pytest.approx(0.8 ** (0.7 * weight + 0.3), abs=0.04)


def test_quality_is_the_weighted_confidence(table) -> None:
    scores = score(measured(*table))
    assert scores.quality == pytest.approx(table[1] @ scoring.normalise_weights(BEGINNER))


@pytest.mark.parametrize("k", range(N))
def test_the_limiting_criterion_is_the_one_that_is_bad(k: int) -> None:
    d = np.full((1, N), 0.9)
    d[0, k] = 0.3
    assert score(measured(d, np.ones((1, N)))).limiting.tolist() == [CRITERIA[k]]


@quick
@given(st.lists(st.one_of(st.just(np.nan), UNIT), min_size=1, max_size=5), UNIT, UNIT)
def test_an_incomplete_map_never_raises_what_is_known_or_unknown(values: list[float], one: float, other: float) -> None:
    criterion = Criterion(
        name="crowding", unit="worth", curve=((0.0, 0.0), (1.0, 1.0)), measure=lambda *_: None,
        unknown=Unknown(estimate=0.6, draws=((0.0, 0.1), (0.5, 0.9), (1.0, 0.2))),
    )  # fmt: skip
    random = RandomNumbers(np.linspace(0.01, 0.99, 50), np.random.default_rng(1).standard_normal(50))
    less, more = (
        Measurement(Exact(np.array(values)), np.ones(len(values)), completeness=np.full(len(values), whole))
        for whole in sorted((one, other))
    )
    estimates = [scoring.judge_best_estimates(criterion, of) for of in (less, more)]
    drawn = [scoring.judge_draws(criterion, of, random) for of in (less, more)]
    assert (estimates[0] <= estimates[1] + 1e-9).all()
    assert (drawn[0] <= drawn[1] + 1e-9).all()


def test_scores_come_out_the_same_twice(table) -> None:
    one, two = (score(measured(*table)) for _ in range(2))
    assert one.low.tolist() == two.low.tolist()


def test_no_rows_have_no_scores() -> None:
    scores = score(measured(np.empty((0, N)), np.empty((0, N))))
    assert all(len(getattr(scores, name)) == 0 for name in (*FIELDS, "limiting"))


# --- ratings -----------------------------------------------------------------------------


def rate(low, quality, *, desirability=None, confidence=None, doubts=None) -> list[str]:
    n = len(low)
    desirability, confidence = (np.ones((n, N)) if of is None else of for of in (desirability, confidence))
    doubts = np.zeros(n, dtype=int) if doubts is None else np.array(doubts)
    return scoring.assign_ratings(np.array(low), np.array(quality), desirability, confidence, doubts).tolist()


@pytest.mark.parametrize(
    ("low", "quality", "rating"),
    [
        (0.70, 0.60, "A"), (0.699, 0.60, "B"), (0.70, 0.599, "B"), (0.50, 0.50, "B"), (0.499, 0.50, "C"),
        (0.9, 0.499, "C"), (0.4, 0.0, "C"), (0.399, 1.0, "none"), (1.0, 1.0, "A"), (0.0, 0.0, "none"),
    ],
)  # fmt: skip
def test_ratings_begin_at_their_thresholds(low: float, quality: float, rating: str) -> None:
    assert rate([low], [quality]) == [rating]


@quick
@given(UNIT, UNIT, SHARES, SHARES)
def test_less_confidence_never_earns_a_better_rating(
    low: float, quality: float, one: np.ndarray, other: np.ndarray
) -> None:
    both = rate([low, low], [quality, quality], confidence=np.stack([np.fmin(one, other), one]))
    worse, better = ("ABCn".index(rating[0]) for rating in both)
    assert worse >= better


@pytest.mark.parametrize("rating", scoring.FORMULA.ratings, ids=lambda of: of.name)
@pytest.mark.parametrize("k", range(N), ids=CRITERIA)
def test_each_rating_asks_for_confidence_in_each_criterion_it_names(rating: Rating, k: int) -> None:
    confidence = np.ones((2, N))
    confidence[:, k] = rating.least_confidence[k] - 0.001, rating.least_confidence[k]
    of_less, of_enough = rate([rating.least_low] * 2, [1.0, 1.0], confidence=confidence)
    assert of_enough == rating.name
    assert rating.least_confidence[k] == 0 or of_less != rating.name


@pytest.mark.parametrize("name", ["surface"])
def test_what_hinges_on_something_unknown_is_unrated(name: str) -> None:
    confidence = np.ones((1, N))
    confidence[0, CRITERIA.index(name)] = 0
    assert rate([1.0], [1.0], confidence=confidence) == [scoring.UNRATED]


def test_ground_of_poor_worth_is_unrated_however_well_it_is_known() -> None:
    desirability = np.ones((2, N))
    desirability[:, CRITERIA.index("surface")] = 0.25, 0.4
    assert rate([1.0, 1.0], [1.0, 1.0], desirability=desirability) == [scoring.UNRATED, "A"]


def test_who_must_look_for_two_things_at_once_looks_first_and_a_allows_not_even_one() -> None:
    assert rate([1.0] * 4, [1.0] * 4, doubts=[0, 1, 2, 5]) == ["A", "B", scoring.UNRATED, scoring.UNRATED]
    assert rate([0.45] * 3, [1.0] * 3, doubts=[0, 1, 2]) == ["C", "C", scoring.UNRATED]


# --- order ---------------------------------------------------------------------------------


def ordered(low, middle, *, ratings=None, length=None, ground=None, top=100) -> list[int]:
    low = np.array(low, dtype=float)
    length = np.full(len(low), 80.0) if length is None else np.array(length, dtype=float)
    ground = np.arange(len(low)) if ground is None else np.array(ground)
    ratings = np.array(["C"] * len(low) if ratings is None else ratings, dtype=object)
    return scoring.rank_stretches(low, ratings, length, np.array(middle, dtype=float), ground, top=top).tolist()


def test_far_apart_the_better_comes_first() -> None:
    assert ordered([0.3, 0.9, 0.6], [(0, 0), (5000, 0), (10_000, 0)]) == [1, 2, 0]


def test_all_that_are_rated_come_before_the_others() -> None:
    middle = [(5000 * i, 0) for i in range(4)]
    assert ordered([0.9, 0.4, 0.8, 0.5], middle, ratings=["none", "C", "none", "C"]) == [3, 1, 0, 2]


def test_a_better_rating_comes_first_wherever_it_lies() -> None:
    middle = [(0, 0), (3, 0), (6, 0), (9000, 0), (20_000, 0)]
    ratings, low = ["A", "A", "A", "B", "C"], [0.75, 0.72, 0.71, 0.69, 0.99]
    assert ordered(low, middle, ratings=ratings, ground=[1, 1, 1, 2, 3]) == [0, 1, 2, 3, 4]


def test_of_two_clusters_both_are_among_the_first_two() -> None:
    here, there = [(10 * i, 0) for i in range(3)], [(3000 + 10 * i, 0) for i in range(3)]
    ranked = ordered([0.80, 0.79, 0.78, 0.75, 0.74, 0.73], here + there)
    assert ranked[:2] == [0, 3]
    assert sorted(ranked) == list(range(6))


def test_a_much_better_neighbour_still_comes_before_a_far_bad_one() -> None:
    assert ordered([0.9, 0.85, 0.4], [(0, 0), (20, 0), (5000, 0)]) == [0, 1, 2]


def test_a_slice_of_the_same_stroke_counts_as_nearer() -> None:
    middle = [(0, 0), (300, 0), (-300, 0)]
    assert ordered([0.8, 0.7, 0.699], middle, ground=[0, 0, 1]) == [0, 2, 1]
    assert ordered([0.8, 0.7, 0.699], middle, ground=[0, 1, 2]) == [0, 1, 2]


@given(st.lists(st.floats(0, 60), min_size=3, max_size=12), st.floats(0.5, 0.6))
def test_a_third_on_one_ground_comes_behind_what_is_elsewhere(along: list[float], other: float) -> None:
    middle = [*((x, 0) for x in along), (5000, 0), (9000, 0)]
    ranked = ordered([*(0.7 for _ in along), other, other], middle, ground=[*(7 for _ in along), 8, 9])
    assert set(ranked[:4]) >= {len(along), len(along) + 1}


def test_ties_go_to_the_longer_then_to_the_first() -> None:
    middle = [(0, 0), (5000, 0), (10_000, 0)]
    assert ordered([0.5, 0.5, 0.5], middle, length=[60, 60, 120]) == [2, 0, 1]


def test_no_more_than_asked_for_are_returned() -> None:
    assert ordered([0.3, 0.9, 0.6], [(0, 0), (5000, 0), (10_000, 0)], top=2) == [1, 2]


def test_the_order_of_the_first_does_not_depend_on_how_many_are_asked_for() -> None:
    random = np.random.default_rng(3)
    low, middle = random.random(30), random.random((30, 2)) * 800
    whole = ordered(low, middle)
    assert sorted(whole) == list(range(30))
    assert ordered(low, middle, top=10) == whole[:10]
    assert ordered(low, middle) == whole


def test_nothing_is_ordered_into_nothing() -> None:
    assert ordered([], np.empty((0, 2))) == []
