// The player of a session's page as a whole, in a browser without sound or position.

import "./browser.js";

import assert from "node:assert/strict";
import { test } from "node:test";
import { byId } from "../src/dom.js";
import { beginPage, findButton, settle } from "./browser.js";
import { packJson } from "./packed.js";

const step = (kind, values) => ({ kind, section: 0, duration_s: 60, distance_m: 0, words: `${kind}, 50 m`, ...values });
const SESSION = {
  route: "AACC",
  grid: { lat: 60, lon: 20, decimals: 4 },
  steps: [step("warm-up"), step("look"), step("backward", { section: 1, duration_s: 30 }), step("cool-down")],
  sections: [{ section: 1, line: "AACC" }],
};

beginPage("saferoute-data", "session");
byId("saferoute-data").textContent = packJson({ session: SESSION, units: "imperial" });
await import("../src/player/main.js");
while (!byId("run")) await settle();

const press = (words) => findButton(document, words).click();
const read = (name) => document.querySelector(`.player-${name}`).textContent;

test("a session waits for a tap, then runs with its units, and says what it has not", async () => {
  assert.equal(byId("player"), null);
  assert.equal(byId("run-speech"), null, "this browser does not speak");
  press("Run this session");
  assert.ok(byId("player").open);
  assert.equal(byId("player-name").textContent, "Warm-up");
  assert.equal(read("words"), "warm-up, 164 ft");
  await settle();
  assert.match(read("note"), /make no sound/);
});

test("it is stopped and goes on, and steps are skipped", () => {
  press("Pause");
  press("Go on");
  press("Skip");
  assert.equal(byId("player-name").textContent, "Look at the stretch");
  press("I have looked: go on");
  assert.equal(byId("player-name").textContent, "Backward 1 of 1");
});

test("its end is told, nothing of it is kept, and the page is as before", () => {
  assert.notEqual(localStorage.getItem("saferoute-run"), null);
  press("End");
  assert.equal(byId("player-name").textContent, "Done");
  press("Close");
  assert.equal(byId("player"), null);
  assert.equal(document.querySelectorAll("#run").length, 1);
  assert.equal(localStorage.getItem("saferoute-run"), null);
  assert.ok(findButton(document, "Run this session"));
});
