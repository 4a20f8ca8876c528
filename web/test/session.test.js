import "./browser.js";
import "./leaflet.js";

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { byId } from "../src/dom.js";
import { drawSession, readSession, writeSession } from "../src/map/session.js";
import { beginPage } from "./browser.js";
import { FakeMap, listSigns } from "./leaflet.js";

const PAGE = { place: { name: "Sandhamn", lat: 59, lon: 18 }, profile: "soft ground" };
const step = (values) => ({ start_s: 0, duration_s: 60, distance_m: null, words: "", section: null, ...values });
const section = (number, line, values = {}) => ({
  section: number,
  stretch: 4,
  name: "<b>Rantatie</b>",
  line,
  bearing_deg: 90,
  length_m: 50,
  start_m: 10,
  checks: ["a door", "a kerb at 20 m"],
  ...values,
});
const PLAN = {
  grid: { lat: 60, lon: 20, decimals: 4 },
  route: "AACCCC",
  heights: null,
  sections: [section(1, "AACC"), section(2, "AACC"), section(3, "CCCC", { stretch: 5, name: "", checks: ["sand"] })],
  steps: [
    step({ kind: "warm-up", words: "easily", distance_m: 400 }),
    step({ kind: "backward", section: 1, start_s: 90, words: "over 50 m" }),
  ],
  notes: ["Shorter than asked for."],
  pace: "Walk 5 km in an hour.",
  figures: { length_m: 900, duration_s: 1800 },
  week: 2,
  qr: ["IAAA"],
};
let map;

beforeEach(() => {
  beginPage("title", "summary", "session");
  map = new FakeMap();
});

test("a session is told step by step, with what to look at once a stretch", () => {
  writeSession(map, readSession(PLAN), PAGE);
  assert.equal(byId("title").title, "Session near Sandhamn");
  assert.match(byId("summary").textContent, /3 backward sections · week 2 · soft ground$/);
  const rows = byId("session").querySelectorAll("tbody tr");
  assert.deepEqual(
    rows.map(({ className }) => className),
    ["", "backward"],
  );
  assert.match(rows[0].textContent, /^0:00Warm-up easily1:00400 m$/);
  const checks = byId("session")
    .querySelectorAll(".checks li")
    .map(({ textContent }) => textContent);
  assert.deepEqual(checks, [
    "Stretch 4, <b>Rantatie</b>: walk it forwards first; check a door; a kerb at 20 m.",
    "Stretch 5: walk it forwards first; check sand.",
  ]);
});

test("the start has a code and its position", () => {
  writeSession(map, readSession(PLAN), PAGE);
  assert.equal(byId("session").querySelector(".start a").href, "geo:60.000000,20.000000?q=60.000000,20.000000");
});

test("a tap on a section turns the map to it", () => {
  const plan = readSession(PLAN);
  writeSession(map, plan, PAGE);
  beginLegend();
  byId("session").querySelector("tbody button").click();
  assert.deepEqual(map.looks[0].bounds, plan.sections[0].line);
});

test("where nothing can be run, the reason is told and no timetable", () => {
  writeSession(map, readSession({ ...PLAN, steps: [], sections: [], route: "" }), { ...PAGE, place: { name: null } });
  assert.equal(byId("title").textContent, "Session");
  assert.equal(byId("session").textContent, "Shorter than asked for.");
});

test("sections on the same ground share a sign", () => {
  drawSession(map, readSession(PLAN));
  assert.deepEqual(listSigns(map), ["1, 2", "3", "Start and end"]);
  assert.ok(document.body.classList.contains("session"));
});

test("a session without a route draws nothing", () => {
  drawSession(map, readSession({ ...PLAN, route: "" }));
  assert.deepEqual(map.layers, []);
});

function beginLegend() {
  const legend = document.createElement("details");
  legend.className = "legend";
  document.body.append(legend);
}
