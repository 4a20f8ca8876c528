"""Counts of people on foot and a population raster, by which estimates of crowding are calibrated."""

from __future__ import annotations

import csv
import math
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from saferoute.model import Area, Counters, InvalidInput, Place
from saferoute.sources import clock
from saferoute.sources.damage import read_once_apart
from saferoute.sources.paths import expand_path
from saferoute.sources.population import read_population
from saferoute.sources.raster_descriptions import read_raster_files_once

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    import pandas as pd

    from saferoute.drawers import Drawers
    from saferoute.model import Features
    from saferoute.sources import FeatureSource
    from saferoute.sources.rasters import RasterFile

COLUMNS = ("lon", "lat", "count")
"""Columns of a long table; in a wide one columns named after hours take the place of the last."""
TIMES = ("at", "time", "datetime")
"""Names of the optional column of the hour."""
_TIMES_NOT_READ = frozenset({"date", "day", "hour", "timestamp", "weekday", "date_time", "hour_of_day"})
"""Names of columns that tell of time in part or in another way: without one of `TIMES` they would be lost unsaid."""
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
        hour), in any order. The optional column ``at``, ``time`` or
        ``datetime`` is the local hour of the count, such as ``sat 07:00`` or
        an ISO time; empty = the count is that of a mean hour of the week.
        In place of ``count`` there may be a column for each hour, named as in
        ``sat 07:00``; empty = not counted. Other columns are ignored.

    Returns
    -------
    DataFrame
        One row per counter and hour: ``lon``, ``lat``, ``count`` and
        ``hour_of_week`` (0 = Monday 0:00, NaN = a mean hour).

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
            rows = [one for number, row in _read_rows(path, file) for one in _parse_row(path, number, row)]
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
    _check_header(path, names)
    for row in reader:
        if any(value.strip() for value in row):
            yield reader.line_num, dict(zip(names, (value.strip() for value in row), strict=False))


def _check_header(path: Path, names: Sequence[str]) -> None:
    """Raise InvalidInput unless a header names the columns of a long or of a wide table, and one of hours at most."""
    hours = _find_hours(names)
    missing = [name for name in COLUMNS if name not in names and not (name == "count" and hours)]
    rule = f"the first row must name {', '.join(COLUMNS)} (and at), or hours as in 'sat 07:00' in place of count"
    if missing:
        raise InvalidInput(f"{path}: column {', '.join(missing)} is missing; {rule}")
    times = [name for name in names if name in TIMES]
    if hours and ("count" in names or times):
        raise InvalidInput(f"{path}: column {hours[0]!r} beside {'count' if 'count' in names else times[0]}; {rule}")
    if len(times) > 1:
        raise InvalidInput(f"{path}: columns {' and '.join(times)} both name the hour; leave one")
    unread = [name for name in names if name in _TIMES_NOT_READ]
    if unread and not times and not hours:
        rule = "name day and hour in a column at, as in 'sat 07:00'"
        raise InvalidInput(f"{path}: column {unread[0]} is not read; {rule}")


def _find_hours(names: Iterable[str]) -> list[str]:
    """Return the names of columns that are hours of the week."""
    return [name for name in names if _is_hour(name)]


@lru_cache(maxsize=1024)
def _is_hour(name: str) -> bool:
    try:
        clock.parse_hour_of_week(name.replace("_", " "), 0.0, 0.0)
    except InvalidInput:
        return False
    return True


def _parse_row(path: Path, number: int, row: dict[str, str]) -> Iterator[tuple[float, float, float, float]]:
    """Yield longitude, latitude, count and hour of the week (NaN = a mean hour) of each count in a row."""
    lon = _parse_number(path, number, row, "lon", (-180.0, 180.0))
    # The same bound as for places: near the poles there are no metric coordinates.
    lat = _parse_number(path, number, row, "lat", (-89.0, 89.0))
    if "count" in row or not (hours := _find_hours(list(row))):
        text = next((row[name] for name in TIMES if name in row), "")
        counts = {"count": text}
    else:
        counts = {name: name.replace("_", " ") for name in hours if row[name]}
    for name, text in counts.items():
        count = _parse_number(path, number, row, name, (0.0, 1e7))
        try:
            yield lon, lat, count, float(clock.parse_hour_of_week(text, lon, lat)) if text else math.nan
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


def _count_sites(table: pd.DataFrame) -> int:
    return len(table[["lon", "lat"]].drop_duplicates())


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
    drawers : Drawers, optional
        Where it is kept whether the raster was read well; without it it is taken to be whole
        (`saferoute.sources.damage`).

    Raises
    ------
    InvalidInput
        If a file is missing or breaks a rule.
    """

    def __init__(
        self,
        source: FeatureSource,
        *,
        counts: Path | str | None = None,
        population: Path | str | None = None,
        drawers: Drawers | None = None,
    ) -> None:
        self._source = source
        self._counts = None if counts is None else read_counts(counts)
        rasters = [] if population is None else [expand_path(population)]
        self._population = next(iter(read_raster_files_once(rasters, drawers)), None)
        self._drawers = drawers

    def read_features(self, area: Area, *, margin_m: float) -> Features:
        """Return all features within `area` widened by `margin_m` metres, with counters and population."""
        features = self._source.read_features(area, margin_m=margin_m)
        if self._population is not None:
            people = self._read_population(self._population, area, margin_m)
            features = replace(features, population=people, key="")
        if self._counts is not None:
            features = self._add_counters(features, area)
        return features

    def _read_population(self, raster: RasterFile, area: Area, margin_m: float) -> pd.DataFrame:
        """Return the residents of a raster's cells within an area widened by `margin_m` metres."""
        asked = repr((area, margin_m)).encode()
        return read_once_apart(raster.path, read_population, raster, area, margin_m, asked=asked, drawers=self._drawers)

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
            far = f"none of the {_count_sites(self._counts)} counters lies within {WITHIN_M / 1000:g} km"
            note = f"{far}: they teach nothing here"
            return replace(features, notes=(*features.notes, note))
        reach = float(away[away <= WITHIN_M + area.radius_m].max())
        # Counters may lie outside of the area; what crowding is calibrated by must be seen around each of them.
        around = self._source.read_features(
            Area(Place("", area.place.lon, area.place.lat), area.radius_m, area.crs),
            margin_m=max(reach - area.radius_m, 0.0) + AROUND_M,
        )
        around = replace(around, population=features.population)
        note = f"crowding is calibrated by {_count_sites(table)} of {_count_sites(self._counts)} counters"
        return replace(features, counters=Counters(table, around), notes=(*features.notes, note), key="")
