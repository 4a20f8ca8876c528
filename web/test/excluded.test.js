import assert from "node:assert/strict";
import { test } from "node:test";
import { isInside, listReasons, readExcluded } from "../src/map/excluded.js";

const SQUARE = [
  [0, 0],
  [0, 10],
  [10, 10],
  [10, 0],
];
const HOLE = [
  [4, 4],
  [4, 6],
  [6, 6],
  [6, 4],
];

test("a hole is outside, by the even-odd rule", () => {
  assert.ok(isInside({ lat: 2, lng: 2 }, [SQUARE, HOLE]));
  assert.ok(!isInside({ lat: 5, lng: 5 }, [SQUARE, HOLE]));
  assert.ok(!isInside({ lat: 5, lng: 11 }, [SQUARE, HOLE]));
  assert.ok(!isInside({ lat: 5, lng: 5 }, []));
});

const GRID = { lat: 60, lon: 20, decimals: 5 };
const LAYERS = [
  { name: "road", kind: "line", lines: ["a road"] },
  { name: "path", kind: "line", lines: ["a path"] },
];

test("roads of the base map belong to their reason, once", () => {
  const layer = {
    grid: GRID,
    roads: "motor road",
    road_layers: ["road"],
    reasons: [{ reason: "steps", lines: "", areas: "" }],
  };
  assert.deepEqual(listReasons(layer), ["motor road", "steps"]);
  const [roads, steps] = readExcluded(layer, LAYERS);
  assert.deepEqual(roads.lines, ["a road"]);
  assert.deepEqual(steps.lines, []);
});

test("where no road was excluded, roads have no reason", () => {
  const layer = {
    grid: GRID,
    roads: null,
    road_layers: ["road"],
    reasons: [{ reason: "steps", lines: "", areas: "" }],
  };
  assert.deepEqual(
    readExcluded(layer, LAYERS).flatMap(({ lines }) => lines),
    [],
  );
});
