import assert from "node:assert/strict";
import { test } from "node:test";
import { boxAround, metresPerPixel, overlap } from "../src/map/labels.js";
import { placeArrows } from "../src/map/lines.js";
import { describeCount, listFacts } from "../src/map/list.js";

const NORTHWARDS = {
  line: [
    [60, 20],
    [60.001, 20],
  ],
  length_m: 111,
  advised_bearing_deg: 0,
};

test("arrows stand every 25 m and point where the bearing says", () => {
  const arrows = placeArrows(NORTHWARDS);
  assert.equal(arrows.length, 4);
  for (const [left, tip, right] of arrows) {
    assert.ok(left[0] < tip[0] && right[0] < tip[0], "wings lie south of the tip");
    assert.ok(Math.abs(left[1] + right[1] - 2 * tip[1]) < 1e-9, "and to both sides of it");
  }
});

test("where no direction is advised there is no arrow", () => {
  assert.deepEqual(placeArrows({ ...NORTHWARDS, advised_bearing_deg: null }), []);
});

test("a short stretch has one arrow", () => {
  assert.equal(placeArrows({ ...NORTHWARDS, length_m: 12 }).length, 1);
  assert.equal(placeArrows({ ...NORTHWARDS, length_m: null }).length, 1);
});

test("names that stand upright need height, not width", () => {
  const [west, north, east, south] = boxAround({ x: 100, y: 50 }, 80, 90);
  assert.deepEqual([Math.round(east - west), Math.round(south - north)], [14, 80]);
});

test("boxes that touch at an edge do not overlap", () => {
  assert.ok(overlap([0, 0, 10, 10], [9, 9, 20, 20]));
  assert.ok(!overlap([0, 0, 10, 10], [10, 0, 20, 10]));
});

test("a pixel is half as wide at sixty degrees, and at the next zoom", () => {
  assert.ok(Math.abs(metresPerPixel(60, 10) / metresPerPixel(0, 10) - 0.5) < 1e-9);
  assert.equal(metresPerPixel(0, 11), metresPerPixel(0, 10) / 2);
});

test("the list says what is shown, and by whose weights", () => {
  assert.equal(describeCount(1, 1, false), "1 stretch shown");
  assert.equal(describeCount(2, 5, true), "2 of 5 stretches shown, ranked by your weights");
});

test("an item names its place in the profile's order where that is another", () => {
  const row = { score: null, length_m: 64.6, distance_m: 1200, surface: null, rank: 4, place: 4 };
  assert.deepEqual(listFacts(row), ["score unknown", "65 m", "1.2 km away"]);
  assert.equal(listFacts({ ...row, place: 1 }).at(-1), "number 4 by the profile's weights");
});
