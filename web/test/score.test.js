import assert from "node:assert/strict";
import { test } from "node:test";
import { normaliseWeights, Scorer, spreadPoints } from "../src/map/score.js";

const FORMULA = {
  mean_share: 0.7,
  least_share: 0.3,
  floor: 0.01,
  low_pct: 20,
  ratings: [
    ["A", 0.7, 0.6, [0.4, 0.2], [0.3, 0], 0],
    ["B", 0.5, 0.45, [0.4, 0], [0.3, 0], 1],
    ["C", 0.3, 0, [0.2, 0], [0.3, 0], 1],
  ],
  repeat: 0.5,
  near_m: 100,
  same_ground_share: 0.5,
  again: 0.5,
  weights: [1, 3],
};
const CRITERIA = ["surface", "crowding"];
const scorer = new Scorer(FORMULA, CRITERIA);
const certain = (value) => new Array(11).fill(value);

function makeRow({ d = [0.8, 0.5], c = [0.9, 0.9], low = 0.5, ...values }) {
  const given = {
    score: 0.6,
    score_low: low,
    score_high: 0.7,
    data_quality: 0.9,
    rating: "B",
    limiting_criterion: "crowding",
  };
  const place = { east_m: 0, north_m: 0, ground: 1, length_m: 100 };
  return { ...given, given, d, c, quantiles: d.map(certain), ...place, ...values };
}

const near = (value, expected) => assert.ok(Math.abs(value - expected) < 1e-12, `${value} is not ${expected}`);

test("weights are shares of their sum, and equal where all are nothing", () => {
  assert.deepEqual(normaliseWeights([1, 3]), [0.25, 0.75]);
  assert.deepEqual(normaliseWeights([0, 0]), [0.5, 0.5]);
  assert.deepEqual(scorer.weights, [0.25, 0.75]);
});

test("the score is the weighted mean times the least, to their shares", () => {
  near(scorer.combine([0.81, 0.81], [0.5, 0.5]), 0.81);
  near(scorer.combine([0.64, 0.25], [0.5, 0.5]), 0.4 ** 0.7 * 0.25 ** 0.3);
  near(scorer.combine([0, 0], [0.5, 0.5]), 0.01);
});

test("a criterion that is not given leaves the score unknown", () => {
  assert.equal(scorer.combine([0.8, null], [1, 0]), null);
  const row = makeRow({ d: [0.8, null] });
  assert.equal(scorer.score({ ...row, quantiles: null }, [1, 0]).score, 0.6);
});

test("points of the draws fill the cube evenly", () => {
  const points = spreadPoints(2);
  const quarter = points.filter(([x, y]) => x < 0.5 && y < 0.5).length;
  assert.ok(Math.abs(quarter - points.length / 4) < 5);
  assert.ok(points.flat().every((value) => value >= 0 && value < 1));
});

test("what is certain has a low score like its score, and what may be poor a lower one", () => {
  near(scorer.drawLow([certain(0.64), certain(0.25)], [0.5, 0.5]), scorer.combine([0.64, 0.25], [0.5, 0.5]));
  const even = Array.from({ length: 11 }, (_, i) => i / 10);
  const low = scorer.drawLow([even, certain(1)], [1, 0]);
  assert.ok(Math.abs(low - 0.2) < 0.01, `the 20th percentile of even chances is .2, not ${low}`);
});

test("under the profile's own weights a row keeps the low score of the file", () => {
  near(scorer.score(makeRow({ low: 0.43 }), scorer.weights).score_low, 0.43);
});

test("other weights move the low score, never above the score", () => {
  const row = makeRow({ d: [0.9, 0.3], low: 0.3 });
  assert.ok(scorer.score(row, [1, 0]).score_low > 0.3);
  const high = makeRow({ d: [0.9, 0.3], low: 0.99 });
  const verdict = scorer.score(high, [0.5, 0.5]);
  assert.equal(verdict.score_low, verdict.score);
});

