import "./browser.js";

import assert from "node:assert/strict";
import { test } from "node:test";
import { describeScore, describeStretch } from "../src/map/details.js";
import { makeRow } from "./rows.js";

function listValues(node) {
  const [terms, values] = ["dt", "dd"].map((tag) => node.querySelectorAll(tag).map(({ textContent }) => textContent));
  return Object.fromEntries(terms.map((term, i) => [term, values[i]]));
}

const headingsOf = (node) => node.querySelectorAll("h3").map(({ textContent }) => textContent);

test("a score has its range, or says whose weights gave it", () => {
  assert.equal(describeScore(makeRow()), "0.61 (0.50 to 0.70)");
  assert.match(describeScore(makeRow({ score_high: null })), /cautious 0\.50.*your weights/);
  assert.equal(describeScore({ score: null, score_low: null, score_high: null }), "unknown (unknown)");
});

test("numbers are told with their units, and what is not known is called so", () => {
  const values = listValues(describeStretch(makeRow(), ["surface"]));
  assert.equal(values.Length, "111 m");
  assert.equal(values["Line stays within"], "1.3 m");
  assert.equal(values["Width left for it"], "unknown");
  assert.match(values["Slope, start to end"], /^−0\.4 % ± 0\.2 %$/);
  const bare = makeRow({ surface: null, length_m: null, limiting_criterion: null, advised_bearing_deg: null });
  const unknown = listValues(describeStretch(bare, ["surface"]));
  assert.deepEqual([unknown.Surface, unknown.Length, unknown["Weak point"]], ["unknown", "unknown", "unknown"]);
  assert.match(unknown["Run backwards"], /not known/);
});

test("a criterion has its bar, its confidence, its range and its reason", () => {
  const quantiles = [[0, 0.1, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.875, 0.9, 1]];
  const node = describeStretch(makeRow({ quantiles }), ["surface"]).querySelector(".criterion");
  assert.match(node.textContent, /^surface0\.75 \(0\.25 to 0\.88\), confidence 0\.40asphalt, tagged$/);
  const [bar, confidence] = node.querySelectorAll(".bar");
  assert.equal(bar.firstChild.style["--part"], "0.75");
  assert.equal(bar.querySelector("i").style["--to"], "0.875");
  assert.equal(confidence.querySelector("i"), null);
  const unknown = describeStretch(makeRow({ d: [null], c: [0], why_surface: null }), ["surface"]);
  assert.match(unknown.querySelector(".criterion").textContent, /^surfaceunknown, confidence 0\.00$/);
});

test("what a region does not have takes no room, and unknown barefoot ground is not called fit", () => {
  const has = describeStretch(makeRow({ barefoot: null }), ["surface"]);
  assert.ok(headingsOf(has).includes("Barefoot"));
  assert.match(has.textContent, /no: the surface is unknown/);
  const region = makeRow({ distance_m: undefined, heights: undefined, barefoot: undefined, checks: [], osm_ids: [] });
  const node = describeStretch(region, ["surface"]);
  assert.deepEqual(headingsOf(node), ["What makes its score", "Numbers"]);
  assert.ok(!("From the place" in listValues(node)));
});

test("only ids of OpenStreetMap become links to it, and checks stay text", () => {
  const row = makeRow({ osm_ids: ["node/12", "way/1/../../x", "relation/x"], checks: ["<img src=x> 30 m", null] });
  const node = describeStretch(row, ["surface"]);
  const objects = node
    .querySelectorAll("a")
    .map(({ href }) => href)
    .filter((href) => /\.org\/(way|node|relation)/.test(href));
  assert.deepEqual(objects, ["https://www.openstreetmap.org/node/12"]);
  assert.equal(node.querySelector("img"), null);
  assert.equal(node.querySelector(".checks").firstElementChild.textContent, "<img src=x> 30 m");
});
