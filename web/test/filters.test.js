import assert from "node:assert/strict";
import { test } from "node:test";
import { colourClass, keepTicked, listSurfaces, passesFilters, startView } from "../src/map/filters.js";

const row = (values) => ({
  score: 0.5,
  length_m: 90,
  surface: "sand",
  rating: "B",
  d: [0.5, 0.5],
  c: [1, 1],
  ...values,
});
const filters = (values) => ({ ...startView().filters, ...values });

test("at first everything is shown, even what has no score", () => {
  assert.ok(passesFilters(row({ score: null, length_m: null, surface: null, rating: "none" }), startView().filters));
});

test("every filter has to be passed, its own limit included", () => {
  const both = filters({ score: 0.5, length: 80 });
  assert.ok(passesFilters(row(), both));
  assert.ok(!passesFilters(row({ score: 0.49 }), both));
  assert.ok(!passesFilters(row({ length_m: 79 }), both));
});

test("an unknown score or length counts as none where one is asked for", () => {
  assert.ok(!passesFilters(row({ score: null }), filters({ score: 0.05 })));
  assert.ok(!passesFilters(row({ length_m: null }), filters({ length: 5 })));
});

test("an unknown surface is a choice of its own", () => {
  const unknown = row({ surface: null });
  assert.ok(passesFilters(unknown, filters({ surfaces: new Set(["unknown"]) })));
  assert.ok(!passesFilters(unknown, filters({ surfaces: new Set(["sand"]) })));
  assert.deepEqual(listSurfaces([unknown, row({ surface: "sand" }), row({ surface: "grass" }), row()]), [
    "grass",
    "sand",
    "unknown",
  ]);
});

test("with all boxes ticked nothing is filtered, with none everything", () => {
  assert.equal(keepTicked(["A", "B"], ["A", "B"]), null);
  assert.ok(!passesFilters(row(), filters({ ratings: keepTicked(["A", "B"], []) })));
  assert.ok(!passesFilters(row(), filters({ ratings: keepTicked(["A", "B"], ["A"]) })));
});

test("colours are five classes of a fifth, the ends included", () => {
  const classes = [0, 0.2, 0.59, 0.8, 1].map((score) => colourClass(row({ score }), "score", ["surface", "crowding"]));
  assert.deepEqual(classes, ["score-0", "score-1", "score-2", "score-4", "score-4"]);
});

test("a criterion of which nothing is known has a colour of its own, whatever is assumed of it", () => {
  const criteria = ["surface", "crowding"];
  assert.equal(colourClass(row({ d: [0.9, 0.1] }), "surface", criteria), "score-4");
  assert.equal(colourClass(row({ d: [0.9, 0.1], c: [0, 1] }), "surface", criteria), "score-x");
  assert.equal(colourClass(row({ d: [null, 0.1] }), "surface", criteria), "score-x");
  assert.equal(colourClass(row({ score: null }), "score", criteria), "score-x");
});