test("a rating asks for the low score, for data, and for something known of each criterion", () => {
  assert.equal(scorer.rate(0.7, 0.6, [0.3, 0], [0.4, 0.2], 0), "A");
  assert.equal(scorer.rate(0.7, 0.59, [0.3, 0], [0.4, 0.2], 0), "B");
  assert.equal(scorer.rate(0.7, 0.9, [0.3, 0], [0.4, 0.19], 0), "B");
  assert.equal(scorer.rate(0.7, 0.9, [0.3, 0], [0.39, 1], 0), "C");
  assert.equal(scorer.rate(0.7, 0.9, [0.3, 0], [0.19, 1], 0), "none");
  assert.equal(scorer.rate(0.7, 0.9, [0.29, 1], [1, 1], 0), "none");
  assert.equal(scorer.rate(0.29, 0.9, [0.3, 0], [1, 1], 0), "none");
});

test("who must look for two things at once looks first, and A allows not even one", () => {
  const rate = (doubts) => scorer.rate(0.9, 0.9, [1, 1], [1, 1], doubts);
  assert.deepEqual([0, 1, 2, 3].map(rate), ["A", "B", "none", "none"]);
});

test("a better rating comes first, whatever the low score and however near to one before", () => {
  const rows = [
    makeRow({ low: 0.9, rating: "none" }),
    makeRow({ low: 0.6, rating: "C", east_m: 1e6 }),
    makeRow({ low: 0.2, rating: "none", east_m: -1e6 }),
    makeRow({ low: 0.4, rating: "A", ground: 7 }),
    makeRow({ low: 0.3, rating: "A", ground: 7 }),
  ];
  assert.deepEqual(scorer.rank(rows), [rows[3], rows[4], rows[1], rows[0], rows[2]]);
});

test("the limiting criterion is the one whose perfection would help most", () => {
  assert.equal(scorer.findLimiting([0.9, 0.4], [0.5, 0.5]), "crowding");
  assert.equal(scorer.findLimiting([0.3, 0.4], [0.9, 0.1]), "surface");
});

test("the order is by the low score, and longer goes first among equals", () => {
  const far = { east_m: 1e6 };
  const rows = [
    makeRow({ low: 0.4 }),
    makeRow({ low: 0.6, ...far }),
    makeRow({ low: 0.6, length_m: 101, east_m: -1e6 }),
  ];
  assert.deepEqual(scorer.rank(rows), [rows[2], rows[1], rows[0]]);
});

test("what lies beside a better one comes after what is a little worse and far away", () => {
  const [best, beside, away] = [
    makeRow({ low: 0.6 }),
    makeRow({ low: 0.59, east_m: 10 }),
    makeRow({ low: 0.5, east_m: 5000 }),
  ];
  assert.deepEqual(scorer.rank([best, beside, away]), [best, away, beside]);
});

test("along one line a distance counts for less", () => {
  const best = makeRow({ low: 0.6 });
  const same = makeRow({ low: 0.5, east_m: 100 });
  const other = makeRow({ low: 0.5, north_m: 100, ground: 2 });
  assert.deepEqual(scorer.rank([best, same, other]), [best, other, same]);
});

test("a third one on the same ground comes behind what is elsewhere", () => {
  const lines = [0, 10, 20].map((east_m) => makeRow({ low: 0.6, east_m, ground: 7 }));
  const away = makeRow({ low: 0.3, east_m: 5000, ground: 8 });
  assert.deepEqual(scorer.rank([...lines, away]).indexOf(away), 2);
});

test("without weights all is as the file says, whatever was tried before", () => {
  const rows = [makeRow({ d: [0.2, 0.9], low: 0.55 }), makeRow({ d: [0.9, 0.2], low: 0.5, east_m: 9000 })];
  assert.deepEqual(scorer.reweigh(rows, [1, 0]), [rows[1], rows[0]]);
  assert.equal(rows[0].score_high, null);
  assert.deepEqual(scorer.reweigh(rows, null), rows);
  assert.equal(rows[0].score_low, 0.55);
  assert.equal(rows[0].score_high, 0.7);
});
