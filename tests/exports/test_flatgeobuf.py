"""FlatGeobuf is read by GDAL, all of it and by a box, and names its sources."""

from __future__ import annotations

import pyogrio
import pytest
from strangers import HOSTILE, hostile_ranking, hostile_session, id_of

from saferoute.exports.flatgeobuf import to_flatgeobuf
from saferoute.exports.schema import STRETCHES, names_of
from saferoute.model import OSM_ATTRIBUTION


@pytest.fixture
def written(tmp_path):
    def write(thing):
        path = tmp_path / "x.fgb"
        path.write_bytes(to_flatgeobuf(thing))
        return path

    return write


def test_gdal_reads_every_stretch(ranking, written):
    table = pyogrio.read_dataframe(written(ranking)).sort_values("rank", ignore_index=True)
    assert list(table.columns) == [*names_of(STRETCHES), "geometry"]
    away = table.to_crs(ranking.area.crs).geometry.hausdorff_distance(ranking.stretches.reset_index().geometry)
    assert away.max() < 0.05


def test_gdal_reads_every_step(made, written):
    assert pyogrio.read_dataframe(written(made))["step"].tolist() == made.steps["step"].tolist(), "in order"


def test_a_box_finds_what_lies_in_it(ranking, written):
    line = ranking.stretches.to_crs("EPSG:4326").geometry.iloc[:1]
    found = pyogrio.read_dataframe(written(ranking), bbox=tuple(line.total_bounds))
    assert 1 in set(found["rank"])
    assert len(found) < len(ranking.stretches)


def test_header_names_sources(made, written):
    assert OSM_ATTRIBUTION in pyogrio.read_info(written(made))["layer_metadata"]["DESCRIPTION"]


def test_nothing_found_is_an_empty_layer(empty, written):
    assert len(pyogrio.read_dataframe(written(empty))) == 0


@pytest.mark.parametrize("text", HOSTILE, ids=id_of)
def test_hostile_text_is_only_text(ranking, made, text, written):
    assert pyogrio.read_dataframe(written(hostile_ranking(ranking, text)))["name"].nunique() == 1
    assert len(pyogrio.read_dataframe(written(hostile_session(made, text)))) == len(made.steps)
