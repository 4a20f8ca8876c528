"""A file holds all of the new text or what it held before."""

from __future__ import annotations

import os
import stat

import pytest

from saferoute import exports
from saferoute.exports import files
from saferoute.model import InvalidInput
from saferoute.search import formats


def test_text_is_written_as_utf8_with_plain_line_ends(tmp_path):
    exports.write_atomically(tmp_path / "a.txt", "Töölö\n2")
    assert (tmp_path / "a.txt").read_bytes() == "Töölö\n2".encode()
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_new_text_takes_the_place_of_the_old(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old, and longer")
    exports.write_atomically(path, "new")
    assert path.read_text() == "new"


def failing(*_):
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("call", ["fsync", "fdopen"])
def test_failed_write_leaves_the_old_file_and_no_other(tmp_path, monkeypatch, call):
    path = tmp_path / "a.txt"
    path.write_text("old")
    monkeypatch.setattr(os, call, lambda *_, **__: failing())
    with pytest.raises(InvalidInput, match=r"a\.txt: cannot be written \(No space left on device\)"):
        exports.write_atomically(path, "new")
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_failed_write_of_a_new_file_leaves_none(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(InvalidInput):
        exports.write_atomically(tmp_path / "a.txt", "new")
    assert list(tmp_path.iterdir()) == []


def test_text_that_cannot_be_encoded_leaves_the_old_file_and_no_other(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        exports.write_atomically(path, "x" * 100_000 + "\ud800")
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_interruption_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    path = tmp_path / "a.txt"
    path.write_text("old")
    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        exports.write_atomically(path, "new")
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_rights_of_the_old_file_stay(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    path.chmod(0o640)
    exports.write_atomically(path, "new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_rights_of_a_new_file_follow_the_umask(tmp_path):
    before = os.umask(0o027)
    try:
        exports.write_atomically(tmp_path / "a.txt", "new")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.txt").stat().st_mode) == 0o640


def test_folder_is_not_written_over(tmp_path):
    (tmp_path / "a.html").mkdir()
    with pytest.raises(InvalidInput, match="is a folder"):
        exports.write_atomically(tmp_path / "a.html", "new")


def test_the_file_that_a_link_leads_to_is_written(tmp_path):
    (tmp_path / "else").mkdir()
    (tmp_path / "link.txt").symlink_to(tmp_path / "else" / "a.txt")
    for text in ("new", "newer"):
        exports.write_atomically(tmp_path / "link.txt", text)
        assert (tmp_path / "link.txt").is_symlink()
        assert (tmp_path / "else" / "a.txt").read_text() == text


def test_a_device_is_no_file_to_write(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link.txt").symlink_to(tmp_path / "pipe")
    with pytest.raises(InvalidInput, match=r"link\.txt: is a device"):
        exports.write_atomically(tmp_path / "link.txt", "new")
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


def test_missing_folder_is_named(tmp_path):
    with pytest.raises(InvalidInput, match=r"a\.txt: cannot be written"):
        exports.write_atomically(tmp_path / "none" / "a.txt", "new")


def test_name_that_is_too_long_is_refused(tmp_path):
    with pytest.raises(InvalidInput, match="cannot be written"):
        exports.write_atomically(tmp_path / ("x" * 300), "new")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a.shp", "a", "a.html.gz", ".geojson"])
def test_unknown_suffix_is_told_the_known_ones(tmp_path, name):
    with pytest.raises(InvalidInput, match=r"the suffix must be one of \.html, \.geojson"):
        formats.check_format(tmp_path / name)


@pytest.mark.parametrize("name", ["a.html", "a.HTML", "a.b.geojson", "a.json"])
def test_known_suffixes_are_taken(tmp_path, name):
    formats.check_format(tmp_path / name)


@pytest.mark.parametrize("name", ["a.html", "a.GEOJSON", "a.json"])
def test_ranking_is_written_in_the_format_of_the_suffix(tmp_path, ranking, name):
    formats.write_file(ranking, tmp_path / name)
    head = (tmp_path / name).read_text(encoding="utf-8")[:200].lstrip().lower()
    assert head.startswith("<!doctype html" if name.endswith("html") else '{\n "type": "featurecollection"')


def test_what_a_library_writes_comes_back_as_bytes_and_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert files.write_to_bytes("x.bin", lambda path: path.write_bytes(b"\0\1")) == b"\0\1"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), RuntimeError("disk full")], ids=repr)
def test_a_library_that_fails_is_told_in_one_line(tmp_path, monkeypatch, error):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def fail(path):
        path.write_bytes(b"half")
        raise error

    with pytest.raises(InvalidInput, match=r"x\.bin: cannot be made in .*; set TMPDIR"):
        files.write_to_bytes("x.bin", fail)
    assert list(tmp_path.iterdir()) == []


def test_bytes_are_written_as_they_are(tmp_path):
    exports.write_atomically(tmp_path / "a.bin", b"\r\n\0")
    assert (tmp_path / "a.bin").read_bytes() == b"\r\n\0"


@pytest.mark.parametrize("suffix", sorted(formats.FORMATS))
def test_every_format_of_a_ranking_is_written_by_its_suffix(ranking, tmp_path, suffix):
    path = tmp_path / f"x{suffix.upper()}"
    formats.write_file(ranking, path)
    assert path.stat().st_size > 500


@pytest.mark.parametrize("suffix", sorted(formats.SESSION_FORMATS))
def test_every_format_of_a_session_is_written_by_its_suffix(made, tmp_path, suffix):
    path = tmp_path / f"x{suffix}"
    formats.write_file(made, path)
    assert path.stat().st_size > 500


def test_a_workout_is_no_course(made, tmp_path):
    for name in ("x.fit", "x.workout.fit"):
        formats.write_file(made, tmp_path / name)
    assert (tmp_path / "x.fit").read_bytes() != (tmp_path / "x.workout.fit").read_bytes()


@pytest.mark.parametrize("name", ["x.fit", "x.workout.fit", "x.shp", ".gpx"])
def test_a_ranking_has_no_such_format(ranking, tmp_path, name):
    with pytest.raises(InvalidInput, match="the suffix must be one of"):
        formats.write_file(ranking, tmp_path / name)
    assert list(tmp_path.iterdir()) == []
