"""Drawers: what was kept is found again whole, or not at all."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saferoute import drawers as of_drawers
from saferoute.drawers import DIGEST_BYTES, Drawers, Key
from saferoute.sources.cache import Cache
from saferoute.sources.osm.extract import ExtractSource

if TYPE_CHECKING:
    pass


def key(number: int, drawer: str = "a") -> Key:
    return Key(drawer, number.to_bytes(DIGEST_BYTES, "big"))


@given(
    answers=st.dictionaries(
        st.tuples(st.sampled_from(["a", "b+1-2"]), st.binary(min_size=DIGEST_BYTES, max_size=DIGEST_BYTES)),
        st.binary(max_size=60),
    )
)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_what_was_kept_is_recalled(tmp_path_factory, answers):
    drawers = Drawers(tmp_path_factory.mktemp("ground"))
    keys = [Key(*name) for name in answers]
    drawers.keep(dict(zip(keys, answers.values(), strict=True)))
    assert drawers.recall(keys) == list(answers.values())


def test_what_is_kept_later_lies_beside_what_was_there(tmp_path):
    drawers = Drawers(tmp_path / "ground")
    assert drawers.recall([key(1)]) == [None]
    drawers.keep({key(1): b"one"})
    drawers.keep({key(2): b"two", key(2, "b"): b"elsewhere"})
    assert drawers.recall([key(1), key(2), key(3), key(2, "b"), key(1, "b")]) == [
        b"one",
        b"two",
        None,
        b"elsewhere",
        None,
    ]


@given(damage=st.sampled_from(["flip", "zero", "cut", "append"]), share=st.floats(0, 1, exclude_max=True))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_nothing_is_recalled_from_a_damaged_drawer(tmp_path_factory, damage, share):
    drawers = Drawers(tmp_path_factory.mktemp("ground"))
    drawers.keep({key(7): b"seven " * 20})
    (path,) = drawers.list_files()
    content = bytearray(path.read_bytes())
    at = int(share * len(content))
    if damage == "flip":
        content[at] ^= 0x10
    elif damage == "zero":
        content[at:] = bytes(len(content) - at)
    elif damage == "cut":
        del content[at:]
    else:
        content += b"more"
    path.write_bytes(content)
    assert drawers.recall([key(7)]) == [None]
    drawers.keep({key(8): b"eight"})
    assert drawers.recall([key(7), key(8)]) == [None, b"eight"]


def test_a_drawer_under_another_name_is_not_believed(tmp_path):
    drawers = Drawers(tmp_path)
    drawers.keep({key(1): b"one"})
    (path,) = drawers.list_files()
    path.rename(path.with_name(f"b{of_drawers.SUFFIX}"))
    assert drawers.recall([key(1, "b")]) == [None]


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path):
    (tmp_path / "ground").write_text("a file where the folder should be")
    drawers = Drawers(tmp_path / "ground")
    drawers.keep({key(1): b"one"})
    assert drawers.recall([key(1)]) == [None]
    assert drawers.list_files() == []


def test_a_full_drawer_drops_its_oldest_answers(tmp_path, monkeypatch):
    monkeypatch.setattr(of_drawers, "MOST_IN_DRAWER", 3 * (DIGEST_BYTES + 4 + 100))
    drawers = Drawers(tmp_path)
    for number in range(5):
        drawers.keep({key(number): bytes(100)})
    assert [answer is not None for answer in drawers.recall([key(n) for n in range(5)])] == [False] * 2 + [True] * 3


def test_the_oldest_drawers_are_deleted(tmp_path):
    drawers = Drawers(tmp_path, most_bytes=2500)
    for number in range(6):
        drawers.keep({key(0, f"place{number}"): bytes(800)})
    assert drawers.recall([key(0, "place5")]) == [bytes(800)]
    assert drawers.recall([key(0, "place0")]) == [None]
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 2500


def test_eight_writers_leave_whole_drawers(tmp_path):
    def keep(number: int) -> list[bytes | None]:
        mine = Drawers(tmp_path)
        for again in range(4):
            mine.keep({key(10 * number + again): b"%d" % number})
        return mine.recall([key(10 * number + again) for again in range(4)])

    with ThreadPoolExecutor(8) as pool:
        seen = list(pool.map(keep, range(8)))
    # An answer may be lost to another writer, but is never another's.
    assert all(answer in (None, b"%d" % number) for number, found in enumerate(seen) for answer in found)
    assert any(Drawers(tmp_path).recall([key(10 * number + 3) for number in range(8)]))
    assert len(list(tmp_path.iterdir())) == 1


def test_drawers_of_large_extracts_may_take_more(tmp_path):
    small, large = tmp_path / "small.osm.pbf", tmp_path / "large.osm.pbf"
    small.write_bytes(b"1")
    with large.open("wb") as file:
        file.truncate(of_drawers.MOST_BYTES)  # takes no room on the disk
    most = [ExtractSource(paths, cache=Cache(tmp_path)).drawers.most_bytes for paths in ([small], [small, large])]
    assert most[0] == of_drawers.MOST_BYTES
    # What a scan keeps of all of a map fits in.
    assert most[1] > 4 * of_drawers.MOST_BYTES
