"""GeoJSON (RFC 7946): one LineString a stretch, WGS 84, best first."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from saferoute.model import CAUTION, CRITERIA, WGS84
from saferoute.outputs.text import plain

if TYPE_CHECKING:
    from saferoute.model import Ranking

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

_DIGITS = 3
_COORDINATE_DIGITS = 7


def to_geojson(ranking: Ranking) -> str:
    """Return a ranking as RFC 7946 GeoJSON text.

    The collection's own members carry what belongs to all stretches: the
    place, the data's date, attribution, notes, exclusions and the caution.
    """
    table = ranking.stretches.to_crs(WGS84)
    features = [
        {
            "type": "Feature",
            "id": int(row["rank"]),
            "geometry": {"type": "LineString", "coordinates": _coordinates(row["geometry"])},
            "properties": {key: _plain_value(row.get(key)) for key in SCHEMA},
        }
        for row in table.to_dict("records")
    ]
    collection = {
        "type": "FeatureCollection",
        "caution": CAUTION,
        "attribution": [plain(a, 400) for a in ranking.attribution],
        "data_date": plain(ranking.data_date) if ranking.data_date else None,
        "place": {"name": plain(ranking.place.name), "lat": ranking.place.lat, "lon": ranking.place.lon},
        "profile": plain(ranking.profile.name),
        "notes": [plain(note, 400) for note in ranking.notes],
        "excluded": [
            {"reason": e["reason"], "rule": e["rule"], "pieces": int(e["pieces"]), "length_m": round(e["length_m"])}
            for e in ranking.exclusions()
        ],
        "features": features,
    }
    return json.dumps(collection, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def _coordinates(line: Any) -> list[list[float]]:
    return [[float(x), float(y)] for x, y in shapely.get_coordinates(line).round(_COORDINATE_DIGITS)]


def _plain_value(value: Any) -> Any:
    """Return what JSON can hold: unknown is null, text is plain, numbers are short."""
    if isinstance(value, list):
        return [_plain_value(v) for v in value]
    if value is None or pd.isna(value):
        return None
    if isinstance(value, str):
        return plain(value, 400)
    if isinstance(value, int | np.integer):
        return int(value)
    return round(float(value), _DIGITS)
