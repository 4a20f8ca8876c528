import assert from "node:assert/strict";
import { test } from "node:test";
import { formatPosition, readPosition } from "../src/scan/address.js";
import { describeScan, listFacts, listNotes, summariseDistrict } from "../src/scan/facts.js";
import { pickBest, shownRatings, widthAt } from "../src/scan/ratings.js";

test("an address says where the map looks, and is read back", () => {
  const there = { zoom: 14, lat: -60.17201, lng: 24.944 };
  assert.equal(formatPosition(there), "#14/-60.17201/24.94400");
  assert.deepEqual(readPosition(formatPosition(there)), there);
});

test("what is no position is none", () => {
  for (const hash of ["", "#", "#14", "#14/60", "#14/../..", "#140/60/24", "#14/60/24/x"]) {
    assert.equal(readPosition(hash), null, hash);
  }
});

test("ratings are hidden from the worst on", () => {
  const names = (hidden) => shownRatings(hidden).map(({ name }) => name);
  assert.deepEqual(names(0), ["A", "B", "C", "none"]);
  assert.deepEqual(names(3), ["A"]);
});

test("a click takes the best of what is shown", () => {
  const found = [
    { rating: "none", score_low: 0.9 },
    { rating: "B", score_low: 0.5 },
    { rating: "B", score_low: 0.6 },
  ];
  assert.equal(pickBest(found, 0), found[0]);
  assert.equal(pickBest(found, 1), found[2]);
  assert.equal(pickBest(found, 3), null);
});

test("lines are thinner from afar", () => {
  assert.ok(widthAt({ name: "A" }, 11) < widthAt({ name: "A" }, 12));
});

test("what a tile does not say is unknown", () => {
  const facts = new Map(listFacts({ rating: "C", score_low: 0.35, grade_pct: -1.25, length_m: 80.4 }));
  assert.equal(facts.get("Slope"), "−1.3 %");
  assert.equal(facts.get("Length"), "80 m");
  for (const name of ["Surface", "People an hour", "Weak point", "Data quality"])
    assert.equal(facts.get(name), "unknown");
});

test("the summary of a scan names its hour and the age of its data", () => {
  const scan = { stretches: 154, at: "sat 07:00", data_date: null };
  assert.equal(describeScan(scan), "154 stretches, at sat 07:00, local time; map data of an unknown date.");
  assert.match(describeScan({ ...scan, at: null }), /in an average hour of the day/);
});

test("tiles that failed are noted", () => {
  assert.match(listNotes({ notes: ["a"], bad_tiles: 2 })[1], /^2 tiles failed/);
  assert.equal(listNotes({ notes: ["a"], bad_tiles: 0 }).length, 2);
});

test("good kilometres are those of A and B", () => {
  const district = { stretches: 36, length_km: 3.14, a_km: 0.5, b_km: 0.25, best_score_low: 0.518 };
  assert.deepEqual(summariseDistrict(district), ["36", "3.1", "0.8", "0.52"]);
});
