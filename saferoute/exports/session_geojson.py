"""A session as GeoJSON (RFC 7946): its steps in order, then its sections."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pandas as pd
import shapely

from saferoute.exports.layers import flatten_table
from saferoute.exports.schema import SECTIONS, STEPS, names_of
from saferoute.model import CAUTION
from saferoute.report.notices import make_title
from saferoute.report.text import LONGEST_VALUE, sanitize_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from saferoute.exports.schema import Column
    from saferoute.model import Session

_COORDINATE_DIGITS = 7


def to_geojson(session: Session) -> str:
    """Return a session as RFC 7946 GeoJSON text: its steps in order, then its sections.

    The collection's own members carry the figures, the place, the data's
    date, attribution, notes and the caution.
    """
    ranking = session.ranking
    features = [*_build_features(session.steps, STEPS, "step"), *_build_features(session.sections, SECTIONS, "section")]
    collection = {
        "type": "FeatureCollection",
        "title": make_title(session),
        "caution": CAUTION,
        "attribution": [sanitize_text(a, LONGEST_VALUE) for a in ranking.attribution],
        "data_date": sanitize_text(ranking.data_date) if ranking.data_date else None,
        "place": {"name": sanitize_text(ranking.place.name), "lat": ranking.place.lat, "lon": ranking.place.lon},
        "profile": sanitize_text(ranking.profile.name),
        "week": session.wish.week,
        "figures": {key: round(value, 1) for key, value in session.figures.items()},
        "notes": [sanitize_text(note, LONGEST_VALUE) for note in (*session.notes, *ranking.notes)],
        "features": features,
    }
    return json.dumps(collection, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def _build_features(table: gpd.GeoDataFrame, columns: Sequence[Column], of: str) -> list[dict[str, Any]]:
    if not len(table):
        return []
    rows = flatten_table(table, columns).to_dict("records")
    return [
        {
            "type": "Feature",
            "id": f"{of}-{row[of]}",
            "geometry": _build_geometry(row["geometry"]),
            "properties": {"of": of, **{key: None if pd.isna(row[key]) else row[key] for key in names_of(columns)}},
        }
        for row in rows
    ]


def _build_geometry(shape: Any) -> dict[str, Any]:
    xy = [[float(x), float(y)] for x, y in shapely.get_coordinates(shape).round(_COORDINATE_DIGITS)]
    return {"type": shape.geom_type, "coordinates": xy[0] if shape.geom_type == "Point" else xy}
