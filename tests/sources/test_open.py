"""Which sources a search has, the files of a region, and where settings of the network come from."""

from __future__ import annotations

from pathlib import Path

import pytest
from town import write_town

from saferoute.model import InvalidInput
from saferoute.sources.elevation.glo30 import Glo30Source
from saferoute.sources.elevation.mapterhorn import MapterhornSource
from saferoute.sources.elevation.raster import RasterSource
from saferoute.sources.elevation.samples import InTurn
from saferoute.sources.open import LocalFiles, list_region_files, open_sources
from saferoute.sources.osm.extract import ExtractSource
from saferoute.sources.osm.overpass import OverpassSource
from saferoute.sources.settings import Online, Patience
from saferoute.version import __version__

PLAN = "n1 0 0\nn2 100 0\nw1 n1,n2 highway=footway name=Here"


@pytest.fixture
def osm(tmp_path):
    return write_town(tmp_path / "town.osm", PLAN)


@pytest.fixture
def dem(tmp_path, write_plane):
    return write_plane(tmp_path / "dem.tif")


def kinds(sources):
    heights = sources.elevation
    return [type(s) for s in heights._sources] if isinstance(heights, InTurn) else heights and type(heights)


def test_nothing_given_is_the_whole_world():
    sources = open_sources(LocalFiles())
    assert isinstance(sources.features, OverpassSource)
    assert kinds(sources) == [MapterhornSource, Glo30Source]


def test_local_data_stay_alone(osm, dem, tmp_path):
    assert kinds(open_sources(LocalFiles(osm=[osm]))) is None
    assert kinds(open_sources(LocalFiles(osm=[osm], dem=[dem]))) is RasterSource
    sources = open_sources(LocalFiles(tmp_path))
    assert isinstance(sources.features, ExtractSource)
    assert kinds(sources) is RasterSource
    assert sources.finder.find_name("here").name == "Here"


@pytest.mark.parametrize(
    ("word", "expected"),
    [("mapterhorn", [MapterhornSource]), ("GLO30", [Glo30Source]), ("none", None)],
)
def test_word_names_the_source_of_heights(osm, tmp_path, word, expected):
    assert kinds(open_sources(LocalFiles(), elevation=word)) == expected
    assert kinds(open_sources(LocalFiles(osm=[osm]), elevation=word)) == expected
    assert kinds(open_sources(LocalFiles(tmp_path), elevation=word)) == expected


def test_file_is_a_raster(osm, dem):
    assert kinds(open_sources(LocalFiles(), elevation=dem)) is RasterSource
    assert kinds(open_sources(LocalFiles(), elevation=str(dem))) is RasterSource
    assert kinds(open_sources(LocalFiles(osm=[osm], dem=[dem]), elevation=dem)) is RasterSource
    with pytest.raises(InvalidInput, match="maptehorn: no such file"):
        open_sources(LocalFiles(), elevation="maptehorn")


@pytest.mark.parametrize("word", ["mapterhorn", "none"])
def test_two_sources_of_heights_contradict_each_other(osm, dem, word):
    with pytest.raises(InvalidInput, match="name the source of heights once"):
        open_sources(LocalFiles(osm=[osm], dem=[dem]), elevation=word)


def test_given_goes_before_environment_and_that_before_defaults(monkeypatch, tmp_path):
    monkeypatch.setenv("SAFEROUTE_OVERPASS_URL", "http://env:1/api")
    monkeypatch.setenv("SAFEROUTE_NOMINATIM_URL", "")
    monkeypatch.setenv("SAFEROUTE_CACHE_DIR", "~/x")
    online = Online.from_settings({"overpass_url": None, "mapterhorn_url": "http://flag", "unrelated": "x"})
    assert online.overpass_url == "http://env:1/api"
    assert online.mapterhorn_url == "http://flag"
    assert online.nominatim_url == "https://nominatim.openstreetmap.org"
    assert online.open_cache().folder == Path("~/x").expanduser()
    assert Online().overpass_url == "http://env:1/api"
    assert Online.from_settings({"overpass_url": "http://flag/api"}).overpass_url == "http://flag/api"
    assert Online.from_settings({"cache_dir": tmp_path}).cache_dir == tmp_path


