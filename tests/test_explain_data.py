"""``--explain-data`` tells what of the data was not understood, and so does Python."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from town import lonlat, write_town

import saferoute
from saferoute.cli import main
from saferoute.report.register import COLUMNS, list_register

LON, LAT = lonlat(0, 0)
HERE = f"{LAT:.6f},{LON:.6f}"
TOWN = """
    n1 -150 0
    n2 150 0
    n3 -150 300
    n4 150 300
    n5 0 500
    n6 40 500
    n7 40 540 natural=sasquatch
    w1 n1,n2 highway=footway surface=moss width=4
    w2 n3,n4 highway=footway surface=Moss lit=moonlight
    w3 n5,n6 note=part
    r1 w3@outer,w99@outer type=multipolygon natural=water
"""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_town(tmp_path_factory.mktemp("town") / "town.osm.pbf", TOWN)


def test_unread_tags_and_areas_in_part_are_counted_commonest_first(town: Path) -> None:
    table = saferoute.find(HERE, osm=town, elevation="none").explain_data()
    rows = [tuple(row) for row in table.itertuples(index=False)]
    assert rows[0] == ("tag", "surface", "moss", 2, "way/1")
    assert set(rows[1:4]) == {
        ("part missing", "", "lake", 1, "relation/1"),
        ("tag", "lit", "moonlight", 1, "way/2"),
        ("tag", "natural", "sasquatch", 1, "node/7"),
    }
    assert {what for what, *_ in rows[4:]} == {"note"}
    assert any(value.startswith("a part is missing of 1 lake") for _, _, value, *_ in rows[4:])


@pytest.mark.parametrize("command", ["find", "explain", "plan"])
def test_every_search_lists_it_after_its_result(
    town: Path, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    main([command, "--near", HERE, "--osm", str(town), "--elevation", "none", "--quiet", "--explain-data"])
    told = "".join(capsys.readouterr())
    listed = told[told.index("Not understood") :].splitlines()
    assert listed[1].split() == ["2", "×", "surface=moss", "way/1"]
    assert [line.split() for line in listed if "lake  " in line] == [["1", "×", "lake", "relation/1"]]
    assert max(map(len, listed[: listed.index("Of the data:")])) <= 80


def test_beside_geojson_it_goes_to_stderr(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["find", "--near", HERE, "--osm", str(town), "--elevation", "none", "-q", "-o", "-", "--explain-data"])
    out, err = capsys.readouterr()
    assert json.loads(out)["type"] == "FeatureCollection"
    assert "surface=moss" in err


def test_strangers_text_is_listed_harmless(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hostile = f'w4 n1,n4 highway=footway lit="{"very" * 40}\u202e<b>[red]"'
    town = write_town(tmp_path / "town.osm.pbf", f"{TOWN}    {hostile}\n")
    main(["find", "--near", HERE, "--osm", str(town), "--elevation", "none", "-q", "-o", "-", "--explain-data"])
    line = next(line for line in capsys.readouterr().err.splitlines() if "lit=very" in line)
    assert len(line) <= 80
    assert line.isprintable()


def test_a_map_without_doubts_says_so() -> None:
    assert list_register(pd.DataFrame(columns=COLUMNS)) == ["Everything that is read of this map is understood."]
