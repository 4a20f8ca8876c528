from __future__ import annotations

import pickle
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString

from saferoute import model
from saferoute.model import Area, InvalidInput, InvalidProfile, NoCoverage, Place, PlaceNotFound, Ranking


@pytest.mark.parametrize(
    ("error", "code"),
    [(InvalidInput, 2), (InvalidProfile, 2), (NoCoverage, 2), (PlaceNotFound, 3), (model.SourceUnavailable, 4)],
)
def test_each_error_is_ours_and_knows_its_exit_code(error: type[model.SaferouteError], code: int) -> None:
    assert issubclass(error, model.SaferouteError)
    assert error.exit_code == code


def excluded(rows: list[tuple[str, float]]) -> gpd.GeoDataFrame:
    table = {"reason": [r for r, _ in rows], "rule": [f"the rule of {r}" for r, _ in rows]}
    table["length_m"] = [length for _, length in rows]
    return gpd.GeoDataFrame(table, geometry=[LineString([(0, 0), (1, 0)])] * len(rows), crs="EPSG:32635")


def ranking(rows: list[tuple[str, float]]) -> Ranking:
    area = Area(Place("here", 25.0, 60.0), 500.0, "EPSG:32635")
    return Ranking(area, None, None, excluded(rows), None, {}, ())


def test_exclusions_are_counted_by_reason_the_longest_first() -> None:
    counted = ranking([("steps", 5.0), ("motor road", 70.0), ("steps", 8.0)]).exclusions()
    assert [(e["reason"], e["pieces"], e["length_m"]) for e in counted] == [("motor road", 1, 70.0), ("steps", 2, 13.0)]
    assert counted[0]["rule"] == "the rule of motor road"


def test_nothing_excluded_is_an_empty_list() -> None:
    assert ranking([]).exclusions() == []


def test_a_table_gets_its_shapes_when_it_is_first_asked_for() -> None:
    frame = pd.DataFrame({"rank": [1, 2], "geometry": [LineString([(0, 0), (k, 9)]) for k in (3, 5)]})
    area = Area(Place("here", 25.0, 60.0), 500.0, "EPSG:32635")
    found = Ranking(area, None, frame, excluded([]), None, {}, ())
    assert len(found) == 2
    assert model.get_rows(found, "stretches") is frame
    assert isinstance(found.stretches, gpd.GeoDataFrame)
    assert found.stretches.crs == "EPSG:32635"
    assert found.stretches is found.stretches is model.get_rows(found, "stretches")
    assert found.stretches.length.round(3).tolist() == [9.487, 10.296]
    fewer = replace(found, stretches=found.stretches.iloc[1:])
    assert fewer.stretches["rank"].tolist() == [2]
    assert len(pickle.loads(pickle.dumps(fewer)).stretches) == 1
    assert len(found) == 2


def test_a_table_held_as_columns_tells_its_rows_as_one_of_pandas_does() -> None:
    shapes = np.array([LineString([(0, 0), (k, 9)]) for k in (3, 5)])
    columns = {"rank": np.array([1, 2]), "name": ["a", np.nan], "checks": [["mud"], []], "geometry": shapes}
    held = model.HeldTable(columns, frozenset({"name"}))
    area = Area(Place("here", 25.0, 60.0), 500.0, "EPSG:32635")
    found, same = (Ranking(area, None, table, excluded([]), None, {}, ()) for table in (held, held()))
    assert repr(model.list_rows(found, "stretches")) == repr(model.list_rows(same, "stretches"))
    assert model.count_rows(found, "stretches") == model.count_rows(same, "stretches") == 2
    for name, column in model.get_columns(found, "stretches").items():
        assert repr(list(column)) == repr(list(model.get_columns(same, "stretches")[name]))
    assert same.stretches.equals(found.stretches)
    assert found.stretches.dtypes.astype(str).to_dict() == {
        "rank": "int64", "name": "str", "checks": "object", "geometry": "geometry"
    }  # fmt: skip
