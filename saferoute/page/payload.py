"""The JSON data that the page draws from a ranking or a session."""

from __future__ import annotations

import json
import math
import re
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from pyproj import Transformer
from pyproj.enums import TransformDirection

from saferoute.model import CAUTION, CRITERIA, WGS84, Session
from saferoute.page._session import session_payload
from saferoute.page.base import base_layers
from saferoute.page.excluded import excluded_layer
from saferoute.page.grid import ALPHABET, Grid, encode_heights
from saferoute.page.labels import choose_labels
from saferoute.report.text import LONGEST, sanitize_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

    from saferoute.model import Ranking

MOST_STRETCHES = 1000
"""Most stretches on a page; it then stays under 1 MB and is ready on a phone within two seconds."""

_MARGIN_M = 250.0
"""Width of the ground that is drawn around the stretches, in metres [J]."""
_SENTENCE = 300
_LEGAL = 800  # attributions of elevation data are prescribed texts of several lines

# Decimals that a reader can use, by column.
_NUMBERS = {
    "rank": 0,
    "score": 4,
    "score_low": 4,
    "score_high": 3,
    "data_quality": 3,
    "length_m": 1,
    "distance_m": 0,
    "grade_pct": 2,
    "grade_sigma_pct": 2,
    "advised_bearing_deg": 0,
    "strip_width_m": 2,
    "free_lane_m": 1,
    "heading_range_deg": 1,
    "ground": 0,
    "east_m": 1,
    "north_m": 1,
    "height_sigma_m": 2,
    # Fine enough for the page to compute the score under other weights.
    **{f"d_{name}": 4 for name in CRITERIA},
    **{f"c_{name}": 3 for name in CRITERIA},
}
# Longest text by column, in characters.
_TEXTS = {
    **dict.fromkeys(("name", "surface", "rating", "origin", "limiting_criterion", "height_source"), LONGEST),
    **dict.fromkeys(("barefoot", "best_hours"), _SENTENCE),
}
_REASONS = {f"why_{name}": _LEGAL for name in CRITERIA}
"""Columns that are stored clause by clause, because clauses recur where whole sentences do not."""
_CLAUSE = re.compile(r"(?<=[,;] )")
_LISTS = {"osm_ids": LONGEST, "checks": _SENTENCE}


def build_payload(thing: Ranking | Session) -> dict[str, Any]:
    """Return everything that the page shows, as plain JSON values.

    Parameters
    ----------
    thing : Ranking or Session
        The result to show; it may be empty. A session shows only the stretches
        that it runs on.

    Returns
    -------
    dict
        Plain JSON values; unknown is None. Texts have no invisible characters but
        are not escaped: the page must insert them as text, never as markup.
    """
    session = thing if isinstance(thing, Session) else None
    ranking = thing.ranking if isinstance(thing, Session) else thing
    stretches = ranking.stretches
    if session is not None:
        stretches = stretches[stretches["rank"].isin(set(session.sections.get("stretch", ())))]
    stretches = stretches.iloc[:MOST_STRETCHES]
    frame = _visible_ground(ranking, stretches, session)
    base, no_base = base_layers(ranking.features, frame, ranking.area)
    excluded, no_reason = excluded_layer(ranking, frame)
    return {
        "place": {"name": clean_text(ranking.place.name), "lat": ranking.place.lat, "lon": ranking.place.lon},
        "radius_m": _round_number(ranking.area.radius_m, 0),
        "profile": clean_text(ranking.profile.title),
        "criteria": list(CRITERIA),
        "units": ranking.units,
        "caution": CAUTION,
        "attribution": [clean_text(text, _LEGAL) for text in ranking.attribution],
        "data_date": clean_text(ranking.data_date) or None,
        "notes": [
            clean_text(text, _LEGAL) for text in (*ranking.notes, *_describe_omissions(ranking, no_base, no_reason))
        ],
        "considered": {str(key): _round_number(value, 0) for key, value in ranking.considered.items()},
        "exclusions": [_exclusion_row(row) for row in ranking.exclusions()],
        "base": {**base, "labels": choose_labels(ranking.features, frame, ranking.area)},
        "excluded": excluded,
        "formula": _encode_formula(ranking),
        "stretches": _stretch_columns(stretches, ranking),
        "session": None if session is None else session_payload(session),
    }


def _encode_formula(ranking: Ranking) -> dict[str, Any]:
    """Return the constants of the score, with the profile's weights in the order of the criteria."""
    return {**asdict(ranking.formula), "weights": [ranking.profile.weights[name] for name in CRITERIA]}


