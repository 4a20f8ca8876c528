"""Surface: the kindness of the ground to feet and to a fall.

The raw value is the worst of the desirabilities of material (`MATERIALS`),
smoothness and tracktype. All numbers are judgement [J] unless a source is
named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from saferoute.criteria import _likely_surfaces, _near, _open_ground, _samples
from saferoute.criteria._inference import AROUND_M
from saferoute.criteria._likely_surfaces import LikelyRatings, infer_ratings
from saferoute.model import Criterion, Measurement, Scale, Unknown
from saferoute.osm.ground import KEPT_KINDS
from saferoute.osm.surfaces import EXCLUDED_SURFACES, GROUPS
from saferoute.osm.tags import has_value, is_tagged, rate_worst_value
from saferoute.osm.ways import is_foot_way
from saferoute.products import remember_or_make
from saferoute.quantities import Exact, Guessed

if TYPE_CHECKING:
    from saferoute.arrays import Columns, FloatArray, IntArray
    from saferoute.criteria._likely_surfaces import SurfaceModels
    from saferoute.model import Evidence, Profile, Windows
    from saferoute.products import Arrays
    from saferoute.table import Table, Tagged

MATERIALS = {
    "tartan": 1.0, "rubber": 1.0, "rubbercrumb": 0.95, "artificial_turf": 0.95, "turf": 0.95,
    "asphalt": 0.85, "paved": 0.6, "concrete": 0.8, "concrete:plates": 0.6, "concrete:lanes": 0.4,
    "compacted": 0.7, "fine_gravel": 0.7, "sand": 0.7, "clay": 0.7, "dirt/sand": 0.5, "bark": 0.6,
    "woodchips": 0.6, "grass": 0.65, "paving_stones": 0.6, "bricks": 0.55, "brick": 0.55,
    "concrete:bricks": 0.55, "grass_paver": 0.3, "wood": 0.5, "boardwalk": 0.5, "metal": 0.4,
    "metal_grid": 0.2, "unpaved": 0.4, "ground": 0.45, "dirt": 0.45, "earth": 0.45, "soil": 0.45,
    "gravel": 0.25, "sett": 0.25, "plastic": 0.5, "carpet": 0.7, "salt": 0.5,
    "chipseal": 0.75, "ash": 0.6, "portuguese_pavement": 0.4,
}  # fmt: skip
"""Desirability of each material, 0..1: `sand` as on paths and beaches, `grass` unkept (that of a pitch is turf)."""

SMOOTHNESS = {"excellent": 1.0, "very_good": 1.0, "good": 1.0, "intermediate": 0.6, "bad": 0.2}
"""Desirability by the tag ``smoothness``, 0..1."""
TRACKTYPES = {"grade1": 0.9, "grade2": 0.65, "grade3": 0.4, "grade4": 0.15}
"""Desirability by the tag ``tracktype``, 0..1."""

CONFIDENCE_BOTH, CONFIDENCE_MATERIAL, CONFIDENCE_TRACKTYPE = 1.0, 0.7, 0.5
CONFIDENCE_GROUP, CONFIDENCE_ROUGH = 0.35, 0.3
"""Confidence with material and smoothness tagged, with material alone, with a firm tracktype alone; where no more is
told than paved or unpaved: 70 % of such ways of Helsinki and 30 % of Liechtenstein got a material in five years [M].

