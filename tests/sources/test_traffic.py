"""What a server sent today is counted as it came, kept, and told in time."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta

import pytest
from fake_server import Answer

from saferoute.cli import main
from saferoute.sources import traffic
from saferoute.sources.cache import Cache
from saferoute.sources.osm.overpass_answers import ask_server
from saferoute.sources.osm.overpass_query import Question
from saferoute.sources.settings import Online, RequestLimits
from saferoute.sources.traffic import Traffic
from saferoute.sources.web import Failed

BODY = gzip.compress(json.dumps({"elements": [], "padding": "x" * 5000}).encode())
LIMITS = RequestLimits(5.0, 100_000)


@pytest.fixture
def asking(server, tmp_path):
    """Return a function that asks a server of packed answers once."""
    server.routes["/api/interpreter"] = Answer(BODY, headers={"Content-Encoding": "gzip"})
    online = Online(overpass_url=f"{server.url}/api", cache_dir=tmp_path)
    return lambda: ask_server(online, Question("out;", 60), LIMITS)


@pytest.fixture
def cache(tmp_path):
    return Cache(tmp_path)


@pytest.fixture
def named(server):
    return f"Overpass at {server.url.removeprefix('http://')}"


def test_packed_bytes_and_refusals_are_counted(server, asking, cache, named):
    asking()
    asking()
    assert traffic.read_day(cache, named) == Traffic(2, 2 * len(BODY))
    server.faults = [Answer("busy!", 504)]
    with pytest.raises(Failed, match="504"):
        asking()
    assert traffic.read_day(cache, named) == Traffic(3, 2 * len(BODY) + len("busy!"))


def test_what_breaks_off_is_counted_too(server, asking, cache, named):
    server.faults = [Answer(b"x" * 200_000)]
    with pytest.raises(Failed, match="sends more than"):
        asking()
    assert traffic.read_day(cache, named) == Traffic(1, 0)  # by its header alone
    server.faults = [Answer(b"x" * 50_000, trick="cut", headers={"Content-Length": "90000"})]
    with pytest.raises(Failed, match="without a whole answer"):
        asking()
    total = traffic.read_day(cache, named)
    assert total.answers == 2
    assert 0 <= total.bytes <= 50_000


def test_sum_outlives_the_cleared_cache_and_is_shown(asking, cache, named, capsys, tmp_path):
    asking()
    cache.delete_entries()
    assert main(["cache", "info", "--cache-dir", str(tmp_path)]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.split() == ["today", "1", "answers", "0.0", "MB", "from", *named.split()]


def test_next_day_begins_with_nothing(asking, cache, named, monkeypatch):
    asking()

    class Tomorrow(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + timedelta(days=1)

    monkeypatch.setattr(traffic, "datetime", Tomorrow)
    assert traffic.read_day(cache, named) == Traffic()
    assert traffic.list_days(cache) == []
    assert datetime.now(UTC) < Tomorrow.now(UTC)


@pytest.mark.parametrize(("most_answers", "most_bytes"), [(4, 10**9), (10**4, 4 * len(BODY))])
def test_warning_comes_before_the_guideline_is_passed(asking, named, monkeypatch, caplog, most_answers, most_bytes):
    monkeypatch.setattr(traffic, "PUBLIC_SERVER", named)
    monkeypatch.setattr(traffic, "MOST_ANSWERS", most_answers)
    monkeypatch.setattr(traffic, "MOST_BYTES", most_bytes)
    told = []
    for _ in range(3):
        caplog.clear()
        asking()
        told.append([r.getMessage() for r in caplog.records if r.levelname == "WARNING"])
    assert told[:2] == [[], []]
    [warning] = told[2]
    assert f"{named} has sent 2 answers, 0.0 MB today; it asks for at most" in warning
    assert "--osm FILE" in warning


def test_own_server_has_no_guideline(asking, monkeypatch, caplog):
    monkeypatch.setattr(traffic, "MOST_ANSWERS", 1)
    asking()
    asking()
    assert not [r for r in caplog.records if r.levelname == "WARNING"]
