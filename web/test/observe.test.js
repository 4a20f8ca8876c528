import "./browser.js";

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { makeCheck } from "../src/map/observe.js";
import { enter, findButton, settle } from "./browser.js";
import { makeRow } from "./rows.js";

const ROW = makeRow({ line: [[61, 21]] });
const summaryOf = (box) => box.querySelector("summary").textContent;
const saidOf = (box) => box.querySelector(".said").textContent;
const press = (box, words) => findButton(box, words).click();

function tick(box, words) {
  const label = box.querySelectorAll(".tick").find(({ textContent }) => textContent === words);
  enter(label.querySelector("input"), true);
}

function write(box, words, value) {
  const label = box.querySelectorAll(".field").find(({ textContent }) => textContent.startsWith(words));
  enter(label.children[0], value);
}

beforeEach(() => {
  globalThis.navigator = {};
  const box = makeCheck(ROW);
  for (const button of box.querySelectorAll("li button")) button.click(); // what another test has kept
});

test("what was seen is kept with its stretch, told, and deleted again", () => {
  const box = makeCheck(ROW);
  assert.equal(summaryOf(box), "Check it");
  tick(box, "holes");
  write(box, "Surface", "fine_gravel");
  write(box, "Note", " <b>by</b> the gate ");
  press(box, "Keep it");
  assert.equal(summaryOf(box), "Check it (1 seen)");
  assert.match(box.querySelector("li").textContent, /: holes, fine gravel, “<b>by<\/b> the gate”Delete$/);
  assert.match(saidOf(box), /Kept in this browser alone/);
  assert.equal(summaryOf(makeCheck(makeRow({ line: [[61.01, 21]] }))), "Check it", "another stretch has none of it");
  assert.equal(summaryOf(makeCheck(ROW)), "Check it (1 seen)");
  press(box, "Delete");
  assert.equal(summaryOf(box), "Check it");
});

test("the form is empty after that, but for who has seen it", () => {
  const box = makeCheck(ROW);
  write(box, "Your name", "Aino");
  write(box, "Slope", "steep");
  press(box, "Keep it");
  press(box, "Keep it");
  assert.match(saidOf(box), /Tick what you saw/);
  assert.equal(summaryOf(box), "Check it (1 seen)");
  assert.equal(box.querySelectorAll("input").at(-1).value, "Aino");
});

test("fine and bad at once is kept as neither", () => {
  const box = makeCheck(ROW);
  tick(box, "walked it: fine");
  tick(box, "dogs");
  press(box, "Keep it");
  assert.match(saidOf(box), /untick one/);
  assert.equal(summaryOf(box), "Check it");
});

test("a browser that keeps nothing says so", () => {
  const own = globalThis.localStorage;
  globalThis.localStorage = null;
  const box = makeCheck(ROW);
  tick(box, "broken glass");
  press(box, "Keep it");
  globalThis.localStorage = own;
  assert.match(saidOf(box), /keeps nothing from this page: export all/);
});

test("all is shared as one file, where the browser shares", async () => {
  assert.equal(findButton(makeCheck(ROW), "Share all"), undefined);
  const shared = [];
  globalThis.navigator.share = async ({ files: [file] }) => shared.push(file);
  const box = makeCheck(ROW);
  tick(box, "walked it: fine");
  press(box, "Keep it");
  press(box, "Share all");
  await settle();
  assert.equal(shared[0].name, "observations.geojson");
  const { features } = JSON.parse(await shared[0].text());
  assert.deepEqual([features.length, features[0].properties.fine], [1, true]);
  globalThis.navigator.share = async () => Promise.reject(new Error("no files"));
  press(box, "Share all");
  await settle();
  assert.match(saidOf(box), /export it instead/);
});

test("only an object of the map can be edited, by its number", () => {
  const edits = (ids) =>
    makeCheck(makeRow({ osm_ids: ids }))
      .querySelectorAll("a")
      .map(({ href }) => href)
      .filter((href) => href.includes("/edit"));
  assert.deepEqual(edits(["relation/88"]), ["https://www.openstreetmap.org/edit?relation=88"]);
  assert.deepEqual(edits(["way/1&x=<b>"]), []);
  assert.deepEqual(edits([]), []);
});
