"""Observations made on foot, from GeoJSON files of one or many people."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

from saferoute.model import InvalidInput
from saferoute.model.observations import HAZARDS, SLOPES, Observation, Observations
from saferoute.sources.paths import expand_path, explain_missing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

MARK, VERSION = "saferoute_observations", 1
"""Member of the collection that tells what the file is, and the version that is read."""
LARGEST_BYTES = 50_000_000
"""Of a file; a club of a hundred with one a day writes some 15 MB a year."""
LONGEST_TEXT, MOST_POINTS = 2000, 2000
_HOW = "export the file anew from the page, or see the guide on observations"


def read_observations(paths: Iterable[Path | str], *, today: dt.date | None = None) -> Observations:
    """Return the observations of some files, each once, newest first.

    Parameters
    ----------
    paths : iterable of path
        GeoJSON as the map's page exports it; the order of the files does not matter.
    today : date, optional
        Day on which they are used; that of the system clock by default.

    Raises
    ------
    InvalidInput
        If a file is not one of observations, or an observation breaks a rule. The
        message names file and observation.
    """
    today = today or dt.datetime.now(dt.UTC).astimezone().date()
    found = {one for path in paths for one in _read_file(expand_path(path), today)}
    # What is of one day comes in an order of its own, so that the order of files decides nothing.
    ordered = sorted(found, key=lambda one: (-one.day.toordinal(), one.where.wkt, repr(one)))
    return Observations(tuple(ordered), today)


def _read_file(path: Path, today: dt.date) -> Iterator[Observation]:
    """Yield the observations of a file."""
    features = _load_features(path)
    for number, feature in enumerate(features, 1):
        try:
            yield _parse_observation(feature, today)
        except InvalidInput as error:
            raise InvalidInput(f"{path}: observation {number}: {error}") from error


def _load_features(path: Path) -> list[Any]:
    """Return the features of a file of observations."""
    if not path.is_file():
        raise InvalidInput(explain_missing(path, "give a file that the map's page exported"))
    if path.stat().st_size > LARGEST_BYTES:
        raise InvalidInput(f"{path}: larger than {LARGEST_BYTES // 1_000_000} MB; split it into several files")
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise InvalidInput(f"{path}: not GeoJSON; {_HOW}") from error
    if not isinstance(content, dict) or content.get("type") != "FeatureCollection" or MARK not in content:
        raise InvalidInput(f'{path}: no file of observations, which is a FeatureCollection with "{MARK}": {VERSION}')
    version, features = content[MARK], content.get("features")
    if version != VERSION or isinstance(version, bool):
        newer = "install a newer saferoute" if isinstance(version, int) and version > VERSION else _HOW
        raise InvalidInput(f"{path}: observations of version {str(version)[:20]!r}, and {VERSION} is read; {newer}")
    if not isinstance(features, list):
        raise InvalidInput(f"{path}: its features are no list; {_HOW}")
    return features


def _parse_observation(feature: Any, today: dt.date) -> Observation:
    if not isinstance(feature, dict) or not isinstance(feature.get("properties"), dict):
        raise InvalidInput("no feature with properties")
    told = feature["properties"]
    hazards = _parse_hazards(told.get("seen"))
    is_fine = told.get("fine", False)
    if is_fine not in (True, False, None):
        raise InvalidInput("fine is true, false or left out")
    if is_fine and hazards:
        raise InvalidInput(f"fine, and {hazards[0]} seen: leave one of them out")
    return Observation(
        day=_parse_day(told.get("date"), today),
        where=_parse_geometry(feature.get("geometry")),
        hazards=hazards,
        is_fine=bool(is_fine),
        surface=_parse_surface(told.get("surface")),
        slope=_parse_word(told.get("slope"), "slope", SLOPES),
        note=_parse_text(told.get("note"), "note"),
        by=_parse_text(told.get("by"), "by"),
    )


def _parse_day(text: Any, today: dt.date) -> dt.date:
    try:
        day = dt.date.fromisoformat(text)
    except (TypeError, ValueError) as error:
        raise InvalidInput(f"date {str(text)[:40]!r}: write the day as in 2026-10-02") from error
    # East of here it may be tomorrow already.
    if day > today + dt.timedelta(days=1):
        raise InvalidInput(f"date {day} lies ahead: write the day on which it was seen")
    return day


def _parse_hazards(words: Any) -> tuple[str, ...]:
    if words is None:
        return ()
    if not isinstance(words, list):
        raise InvalidInput('seen is a list, as in ["glass", "holes"]')
    named = {_parse_word(word, "seen", tuple(HAZARDS)) for word in words}
    return tuple(name for name in HAZARDS if name in named)


def _parse_word(word: Any, name: str, known: tuple[str, ...]) -> str:
    if word is None or word == "":
        return ""
    if word not in known:
        raise InvalidInput(f"{name} {str(word)[:40]!r} is not known: it is one of {', '.join(known)}")
    return str(word)


def _parse_surface(word: Any) -> str:
    # The vocabulary brings arrays and tables along.
    from saferoute.osm.surfaces import KNOWN_SURFACES

    if word is None or word == "":
        return ""
    if not isinstance(word, str) or word not in KNOWN_SURFACES:
        raise InvalidInput(f"surface {str(word)[:40]!r} is not known: it is one of the map's, as grass or fine_gravel")
    return word


def _parse_text(text: Any, name: str) -> str:
    if text is None:
        return ""
    if not isinstance(text, str) or len(text) > LONGEST_TEXT:
        raise InvalidInput(f"{name} is a text of at most {LONGEST_TEXT} characters")
    return text


def _parse_geometry(geometry: Any) -> Any:
    """Return a LineString or Point in degrees."""
    import shapely

    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in ("LineString", "Point"):
        raise InvalidInput("its geometry is no LineString or Point")
    listed = geometry.get("coordinates")
    if kind == "Point":
        return shapely.Point(_parse_point(listed))
    if not isinstance(listed, list) or not 2 <= len(listed) <= MOST_POINTS:
        raise InvalidInput(f"a line has 2 to {MOST_POINTS} points")
    return shapely.LineString([_parse_point(point) for point in listed])


def _parse_point(point: Any) -> tuple[float, float]:
    """Return longitude and latitude; a height behind them is left out."""
    numbers = point[:2] if isinstance(point, list) else []
    if len(numbers) < 2 or not all(isinstance(n, int | float) and not isinstance(n, bool) for n in numbers):
        raise InvalidInput("a point is [longitude, latitude], two numbers in degrees")
    lon, lat = numbers
    # The bounds of places: near the poles there are no metric coordinates.
    if not (abs(lon) <= 180 and abs(lat) <= 89):
        raise InvalidInput("a point is [longitude, latitude]: within ±180° and ±89°")
    return float(lon), float(lat)