The last is that of a track of grade3 or worse alone: stones, ruts and grass are all called so, too little for any
rating [J]."""
_FIRM = TRACKTYPES["grade2"]

_INFERRED_SHARE = 0.5
"""Confidence in a rating inferred with probability 1; a probability of .5 gives .25."""
_BEYOND_THE_EDGE = Unknown(estimate=0.25, draws=((0.0, 0.0), (1.0, 0.85)))
"""Rating of an untagged surface as far as what it is learnt from lies beyond the map's edge: that of gravel or setts,
drawn from impassable to asphalt [J]."""
_AS_RATED = ((0.0, 0.0), (1.0, 1.0))
"""Identity: the tables above already hold desirabilities."""
_TELLING = ("highway", "kind", "surface", "smoothness", "tracktype", "likely_surface")
"""Tags of the ground that explain its rating."""


def rate_ground(ground: Tagged, profile: Profile) -> tuple[FloatArray, FloatArray]:
    """Return the desirability of tagged ground, and the confidence in it.

    Parameters
    ----------
    ground : table or Tags of n rows
        ``surface_implied`` is what `saferoute.candidates.fill_likely_surfaces` adds.
    profile : Profile
        May override the desirability of materials.

    Returns
    -------
    rating : ndarray of shape (n,)
        0..1; NaN where neither material nor tracktype is tagged.
    confidence : ndarray of shape (n,)
        0..1; 0 where the rating is NaN.
    """
    ratings = {**MATERIALS, **profile.surface_desirability}
    material = rate_worst_value(ground, "surface", ratings)
    kept = has_value(ground, "surface", {"grass"}) & has_value(ground, "kind", KEPT_KINDS)
    material = np.where(kept, ratings["turf"], material)
    smoothness = rate_worst_value(ground, "smoothness", SMOOTHNESS)
    tracktype = rate_worst_value(ground, "tracktype", TRACKTYPES)
    # Smoothness without a material gives no rating: it only bounds an inferred one, in `measure_surface`.
    # `fmin` ignores NaN, so one tag is enough for a rating.
    rating = np.fmin(material, tracktype)
    rating = np.where(np.isfinite(rating), np.fmin(rating, smoothness), np.nan)
    has_group = has_value(ground, "surface", GROUPS.keys())
    has_material, has_smoothness = np.isfinite(material) & ~has_group, np.isfinite(smoothness)
    implied = is_tagged(ground, "surface_implied")
    confidence = np.select(
        [
            has_material & has_smoothness,
            has_material & ~implied,
            has_material | (tracktype >= _FIRM),
            has_group,
            np.isfinite(tracktype),
        ],
        [CONFIDENCE_BOTH, CONFIDENCE_MATERIAL, CONFIDENCE_TRACKTYPE, CONFIDENCE_GROUP, CONFIDENCE_ROUGH],
        0.0,
    ).astype(float)
    return rating, confidence


def learn_surfaces(ways: Table, rating: FloatArray, profile: Profile) -> SurfaceModels:
    """Return models of the ratings of foot ways, learnt from those with a rating; NaN = not tagged."""
    ratings = {**MATERIALS, **profile.surface_desirability}
    return _likely_surfaces.learn_surfaces(ways, rating, ratings, (*SMOOTHNESS.values(), *TRACKTYPES.values()))


def rate_any_ground(ground: Tagged, profile: Profile) -> FloatArray:
    """Return the desirability of tagged ground, excluded or not; NaN where no tag tells."""
    rating, _ = rate_ground(ground, profile)
    # Excluded surfaces have no desirability, but an untagged way may well have one: the worst.
    return np.where(has_value(ground, "surface", EXCLUDED_SURFACES), 0.0, rating)


def _recall_likely(windows: Windows, evidence: Evidence, of_ground: FloatArray) -> LikelyRatings:
    """Return what ground under windows is likely to be rated, from an earlier search if there was one."""
    features, profile = evidence.features, evidence.profile
    chosen = repr(sorted(profile.surface_desirability.items())).encode()

    def learn() -> SurfaceModels:
        foot = features.ways.select_rows(is_foot_way(features.ways))
        return learn_surfaces(foot, rate_any_ground(foot, profile), profile)

    def infer() -> Arrays:
        return vars(infer_ratings(windows, of_ground, remember_or_make(features, "surfaces", chosen, learn)))

    told = of_ground, np.frombuffer(chosen, dtype=np.uint8)
    return LikelyRatings(**_samples.recall_or_compute(windows, features, "likely surfaces", told, infer))


def measure_surface(windows: Windows, evidence: Evidence) -> Measurement:
    """Measure the surface of each window, which is that of its worst sample.

    Where no tag tells, the value is unknown and carries the distribution of
    likely ratings; the confidence is half the probability of the likeliest.
    Ways that are told to be paved or unpaved carry one of such materials, and
    tagged ones what is likely if their tag is wrong; open ground without a tag
    carries what its kind is likely made of.
    """
    samples, profile = windows.samples, evidence.profile
    of_ground, confidence_of_ground = rate_ground(samples.ground, profile)
    ratings = {**MATERIALS, **profile.surface_desirability}
    likely = _open_ground.take_odds(_recall_likely(windows, evidence, of_ground), windows, ratings)
    rating, confidence = of_ground[samples.pair_ground], confidence_of_ground[samples.pair_ground]
    silent = np.isnan(rating)
    guessed = silent & (likely.row >= 0)
    confidence[guessed] = _INFERRED_SHARE * likely.probability.max(axis=1)[likely.row[guessed]]
    material = Guessed(rating, likely.support, likely.probability, likely.row)
    smoothness = rate_worst_value(samples.ground, "smoothness", SMOOTHNESS)[samples.pair_ground]
    worst = _samples.find_worst_pair(windows, np.fmin(material.estimate_values(), smoothness))
    partly_untagged = _samples.reduce_pairs(windows, silent.astype(float), "max") > 0
    covered = _near.measure_coverage(windows, evidence.features, decay_m=AROUND_M)
    covered = np.where(partly_untagged, covered, 1.0)
    trust = _samples.reduce_pairs(windows, confidence, "min") * _open_ground.estimate_trust(windows)

    def gather(rows: IntArray) -> Columns:
        row = samples.pair_ground[worst[rows]]
        tags = samples.ground.tags.select_rows(row)
        return {
            **{key: tags.get_text(key) for key in _TELLING},
            "surface_odds": samples.ground.get_column("surface_odds", None)[row],
            "surface_implied": is_tagged(tags, "surface_implied").astype(object),
            "is_tagged": ~silent[worst[rows]],
            "is_partly_untagged": partly_untagged[rows],
        }

    return Measurement(
        quantity=material.select_rows(worst),
        confidence=covered * trust,
        completeness=covered,
        gather_evidence=gather,
        bounds={"smoothness": Exact(smoothness[worst])},
    )


CRITERION = Criterion(
    name="surface",
    unit="rating of material and smoothness, 0..1",
    curve=_AS_RATED,
    unknown=_BEYOND_THE_EDGE,
    bounds={"smoothness": Scale(unit="rating of smoothness, 0..1", curve=_AS_RATED)},
    measure=measure_surface,
    keys=("surface", "smoothness", "tracktype", "sac_scale", "trail_visibility", "mtb:scale"),
)