def encode_json(value: object) -> str:
    """Return JSON that is safe inside a script element of an HTML page.

    Parameters
    ----------
    value : object
        Plain JSON values.

    Raises
    ------
    ValueError
        If a number is NaN or infinite, which JSON cannot hold.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    # "<" could close the script element, and old browsers end a line at U+2028 and U+2029.
    return text.translate({ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"})


def clean_text(value: object, longest: int = LONGEST) -> str:
    """Return a text that is safe to show.

    Parameters
    ----------
    value : object
        A tag's value; a missing one is NaN.
    longest : int
        Most characters.

    Returns
    -------
    str
        ``""`` if the value is no text.
    """
    return sanitize_text(value, longest) if isinstance(value, str) else ""


def _visible_ground(ranking: Ranking, stretches: gpd.GeoDataFrame, session: Session | None) -> BaseGeometry:
    """Return the ground to draw: around the stretches, within the search circle and within the data."""
    area = ranking.area
    to_metres = Transformer.from_crs(WGS84, area.crs, always_xy=True)
    place = shapely.Point(*to_metres.transform(ranking.place.lon, ranking.place.lat))
    ground = place.buffer(area.radius_m).intersection(_covered_area(ranking, to_metres))
    shown = [*stretches.geometry]
    if session is not None and len(session.track):
        shown.append(shapely.MultiPoint(session.track[["x_m", "y_m"]].to_numpy()))
    if not shown:
        return ground
    near = shapely.box(*shapely.union_all([place, *shown]).bounds)
    margin = _MARGIN_M if session is None else 2 * _MARGIN_M
    return ground.intersection(near.buffer(margin, join_style="mitre"))


def _covered_area(ranking: Ranking, to_metres: Transformer) -> BaseGeometry:
    """Return the box of longitudes and latitudes that the features fill, in the area's CRS.

    Extracts are often cut along such a box. At its edge the coastline ends,
    and where land and sea lie beyond is unknown.
    """
    xy = np.concatenate(
        [shapely.get_coordinates(table.geometry) for table in (ranking.features.ways, ranking.features.areas)]
    )
    if not len(xy):
        return shapely.Polygon()
    lon, lat = to_metres.transform(xy[:, 0], xy[:, 1], direction=TransformDirection.INVERSE)
    west, east, south, north = lon.min(), lon.max(), lat.min(), lat.max()
    edge = to_metres.transform([west, east, east, west], [south, south, north, north])
    # Shrunk by 25 m: a cut way ends at its last node within the box, and a parallel bends by 5 m over 10 km.
    return shapely.Polygon(np.column_stack(edge)).buffer(-25)


def _describe_omissions(ranking: Ranking, no_base: list[str], no_reason: list[str]) -> list[str]:
    notes = []
    if len(ranking.stretches) > MOST_STRETCHES:
        notes.append(f"The map shows the best {MOST_STRETCHES} of {len(ranking.stretches)} segments.")
    if no_base:
        notes.append(f"The base map leaves out {' and '.join(no_base)}: too many for one file.")
    if no_reason:
        notes.append(f"The layer of what was left out does not draw {', '.join(map(clean_text, no_reason))}: too many.")
    return notes


def _exclusion_row(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "reason": clean_text(row["reason"]),
        "rule": clean_text(row["rule"], _SENTENCE),
        "pieces": int(row["pieces"]),
        "length_m": _round_number(row["length_m"], 0),
    }


def _stretch_columns(table: gpd.GeoDataFrame, ranking: Ranking) -> dict[str, Any]:
    """Return the table by columns; texts are indexes into ``texts``, as most of them recur."""
    texts: dict[str, int] = {}
    columns: dict[str, list[Any]] = {}
    for name, decimals in _NUMBERS.items():
        columns[name] = [_scale_number(value, decimals) for value in _column_values(table, name)]
    for name, limit in _TEXTS.items():
        columns[name] = [_intern_text(value, limit, texts) for value in _column_values(table, name)]
    for name, limit in _REASONS.items():
        columns[name] = [_intern_clauses(value, limit, texts) for value in _column_values(table, name)]
    for name, limit in _LISTS.items():
        columns[name] = [
            [_intern_text(item, limit, texts) for item in value] if isinstance(value, list | tuple | np.ndarray) else []
            for value in _column_values(table, name)
        ]
    grid = Grid.around_place(ranking.place, ranking.area.crs, decimals=6)
    quantiles = [_encode_quantiles(value, texts) for value in _column_values(table, "quantiles")]
    return {
        "count": len(table),
        "texts": list(texts),
        "columns": columns,
        "decimals": _NUMBERS,
        "quantiles": quantiles,
        "heights": [
            encode_heights(value) if isinstance(value, np.ndarray) else None
            for value in _column_values(table, "heights_m")
        ],
        "grid": grid.to_json(),
        "lines": [grid.encode_line(geometry) for geometry in table.geometry],
    }


def _encode_quantiles(value: Any, texts: dict[str, int]) -> list[int] | None:
    """Return the quantiles of each criterion as the index of a text, with one of 64 characters for each."""
    if not isinstance(value, np.ndarray):
        return None
    steps = np.rint(np.nan_to_num(value) * (len(ALPHABET) - 1)).astype(int).clip(0, len(ALPHABET) - 1)
    words = ("".join(ALPHABET[step] for step in of_criterion) for of_criterion in steps.tolist())
    return [texts.setdefault(word, len(texts)) for word in words]


def _column_values(table: gpd.GeoDataFrame, name: str) -> Iterable[Any]:
    return table[name] if name in table.columns else [None] * len(table)


def _intern_text(value: object, limit: int, texts: dict[str, int]) -> int | None:
    text = clean_text(value, limit)
    return texts.setdefault(text, len(texts)) if text else None


def _intern_clauses(value: object, limit: int, texts: dict[str, int]) -> list[int] | None:
    """Return the indexes of the clauses of a text, None if it is empty; joined they give the whole text."""
    text = clean_text(value, limit)
    return [texts.setdefault(piece, len(texts)) for piece in _CLAUSE.split(text)] if text else None


def _scale_number(value: Any, decimals: int) -> int | None:
    """Return a number in units of its last decimal, which saves the point and leading zeros."""
    number = _round_number(value, decimals)
    return None if number is None else round(number * 10**decimals)


def _round_number(value: Any, decimals: int) -> float | int | None:
    """Return a finite number, rounded; None (shown as "unknown") for anything else."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    if not math.isfinite(number):
        return None
    rounded = round(number, decimals)
    # JSON would write 2.0 with its decimal.
    return int(rounded) if rounded == int(rounded) else rounded
