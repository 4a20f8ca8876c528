import assert from "node:assert/strict";
import { test } from "node:test";
import { readStretches } from "../src/map/payload.js";

const TABLE = {
  count: 2,
  texts: ["Rantatie", "sand, ", "tagged", "A", "AAAAAAAAAA_", "way/7", "<b>", " by <i>", "\n"],
  columns: {
    rank: [1, 2],
    length_m: [1005, null],
    name: ["A", "GH"],
    rating: [3, null],
    score: [8123, null],
    grade_pct: null,
    surface: null,
    why_surface: ["BC", null],
    osm_ids: ["F", ""],
    checks: ["BICB", ""],
    d_surface: [9000, null],
    c_surface: [0, null],
  },
  decimals: { rank: 0, length_m: 1, score: 4, grade_pct: 2, d_surface: 4, c_surface: 3 },
  quantiles: ["E", null],
  heights: ["C", null],
  grid: { lat: 60, lon: 20, decimals: 6 },
  lines: ["AACA", ""],
};
const [first, second] = readStretches(TABLE, ["surface"]);

test("numbers get their decimals back, and texts their places", () => {
  assert.equal(first.length_m, 100.5);
  assert.equal(first.name, "Rantatie");
  assert.equal(first.why_surface, "sand, tagged");
  assert.deepEqual(first.osm_ids, ["way/7"]);
  assert.deepEqual([first.checks, second.checks], [["sand, ", "taggedsand, "], []]);
  assert.deepEqual(first.heights, [0.01]);
  assert.equal(first.line.length, 2);
});

test("criteria are in their order, with quantiles from 0 to 1", () => {
  assert.deepEqual([first.d, first.c], [[0.9], [0]]);
  assert.deepEqual(first.quantiles, [[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]]);
});

test("what is unknown is null, and never a number", () => {
  assert.equal(second.length_m, null);
  assert.equal(second.score, null);
  assert.deepEqual([first.grade_pct, second.grade_pct, first.surface], [null, null, null]);
  assert.equal(second.why_surface, null);
  assert.equal(second.quantiles, null);
  assert.deepEqual([second.d, second.c], [[null], [null]]);
  assert.deepEqual(second.heights, []);
});

test("without a rating a stretch is unrated, and a text stays what it is", () => {
  assert.equal(second.rating, "none");
  assert.equal(second.name, "<b> by <i>");
});

test("the file's verdict is kept beside the row", () => {
  assert.equal(first.given.score, 0.8123);
  assert.equal(second.given.rating, "none");
});
