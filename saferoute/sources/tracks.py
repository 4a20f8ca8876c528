"""Recorded runs from GPX and FIT files."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import numpy as np

from saferoute.model import InvalidInput
from saferoute.model.diary import Track
from saferoute.sources.paths import explain_missing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LARGEST_BYTES = 50_000_000
"""Of a file; a day's run with a point a second and all sensors is 20 MB of GPX."""
_MILLISECONDS = 1000.0
_Point = tuple[float, float, float]


def read_track(path: Path) -> Track:
    """Return the points with a time of a run, in order of time.

    Parameters
    ----------
    path : path
        ``.gpx`` or ``.fit``, as watches and phones write them.

    Raises
    ------
    InvalidInput
        If the file is neither, is damaged, or holds no points with times.
    """
    if not path.is_file():
        raise InvalidInput(explain_missing(path, "name the GPX or FIT file of a run"))
    readers = {".gpx": _read_gpx, ".fit": _read_fit}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise InvalidInput(f"{path}: a run is read from .gpx or .fit; export it as one of them")
    if path.stat().st_size > LARGEST_BYTES:
        raise InvalidInput(f"{path}: larger than {LARGEST_BYTES // 1_000_000} MB; export the run alone")
    points = np.array(list(reader(path.read_bytes(), path)), dtype=float).reshape(-1, 3)
    time_s, lon, lat = points[np.isfinite(points).all(axis=1)].T
    if len(time_s) < 2:
        raise InvalidInput(f"{path}: no two points with position and time; export the run with its times")
    time_s, first = np.unique(time_s, return_index=True)
    return Track(time_s, lon[first], lat[first])


def _read_gpx(content: bytes, path: Path) -> Iterator[_Point]:
    """Yield seconds, longitude and latitude of the track's points."""
    # Entities of a file can blow it up or name other files; no watch writes any.
    if re.search(rb"<!(DOCTYPE|ENTITY)", content, re.IGNORECASE):
        raise InvalidInput(f"{path}: has a document type declaration, which no GPX needs; export the run anew")
    import gpxpy

    try:
        gpx = gpxpy.parse(content.decode("utf-8-sig"))
    except (gpxpy.gpx.GPXException, ValueError) as error:
        raise InvalidInput(f"{path}: no GPX ({error}); export the run anew") from error
    for point, *_ in gpx.walk():
        when, lon, lat = point.time, point.longitude, point.latitude
        if when is not None and abs(lon) <= 180 and abs(lat) <= 90:
            yield (when if when.tzinfo else when.replace(tzinfo=dt.UTC)).timestamp(), lon, lat


def _read_fit(content: bytes, path: Path) -> Iterator[_Point]:
    """Yield seconds, longitude and latitude of the records."""
    from fit_tool.fit_file import FitFile
    from fit_tool.profile.messages.record_message import RecordMessage

    try:
        messages = [record.message for record in FitFile.from_bytes(content).records]
    except Exception as error:  # the library raises whatever a damaged byte leads to
        raise InvalidInput(f"{path}: no FIT file, or a damaged one; export the run anew") from error
    for message in messages:
        if not isinstance(message, RecordMessage):
            continue
        when, lon, lat = message.timestamp, message.position_long, message.position_lat
        if when is not None and lon is not None and lat is not None and abs(lon) <= 180 and abs(lat) <= 90:
            yield when / _MILLISECONDS, lon, lat
