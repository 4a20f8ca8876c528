import assert from "node:assert/strict";
import { test } from "node:test";
import { groupByGround, listSteps, readSquares, summariseSession } from "../src/map/timetable.js";

const step = (values) => ({ kind: "back", section: 0, start_s: 0, duration_s: 0, distance_m: 0, words: "", ...values });
const PLAN = {
  week: 3,
  figures: { length_m: 2950, duration_s: 1532 },
  sections: [{ section: 1, line: [[60, 20]] }],
  steps: [
    step({ kind: "warm-up", duration_s: 531, distance_m: 1200, words: "run" }),
    step({ kind: "backward", section: 1, start_s: 531, duration_s: 20, distance_m: 34 }),
    step({ kind: "juggle", start_s: 3600 }),
  ],
};

test("each step has its time, its name and its way", () => {
  const [warmUp, backward] = listSteps(PLAN);
  assert.deepEqual(warmUp, {
    section: null,
    start: "0:00",
    name: "Warm-up",
    words: "run",
    duration: "8:51",
    way: "1.2 km",
  });
  assert.deepEqual([backward.section, backward.name, backward.start], [1, "Backward 1", "8:51"]);
});

test("a step on the spot has no way, and one of an unknown kind is called by it", () => {
  const unknown = listSteps(PLAN)[2];
  assert.deepEqual([unknown.way, unknown.name, unknown.start], ["", "juggle", "1:00:00"]);
});

test("the summary counts sections, and says where there is nothing to run", () => {
  assert.equal(summariseSession(PLAN, "Beginner"), "3.0 km in 25:32 · 1 backward section · week 3 · Beginner");
  assert.equal(summariseSession({ ...PLAN, steps: [] }, "Beginner"), "Nothing to run · Beginner");
});

test("sections on one ground share a sign, those that turn round do not", () => {
  const there = [
    [60, 20],
    [60, 21],
  ];
  const sections = [
    { section: 1, line: there },
    { section: 2, line: [...there].reverse() },
    { section: 3, line: [...there] },
  ];
  const numbers = groupByGround(sections).map((group) => group.map(({ section }) => section));
  assert.deepEqual(numbers, [[1, 3], [2]]);
});

test("a code's rows are bits from the left, leading zeros included", () => {
  const isDark = readSquares([0b010, 0b000, 0b101]);
  const read = [0, 1, 2].map((y) => [0, 1, 2].map((x) => Number(isDark(x, y))));
  assert.deepEqual(read, [
    [0, 1, 0],
    [0, 0, 0],
    [1, 0, 1],
  ]);
});
