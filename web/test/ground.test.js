import assert from "node:assert/strict";
import { test } from "node:test";
import { measureWay, moveBy } from "../src/geo.js";
import { runAtOnce, runInFrames } from "../src/map/frames.js";
import { projectLines, trace } from "../src/map/ground.js";

const flat = ([lat, lon]) => ({ x: lon, y: -lat });
const FRAME = { left: 0, top: -10, right: 10, bottom: 0, scale: 8 };

/** Return what is called of a path, as [name, x, y]. */
function draw(lines, closed, frame = FRAME) {
  const calls = [];
  const note =
    (name) =>
    (...at) =>
      calls.push([name, ...at]);
  const path = { moveTo: note("moveTo"), lineTo: note("lineTo"), closePath: note("closePath") };
  const pauses = [...trace(path, projectLines(lines, flat), frame, closed)].length;
  return { calls, pauses };
}

/** Return a line of so many points, from one side of the frame to the other. */
function wave(count) {
  return Array.from({ length: count }, (_, i) => [5 + Math.sin(i), (10 * i) / count]);
}

test("a line is drawn in pixels of the frame, north up", () => {
  const { calls } = draw(
    [
      [
        [2, 1],
        [4, 3],
      ],
    ],
    false,
  );
  assert.deepEqual(calls, [
    ["moveTo", 8, 64],
    ["lineTo", 24, 48],
  ]);
});

test("a ring is closed", () => {
  const { calls } = draw(
    [
      [
        [2, 1],
        [4, 3],
        [2, 3],
      ],
    ],
    true,
  );
  assert.deepEqual(calls.at(-1), ["closePath"]);
});

test("what touches the frame nowhere is not drawn, and what crosses it is", () => {
  const outside = [
    [
      [20, 1],
      [40, 3],
    ],
    [
      [5, -4],
      [5, -1],
    ],
    [
      [-9, 5],
      [-1, 5],
    ],
  ];
  assert.deepEqual(draw(outside, false).calls, []);
  assert.equal(
    draw(
      [
        [
          [-50, -50],
          [50, 50],
        ],
      ],
      false,
    ).calls.length,
    2,
  );
});

test("a long line and many short ones are drawn with pauses, and whole", () => {
  const long = draw([wave(5000)], false);
  assert.ok(long.pauses >= 10);
  assert.equal(long.calls.length, 5000);
  assert.ok(
    draw(
      Array(2000).fill([
        [2, 1],
        [4, 3],
      ]),
      false,
    ).pauses >= 10,
  );
});

test("a task is done over frames, within its time in each, and not after it is stopped", () => {
  const frames = [];
  let now = 0;
  globalThis.matchMedia = () => ({ matches: false });
  globalThis.requestAnimationFrame = (act) => frames.push(act);
  globalThis.cancelAnimationFrame = (number) => delete frames[number - 1];
  const clock = performance.now;
  performance.now = () => now;
  try {
    const done = [];
    const work = function* () {
      for (let i = 0; i < 7; i++) {
        now += 1; // a millisecond of work
        yield done.push(i);
      }
    };
    runInFrames(work());
    assert.equal(done.length, 0);
    frames[0]();
    assert.ok(done.length >= 1 && done.length <= 3, "not more than its share");
    for (let i = 1; i < frames.length; i++) frames[i]();
    assert.equal(done.length, 7);
    const stop = runInFrames(work());
    stop();
    assert.equal(frames.at(-1), undefined);
    globalThis.matchMedia = () => ({ matches: true });
    runInFrames(work());
    assert.equal(done.length, 14, "all at once on paper");
    runAtOnce(work());
    assert.equal(done.length, 21);
  } finally {
    performance.now = clock;
    for (const name of ["matchMedia", "requestAnimationFrame", "cancelAnimationFrame"]) delete globalThis[name];
  }
});

test("a point moved by metres is as far away as that", () => {
  for (const [east, north] of [
    [1500, 0],
    [0, -800],
    [-300, 400],
  ]) {
    const { metres, bearing } = measureWay([47.1, 9.5], moveBy([47.1, 9.5], east, north));
    assert.ok(Math.abs(metres - Math.hypot(east, north)) < 0.005 * metres);
    assert.ok(Math.abs(((bearing - (Math.atan2(east, north) * 180) / Math.PI + 540) % 360) - 180) < 0.5);
  }
});
