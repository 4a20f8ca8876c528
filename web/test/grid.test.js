import assert from "node:assert/strict";
import { test } from "node:test";
import { readHeights, readLine, readLines, readNumbers, readShares } from "../src/map/grid.js";

const GRID = { lat: 60, lon: 20, decimals: 2 };

/** Encode whole numbers, as `saferoute/page/grid.py` says. */
function write(...numbers) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return numbers
    .map((number) => {
      let rest = number < 0 ? -2 * number - 1 : 2 * number;
      let word = "";
      for (; rest >= 32; rest = Math.floor(rest / 32)) word += alphabet[32 + (rest % 32)];
      return word + alphabet[rest];
    })
    .join("");
}

function close(points, expected) {
  assert.equal(points.length, expected.length);
  points.flat().forEach((value, i) => {
    assert.ok(Math.abs(value - expected.flat()[i]) < 1e-9, `${value} is not ${expected.flat()[i]}`);
  });
}

test("numbers of either sign and any length are read", () => {
  assert.deepEqual(readNumbers("ABCD"), [0, -1, 1, -2]);
  const numbers = [0, 15, -16, 16, 31, -1000, 2 ** 22, -(2 ** 40)];
  assert.deepEqual(readNumbers(write(...numbers)), numbers);
  assert.deepEqual(readNumbers(""), []);
});

test("a line is a point, then steps", () => {
  close(readLine(write(5, -3, 0, 1, -10, 0), GRID), [
    [59.97, 20.05],
    [59.98, 20.05],
    [59.98, 19.95],
  ]);
});

test("each of many lines starts from where the one before started", () => {
  const lines = readLines(write(2, 1, 1, 50, 0, 3, 1, 0, 0, 1, 0, 1), GRID);
  assert.equal(lines.length, 2);
  close(lines[0], [
    [60.01, 20.01],
    [60.01, 20.51],
  ]);
  close(lines[1], [
    [60.01, 20.02],
    [60.02, 20.02],
    [60.03, 20.02],
  ]);
});

test("a height that is not known is a gap, and the next goes on from the last known", () => {
  assert.deepEqual(readHeights(write(200, 5, 2 ** 22, -10)), [2, 2.05, null, 1.95]);
  assert.deepEqual(readHeights(null), []);
});

test("shares are a character each, from 0 to 1", () => {
  assert.deepEqual(readShares("A_"), [0, 1]);
  assert.equal(readShares("V")[0], 21 / 63);
});
