"""Answers are kept whole or not at all, and found again only if they are whole."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from saferoute.model import SourceUnavailable
from saferoute.sources.cache import KINDS, Cache, default_folder


@pytest.fixture
def cache(tmp_path):
    return Cache(tmp_path / "cache")


def files(cache):
    return sorted(p.name for p in cache.folder.rglob("*") if p.is_file())


def test_answer_comes_back_with_what_was_noted(cache):
    cache.store_entry("overpass", "key", b"payload\n\x00", box=[1, 2], url="http://x")
    entry = Cache(cache.folder).read_entry("overpass", "key")
    assert (entry.payload, entry.about) == (b"payload\n\x00", {"box": [1, 2], "url": "http://x"})
    assert 0 <= entry.age_days() < 0.01
    assert list(cache.iterate_entries("overpass")) == [("key", entry.about)]


def test_kinds_and_keys_do_not_mix(cache):
    cache.store_entry("overpass", "key", b"1")
    assert cache.read_entry("nominatim", "key") is None
    assert cache.read_entry("overpass", "other") is None
    assert list(cache.iterate_entries("nominatim")) == []


@pytest.mark.parametrize(
    "harm",
    [
        lambda _: b"",
        lambda content: content[:-1],
        lambda content: content[: len(content) // 2],
        lambda content: content + b"x",
        lambda content: content[:-3] + b"xyz",
        lambda content: content.replace(b'"fetched": "2', b'"fetched": "1'),
        lambda content: bytes(len(content)),
        lambda content: b"[]\n" + content,
        lambda _: b"null\n",
    ],
)
def test_damaged_file_is_as_good_as_none_and_is_replaced(cache, harm):
    cache.store_entry("mapterhorn", "key", b"0123456789" * 10)
    [path] = (cache.folder / "mapterhorn").iterdir()
    path.write_bytes(harm(path.read_bytes()))
    assert cache.read_entry("mapterhorn", "key") is None
    cache.store_entry("mapterhorn", "key", b"new")
    assert cache.read_entry("mapterhorn", "key").payload == b"new"


def test_file_of_another_key_is_not_taken(cache):
    cache.store_entry("mapterhorn", "a", b"1")
    [path] = (cache.folder / "mapterhorn").iterdir()
    cache.store_entry("mapterhorn", "b", b"2")
    [other] = set((cache.folder / "mapterhorn").iterdir()) - {path}
    other.write_bytes(path.read_bytes())
    assert cache.read_entry("mapterhorn", "b") is None


@pytest.mark.parametrize("where", ["tempfile.mkstemp", "os.fdopen", "Path.replace"])
def test_full_disk_leaves_no_part_and_the_old_answer(cache, monkeypatch, where):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    cache.store_entry("overpass", "key", b"old")
    monkeypatch.setattr(f"saferoute.kept.{where}", full)
    entry = cache.store_entry("overpass", "key", b"new")
    monkeypatch.undo()
    assert entry.payload == b"new"
    assert "No space left on device" in cache.trouble
    assert cache.read_entry("overpass", "key").payload == b"old"
    assert len(files(cache)) == 1


def test_folder_that_is_a_file_is_told_and_not_fatal(tmp_path):
    (tmp_path / "cache").write_text("x")
    cache = Cache(tmp_path / "cache")
    cache.store_entry("overpass", "key", b"1")
    assert "answers cannot be kept there" in cache.trouble
    assert cache.read_entry("overpass", "key") is None
    with cache.hold_lock("overpass"):
        pass
    assert [u.entries for u in cache.measure_usage()] == [0] * len(KINDS)
    assert cache.delete_entries() == 0


def test_usage_counts_what_is_there_and_what_is_damaged(cache):
    cache.store_entry("overpass", "a", b"x" * 1000)
    cache.store_entry("overpass", "b", b"x" * 1000)
    path = min((cache.folder / "overpass").iterdir())
    path.write_bytes(path.read_bytes()[:-500] + bytes(500))
    usage = {u.kind: u for u in cache.measure_usage()}
    assert tuple(usage) == KINDS
    assert (usage["overpass"].entries, usage["overpass"].damaged) == (2, (path,))
    assert 1500 < usage["overpass"].bytes < 3000
    assert usage["overpass"].oldest == usage["overpass"].newest
    assert (usage["glo30"].entries, usage["glo30"].oldest) == (0, None)


def test_clear_takes_entries_and_nothing_else(cache):
    for kind in KINDS:
        cache.store_entry(kind, "a", b"x")
    (cache.folder / "overpass" / "tmp1.part").write_bytes(b"broken off")
    mine = [cache.folder / "thesis.txt", cache.folder / "overpass" / "thesis.txt", cache.folder / "other" / "x.entry"]
    for path in mine:
        path.parent.mkdir(exist_ok=True)
        path.write_text("years of work")
    assert cache.delete_entries() == len(KINDS)
    assert files(cache) == ["thesis.txt", "thesis.txt", "x.entry"]
    assert cache.delete_entries() == 0


def test_default_folder_is_the_users():
    assert default_folder().name == "saferoute"


HOLD = """
import sys, time
from pathlib import Path
from saferoute.sources.cache import Cache
with Cache(Path(sys.argv[1])).hold_lock("overpass"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_lock_keeps_other_processes_out_for_a_bounded_time(cache, logged):
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(cache.folder)], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout.readline() == "held\n"
        told = pytest.raises(SourceUnavailable, match="another saferoute has been asking overpass for 0 s")
        with told, cache.hold_lock("overpass", most_s=0.2):
            pytest.fail("both hold it")
        with cache.hold_lock("nominatim"):
            pass
    finally:
        holder.kill()
        holder.wait()
    assert len(logged) == 1
    with cache.hold_lock("overpass", most_s=5):  # a dead process holds nothing
        pass


def test_two_processes_write_one_entry(cache):
    write = (
        "import sys; from pathlib import Path; from saferoute.sources.cache import Cache\n"
        "for i in range(100): Cache(Path(sys.argv[1])).store_entry('overpass', 'k', sys.argv[2].encode() * 50_000)"
    )
    writers = [subprocess.Popen([sys.executable, "-c", write, str(cache.folder), c]) for c in "ab"]
    seen = set()
    while any(w.poll() is None for w in writers):
        entry = cache.read_entry("overpass", "k")
        if entry:
            seen.add(bytes(set(entry.payload)))
    assert all(w.returncode == 0 for w in writers)
    assert cache.read_entry("overpass", "k").payload in {b"a" * 50_000, b"b" * 50_000}
    assert seen <= {b"a", b"b"}
    assert len(files(cache)) == 1


def test_entries_name_no_place_on_disk(cache):
    cache.store_entry("nominatim", "../../etc/passwd", b"x")
    assert all(len(name) == 46 for name in files(cache))
    assert os.path.commonpath([cache.folder, *Path(cache.folder).rglob("*")]) == str(cache.folder)
