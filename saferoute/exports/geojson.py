"""GeoJSON (RFC 7946): one LineString a stretch, WGS 84, best first."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from saferoute.exports.schema import SCHEMA
from saferoute.model import CAUTION, WGS84
from saferoute.report.text import sanitize_text

if TYPE_CHECKING:
    from saferoute.model import Ranking

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
            "geometry": {"type": "LineString", "coordinates": _round_coordinates(row["geometry"])},
            "properties": {key: _to_json_value(row.get(key)) for key in SCHEMA},
        }
        for row in table.to_dict("records")
    ]
    collection = {
        "type": "FeatureCollection",
        "caution": CAUTION,
        "attribution": [sanitize_text(a, 400) for a in ranking.attribution],
        "data_date": sanitize_text(ranking.data_date) if ranking.data_date else None,
        "place": {"name": sanitize_text(ranking.place.name), "lat": ranking.place.lat, "lon": ranking.place.lon},
        "profile": sanitize_text(ranking.profile.name),
        "notes": [sanitize_text(note, 400) for note in ranking.notes],
        "excluded": [
            {"reason": e["reason"], "rule": e["rule"], "pieces": int(e["pieces"]), "length_m": round(e["length_m"])}
            for e in ranking.exclusions()
        ],
        "features": features,
    }
    return json.dumps(collection, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def _round_coordinates(line: Any) -> list[list[float]]:
    return [[float(x), float(y)] for x, y in shapely.get_coordinates(line).round(_COORDINATE_DIGITS)]


def _to_json_value(value: Any) -> Any:
    """Return what JSON can hold: unknown is null, text is plain, numbers are short."""
    if isinstance(value, list):
        return [_to_json_value(v) for v in value]
    if value is None or pd.isna(value):
        return None
    if isinstance(value, str):
        return sanitize_text(value, 400)
    if isinstance(value, int | np.integer):
        return int(value)
    return round(float(value), _DIGITS)
