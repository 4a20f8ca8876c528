"""A file holds all of the new text or what it held before."""

from __future__ import annotations

import os
import stat

import pytest

from saferoute import outputs
from saferoute.model import InvalidInput
from saferoute.outputs import _files


def test_text_is_written_as_utf8_with_plain_line_ends(tmp_path):
    _files.write_whole(tmp_path / "a.txt", "Töölö\n2")
    assert (tmp_path / "a.txt").read_bytes() == "Töölö\n2".encode()
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_new_text_takes_the_place_of_the_old(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old, and longer")
    _files.write_whole(path, "new")
    assert path.read_text() == "new"


def failing(*_):
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("call", ["fsync", "fdopen"])
def test_failed_write_leaves_the_old_file_and_no_other(tmp_path, monkeypatch, call):
    path = tmp_path / "a.txt"
    path.write_text("old")
    monkeypatch.setattr(os, call, lambda *_, **__: failing())
    with pytest.raises(InvalidInput, match=r"a\.txt: cannot be written \(No space left on device\)"):
        _files.write_whole(path, "new")
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_failed_write_of_a_new_file_leaves_none(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(InvalidInput):
        _files.write_whole(tmp_path / "a.txt", "new")
    assert list(tmp_path.iterdir()) == []


def test_text_that_cannot_be_encoded_leaves_the_old_file_and_no_other(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        _files.write_whole(path, "x" * 100_000 + "\ud800")
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_interruption_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    path = tmp_path / "a.txt"
    path.write_text("old")
    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        _files.write_whole(path, "new")
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_rights_of_the_old_file_stay(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    path.chmod(0o640)
    _files.write_whole(path, "new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_rights_of_a_new_file_follow_the_umask(tmp_path):
    before = os.umask(0o027)
    try:
        _files.write_whole(tmp_path / "a.txt", "new")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.txt").stat().st_mode) == 0o640


def test_folder_is_not_written_over(tmp_path):
    (tmp_path / "a.html").mkdir()
    with pytest.raises(InvalidInput, match="is a folder"):
        _files.write_whole(tmp_path / "a.html", "new")


def test_missing_folder_is_named(tmp_path):
    with pytest.raises(InvalidInput, match=r"a\.txt: cannot be written"):
        _files.write_whole(tmp_path / "none" / "a.txt", "new")


def test_name_that_is_too_long_is_refused(tmp_path):
    with pytest.raises(InvalidInput, match="cannot be written"):
        _files.write_whole(tmp_path / ("x" * 300), "new")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a.shp", "a", "a.html.gz", ".geojson"])
def test_unknown_suffix_is_told_the_known_ones(tmp_path, name):
    with pytest.raises(InvalidInput, match=r"the suffix must be one of \.html, \.geojson"):
        outputs.check_format(tmp_path / name)


@pytest.mark.parametrize("name", ["a.html", "a.HTML", "a.b.geojson", "a.json"])
def test_known_suffixes_are_taken(tmp_path, name):
    outputs.check_format(tmp_path / name)


@pytest.mark.parametrize("name", ["a.html", "a.GEOJSON", "a.json"])
def test_ranking_is_written_in_the_format_of_the_suffix(tmp_path, ranking, name):
    outputs.write(ranking, tmp_path / name)
    head = (tmp_path / name).read_text(encoding="utf-8")[:200].lstrip().lower()
    assert head.startswith("<!doctype html" if name.endswith("html") else '{\n "type": "featurecollection"')
