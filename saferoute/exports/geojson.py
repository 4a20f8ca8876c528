"""GeoJSON (RFC 7946): one LineString a stretch, WGS 84, best first."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pandas as pd
import shapely

from saferoute.exports.schema import EXCLUDED, STRETCHES
from saferoute.model import CAUTION, WGS84
from saferoute.report.text import LONGEST_VALUE, sanitize_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from saferoute.exports.schema import Column
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
            "properties": _to_properties(row, STRETCHES),
        }
        for row in table.to_dict("records")
    ]
    collection = {
        "type": "FeatureCollection",
        "caution": CAUTION,
        "attribution": [sanitize_text(a, LONGEST_VALUE) for a in ranking.attribution],
        "data_date": sanitize_text(ranking.data_date) if ranking.data_date else None,
        "place": {"name": sanitize_text(ranking.place.name), "lat": ranking.place.lat, "lon": ranking.place.lon},
        "profile": sanitize_text(ranking.profile.name),
        "notes": [sanitize_text(note, LONGEST_VALUE) for note in ranking.notes],
        "excluded": [_to_properties(row, EXCLUDED) for row in ranking.exclusions()],
        "features": features,
    }
    return json.dumps(collection, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def _round_coordinates(line: Any) -> list[list[float]]:
    return [[float(x), float(y)] for x, y in shapely.get_coordinates(line).round(_COORDINATE_DIGITS)]


def _to_properties(row: Mapping[Any, Any], columns: Sequence[Column]) -> dict[str, Any]:
    """Return the columns of a row as JSON holds them."""
    return {column.name: _to_json_value(row.get(column.name), column) for column in columns}


def _to_json_value(value: Any, column: Column) -> Any:
    """Return what JSON can hold: unknown is null, text is plain, numbers are short."""
    if isinstance(value, list):
        return [sanitize_text(v, LONGEST_VALUE) for v in value]
    if value is None or pd.isna(value):
        return None
    if column.is_text:
        return sanitize_text(value, LONGEST_VALUE)
    return round(value) if column.type == "integer" else round(float(value), _DIGITS)
