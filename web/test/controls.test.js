import "./browser.js";

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  makeFilters,
  makeOrderPick,
  makePick,
  makeUnitsPick,
  makeWeights,
  UNITS_CHANGED,
} from "../src/map/controls.js";
import { startView } from "../src/map/filters.js";
import { useUnits } from "../src/words.js";
import { enter } from "./browser.js";

test("a pick tells the value that was chosen", () => {
  const chosen = [];
  const pick = makePick(
    "colour",
    "Colour",
    [
      ["r", "red"],
      ["g", "green"],
    ],
    (value) => chosen.push(value),
  );
  const select = pick.querySelector("select");
  assert.equal(select.value, "r");
  enter(select, "g");
  assert.deepEqual(chosen, ["g"]);
  assert.equal(pick.querySelector("label").getAttribute("for"), "colour");
});

test("the pick of the order shows the present one, and keeps another", () => {
  const view = { ...startView(), sortBy: "length" };
  let changes = 0;
  const orders = ["rank", "length", "surface"].map((key) => [key, key]);
  const select = makeOrderPick(orders, view, () => ++changes).querySelector("select");
  assert.equal(select.value, "length");
  enter(select, "surface");
  assert.deepEqual([view.sortBy, changes], ["surface", 1]);
});

test("filters keep what they are set to, and the longest can be asked for", () => {
  const view = startView();
  const nodes = makeFilters({ longest_m: 203, surfaces: ["grass", "unknown"] }, view, () => {});
  const [score, length] = nodes.map((node) => node.querySelector("input"));
  assert.equal(length.getAttribute("max"), "210");
  enter(score, "0.35", "input");
  enter(length, "120", "input");
  assert.deepEqual([view.filters.score, view.filters.length], [0.35, 120]);
  assert.equal(nodes[0].querySelector("output").textContent, "0.35");
  const [grass] = nodes[3].querySelectorAll("input");
  enter(grass, false);
  assert.deepEqual([...view.filters.surfaces], ["unknown"]);
  enter(grass, true);
  assert.equal(view.filters.surfaces, null, "all ticked lets all through");
});

test("where all is of one surface there is nothing to choose", () => {
  assert.equal(makeFilters({ longest_m: 50, surfaces: ["sand"] }, startView(), () => {}).length, 3);
});

test("lengths of sliders follow the units", () => {
  const [, length] = makeFilters({ longest_m: 100, surfaces: [] }, startView(), () => {});
  enter(length.querySelector("input"), "61", "input");
  const output = length.querySelector("output");
  assert.equal(output.textContent, "61 m");
  useUnits("imperial");
  document.dispatchEvent(new Event(UNITS_CHANGED));
  assert.equal(output.textContent, "200 ft");
  assert.equal(makeUnitsPick(() => {}).querySelector("select").value, "imperial");
  useUnits("metric");
});

test("weights are shares of their sum, and the profile's own are told as none", () => {
  const told = [];
  const nodes = makeWeights(["flatness", "surface"], [0.25, 0.75], (weights) => told.push(weights));
  const [flatness, surface] = nodes.flatMap((node) => node.querySelectorAll("input"));
  assert.deepEqual([flatness.value, surface.value], ["25", "75"]);
  enter(flatness, "75", "input");
  assert.deepEqual(told.at(-1), [0.5, 0.5]);
  const reset = nodes.at(-1);
  assert.equal(reset.textContent, "Back to the profile's weights");
  reset.click();
  assert.equal(told.at(-1), null);
  assert.match(nodes.map(({ textContent }) => textContent).join(" "), /flatness 25 %, surface 75 %/);
});
