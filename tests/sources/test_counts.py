"""Counters and dwellers come in whole, or with the row that breaks a rule."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin
from town import ORIGIN, lonlat, write_town

from saferoute.model import InvalidInput, NoCoverage, Place
from saferoute.search import area_around
from saferoute.sources.counts import CountedSource, read_counts
from saferoute.sources.osm.extract import ExtractSource

if TYPE_CHECKING:
    from pathlib import Path

STREET = "n1 -300 0\nn2 300 0\nw1 n1,n2 highway=residential\nn3 0 10 amenity=cafe\n"
AREA = area_around(Place("here", *lonlat(0, 0)), 500)


def write(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "counts.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    "text",
    [
        "lon,lat,count,at\n24.9,60.1,12,wed 13:00\n24.8,60.2,7.5,\n",
        "at;COUNT ;lat;lon;name\r\nwed 13:00;12;60.1;24.9;a,b\r\n\r\n;7.5;60.2;24.8;\r\n",
        "\ufefflon,lat,count,at\n24.9,60.1,12,2026-06-24T13:00\n24.8,60.2,7.5\n",
        "Time,lon,lat,count\nwed 13:00,24.9,60.1,12\n,24.8,60.2,7.5\n",
        "lon,lat,count,datetime,hour\n24.9,60.1,12,2026-06-24 13:00:00,13\n24.8,60.2,7.5,,\n",
    ],
)
def test_columns_may_stand_in_any_order_and_at_may_be_empty(tmp_path: Path, text: str) -> None:
    table = read_counts(write(tmp_path, text))
    assert table[["lon", "lat", "count"]].to_numpy().tolist() == [[24.9, 60.1, 12.0], [24.8, 60.2, 7.5]]
    assert table["hour_of_week"].iloc[0] == 2 * 24 + 13
    assert math.isnan(table["hour_of_week"].iloc[1])


def test_a_wide_table_has_a_column_an_hour_and_gaps(tmp_path: Path) -> None:
    text = "site,lon,lat,Wed 13:00,sat_07:00,sun 6\na,24.9,60.1,12,,3\nb,24.8,60.2,7.5,0,\n"
    table = read_counts(write(tmp_path, text))
    assert table["count"].tolist() == [12.0, 3.0, 7.5, 0.0]
    assert table["hour_of_week"].tolist() == [61, 150, 61, 127]
    assert table["lon"].tolist() == [24.9, 24.9, 24.8, 24.8]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "column lon, lat, count is missing"),
        ("lon,lat\n1,2\n", "column count is missing"),
        ("lon,lat,count\n", "no counter"),
        ("lon,lat,count\n1,2,x\n", "row 2: count 'x'"),
        ("lon,lat,count\n1,2,3\n\n1,2,-3\n", "row 4: count '-3'"),
        ("lon,lat,count\n1,2,nan\n", "row 2: count 'nan'"),
        ("lon,lat,count\n1,2,inf\n", "row 2: count 'inf'"),
        ("lon,lat,count\n1,92,3\n", "row 2: lat '92'"),
        ("lon,lat,count\n181,2,3\n", "row 2: lon '181'"),
        ("lon,lat,count\n,2,3\n", "row 2: lon ''"),
        ("lon,lat,count\n1\n", "row 2: lat ''"),
        ("lon,lat,count,at\n1,2,3,yesterday\n", "row 2: time 'yesterday'"),
        ("lon,lat,count,at\n1,2,3,now\n", "row 2: time 'now'"),
        ("lon,lat,count,at,time\n1,2,3,,\n", "columns at and time both name the hour"),
        ("lon,lat,count,hour\n1,2,3,7\n", "column hour is not read"),
        ("lon,lat,count,sat 07:00\n1,2,3,7\n", "column 'sat 07:00' beside count"),
        ("lon,lat,at,sat 07:00\n1,2,3,7\n", "column 'sat 07:00' beside at"),
        ("lon,lat,sat 07:00\n1,2,x\n", "row 2: sat 07:00 'x'"),
    ],
)
def test_what_breaks_a_rule_is_named_with_its_row(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said) as error:
        read_counts(write(tmp_path, text))
    assert "counts.csv" in str(error.value)
    assert "\n" not in str(error.value)


def test_files_that_are_no_csv_are_one_line(tmp_path: Path) -> None:
    for path in (write(tmp_path, "lon,lat,count\n1,2,é\n", "latin-1"), tmp_path / "none.csv", tmp_path):
        with pytest.raises(InvalidInput):
            read_counts(path)


def test_counters_come_with_the_map_around_them(tmp_path: Path) -> None:
    far = "n9 3000 0\nn10 3300 0\nw9 n9,n10 highway=residential\n"
    source = ExtractSource([write_town(tmp_path / "town.osm", STREET + far)])
    rows = "".join("{},{},10\n".format(*lonlat(x, 0)) for x in (0, 3100, 9000))
    found = CountedSource(source, counts=write(tmp_path, "lon,lat,count\n" + rows)).read_features(AREA, margin_m=100)
    assert found.counters is not None
    assert found.counters.table["x_m"].to_numpy() == pytest.approx([ORIGIN[0], ORIGIN[0] + 3100], abs=0.1)
    assert found.ways["osm_id"].tolist() == [1]
    assert found.counters.features.ways["osm_id"].tolist() == [1, 9]
    assert "calibrated by 2 of 3 counters" in " ".join(found.notes)


def test_counters_elsewhere_teach_nothing_and_that_is_said(tmp_path: Path) -> None:
    source = ExtractSource([write_town(tmp_path / "town.osm", STREET)])
    found = CountedSource(source, counts=write(tmp_path, "lon,lat,count\n0,0,10\n")).read_features(AREA, margin_m=100)
    assert found.counters is None
    assert "teach nothing" in " ".join(found.notes)


def write_people(path: Path, grid: np.ndarray, cell_m: float, crs: int | None = 32635) -> Path:
    corner = from_origin(ORIGIN[0] - 500, ORIGIN[1] + 500, cell_m, cell_m)
    kind = {"driver": "GTiff", "width": grid.shape[1], "height": grid.shape[0], "count": 1, "dtype": "float32"}
    with rasterio.open(path, "w", crs=crs, transform=corner, nodata=-200, **kind) as raster:
        raster.write(grid.astype("float32"), 1)
    return path


@pytest.mark.parametrize("cell_m", [50.0, 100.0, 500.0])
def test_people_of_a_raster_are_all_there_and_where_they_live(tmp_path: Path, cell_m: float) -> None:
    n = int(1000 / cell_m)
    grid = np.zeros((n, n))
    grid[0, 0], grid[-1, 0] = 900.0, -200.0  # the second is unknown
    source = ExtractSource([write_town(tmp_path / "town.osm", STREET)])
    path = write_people(tmp_path / "people.tif", grid, cell_m)
    table = CountedSource(source, population=path).read_features(AREA, margin_m=500).population
    assert table is not None
    assert table["people"].sum() == pytest.approx(900)
    home = np.average(table[["x_m", "y_m"]], weights=table["people"], axis=0)
    assert home == pytest.approx([ORIGIN[0] - 500 + cell_m / 2, ORIGIN[1] + 500 - cell_m / 2], abs=0.2)
    assert (table["cell_m"] <= 100.5).all()
    assert len(table) * table["cell_m"].iloc[0] ** 2 == pytest.approx(1e6 - cell_m**2, rel=0.01)


def test_masked_cells_hold_nobody_that_is_known(tmp_path: Path) -> None:
    path = write_people(tmp_path / "people.tif", np.full((10, 10), 7.0), 100)
    known = np.indices((10, 10))[0] >= 5
    with rasterio.open(path, "r+") as file:
        file.write_mask(known)
    source = ExtractSource([write_town(tmp_path / "town.osm", STREET)])
    table = CountedSource(source, population=path).read_features(AREA, margin_m=500).population
    assert table is not None
    assert len(table) == 50
    assert (table["y_m"] < ORIGIN[1] + 1).all()


def test_longitudes_of_people_may_be_counted_from_zero(tmp_path: Path) -> None:
    lon, lat = lonlat(0, 0)
    cell = 0.001
    kind = {"driver": "GTiff", "width": 20, "height": 20, "count": 1, "dtype": "float32", "crs": "EPSG:4326"}
    path = tmp_path / "people.tif"
    with rasterio.open(
        path, "w", transform=from_origin(lon - 360 - 10 * cell, lat + 10 * cell, cell, cell), **kind
    ) as f:
        f.write(np.full((1, 20, 20), 3, "float32"))
    source = ExtractSource([write_town(tmp_path / "town.osm", STREET)])
    table = CountedSource(source, population=path).read_features(AREA, margin_m=0).population
    assert table is not None
    assert np.hypot(table["x_m"] - ORIGIN[0], table["y_m"] - ORIGIN[1]).max() < 500


def test_rasters_of_nobody_are_one_line(tmp_path: Path) -> None:
    source = ExtractSource([write_town(tmp_path / "town.osm", STREET)])
    unknown = write_people(tmp_path / "unknown.tif", np.full((10, 10), -200.0), 100)
    with pytest.raises(NoCoverage, match="covers nothing"):
        CountedSource(source, population=unknown).read_features(AREA, margin_m=0)
    here = area_around(Place("far", *lonlat(20_000, 0)), 500)
    with pytest.raises(NoCoverage):
        CountedSource(ExtractSource([write_town(tmp_path / "far.osm", STREET, shift=(20_000, 0))]),
                      population=unknown).read_features(here, margin_m=0)  # fmt: skip
    for path in (
        tmp_path / "none.tif",
        write(tmp_path, "no raster"),
        write_people(tmp_path / "x.tif", np.ones((2, 2)), 9, None),
    ):
        with pytest.raises(InvalidInput):
            CountedSource(source, population=path)
