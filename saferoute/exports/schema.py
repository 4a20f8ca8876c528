"""Columns of all exports, each declared once."""

from __future__ import annotations

from saferoute.model import CRITERIA

SCHEMA = {
    "rank": "1 = first; by score_low, spread over the area",
    "score": "suitability for inspection, 0..1",
    "score_low": "20th percentile of the score over draws of what is uncertain, 0..1",
    "score_high": "80th percentile of the same draws, 0..1",
    "rating": "A, B, C or none (unrated: inspect first)",
    "data_quality": "weighted mean of the confidences, 0..1",
    "length_m": "length, run-outs not counted, m",
    "origin": "way, area or track",
    "osm_ids": "OSM objects it lies on, type/id",
    "name": "their names; null = none",
    "distance_m": "from the place to its middle, m",
    "surface": "tagged surface of the part that decides; null = unknown",
    "grade_pct": "fitted slope along the line's direction, %, positive where its sign is sure; null = unknown",
    "grade_sigma_pct": "standard error of the slope, percentage points; null = unknown",
    "advised_bearing_deg": "direction in which to run, uphill, degrees from north; null = the slope's sign is not sure",
    "roughness_m": "unevenness around the fitted line, m; null = the raster is too coarse to see dents",
    "strip_width_m": "narrowest strip that holds the centre line, m",
    "free_lane_m": "tagged width less the strip, m; null = width unknown",
    "heading_range_deg": "range of the headings of its 10 m chords, degrees",
    "obstacles_per_100m": "weighted mapped objects and side paths per 100 m",
    "people_per_hour": "people on foot an hour at the hour asked for, to an order of magnitude; null = unknown",
    "crowd_percentile": "share of the foot ways within 1 km that are less busy at that hour, 0..1; null = unknown",
    "best_hours": "quiet hours of light from 6 to 22, by kind of day; null = unknown",
    "bicycles": "bicycles and scooters, in words",
    "motors": "motor traffic, in words",
    "scooters": "scooter or bicycle hire beside it; null = none mapped",
    "dogs": "dog park beside it; null = none mapped",
    "school": "school or kindergarten beside it; null = none mapped",
    "playground": "playground beside it; null = none mapped",
    "rank_low": "best place by score among all stretches when weights vary by about .07 (5th percentile)",
    "rank_high": "worst such place (95th percentile)",
    "limiting_criterion": "the criterion that costs it most",
    **{f"d_{name}": f"desirability of {name}, 0..1" for name in CRITERIA},
    **{f"c_{name}": f"confidence in {name}, 0..1" for name in CRITERIA},
    **{f"why_{name}": f"{name} in words" for name in CRITERIA},
    "checks": "what to check on foot",
}
"""Properties of a feature, in order, with unit and the meaning of null."""

STEPS = {
    "step": "1 = first",
    "kind": "warm-up, look, backward, back, recover, run on or cool-down",
    "section": "number of the backward section; 0 = none",
    "stretch": "rank of the stretch it is on; 0 = none",
    "start_s": "when it begins, s from the start",
    "duration_s": "how long it takes, s",
    "start_m": "where it begins, m from the start along the way",
    "distance_m": "how far it goes, m",
    "speed_m_s": "how fast, m/s; 0 = standing",
    "words": "what to do",
}
"""Columns of a session's steps."""

SECTIONS = {
    "section": "1 = first",
    "stretch": "rank of the stretch it is on",
    "start_s": "when it begins, s from the start",
    "start_m": "where it begins, m from the start along the way",
    "duration_s": "how long it takes, s",
    "length_m": "how far it goes, m",
    "speed_m_s": "how fast, m/s",
    "bearing_deg": "direction in which it goes, degrees from north; one looks the other way",
    "run_out_m": "free ground beyond its end, m",
    "score": "suitability of the stretch for inspection, 0..1",
    "score_low": "20th percentile of the score over draws of what is uncertain, 0..1",
    "rating": "A, B, C or none (unrated: inspect first)",
    "data_quality": "weighted mean of the confidences, 0..1",
    "surface": "tagged surface of the part that decides; null = unknown",
    "grade_pct": "fitted slope along the stretch's line, %; null = unknown",
    "name": "names of what it lies on; null = none",
    "osm_ids": "OSM objects it lies on, type/id",
    "limiting_criterion": "the criterion that costs it most",
    "checks": "what to check on foot",
}
"""Columns of a session's sections."""
