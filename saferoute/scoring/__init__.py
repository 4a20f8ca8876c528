"""Desirabilities, scores, ratings and ranks from raw measurements.

The score is S = (∏ dᵢ^wᵢ)^.7 · (min dᵢ)^.3, so good criteria cannot make up for a
bad one. Data quality C is kept apart from S. Stretches are ranked by S₂₀, the
20th percentile of S over draws of everything uncertain.
"""

from __future__ import annotations

from saferoute.scoring._judge import judge_best_estimates, judge_draws, rate_values
from saferoute.scoring._ranking import UNRATED, assign_ratings, estimate_rank_intervals, rank_stretches
from saferoute.scoring._score import (
    DRAWS,
    FORMULA,
    QUANTILES,
    Scores,
    combine_desirabilities,
    draw_desirabilities,
    normalise_weights,
    quantiles_of_draws,
    score_best_estimates,
    score_measurements,
)

__all__ = [
    "DRAWS",
    "FORMULA",
    "QUANTILES",
    "UNRATED",
    "Scores",
    "assign_ratings",
    "combine_desirabilities",
    "draw_desirabilities",
    "estimate_rank_intervals",
    "judge_best_estimates",
    "judge_draws",
    "normalise_weights",
    "quantiles_of_draws",
    "rank_stretches",
    "rate_values",
    "score_best_estimates",
    "score_measurements",
]
