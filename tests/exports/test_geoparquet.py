"""GeoParquet 1.1 is read by GeoPandas and PyArrow, has a box a row and names its sources."""

from __future__ import annotations

import builtins
import io
import json

import geopandas as gpd
import pyarrow.parquet as pq
import pytest
from strangers import HOSTILE, hostile_ranking, hostile_session, id_of

from saferoute.exports.geoparquet import to_geoparquet
from saferoute.exports.schema import STRETCHES, names_of
from saferoute.model import OSM_ATTRIBUTION, InvalidInput


def read(thing):
    return gpd.read_parquet(io.BytesIO(to_geoparquet(thing)))


def test_geopandas_reads_every_stretch(ranking):
    table = read(ranking)
    assert list(table.columns) == [*names_of(STRETCHES), "geometry"]
    away = table.to_crs(ranking.area.crs).geometry.hausdorff_distance(ranking.stretches.reset_index().geometry)
    assert away.max() < 0.01


def test_metadata_are_those_of_version_1_1_with_a_covering(ranking):
    schema = pq.read_schema(io.BytesIO(to_geoparquet(ranking)))
    geo = json.loads(schema.metadata[b"geo"])
    assert geo["version"] == "1.1.0"
    covering = geo["columns"]["geometry"]["covering"]["bbox"]
    assert set(covering) == {"xmin", "ymin", "xmax", "ymax"}
    assert covering["xmin"] == ["bbox", "xmin"]
    words = json.loads(schema.metadata[b"saferoute"])
    assert OSM_ATTRIBUTION in words["attribution"]
    assert "odbl" in words["licence"]


def test_a_box_finds_what_lies_in_it(ranking):
    line = ranking.stretches.to_crs("EPSG:4326").geometry.iloc[:1]
    found = gpd.read_parquet(io.BytesIO(to_geoparquet(ranking)), bbox=tuple(line.total_bounds))
    assert 1 in set(found["rank"])
    assert len(found) < len(ranking.stretches)


def test_steps_of_a_session_stand_in_order(made):
    assert read(made)["step"].tolist() == made.steps["step"].tolist()


def test_nothing_found_is_an_empty_table(empty):
    assert len(read(empty)) == 0


def test_without_pyarrow_one_line_names_the_extra(ranking, monkeypatch):
    real = builtins.__import__

    def without(name, *rest, **more):
        if name.startswith("pyarrow"):
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InvalidInput, match=r"pip install 'saferoute\[parquet\]'"):
        to_geoparquet(ranking)


@pytest.mark.parametrize("text", HOSTILE, ids=id_of)
def test_hostile_text_is_only_text(ranking, made, text):
    assert read(hostile_ranking(ranking, text))["name"].nunique() == 1
    assert len(read(hostile_session(made, text))) == len(made.steps)
