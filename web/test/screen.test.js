// What a player shows.

import "./browser.js";

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { byId } from "../src/dom.js";
import { makeStart, makeSwitch, placeStart, Screen } from "../src/player/view.js";
import { beginPage, findButton } from "./browser.js";

const STEPS = [
  { kind: "look", words: "Walk 60 m forwards.", duration_s: null },
  { kind: "backward", section: 1, words: "Run", duration_s: 30 },
];

function makeRun(values) {
  const index = values.index ?? 0;
  return { step: STEPS[index], index, left_s: null, ran_s: 0, elapsed_s: 0, state: "running", held: false, ...values };
}

function openScreen() {
  const done = [];
  const act = Object.fromEntries(
    ["toggle", "skip", "repeat", "finish", "close"].map((name) => [name, () => done.push(name)]),
  );
  const screen = new Screen(STEPS, act);
  const dialog = byId("player");
  return { screen, dialog, done, read: (name) => dialog.querySelector(`.player-${name}`).textContent };
}

beforeEach(() => beginPage("session"));

test("a session starts anew, or goes on where it stopped", () => {
  const begun = [];
  const box = makeStart({ steps: STEPS, kept: [1, 0, 0, 0] }, [], (again) => begun.push(again));
  findButton(box, "Go on at Backward 1 of 1").click();
  findButton(box, "Run this session").click();
  assert.deepEqual(begun, [true, false]);
  assert.equal(makeStart({ steps: STEPS, kept: null }, [], () => {}).querySelectorAll("button").length, 1);
});

test("there is one box to start from, above the timetable", () => {
  for (let k = 0; k < 2; k++) placeStart(makeStart({ steps: STEPS, kept: null }, [], () => {}));
  assert.deepEqual(
    document.body.children.map(({ id }) => id),
    ["run", "session"],
  );
});

test("a switch is on or off from the start", () => {
  assert.deepEqual(
    [makeSwitch("a", "A", true).input.checked, makeSwitch("b", "B", false).input.checked],
    [true, false],
  );
});

test("the screen shows step, clock and what comes next, and the main button what it does", () => {
  const { screen, dialog, read } = openScreen();
  const main = dialog.querySelector(".main-button");
  screen.open();
  assert.equal(document.activeElement, main);
  screen.show(makeRun({ ran_s: 65.9, elapsed_s: 65.9 }));
  assert.equal(byId("player-name").textContent, "Look at the stretch");
  assert.deepEqual([read("clock"), read("total")], ["1:05", "1:05 since the start"]);
  assert.equal(read("next"), "Next: Backward 1 of 1, 0:30");
  assert.equal(main.textContent, "I have looked: go on");
  screen.show(makeRun({ index: 1, left_s: 29.2 }));
  assert.deepEqual([read("clock"), main.textContent], ["0:30", "Pause"]);
  assert.ok(dialog.classList.contains("backward"));
  screen.show(makeRun({ index: 1, left_s: 29.2, held: true }));
  assert.equal(main.textContent, "Start anyway");
  screen.show(makeRun({ index: 1, left_s: 29.2, state: "paused" }));
  assert.equal(main.textContent, "Go on");
});

test("what has not changed is not written, and read out, again", (context) => {
  const { screen } = openScreen();
  screen.show(makeRun({}));
  const write = context.mock.method(byId("player-name"), "replaceChildren");
  screen.show(makeRun({ ran_s: 1 }));
  assert.equal(write.mock.callCount(), 0);
});

test("at the end only closing is left", () => {
  const { screen, dialog, done } = openScreen();
  screen.show(makeRun({ index: 1, left_s: 3 }));
  screen.end("You ran 30 m.");
  const shown = dialog.querySelectorAll("button").filter(({ hidden }) => !hidden);
  assert.deepEqual(
    shown.map(({ textContent }) => textContent),
    ["Close"],
  );
  assert.ok(!dialog.classList.contains("backward"));
  screen.close();
  assert.deepEqual(done, ["close"]);
});

test("a key does not close the screen of a run, and its buttons act", () => {
  const { dialog, done, screen, read } = openScreen();
  const key = new Event("cancel", { cancelable: true });
  dialog.dispatchEvent(key);
  assert.ok(key.defaultPrevented);
  for (const words of ["Pause", "Skip", "Repeat", "End"]) findButton(dialog, words).click();
  assert.deepEqual(done, ["toggle", "skip", "repeat", "finish"]);
  screen.note("The position is lost.");
  assert.equal(read("note"), "The position is lost.");
});
