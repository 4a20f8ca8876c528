"""What is done and how long it will take is shown in a terminal, erased afterwards, and not sent into pipes."""

from __future__ import annotations

import io
import logging
import re
import time

import pytest
from town import lonlat, write_town

from saferoute.cli import main
from saferoute.model import SourceUnavailable

LON, LAT = lonlat(0, 0)
NAMES = "道" * 60
"""A text that is wider than its number of letters."""


class Terminal(io.StringIO):
    """A stream that calls itself a terminal."""

    def isatty(self) -> bool:
        """Return True."""
        return True


def show(text):
    """Return the lines that a terminal would show in the end."""
    shown = []
    for line in text.split("\n"):
        cells = []
        for part in line.split("\r"):
            cells[: len(part)] = part
        shown.append("".join(cells).rstrip())
    return shown


@pytest.fixture(scope="module")
def extract(tmp_path_factory):
    return write_town(tmp_path_factory.mktemp("town") / "town.osm.pbf", "n1 -150 0\nn2 150 0\nw1 n1,n2 highway=footway")


@pytest.fixture
def search(extract, tmp_path, monkeypatch):
    """Run a search that logs three steps, one of them slow, and return what was written to a stream as stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("TERM", "xterm")

    def run(stream, *options, waits=0.0):
        def find(_):
            log = logging.getLogger("saferoute.search")
            log.info("asking a server", extra={"seconds": 0.0})
            log.info("reading a map for the first time", extra={"seconds": 12.0})
            log.info("looking at 3 km", extra={"share": 0.02})
            time.sleep(waits / 4)
            log.info("looking up heights", extra={"share": 0.03})
            time.sleep(waits)
            log.info("a message that stays")
            log.info("scoring %s", NAMES, extra={"share": 0.3})
            time.sleep(waits / 4)
            raise SourceUnavailable("the end")

        monkeypatch.setattr("saferoute.search.find", find)
        monkeypatch.setattr("sys.stderr", stream)
        assert main(["find", f"{LAT},{LON}", "--osm", str(extract), *options]) == SourceUnavailable.exit_code
        return stream.getvalue()

    return run


def test_a_terminal_shows_steps_and_time_left_and_keeps_messages_alone(search):
    said = search(Terminal(), waits=1.8)
    assert re.search(r"\r\d s, about \d+ s left: looking up heigh", said)
    assert [line for line in show(said) if line] == ["… a message that stays", "saferoute: the end"]


def test_a_line_of_progress_is_never_wider_than_the_terminal(search):
    said = search(Terminal(), waits=1.8)
    drawn = [part for line in said.split("\n") for part in line.split("\r") if "道" in part]
    assert drawn
    assert max(part.count("道") for part in drawn) < 20
    assert "\x1b" not in said


def test_what_takes_no_time_draws_no_line(search):
    assert "\r" not in search(Terminal())


def test_a_dumb_terminal_gets_lines(search, monkeypatch):
    monkeypatch.setenv("TERM", "dumb")
    said = search(Terminal())
    assert "\r" not in said
    assert "… looking at 3 km\n… looking up heights\n… a message that stays\n… scoring" in said


def test_a_pipe_gets_messages_and_what_happens_once(search):
    assert search(io.StringIO()).splitlines() == [
        "… asking a server",
        "… reading a map for the first time, 12 s left",
        "… a message that stays",
        "saferoute: the end",
    ]


@pytest.mark.parametrize("stream", [Terminal, io.StringIO])
def test_quiet_shows_nothing_of_it(search, stream):
    assert search(stream(), "--quiet", waits=1.1) == "saferoute: the end\n"
