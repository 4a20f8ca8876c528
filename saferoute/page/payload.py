"""The JSON data that the page draws from a ranking or a session."""

from __future__ import annotations

import json
import zlib
from base64 import b85decode, b85encode
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from pyproj import Transformer
from pyproj.enums import TransformDirection

from saferoute.model import CAUTION, CRITERIA, WGS84, Session, get_rows
from saferoute.page._session import session_payload
from saferoute.page.base import base_layers
from saferoute.page.columns import stretch_columns
from saferoute.page.excluded import excluded_layer
from saferoute.page.grid import Grid
from saferoute.page.labels import choose_labels
from saferoute.page.values import LEGAL, SENTENCE, clean_text, round_number
from saferoute.products import recall_or_compute

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from saferoute.arrays import FloatArray
    from saferoute.model import Features, Formula, Profile, Ranking

MOST_STRETCHES = 1000
"""Most stretches on a page; it then stays under 1 MB and is ready on a phone within two seconds."""

_MARGIN_M = 250.0
"""Width of the ground that is drawn around the stretches, in metres [J]."""


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
    stretches = select_stretches(thing)
    frame = _visible_ground(ranking, stretches, session)
    base, no_base = _draw_surroundings(ranking, frame)
    excluded, no_reason = excluded_layer(ranking, frame)
    return {
        "place": {"name": clean_text(ranking.place.name), "lat": ranking.place.lat, "lon": ranking.place.lon},
        "radius_m": round_number(ranking.area.radius_m, 0),
        "profile": clean_text(ranking.profile.title),
        "criteria": list(CRITERIA),
        "units": ranking.units,
        "caution": CAUTION,
        "attribution": [clean_text(text, LEGAL) for text in ranking.attribution],
        "data_date": clean_text(ranking.data_date) or None,
        "notes": [
            clean_text(text, LEGAL) for text in (*ranking.notes, *_describe_omissions(ranking, no_base, no_reason))
        ],
        "considered": {str(key): round_number(value, 0) for key, value in ranking.considered.items()},
        "exclusions": [_exclusion_row(row) for row in ranking.exclusions()],
        "base": base,
        "excluded": excluded,
        "formula": encode_formula(ranking.profile, ranking.formula),
        "stretches": stretch_columns(stretches, Grid.around_place(ranking.place, ranking.area.crs, decimals=6)),
        "session": None if session is None else session_payload(session),
    }


def _draw_surroundings(ranking: Ranking, frame: BaseGeometry) -> tuple[dict[str, Any], list[str]]:
    """Return the base map with its labels, and the titles of its layers that did not fit."""
    features, area = ranking.features, ranking.area

    def draw() -> dict[str, NDArray[np.object_]]:
        base, dropped = base_layers(features, frame, area)
        text = _write_json([{**base, "labels": choose_labels(features, frame, area)}, dropped])
        return {"drawn": np.array([text], dtype=object)}

    shown = [np.frombuffer(frame.wkb, dtype=np.uint8), np.array([area.place.lon, area.place.lat])]
    base, dropped = json.loads(recall_or_compute(features, "base map", shown, draw)["drawn"][0])
    return base, dropped


def select_stretches(thing: Ranking | Session) -> pd.DataFrame:
    """Return the stretches that the page shows: the best ones, or those that a session runs on."""
    if not isinstance(thing, Session):
        return get_rows(thing, "stretches").iloc[:MOST_STRETCHES]
    stretches = get_rows(thing.ranking, "stretches")
    return stretches[stretches["rank"].isin(set(thing.sections.get("stretch", ())))].iloc[:MOST_STRETCHES]


def encode_formula(profile: Profile, formula: Formula) -> dict[str, Any]:
    """Return the constants of the score, with the profile's weights in the order of the criteria."""
    return {**asdict(formula), "weights": [profile.weights[name] for name in CRITERIA]}


_MARKUP, _PLAIN = "&<>{}", ",./:["
"""Digits of base 85 that mean something in pages, and those that stand for them."""


def pack_json(value: object) -> str:
    """Return JSON deflated (RFC 1950) and in base 85, less than two thirds as long; the page's script unpacks it.

    The text holds nothing that HTML, a template or an attribute would act on.

    Parameters
    ----------
    value : object
        Plain JSON values.

    Raises
    ------
    ValueError
        If a number is NaN or infinite, which JSON cannot hold.
    """
    packed = b85encode(zlib.compress(_write_json(value).encode(), 9)).decode()
    return packed.translate(str.maketrans(_MARKUP, _PLAIN))


def unpack_json(text: str) -> Any:
    """Return the value that `pack_json` wrote."""
    return json.loads(zlib.decompress(b85decode(text.translate(str.maketrans(_PLAIN, _MARKUP)))))


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
    # "<" could close the script element, and old browsers end a line at U+2028 and U+2029.
    return _write_json(value).translate({ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"})


def _write_json(value: object) -> str:
    """Return the shortest JSON of plain values; NaN and infinity are a ValueError."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _visible_ground(ranking: Ranking, stretches: pd.DataFrame, session: Session | None) -> BaseGeometry:
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
    west, east, south, north = recall_or_compute(
        ranking.features, "bounds", [], lambda: {"degrees": _measure_bounds(ranking.features, to_metres)}
    )["degrees"]
    if np.isnan(west):
        return shapely.Polygon()
    edge = to_metres.transform([west, east, east, west], [south, south, north, north])
    # Shrunk by 25 m: a cut way ends at its last node within the box, and a parallel bends by 5 m over 10 km.
    return shapely.Polygon(np.column_stack(edge)).buffer(-25)


def _measure_bounds(features: Features, to_metres: Transformer) -> FloatArray:
    """Return the least and largest longitude, then latitude of features; NaN if there are none."""
    xy = np.concatenate([shapely.get_coordinates(table.geometry) for table in (features.ways, features.areas)])
    if not len(xy):
        return np.full(4, np.nan)
    lon, lat = to_metres.transform(xy[:, 0], xy[:, 1], direction=TransformDirection.INVERSE)
    return np.array([lon.min(), lon.max(), lat.min(), lat.max()])


def _describe_omissions(ranking: Ranking, no_base: list[str], no_reason: list[str]) -> list[str]:
    notes = []
    if len(ranking) > MOST_STRETCHES:
        notes.append(f"The map shows the best {MOST_STRETCHES} of {len(ranking)} stretches.")
    if no_base:
        notes.append(f"The base map does not draw {' and '.join(no_base)}: too many for one file.")
    if no_reason:
        notes.append(f"The layer of excluded ground does not draw {', '.join(map(clean_text, no_reason))}: too many.")
    return notes


def _exclusion_row(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "reason": clean_text(row["reason"]),
        "rule": clean_text(row["rule"], SENTENCE),
        "pieces": int(row["pieces"]),
        "length_m": round_number(row["length_m"], 0),
    }
