import assert from "node:assert/strict";
import { test } from "node:test";
import { keepTicked, listSurfaces, passesFilters, startView } from "../src/map/filters.js";

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
