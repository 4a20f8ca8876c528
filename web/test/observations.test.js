import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  describeObservation,
  explainUnfit,
  HAZARDS,
  isOf,
  makeObservation,
  Notebook,
  SURFACES,
  toCollection,
} from "../src/observations.js";

const SHARED = JSON.parse(readFileSync(new URL("shared.json", import.meta.url), "utf8"));
const LINE = [
  [60.1, 25.2],
  [60.1004, 25.2],
  [60.1008, 25.2],
];
const ROW = { line: LINE, name: "<b>lawn</b>", osm_ids: ["way/7"] };
const NOW = new Date(2026, 9, 2, 23, 59);
const NOTHING = { fine: false, seen: [], surface: "", slope: "", note: "", by: "" };

test("the words are those that saferoute reads", () => {
  assert.deepEqual(HAZARDS, SHARED.hazards);
  assert.deepEqual(
    SURFACES.filter((name) => !SHARED.surfaces.includes(name)),
    [],
  );
});

test("an observation is a feature with the local day, and without what was not told", () => {
  const feature = makeObservation(ROW, { ...NOTHING, seen: ["glass"], note: "by the bench" }, NOW);
  assert.deepEqual(feature.geometry.coordinates, [
    [25.2, 60.1],
    [25.2, 60.1004],
    [25.2, 60.1008],
  ]);
  assert.deepEqual(feature.properties, {
    date: "2026-10-02",
    seen: ["glass"],
    note: "by the bench",
    name: "<b>lawn</b>",
    osm_ids: ["way/7"],
  });
  assert.equal(toCollection([feature]).saferoute_observations, 1);
  assert.equal(describeObservation(feature), "2026-10-02: broken glass, “by the bench”");
});

test("what cannot be kept is told why", () => {
  assert.match(explainUnfit({ ...NOTHING, fine: true, seen: ["wet"] }), /untick one/);
  assert.match(explainUnfit(NOTHING), /Tick what you saw/);
  assert.equal(explainUnfit({ ...NOTHING, note: "a dog" }), "");
});

test("an observation belongs to the stretches whose middle it passes", () => {
  const feature = makeObservation(ROW, { ...NOTHING, fine: true }, NOW);
  assert.ok(isOf(feature, ROW));
  assert.ok(isOf(feature, { line: [...LINE].reverse() }));
  assert.ok(!isOf(feature, { line: LINE.map(([lat, lon]) => [lat, lon + 0.001]) }));
});

function makeStorage() {
  const kept = new Map();
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
}

test("what is kept is there for the next page, and can be taken back", () => {
  const storage = makeStorage();
  const [here, there] = [new Notebook(() => storage), new Notebook(() => storage)];
  const [one, other] = ["wet", "dogs"].map((name) => makeObservation(ROW, { ...NOTHING, seen: [name] }, NOW));
  here.add(one);
  there.add(other);
  assert.deepEqual(new Notebook(() => storage).features, [one, other]);
  here.remove(one);
  assert.deepEqual(new Notebook(() => storage).features, [other]);
  assert.ok(here.lasts);
});

test("where the browser keeps nothing it lasts as long as the page", () => {
  const notebook = new Notebook(() => {
    throw new Error("no storage");
  });
  const one = makeObservation(ROW, { ...NOTHING, fine: true }, NOW);
  notebook.add(one);
  notebook.add(one);
  assert.equal(notebook.features.length, 2);
  assert.ok(!notebook.lasts);
});

test("what others wrote into the storage is no observation", () => {
  for (const text of ["", "{}", "[1]", '[{"geometry": {}}]', "null"]) {
    assert.deepEqual(new Notebook(() => ({ getItem: () => text })).features, []);
  }
});
