"""Surface: how kind the ground is to feet, and to a fall.

The raw value is the desirability of the material (`MATERIALS`) or of the
smoothness or tracktype, whichever is worst; all numbers are judgement [J]
unless a source is named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from saferoute.criteria import _samples
from saferoute.criteria._inference import Likelihood, compute_quantiles
from saferoute.model import Criterion, Measurement
from saferoute.osm.surfaces import EXCLUDED_SURFACES
from saferoute.osm.tags import has_value, rate_worst_value

if TYPE_CHECKING:
    from collections.abc import Hashable

    from saferoute.arrays import BoolArray, FloatArray, IntArray
    from saferoute.model import Evidence, Profile, Windows

MATERIALS = {
    "tartan": 1.0, "rubber": 1.0, "rubbercrumb": 0.95, "artificial_turf": 0.95, "turf": 0.95,
    "asphalt": 0.85, "paved": 0.6, "concrete": 0.8, "concrete:plates": 0.6, "concrete:lanes": 0.4,
    "compacted": 0.7, "fine_gravel": 0.7, "sand": 0.7, "clay": 0.7, "dirt/sand": 0.5, "bark": 0.6,
    "woodchips": 0.6, "grass": 0.65, "paving_stones": 0.6, "bricks": 0.55, "brick": 0.55,
    "concrete:bricks": 0.55, "grass_paver": 0.3, "wood": 0.5, "boardwalk": 0.5, "metal": 0.4,
    "metal_grid": 0.2, "unpaved": 0.4, "ground": 0.45, "dirt": 0.45, "earth": 0.45, "soil": 0.45,
    "gravel": 0.25, "sett": 0.25, "plastic": 0.5, "carpet": 0.7, "salt": 0.5,
}  # fmt: skip
"""Desirability of a material 0..1. `sand` is a path's or beach's, `grass` unkept (a pitch's is turf)."""

KEPT_KINDS = frozenset({"pitch", "track"})
"""Open ground whose grass is mown and rolled, hence turf."""

SMOOTHNESS = {"excellent": 1.0, "good": 1.0, "intermediate": 0.6, "bad": 0.2}
TRACKTYPES = {"grade1": 0.9, "grade2": 0.65, "grade3": 0.4, "grade4": 0.15}

CONFIDENCE_BOTH, CONFIDENCE_MATERIAL, CONFIDENCE_TRACKTYPE = 1.0, 0.7, 0.5

_ESTIMATE_AT = 0.25
_INFERRED_SHARE = 0.5
"""Confidence of a guess that is as good as sure; a likeliest rating of .5 gives .25."""
_NOTHING_TAGGED = 0.45
"""What bare ground is worth: the estimate where an extract has no surface tag at all [J]."""


def rate_ground(ground: pd.DataFrame, profile: Profile) -> tuple[FloatArray, FloatArray]:
    """Return desirability and confidence of tagged ground, NaN and 0 where nothing is tagged."""
    ratings = {**MATERIALS, **profile.surface_desirability}
    material = rate_worst_value(ground, "surface", ratings)
    kept = has_value(ground, "surface", {"grass"}) & has_value(ground, "kind", KEPT_KINDS)
    material = np.where(kept, ratings["turf"], material)
    smoothness = rate_worst_value(ground, "smoothness", SMOOTHNESS)
    tracktype = rate_worst_value(ground, "tracktype", TRACKTYPES)
    # Smoothness alone does not say of what: it bounds what is inferred, see `measure_surface`.
    rating = np.fmin(material, tracktype)
    rating = np.where(np.isfinite(rating), np.fmin(rating, smoothness), np.nan)
    has_material, has_smoothness = np.isfinite(material), np.isfinite(smoothness)
    implied = _read_flag(ground, "surface_implied")
    confidence = np.select(
        [
            has_material & has_smoothness,
            has_material & ~implied,
            has_material | np.isfinite(tracktype),
        ],
        [CONFIDENCE_BOTH, CONFIDENCE_MATERIAL, CONFIDENCE_TRACKTYPE],
        0.0,
    )
    return rating, confidence.astype(float)


def _read_flag(table: pd.DataFrame, name: str) -> BoolArray:
    return table[name].to_numpy(dtype=bool) if name in table else np.zeros(len(table), dtype=bool)


def learn_likelihood(evidence: Evidence) -> Likelihood:
    """Learn what untagged ways are made of from the tagged ones of the whole source."""
    tagged = evidence.features.tagged
    rating, _ = rate_ground(tagged, evidence.profile)
    rating[has_value(tagged, "surface", EXCLUDED_SURFACES)] = 0.0
    return Likelihood(tagged, rating)


def measure_surface(windows: Windows, evidence: Evidence) -> Measurement:
    """Measure the surface of each window: its worst sample.

    Where no tag tells, the estimate is the 25th percentile of what is likely
    there, so that silence never looks as good as speech, and the confidence
    half the probability of the likeliest rating.
    """
    samples = windows.samples
    rating, confidence = rate_ground(samples.ground, evidence.profile)
    unknown = np.flatnonzero(~np.isfinite(rating) & np.isin(np.arange(len(rating)), samples.pair_ground))
    model = learn_likelihood(evidence)
    middle = shapely.centroid(samples.ground.geometry.to_numpy()[unknown])
    probability = model.predict_probabilities(samples.ground.iloc[unknown], shapely.get_coordinates(middle))
    estimate = rating.copy()
    row_of = np.full(len(rating), -1)
    row_of[unknown] = np.arange(len(unknown))
    smoothness = rate_worst_value(samples.ground, "smoothness", SMOOTHNESS)
    if model.support.size:
        estimate[unknown] = np.fmin(compute_quantiles(model.support, probability, _ESTIMATE_AT), smoothness[unknown])
        confidence[unknown] = _INFERRED_SHARE * probability.max(axis=1, initial=0.0)
    else:
        estimate[unknown] = np.fmin(_NOTHING_TAGGED, smoothness[unknown])

    worst_ground = _samples.find_worst_ground(windows, estimate)
    guessed = row_of[worst_ground]
    known = guessed < 0

    def draw(rows: IntArray, u: FloatArray, z: FloatArray) -> FloatArray:  # noqa: ARG001
        drawn = np.repeat(estimate[worst_ground[rows]][:, None], len(u), axis=1)
        if model.support.size:
            guess = ~known[rows]
            likely = compute_quantiles(model.support, probability[guessed[rows[guess]]], u)
            drawn[guess] = np.fmin(likely, smoothness[worst_ground[rows[guess]]][:, None])
        return drawn

    of_ground = _samples.reduce_to_samples(samples, (row_of >= 0).astype(float), "max")
    partly = _samples.reduce_to_windows(windows, of_ground, "max") > 0
    return Measurement(
        value=np.where(known, estimate[worst_ground], np.nan),
        desirability=estimate[worst_ground],
        confidence=_samples.reduce_to_windows(windows, _samples.reduce_to_samples(samples, confidence, "min"), "min"),
        draw=draw,
        describe=lambda rows: _describe_ground(samples.ground.iloc[worst_ground[rows]], known[rows], partly[rows]),
    )


def _describe_ground(ground: pd.DataFrame, known: BoolArray, partly: BoolArray) -> pd.DataFrame:
    """Return what the tags say of the ground that decides, in words."""
    table = ground.reindex(columns=["highway", "kind", "surface", "smoothness", "tracktype", "surface_implied"])
    words = [
        _describe_tags(tags, is_known, is_partly)
        for tags, is_known, is_partly in zip(table.to_dict("records"), known, partly, strict=True)
    ]
    surface = table["surface"].astype("str").to_numpy(dtype=object, na_value=np.nan)
    return pd.DataFrame({"surface": pd.array(surface, dtype="str"), "why_surface": words})


def _describe_tags(tags: dict[Hashable, Any], is_known: bool, is_partly: bool) -> str:
    if not is_known:
        kind = tags["highway"] if pd.notna(tags["highway"]) else "foot way"
        return f"unknown; estimated low (25th percentile of what the tagged {kind}s and ways near by tell)"
    said = [f"{t}={tags[t]}" for t in ("surface", "smoothness", "tracktype") if pd.notna(tags[t])]
    if tags["surface_implied"] is True:
        said[0] = f"{tags['surface']} (not tagged, but it is mapped as {tags['kind']})"
    unsaid = [f"{t} unknown" for t in ("surface", "smoothness") if pd.isna(tags[t])]
    return ", ".join(said + unsaid) + ("; partly untagged" if is_partly else "")


CRITERION = Criterion(
    name="surface",
    unit="desirability of material and smoothness, 0..1",
    curve=((0.0, 0.0), (1.0, 1.0)),
    unknown=_NOTHING_TAGGED,
    measure=measure_surface,
)
