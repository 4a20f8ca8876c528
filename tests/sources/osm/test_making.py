"""An index made in steps: of parts as of the whole, and after a kill it goes on and ends with the same bytes."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

import osmium
import pytest
from geopandas.testing import assert_geodataframe_equal
from osmium.osm.mutable import Node, Relation, Way

from saferoute import search
from saferoute.kept import PART
from saferoute.model import Features, Place
from saferoute.sources.cache import Cache
from saferoute.sources.osm import building, index, making, plain
from saferoute.sources.osm.extract import ExtractSource, forget_last
from saferoute.sources.osm.making import Making
from saferoute.sources.osm.sharing import share_index

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

BLOCK = 8_000
"""Objects that osmium puts into a block of a file at most."""
LAT, LON = 60.17, 24.94


class Killed(BaseException):
    """The end of a process."""


@pytest.fixture(scope="module")
def extract(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an extract of two blocks of ways: foot ways, houses, two halves of a lake, one of which is missing a node.

    The date of the foot ways is that of the last one, and a route leads along some of both blocks.
    """
    path = tmp_path_factory.mktemp("map") / "town.osm.pbf"
    with osmium.SimpleWriter(str(path)) as writer:
        for k in range(BLOCK + 300):
            place = (LON + 2e-4 * (k % 90), LAT + 2e-4 * (k // 90))
            writer.add_node(Node(id=k + 1, location=place, version=1, tags={"natural": "tree"} if k % 97 == 5 else {}))
        for k in range(BLOCK + 200):
            nodes, tags = [k + 1, k + 2], {"highway": ("footway", "path")[k % 2], "surface": f"kind {k // 2_000}"}
            if k % 5 == 4:
                nodes, tags = [k + 1, k + 2, k + 92, k + 1], {"building": "yes", "name": f"house {k % 11}"}
            if k % 2_000 == 7:
                nodes = [k + 1, k + 2, 9_999_999]
            writer.add_way(Way(id=3 * k + 5, nodes=nodes, tags=tags, version=1))
        members = [("w", 3 * k + 5, "") for k in (0, 1, BLOCK, BLOCK + 101)]
        writer.add_relation(Relation(id=1, members=members, tags={"type": "route", "route": "bicycle"}, version=1))
        halves = [("w", 3 * k + 5, "outer") for k in (9, 14)]
        writer.add_relation(Relation(id=2, members=halves, tags={"type": "multipolygon", "leisure": "park"}, version=1))
    return path


def cut_into_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the extract read in as many steps as it has blocks, by one process."""
    monkeypatch.setattr(building, "SHARED_BYTES", 0)
    monkeypatch.setattr(plain, "PART_BYTES", 1)
    monkeypatch.setattr("os.cpu_count", lambda: 1)


def make(path: Path, folder: Path) -> dict[str, bytes]:
    """Return the files of the index of an extract, made if need be."""
    ExtractSource([path], join=search.join_ways, cache=Cache(folder)).read_bounds()
    (made,) = (path for path in (folder / index.KIND).iterdir() if path.is_dir())
    return {path.name: path.read_bytes() for path in made.iterdir()}


@pytest.fixture(scope="module")
def whole(extract: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return the files of an index that was made in steps without a break."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        cut_into_steps(monkeypatch)
        return make(extract, tmp_path_factory.mktemp("whole"))


def log_steps(monkeypatch: pytest.MonkeyPatch, log: Path, *, most: int = 99, last: str = "") -> None:
    """Have steps logged, and the process end after some of them, or after one."""
    write = making.write_whole

    def write_or_end(path: Path, content: bytes) -> None:
        write(path, content)
        with log.open("a") as file:
            file.write(f"{path.stem}\n")
        if len(log.read_text().splitlines()) >= most or path.stem == last:
            raise Killed

    monkeypatch.setattr(making, "write_whole", write_or_end)


def test_an_extract_read_in_parts_holds_what_it_holds_read_at_once(
    extract: Path, tmp_path: Path, whole: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    area = search.area_around(Place("here", LON + 0.009, LAT + 0.009), 900)

    def read(name: str) -> Features:
        forget_last()
        source = ExtractSource([extract], join=search.join_ways, cache=Cache(tmp_path / name))
        return source.read_features(area, margin_m=300)

    at_once = read("once")
    cut_into_steps(monkeypatch)
    assert make(extract, tmp_path / "steps") == whole
    in_steps = read("steps")
    for name in ("ways", "areas", "points", "fragments"):
        tables = [getattr(of, name).to_geodataframe() for of in (at_once, in_steps)]
        assert_geodataframe_equal(*tables)
    assert at_once.notes == in_steps.notes
    assert min(map(len, (at_once.ways, at_once.areas, at_once.points))) > 5


@pytest.mark.parametrize("most", [1, 4, 7, 12])
def test_a_killed_index_goes_on_and_takes_no_step_again(
    most: int, extract: Path, tmp_path: Path, whole: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_into_steps(monkeypatch)
    log = tmp_path / "log"
    with monkeypatch.context() as first:
        log_steps(first, log, most=most)
        with pytest.raises(Killed):
            make(extract, tmp_path / "cache")
    assert len(log.read_text().splitlines()) == most
    log_steps(monkeypatch, log)
    assert make(extract, tmp_path / "cache") == whole
    steps = log.read_text().splitlines()
    assert len(steps) == len(set(steps)) > 12, steps


def test_what_was_damaged_meanwhile_is_made_again(
    extract: Path, tmp_path: Path, whole: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_into_steps(monkeypatch)
    with monkeypatch.context() as first:
        log_steps(first, tmp_path / "log", most=9)
        with pytest.raises(Killed):
            make(extract, tmp_path / "cache")
    (part,) = (tmp_path / "cache").rglob(f"*{PART}")
    files = sorted(path for path in part.rglob("*") if path.is_file() and path.stat().st_size)
    for path in files[::2]:
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 255
        path.write_bytes(content)
    assert make(extract, tmp_path / "cache") == whole


def test_a_part_that_went_with_the_copy_is_read_from_another_copy(
    extract: Path, tmp_path: Path, whole: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_into_steps(monkeypatch)
    with monkeypatch.context() as first:
        log_steps(first, tmp_path / "log", last="fragments-0")
        with pytest.raises(Killed):
            make(extract, tmp_path / "cache")
    # As a process that is killed while it puts parts together has deleted some, and the copy before.
    for name in ("closed-0-1.*", "blocks"):
        gone = list((tmp_path / "cache").rglob(name))
        assert gone
        for path in gone:
            path.unlink()
    assert make(extract, tmp_path / "cache") == whole


def test_an_index_of_which_others_have_made_the_parts_is_the_same(
    extract: Path, tmp_path: Path, whole: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_into_steps(monkeypatch)
    asked: list[str] = []

    def call(function: Callable[[Any], Any], given: Iterable[Any]) -> Iterator[Any]:
        for task in pickle.loads(pickle.dumps(list(given))):
            asked.append(f"{task.kind or 'copy'}-{task.number}")
            yield function(task)

    cache = Cache(tmp_path / "cache")
    share_index([extract], cache, search.join_ways, call)
    assert len(asked) > 6
    log_steps(monkeypatch, tmp_path / "log")
    assert make(extract, tmp_path / "cache") == whole
    assert not [step for step in (tmp_path / "log").read_text().split() if step.startswith(("copy", "way-", "closed"))]
    share_index([extract], cache, search.join_ways, lambda *_: pytest.fail("it is there already"))


def test_a_worker_with_other_code_leaves_its_part_undone(
    extract: Path, tmp_path: Path, whole: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_into_steps(monkeypatch)

    def call(function: Callable[[Any], Any], given: Iterable[Any]) -> Iterator[Any]:
        return (function(task._replace(code="other")) for task in given)

    share_index([extract], Cache(tmp_path / "cache"), search.join_ways, call)
    log_steps(monkeypatch, tmp_path / "log")
    assert make(extract, tmp_path / "cache") == whole
    assert "way-0-1" in (tmp_path / "log").read_text()


def test_a_step_that_failed_has_not_been_taken(tmp_path: Path) -> None:
    steps = Making(tmp_path)

    def fail() -> tuple[str, list[Path]]:
        raise OSError("no room")

    with pytest.raises(OSError, match="no room"):
        steps.do("step", fail)
    assert not steps.has("step")
    (tmp_path / "made").write_bytes(b"content")
    assert steps.do("step", lambda: ({"told": [1, None]}, [tmp_path / "made"])) == {"told": [1, None]}
    steps.sweep()
    assert steps.do("step", fail) == {"told": [1, None]}
    (tmp_path / "made").write_bytes(b"contemt")
    steps.sweep()
    assert not steps.has("step")
