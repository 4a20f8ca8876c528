import assert from "node:assert/strict";
import { test } from "node:test";
import { boxAround, overlap, Room } from "../src/map/boxes.js";
import { listFacts } from "../src/map/cards.js";
import { metresPerPixel } from "../src/map/labels.js";
import { placeArrows } from "../src/map/lines.js";
import { describeCount } from "../src/map/list.js";
import { standAside, widthOf } from "../src/map/numbers.js";
import { heightOfPage } from "../src/map/paper.js";

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

test("a page is as high as the sheet of its width", () => {
  assert.ok(Math.abs(heightOfPage(718) - 27.7 * (96 / 2.54)) < 2, "A4");
  assert.ok(Math.abs(heightOfPage(740) - 25.9 * (96 / 2.54)) < 2, "US Letter");
});

test("names that stand upright need height, not width", () => {
  const [west, north, east, south] = boxAround({ x: 100, y: 50 }, 80, 14, 90);
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

test("what matters most gets room first, and nothing is drawn over what is there", () => {
  const room = new Room();
  const boxes = [
    [0, 0, 5, 5],
    [4, 4, 9, 9],
    [10, 0, 20, 10],
    [19, 0, 30, 10],
    [20, 0, 30, 10],
  ];
  assert.deepEqual(
    boxes.map((box) => room.take(box)),
    [true, false, true, false, true],
  );
});

test("room is found alike wherever on the map, across the squares that it is kept in", () => {
  for (const [x, y] of [
    [0, 0],
    [60, 60],
    [-130, 127],
    [2 ** 27, 2 ** 27 - 3],
  ]) {
    const room = new Room();
    const box = [x, y, x + 150, y + 20];
    assert.ok(room.take(box));
    assert.ok(!room.take([x + 140, y + 10, x + 300, y + 30]));
    assert.ok(!room.take([x - 5, y - 5, x + 1, y + 1]));
    assert.ok(room.take([x, y + 20, x + 150, y + 40]));
  }
});

test("a number stands beside its line, above it where there is an above", () => {
  const points = (...xy) => xy.map(([x, y]) => ({ x, y }));
  assert.deepEqual(standAside(points([0, 50], [100, 50])), { x: 50, y: 33 });
  assert.deepEqual(standAside(points([100, 50], [0, 50])), { x: 50, y: 33 });
  const upright = standAside(points([50, 0], [50, 100]));
  assert.equal(Math.abs(upright.x - 50), 17);
  assert.ok(Math.abs(upright.y - 50) < 1e-9);
  assert.ok(Number.isFinite(standAside(points([5, 5], [5, 5])).x), "a line without length has a place, too");
});

test("a number with more digits or a letter is wider", () => {
  assert.ok(widthOf({ rank: 10, rating: "none" }) > widthOf({ rank: 9, rating: "none" }));
  assert.ok(widthOf({ rank: 9, rating: "A" }) > widthOf({ rank: 9, rating: "none" }));
});

test("a card says length, surface and way from the place, and what is unknown of them", () => {
  const row = { length_m: 64.6, distance_m: 1234, east_m: 900, north_m: -900, surface: "grass", d: [0.5], c: [0] };
  assert.deepEqual(listFacts(row), ["65 m", "grass", "1.2 km south-east"]);
  const unknown = { ...row, length_m: null, surface: null, distance_m: null };
  assert.deepEqual(listFacts(unknown), ["unknown", "surface unknown", "distance unknown"]);
});

test("a card says the way from the reader where that is known", () => {
  const row = { ...NORTHWARDS, surface: null, d: [], c: [] };
  assert.equal(listFacts(row, { point: [59.999, 20] })[2], "110 m north of you");
});

test("in the order of a criterion a card says its number, unless nothing is known of it", () => {
  const row = { length_m: 60, distance_m: null, surface: null, d: [0.75, 0.5], c: [0.4, 0] };
  const fact = (sortBy) => listFacts(row, null, sortBy, ["surface", "crowding"]).at(-1);
  assert.equal(fact("surface"), "surface 0.75");
  assert.equal(fact("crowding"), "crowding unknown");
  assert.equal(fact("rank"), "distance unknown");
});
