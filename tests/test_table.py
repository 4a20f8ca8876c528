"""Tables of objects of a map: rows, columns and tags stay together whatever is selected, joined or added."""

from __future__ import annotations

import operator

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from saferoute.table import Column, Table, Tags

KEYS = ["surface", "width", "name"]
WORDS = st.one_of(st.none(), st.sampled_from(["", "a", "b;A", "Ä", "no"]))
ROWS = st.lists(st.tuples(WORDS, WORDS, WORDS), max_size=8)
SETTINGS = settings(deadline=None, derandomize=True, max_examples=60)


def make_table(rows: list[tuple[str | None, ...]], first: int = 0) -> Table:
    """Return a table of points with some tags; no object has a surface where none is given."""
    words = {key: Column.from_texts(row[place] for row in rows) for place, key in enumerate(KEYS)}
    number = np.arange(first, first + len(rows))
    return Table(shapely.points(number, 0.0), Tags(len(rows), words.get, words), {"osm_id": number}, "EPSG:32635")


def list_rows(table: Table) -> list[tuple[object, ...]]:
    """Return all that a table tells of each object."""
    told = (table[key].tolist() for key in KEYS)
    return list(zip(shapely.get_x(table.geometry), table["osm_id"].tolist(), *told, strict=True))


@SETTINGS
@given(ROWS, st.data())
def test_rows_selected_are_those_of_a_list(rows, data):
    table, number = make_table(rows), range(len(rows))
    chosen = np.array(data.draw(st.lists(st.sampled_from(number)) if rows else st.just([])), dtype=np.int64)
    mask = np.isin(number, chosen)
    assert list_rows(table.select_rows(chosen)) == [list_rows(table)[row] for row in chosen]
    assert list_rows(table.select_rows(mask)) == [list_rows(table)[row] for row in np.flatnonzero(mask)]


@SETTINGS
@given(ROWS, ROWS)
def test_tables_joined_hold_the_rows_of_each(one, other):
    tables = [make_table(one), make_table(other, first=100)]
    assert list_rows(Table.concatenate(tables)) == list_rows(tables[0]) + list_rows(tables[1])


@SETTINGS
@given(ROWS)
def test_a_column_has_each_value_once_and_without_the_unused(rows):
    column = make_table([*rows, ("only here", None, None)]).tags["surface"]
    kept = column.select_rows(np.arange(len(rows))).drop_unused()
    texts = [row[0] for row in rows]
    codes, values = kept
    assert set(values) == set(texts) - {None}
    assert len(set(values)) == len(values)
    assert [(*values, None)[code] for code in codes] == texts


def test_a_column_or_tag_is_added_beside_the_others_and_the_first_table_stays():
    table = make_table([("sand", "2", None), (None, "3", "Quay")])
    more = table.add_columns(lane_m=np.array([1.5, 2.5])).add_tags(
        surface=Column.from_texts([None, "turf"]), kind=Column.from_texts(["way", "way"])
    )
    assert more["lane_m"].tolist() == [1.5, 2.5]
    assert more["surface"].tolist() == [None, "turf"]
    assert more["kind"].tolist() == ["way", "way"]
    assert more["width"].tolist() == ["2", "3"]
    assert table["surface"].tolist() == ["sand", None]


@pytest.mark.parametrize("name", ["kind", "lane_m", "geometry"])
def test_what_a_table_lacks_cannot_be_asked_for_by_mistake(name):
    with pytest.raises(KeyError, match=name):
        make_table([("sand", None, None)])[name]


def test_a_column_that_a_table_lacks_is_unknown_everywhere():
    table = make_table([("sand", None, None), (None, "3", "Quay")]).add_columns(lane_m=np.array([1.5, 2.5]))
    assert table.get_column("lane_m", np.nan).tolist() == [1.5, 2.5]
    assert np.isnan(table.get_column("clear_width_m", np.nan)).tolist() == [True, True]
    assert table.get_column("doubts", None).tolist() == [None, None]


def test_of_an_object_in_parts_the_first_row_stays():
    rows = make_table([(text, None, None) for text in "abcde"])
    of = {"osm_type": Column.from_texts(["way", "relation", "way", "relation", "way"])}
    table = rows.add_tags(**of).add_columns(osm_id=np.array([7, 7, 8, 7, 7]))
    assert table.drop_repeated()["surface"].tolist() == ["a", "b", "c"]


def test_a_key_is_lacking_where_it_has_no_value():
    tags = make_table([("sand", None, None), (None, None, "Quay")]).tags
    assert [tags.lacks(key) for key in ("surface", "width", "name", "landuse")] == [False, True, False, True]


def test_tags_are_missing_where_nobody_has_the_key():
    tags = make_table([("sand", "2", None), (None, "3", "Quay")]).tags
    assert tags.get_text("landuse").tolist() == [None, None]
    assert tags.select_keys(["width"]).get_text("surface").tolist() == [None, None]
    assert tags.select_keys(["width"]).get_text("width").tolist() == ["2", "3"]


def test_pandas_gets_a_column_a_tag_and_nan_where_it_is_missing():
    made = make_table([("sand", "2", None), (None, "3", "Quay")]).to_geodataframe()
    assert isinstance(made, gpd.GeoDataFrame)
    assert set(made) == {*KEYS, "osm_id", "geometry"}
    assert made.crs == "EPSG:32635"
    assert made["surface"].isna().tolist() == [False, True]
    assert made["name"].dropna().tolist() == ["Quay"]
    assert made.geometry.x.tolist() == [0, 1]


def test_tags_of_a_table_of_pandas_are_those_of_its_columns():
    frame = pd.DataFrame({"surface": ["sand", None, np.nan], "lanes": [2, 3, 2]})
    tags = Tags.of(frame)
    assert tags.get_text("surface").tolist() == ["sand", None, None]
    assert tags.get_text("lanes").tolist() == ["2", "3", "2"]
    table = make_table([("sand", "2", None)])
    assert Tags.of(table) is table.tags
    assert Tags.of(tags) is tags


def test_tags_do_not_say_which_keys_they_have():
    tags = make_table([("sand", "2", None)]).tags
    with pytest.raises(TypeError):
        operator.contains(tags, "width")
    with pytest.raises(TypeError):
        iter(tags)


def test_a_question_is_asked_of_tags_once():
    tags, asked = make_table([("sand", "2", None), ("grass", None, None)]).tags, []

    def is_sand(of: Tags):
        asked.append(of)
        return of.get_text("surface") == "sand"

    assert [tags.remember(is_sand).tolist() for _ in range(2)] == [[True, False]] * 2
    assert asked == [tags]
    assert tags.select_rows(np.array([1])).remember(is_sand).tolist() == [False]