@pytest.mark.parametrize(
    "url",
    ["", "x", "ftp://x/", "http://", "file:///etc/passwd", "http://a b/", "http://h:99999/", "http://h/?a=b", "//h"],
)
def test_what_is_no_address_is_refused(url):
    with pytest.raises(InvalidInput, match="SAFEROUTE_GLO30_URL"):
        Online(glo30_url=url)


@pytest.mark.parametrize("contact", ["me@club.test", "https://club.test/~runs?a=b", "mailto:a+b@c.test"])
def test_contact_is_told_with_program_and_version(contact, monkeypatch):
    assert Online(contact=contact).agent == f"saferoute/{__version__} ({contact})"
    monkeypatch.setenv("SAFEROUTE_CONTACT", contact)
    assert Online().contact == Online.from_settings({"contact": contact}).contact == contact


@pytest.mark.parametrize("contact", ["", "m", "a b@c", "m@x\r\nHost: y", "(m@x", "jürgen@x.test", "a\\b@c", "x" * 201])
def test_contact_that_a_header_cannot_hold_is_refused(contact):
    with pytest.raises(InvalidInput, match="SAFEROUTE_CONTACT"):
        Online(contact=contact)


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "fi_FI.UTF-8"}, "fi-FI"),
        ({"LANG": "sv"}, "sv"),
        ({"LANG": "fi_FI", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "fi_FI", "LC_MESSAGES": "de_AT@euro"}, "de-AT"),
        ({"LANG": "x\r\nHost: y"}, "en"),
        ({}, "en"),
    ],
)
def test_language_is_that_of_the_locale(environment, language, monkeypatch):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert Online().language == language


def test_offline_and_refresh_exclude_each_other():
    with pytest.raises(InvalidInput, match="exclude each other"):
        Online(offline=True, refresh=True)


def test_patience_is_what_servers_ask_for():
    patience = Patience()
    assert (patience.waits_s, patience.least_s) == ((30, 60, 120), 30)


# --- files of a region -----------------------------------------------------------


def test_files_are_told_apart_by_suffix_and_sorted(tmp_path):
    for name in ("b.osm.pbf", "a.osm", "z.tif", "N60E024.hgt.zip", "make_dem.py", "README.md", ".hidden.osm", "x.zip"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "folder.tif").mkdir()
    extracts, rasters = list_region_files(tmp_path)
    assert [p.name for p in extracts] == ["a.osm", "b.osm.pbf"]
    assert [p.name for p in rasters] == ["N60E024.hgt.zip", "z.tif"]


def test_bundled_region_has_an_extract_and_a_raster(sample):
    extracts, rasters = list_region_files(str(sample))
    assert ([p.name for p in extracts], [p.name for p in rasters]) == (["helsinki.osm.pbf"], ["dem.tif"])


def test_the_bundled_region_has_a_word_from_any_folder(sample, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert list_region_files("sample") == list_region_files(sample)
    own = tmp_path / "sample"
    own.mkdir()
    (own / "village.osm").write_bytes(b"x")
    assert [[p.name for p in of] for of in list_region_files("sample")] == [["village.osm"], []]


@pytest.mark.parametrize("word", ["sampel", "Sample", "sampl"])
def test_a_slip_in_the_word_for_the_bundled_region_is_answered(word, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidInput, match=f"{word}: no such folder; did you mean sample[?]"):
        list_region_files(word)


def test_missing_folder_is_named(tmp_path):
    with pytest.raises(InvalidInput, match="nowhere: no such folder"):
        list_region_files(tmp_path / "nowhere")


def test_file_is_no_region(tmp_path):
    (tmp_path / "a.osm").write_bytes(b"x")
    with pytest.raises(InvalidInput, match=r"a\.osm: is a file, and none of a map"):
        list_region_files(tmp_path / "a.osm")


def test_folder_without_extract_is_refused(tmp_path):
    (tmp_path / "z.tif").write_bytes(b"x")
    with pytest.raises(InvalidInput, match="no OpenStreetMap extract in this folder"):
        list_region_files(tmp_path)
