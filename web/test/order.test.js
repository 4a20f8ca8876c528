import assert from "node:assert/strict";
import { test } from "node:test";
import { findWayTo, measureWay } from "../src/geo.js";
import { listOrders, sortRows } from "../src/map/order.js";

const LINE = [
  [60, 20],
  [60.001, 20],
];
const row = (name, values) => ({
  name,
  rating: "B",
  length_m: 80,
  distance_m: 500,
  line: LINE,
  advised_bearing_deg: null,
  d: [0.5],
  c: [1],
  ...values,
});
const namesBy = (rows, view) => sortRows(rows, { me: null, ...view }, ["surface"]).map(({ name }) => name);

test("a degree of latitude is 111 km, and east of here is a bearing of 90°", () => {
  const north = measureWay([60, 20], [61, 20]);
  assert.ok(Math.abs(north.metres - 111_195) < 5);
  assert.equal(Math.round(north.bearing), 0);
  assert.equal(Math.round(measureWay([0, 20], [0, 21]).bearing), 90);
  assert.equal(Math.round(measureWay([0, 179.9], [0, -179.9]).metres / 1000), 22);
  assert.equal(measureWay([60, 20], [60, 20]).metres, 0);
});

test("the way leads to the start, or to the nearer end where either will do", () => {
  const from = [60.002, 20];
  assert.equal(Math.round(findWayTo({ line: LINE, advised_bearing_deg: null }, from).metres), 111);
  assert.equal(Math.round(findWayTo({ line: LINE, advised_bearing_deg: 0 }, from).metres), 222);
});

test("what is rated stands before what is not, in every order", () => {
  const rows = [
    row("far", { distance_m: 900 }),
    row("near", { distance_m: 90 }),
    row("?", { rating: "none", distance_m: 1 }),
  ];
  assert.deepEqual(namesBy(rows, { sortBy: "place" }), ["near", "far", "?"]);
  assert.deepEqual(namesBy(rows, { sortBy: "rank" }), ["far", "near", "?"]);
});

test("what is not known stands last, never as none", () => {
  const rows = [row("?", { length_m: null }), row("short", { length_m: 60 }), row("long", { length_m: 90 })];
  assert.deepEqual(namesBy(rows, { sortBy: "length" }), ["long", "short", "?"]);
  const judged = [row("blind", { d: [0.9], c: [0] }), row("null", { d: [null] }), row("seen", { d: [0.1] })];
  assert.deepEqual(namesBy(judged, { sortBy: "surface" }), ["seen", "blind", "null"]);
});

test("the nearest to the reader comes first, and without a position nothing moves", () => {
  const away = (lat) => [
    [lat, 20],
    [lat, 20.001],
  ];
  const rows = [row("far", { line: away(60.1) }), row("near", { line: away(60.01) })];
  assert.deepEqual(namesBy(rows, { sortBy: "me", me: { point: [60, 20] } }), ["near", "far"]);
  assert.deepEqual(namesBy(rows, { sortBy: "me" }), ["far", "near"]);
});

test("nearness to the reader can be asked for where it is known", () => {
  const keys = (located) => listOrders(["surface"], located).map(([key]) => key);
  assert.deepEqual(keys(false), ["rank", "place", "length", "surface"]);
  assert.deepEqual(keys(true), ["rank", "me", "place", "length", "surface"]);
});
