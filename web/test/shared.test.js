// What Python writes is read, and what it reckons is reckoned again: tests/shared_numbers.py makes shared.json.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { readStretches } from "../src/map/payload.js";
import { Scorer } from "../src/map/score.js";
import { explainRating, RATINGS } from "../src/ratings.js";

const shared = JSON.parse(await readFile(new URL("shared.json", import.meta.url), "utf8"));
const { scored } = shared;
const scorer = new Scorer(shared.formula, shared.criteria);

function assertClose(value, expected, tolerance) {
  if (expected === null) assert.equal(value, null);
  else assert.ok(Math.abs(value - expected) <= tolerance, `${value} is not ${expected}`);
}

test("lines are read to a millionth of a degree", () => {
  const rows = readStretches(shared.table, shared.criteria);
  assert.equal(rows.length, shared.lines.length);
  rows.forEach(({ line }, i) => {
    assert.equal(line.length, shared.lines[i].length);
    line.flat().forEach((degrees, k) => {
      assertClose(degrees, shared.lines[i].flat()[k], 1.01e-6);
    });
  });
});

test("heights are read to a centimetre, with their gaps", () => {
  readStretches(shared.table, shared.criteria).forEach(({ heights }, i) => {
    assert.equal(heights.length, shared.heights_m[i].length);
    heights.forEach((height, k) => {
      assertClose(height, shared.heights_m[i][k], 0.0101);
    });
  });
});

test("names are read as they are", () => {
  const names = readStretches(shared.table, shared.criteria).map(({ name }) => name);
  assert.deepEqual(names, shared.names);
});

test("every weighting gives the package's scores", () => {
  scored.weights.forEach((weights, i) => {
    scored.d.forEach((d, k) => {
      assertClose(scorer.combine(d, weights), scored.scores[i][k], 1e-6);
    });
  });
});

test("ratings mean the same and look the same in every file", () => {
  const here = RATINGS.map(({ name, meaning, colour }) => [name, [meaning, colour]]);
  assert.deepEqual(here, Object.entries(shared.ratings));
  assert.equal(explainRating("A"), "A: good by the map");
  assert.equal(explainRating("none"), "unrated: look first");
});

test("ratings are the package's", () => {
  const ratings = scored.low.map((low, i) =>
    scorer.rate(low, scored.quality[i], scored.d[i], scored.confidence[i], scored.doubts[i]),
  );
  assert.deepEqual(ratings, scored.ratings);
});

test("the order is the package's", () => {
  const rows = scored.low.map((score_low, i) => {
    const [east_m, north_m] = scored.middle[i];
    const [length_m, ground, rating] = [scored.length_m[i], scored.ground[i], scored.ratings[i]];
    return { i, score_low, east_m, north_m, length_m, ground, rating };
  });
  assert.deepEqual(
    scorer.rank(rows).map(({ i }) => i),
    scored.order,
  );
});
