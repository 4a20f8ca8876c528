"""Counts of people on foot and a population raster, by which estimates of crowding are calibrated."""

from __future__ import annotations

import csv
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from saferoute.model import Area, Counters, InvalidInput, Place
from saferoute.sources import clock
from saferoute.sources.paths import expand_path
from saferoute.sources.population import read_population
from saferoute.sources.rasters import read_raster_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pandas as pd

    from saferoute.model import Features
    from saferoute.sources import FeatureSource

COLUMNS = ("lon", "lat", "count")
"""Required columns of the CSV; ``at`` is optional, and other columns are ignored."""
WITHIN_M = 5000.0
"""Counters farther than this beyond the area are not used: other streets differ too much [J]."""
AROUND_M = 1000.0
"""Metres of map read around the counters: as far as the crowding criterion looks."""


def read_counts(path: Path | str) -> pd.DataFrame:
    """Return the counters of a CSV file.

    Parameters
    ----------
    path : path
        A UTF-8 file with commas or semicolons between columns. Its header
        names ``lon`` and ``lat`` (degrees, WGS 84) and ``count`` (people an
        hour), in any order. The optional column ``at`` is the local hour of
        the count, such as ``sat 07:00`` or an ISO time; empty = the count is
        that of a mean hour of the week.

    Returns
    -------
    DataFrame
        One row per counter: ``lon``, ``lat``, ``count`` and ``hour_of_week``
        (0 = Monday 0:00, NaN = a mean hour).

    Raises
    ------
    InvalidInput
        If the file, a column or a row breaks these rules. The message names
        the row.
    """
    import pandas as pd

    path = expand_path(path)
    if not path.is_file():
        raise InvalidInput(f"{path}: no such file; give a CSV with the columns {', '.join(COLUMNS)}")
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [_parse_row(path, number, row) for number, row in _read_rows(path, file)]
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{path}: not UTF-8 text; save the CSV as UTF-8") from error
    except csv.Error as error:
        raise InvalidInput(f"{path}: not a CSV ({error}); save it again") from error
    if not rows:
        raise InvalidInput(f"{path}: no counter in it; a row a counter is needed under the header")
    return pd.DataFrame(rows, columns=[*COLUMNS, "hour_of_week"])


def _read_rows(path: Path, file: Any) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the line number and the values by column name of each row that is not blank."""
    # csv.Sniffer guesses wrongly for short files; counting separators in the header does not.
    head = file.readline()
    file.seek(0)
    reader = csv.reader(file, delimiter=";" if head.count(";") > head.count(",") else ",")
    names = [name.strip().lower() for name in next(reader, [])]
    missing = [name for name in COLUMNS if name not in names]
    if missing:
        raise InvalidInput(
            f"{path}: column {', '.join(missing)} is missing; the first row must name {', '.join(COLUMNS)} (and at)"
        )
    for row in reader:
        if any(value.strip() for value in row):
            yield reader.line_num, dict(zip(names, (value.strip() for value in row), strict=False))


def _parse_row(path: Path, number: int, row: dict[str, str]) -> tuple[float, float, float, float]:
    """Return longitude, latitude, count and hour of the week (NaN = a mean hour) of a row."""
    lon = _parse_number(path, number, row, "lon", (-180.0, 180.0))
    # The same bound as for places: near the poles there are no metric coordinates.
    lat = _parse_number(path, number, row, "lat", (-89.0, 89.0))
    count = _parse_number(path, number, row, "count", (0.0, 1e7))
    text = row.get("at", "")
    if not text:
        return lon, lat, count, math.nan
    try:
        return lon, lat, count, float(clock.parse_hour_of_week(text, lon, lat))
    except InvalidInput as error:
        raise InvalidInput(f"{path}, row {number}: {error}") from error


def _parse_number(path: Path, number: int, row: dict[str, str], name: str, within: tuple[float, float]) -> float:
    """Return the number in a column of a row, which must lie between two bounds."""
    text = row.get(name, "")
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    # Written so that NaN fails, too.
    if not within[0] <= value <= within[1]:
        raise InvalidInput(
            f"{path}, row {number}: {name} {text[:40]!r} must be a number from {within[0]:g} to {within[1]:g}"
        )
    return value


class CountedSource:
    """A feature source that adds counters and a population raster to another source's features.

    Parameters
    ----------
    source : FeatureSource
        The source of everything else.
    counts : path, optional
        A CSV of counters; see `read_counts`.
    population : path, optional
        A raster of people per cell; see `read_population`.

    Raises
    ------
    InvalidInput
        If a file is missing or breaks a rule.
    """

    def __init__(
        self, source: FeatureSource, *, counts: Path | str | None = None, population: Path | str | None = None
    ) -> None:
        self._source = source
        self._counts = None if counts is None else read_counts(counts)
        self._population = None if population is None else read_raster_file(expand_path(population))

    def read_features(self, area: Area, *, margin_m: float) -> Features:
        """Return all features within `area` widened by `margin_m` metres, with counters and population."""
        features = self._source.read_features(area, margin_m=margin_m)
        if self._population is not None:
            people = read_population(self._population, area, margin_m=margin_m)
            features = replace(features, population=people, key="")
        if self._counts is not None:
            features = self._add_counters(features, area)
        return features

    def _add_counters(self, features: Features, area: Area) -> Features:
        """Return features with the counters near the area, and the map around these; a note says how many."""
        assert self._counts is not None
        from pyproj import Transformer

        to_area = Transformer.from_crs("EPSG:4326", area.crs, always_xy=True)
        x, y = to_area.transform(self._counts["lon"].to_numpy(), self._counts["lat"].to_numpy())
        here = to_area.transform(area.place.lon, area.place.lat)
        table = self._counts.assign(x_m=x, y_m=y)
        away = ((table["x_m"] - here[0]) ** 2 + (table["y_m"] - here[1]) ** 2) ** 0.5
        table = table[away <= WITHIN_M + area.radius_m].reset_index(drop=True)
        if table.empty:
            note = (
                f"none of the {len(self._counts)} counters lies within {WITHIN_M / 1000:g} km: they teach nothing here"
            )
            return replace(features, notes=(*features.notes, note))
        reach = float(away[away <= WITHIN_M + area.radius_m].max())
        # Counters may lie outside of the area; what crowding is calibrated by must be seen around each of them.
        around = self._source.read_features(
            Area(Place("", area.place.lon, area.place.lat), area.radius_m, area.crs),
            margin_m=max(reach - area.radius_m, 0.0) + AROUND_M,
        )
        around = replace(around, population=features.population)
        note = f"crowding is calibrated by {len(table)} of {len(self._counts)} counters"
        return replace(features, counters=Counters(table, around), notes=(*features.notes, note), key="")
