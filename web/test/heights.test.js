import assert from "node:assert/strict";
import { test } from "node:test";
import { layOutHeights, splitAtGaps } from "../src/map/heights.js";

test("a gap is a gap, and a single height is no line", () => {
  assert.deepEqual(splitAtGaps([1, 2, null, 3, null, 4, 5]), [
    [
      [0, 1],
      [1, 2],
    ],
    [
      [5, 4],
      [6, 5],
    ],
  ]);
  assert.deepEqual(splitAtGaps([null, 7, null]), []);
});

test("flat ground is drawn flat: two metres at least are on the scale", () => {
  const { lines, y } = layOutHeights([5.1, 5.2, 5.1], { perMetre: 1.6, steeper: 10 });
  assert.deepEqual(lines, [5, 6, 7]);
  assert.ok(y(5.2) < y(5.1));
  assert.equal(y(5) - y(6), 16);
});

test("heights are drawn ten times as tall, less where they would need too much room", () => {
  const scales = { perMetre: 1.6, steeper: 10 };
  assert.equal(layOutHeights([0, 3], scales).exaggeration, 10);
  const steep = layOutHeights([0, 40], scales);
  assert.ok(steep.exaggeration < 10);
  assert.ok(steep.bottom < 200);
});

test("the error has room on the scale", () => {
  const { lines } = layOutHeights([5, null, 5], { perMetre: 1.6, steeper: 10, sigma: 2 });
  assert.deepEqual([lines[0], lines.at(-1)], [3, 7]);
});

test("metres of every stretch have the same width", () => {
  const { x } = layOutHeights([1, 2], { perMetre: 1.6, steeper: 10 });
  assert.ok(Math.abs(x(60) - x(10) - 80) < 1e-9);
});
