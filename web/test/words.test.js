import assert from "node:assert/strict";
import { test } from "node:test";
import {
  convertLengths,
  countThings,
  describeAway,
  describeDirection,
  describeOrigin,
  describeSlope,
  formatClock,
  formatDistance,
  formatLength,
  formatMetres,
  formatNumber,
  formatRange,
  isSystem,
  nameWind,
  useUnits,
} from "../src/words.js";

test("numbers have a true minus, and a unit only where they are known", () => {
  assert.equal(formatNumber(-1.26, 1, " %"), "−1.3 %");
  assert.equal(formatNumber(0, 2), "0.00");
  assert.equal(formatNumber(null, 2, " m"), "unknown");
  assert.equal(formatNumber(undefined, 2, " m"), "unknown");
});

test("lengths are in metres below a kilometre", () => {
  assert.equal(formatMetres(999), "999 m");
  assert.equal(formatMetres(1000), "1.0 km");
  assert.equal(formatMetres(0), "0 m");
  assert.equal(formatMetres(null), "unknown");
});

test("lengths are in feet and miles where those are asked for", (t) => {
  t.after(() => useUnits("metric"));
  useUnits("imperial");
  assert.equal(formatMetres(84), "276 ft");
  assert.equal(formatMetres(1234), "0.8 mi");
  assert.equal(formatMetres(null), "unknown");
  assert.equal(formatLength(1.5, 1), "4.9 ft");
  assert.equal(formatLength(-2, 0), "−7 ft");
  assert.equal(formatLength(null, 1), "unknown");
});

test("a range of which one end is unknown is unknown", () => {
  assert.equal(formatRange(0.4, 0.75, 2), "0.40 to 0.75");
  assert.equal(formatRange(0.4, null, 2), "unknown");
});

test("times have hours from the first on", () => {
  assert.equal(formatClock(65), "1:05");
  assert.equal(formatClock(3599), "59:59");
  assert.equal(formatClock(3605), "1:00:05");
});

test("one thing is counted in the singular", () => {
  assert.equal(countThings(1, "stretch", "stretches"), "1 stretch");
  assert.equal(countThings(0, "stretch", "stretches"), "0 stretches");
});

test("the wind is that of the bearing, north on both sides of zero", () => {
  const towards = (advised_bearing_deg) => describeDirection({ advised_bearing_deg });
  assert.match(towards(22), /towards north \(22°\), uphill/);
  assert.match(towards(359), /towards north \(359°\)/);
  assert.match(towards(200), /towards south \(200°\)/);
  assert.match(towards(null), /^either way/);
});

test("a slope without an error says so, and an unknown one has none", () => {
  assert.equal(describeSlope({ grade_pct: -0.54, grade_sigma_pct: 0.2 }), "−0.5 % ± 0.2 %");
  assert.equal(describeSlope({ grade_pct: 2, grade_sigma_pct: null }), "2.0 % error unknown");
  assert.equal(describeSlope({ grade_pct: null, grade_sigma_pct: 1 }), "unknown");
});

test("an origin that is not known is unknown", () => {
  assert.equal(describeOrigin({ origin: null }), "unknown");
});

test("distances are rounded as far as they matter on foot", (t) => {
  t.after(() => useUnits("metric"));
  assert.equal(formatDistance(796.2), "800 m");
  assert.equal(formatDistance(998), "1.0 km");
  assert.equal(formatDistance(null), "unknown");
  useUnits("imperial");
  assert.equal(formatDistance(84), "300 ft");
});

test("the way from the place has a wind, and neither is guessed", () => {
  const place = { distance_m: 340, east_m: -240, north_m: 240 };
  assert.equal(describeAway(place), "340 m north-west");
  assert.equal(describeAway({ ...place, east_m: null }), "340 m away");
  assert.equal(describeAway({ ...place, distance_m: null }), "distance unknown");
  assert.equal(nameWind(337.6), "north");
});

test("sentences follow the units, and what is no length stays", (t) => {
  t.after(() => useUnits("metric"));
  const said = "kerb 3.8 m to the south; ± 2.0 %, at 1.5 m/s, 1.2 km on, 20 min, item 4 metres, 10 m cells";
  assert.equal(convertLengths(said), said);
  useUnits("imperial");
  assert.equal(
    convertLengths(said),
    "kerb 12 ft to the south; ± 2.0 %, at 1.5 m/s, 0.7 mi on, 20 min, item 4 metres, 33 ft cells",
  );
  assert.equal(convertLengths("0.2 m; 7:30 min/km"), "0.7 ft; 12:04 min/mi");
  assert.equal(convertLengths("12 ft"), "12 ft");
  useUnits("metric");
  assert.equal(convertLengths("12 ft, 0.7 mi, 12:04 min/mi"), "3.7 m, 1.1 km, 7:30 min/km");
});

test("only systems that exist are units", () => {
  assert.ok(isSystem("imperial"));
  assert.ok(!isSystem("toString"));
});
