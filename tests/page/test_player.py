"""A session played through in Chromium: its clock, its beeps and its runner are a test's."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely

from saferoute.page import to_html

if TYPE_CHECKING:
    from pathlib import Path

    from saferoute.model import Ranking, Session

pytestmark = pytest.mark.browser

STAGE = """
window.clock = {ms: 0, wall: 1.8e12, tick: null, fix: null, sounds: [], locks: 0, buzzes: 0};
performance.now = () => clock.ms;
Date.now = () => clock.wall + clock.ms;
window.setInterval = (call) => { clock.tick = call; return 1; };
window.clearInterval = () => { clock.tick = null; };
Object.defineProperty(navigator, "geolocation", {value: {
  watchPosition: (found) => { clock.fix = found; return 1; }, clearWatch: () => { clock.fix = null; }}});
Object.defineProperty(navigator, "wakeLock", {value: {request: async () => {
  clock.locks++; return {release: async () => { clock.locks--; }}; }}});
navigator.vibrate = () => clock.buzzes++;
window.AudioContext = class {
  state = "running";
  destination = {};
  get currentTime() { return clock.ms / 1000; }
  createGain() { return {gain: {setValueAtTime() {}, linearRampToValueAtTime() {}}, connect: (to) => to}; }
  createOscillator() {
    const sound = {frequency: {}, connect: (to) => to, from: null, to: null, set_s: clock.ms / 1000,
      start: (t) => { sound.from = t; },
      stop: (t) => { sound.to = t ?? clock.ms / 1000; }};
    clock.sounds.push(sound);
    return sound;
  }
};
"""
"""Clocks, position, sound and lock as a test lets them go; what sounds is noted with its time."""

PLAY = """
const [lines, accuracy, faster] = arguments;
const main = document.querySelector("#player .main-button");
const states = [];
const step = () => JSON.parse(localStorage.getItem("saferoute-run"))?.numbers[0];
let index = -1, began = 0;
for (let k = 0; clock.tick && k < 60000; k++) {
  clock.ms += 150 + (k * 37) % 100;
  const now = step();
  if (now !== index) { states.push([now, clock.ms / 1000]); index = now; began = clock.ms; }
  const {line, duration_s, backward} = lines[index];
  const gone = (clock.ms - began) / 1000 / duration_s * (backward ? faster : 1);
  const at = Math.min(gone, 1) * (line.length - 1), low = Math.min(Math.floor(at), line.length - 2), part = at - low;
  const [latitude, longitude] = [0, 1].map((c) => line[low][c] + part * (line[low + 1][c] - line[low][c]));
  if (accuracy) clock.fix({coords: {latitude, longitude, accuracy}});
  clock.tick();
  if (step() === index && main.textContent.startsWith("I have looked") && clock.ms - began > 20000) main.click();
}
return states;
"""


@pytest.fixture
def stage(browser: Any) -> Any:
    added = browser.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": STAGE})
    yield browser
    browser.driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", added)


def follow_steps(session: Session) -> list[dict[str, Any]]:
    """Return for each step the line on which its runner goes, twenty points of it, and how long."""
    lines = []
    for step in session.steps.to_crs(4326).to_dict("records"):
        share = np.linspace(0, 1, 20)
        where = step["geometry"]
        # Who recovers stands still.
        line = where if where.geom_type == "LineString" else shapely.LineString([where, where])
        points = shapely.get_coordinates(shapely.line_interpolate_point(line, share, normalized=True))
        lines.append(
            {
                "line": points[:, ::-1].tolist(),
                "duration_s": max(step["duration_s"], 1),
                "backward": step["kind"] == "backward",
            }
        )
    return lines


def start(stage: Any, session: Session, folder: Path, button: str = "#run .main-button") -> None:
    path = folder / "session.html"
    path.write_text(to_html(session), encoding="utf-8")
    stage.open(path)
    wait_until(stage, "document.querySelector('#run .main-button')")
    stage.click(button)


def wait_until(stage: Any, condition: str) -> None:
    """Wait until a page meets a condition; a page that never does fails the test by the driver's own limit."""
    stage.driver.execute_async_script(
        f"const done = arguments[0], look = () => {condition} ? done() : setTimeout(look, 5); look()"
    )


@pytest.mark.parametrize(("accuracy_m", "faster"), [(3, 1.5), (8, 1.5), (30, 1.5), (None, 1.0)])
def test_a_session_is_played_through_along_its_own_route(
    stage: Any, made: Session, tmp_path: Path, accuracy_m: float | None, faster: float
) -> None:
    start(stage, made, tmp_path)
    states = stage.driver.execute_script(PLAY, follow_steps(made), accuracy_m, faster)
    assert [index for index, _ in states] == list(range(len(made.steps)))
    length = {index: after - before for (index, before), (_, after) in pairwise(states)}
    ends_early = accuracy_m is not None and accuracy_m <= 8
    sounds = stage.js("clock.sounds.map(({frequency, from, to}) => [frequency.value, from, to])")
    heard = [(pitch, from_s) for pitch, from_s, to_s in sounds if to_s > from_s]
    for index, step in enumerate(made.steps.to_dict("records")):
        if step["kind"] != "backward":
            continue
        planned = step["duration_s"]
        assert length[index] <= planned + 0.4
        assert (length[index] < 0.75 * planned) == ends_early, "by position, before the line's end"
        # The long beep sounded when the section began: states are seen a tick late.
        began = next(when for number, when in states if number == index)
        go = [when for pitch, when in heard if pitch == 1320 and began - 0.5 < when <= began]
        assert len(go) == 1 or made.steps["kind"].iloc[index - 1] == "look"
    (told,) = stage.texts(".player-words")
    planned = int((made.steps["kind"] == "backward").sum())
    assert f"({planned} sections planned)" in told
    minutes, seconds = map(int, told.split(", ")[-1].split(" ")[0].split(":"))
    assert abs(60 * minutes + seconds - stage.js("clock.ms") / 1000) <= 1.5
    assert stage.js("clock.buzzes") > 0
    assert stage.js("localStorage.getItem('saferoute-run')") is None
    stage.click("#player .main-button")
    # A dialog tells that it was closed a little later.
    wait_until(stage, "!document.querySelector('#player')")
    assert stage.errors() == []


def test_a_page_that_was_closed_goes_on_at_its_step(stage: Any, made: Session, tmp_path: Path) -> None:
    start(stage, made, tmp_path)
    stage.driver.execute_script("clock.ms += 4000; clock.tick(); clock.ms += 6000; clock.tick()")
    assert stage.js("clock.locks") == 1
    start(stage, made, tmp_path, "#run .plain-button")
    assert stage.texts("#player .main-button") == ["Pause"]
    assert "0:10 since the start" in stage.texts(".player-total")[0]
    stage.click("#player .main-button")
    assert stage.texts("#player .main-button") == ["Go on"]
    assert stage.js("clock.sounds.every(({to}) => to <= clock.ms / 1000)"), "a pause is silent"
    assert stage.violations() == []
    stage.driver.execute_script("localStorage.removeItem('saferoute-run')")


def test_pages_without_a_session_carry_no_player(ranking: Ranking, made: Session) -> None:
    assert "saferoute-run" in to_html(made)
    assert "saferoute-run" not in to_html(ranking)
    assert json.dumps("player") not in to_html(ranking)
