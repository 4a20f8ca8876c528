// The page of a region as a whole: what is in view of its tiles is listed, chosen, filtered and weighed.

import "./browser.js";
import "./leaflet.js";

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { byId } from "../src/dom.js";
import { coverBox, FINEST, toDegrees } from "../src/scan/rows.js";
import { beginPage, enter, findButton, goTo, settle } from "./browser.js";
import { FakeMap } from "./leaflet.js";

const { criteria, formula } = JSON.parse(await readFile(new URL("shared.json", import.meta.url), "utf8"));
const AT = [-41.29, 174.78];
const [TILE] = coverBox(AT, AT, FINEST);
const KEYS = ["00000", "00001"].map((rest) => keyOf(TILE) + rest);
const FEATURES = [makeFeature(KEYS[0], "<i>Lawn</i>", "none", 1000), makeFeature(KEYS[1], "Quay", "A", 2000)];
const FACTS = {
  bounds: [174, -42, 175, -41],
  layer: "stretches",
  criteria,
  formula,
  version: "7",
  piece_bytes: 100,
  pieces: 1,
  longest_m: 120,
  surfaces: ["asphalt", "grass"],
  at: null,
  first_words: [],
  common_words: [],
};

/** Return the digits of a tile, two bits each, as keys begin with them. */
function keyOf({ z, x, y }) {
  const bits = Array.from({ length: z }, (_, i) => z - 1 - i);
  return bits.map((bit) => ((x >> bit) & 1) + 2 * ((y >> bit) & 1)).join("");
}

function makeFeature(key, name, rating, x) {
  const known = Object.fromEntries(
    criteria.flatMap((of, k) => [
      [`d_${of}`, 0.9 - 0.1 * k],
      [`c_${of}`, 0.5],
    ]),
  );
  const props = {
    key,
    name,
    rating,
    length_m: 80,
    score: 0.5,
    score_low: 0.4,
    draws: "A".repeat(11 * criteria.length),
  };
  return { props: { ...props, ...known }, geom: [[x, x + 100].map((at) => ({ x: at, y: 2048 }))] };
}

const [north, west] = toDegrees(TILE, { x: 0, y: 2000 });
const map = new FakeMap(10_000, [north, west]);
let drawings = 0;
const rules = () => {};
globalThis.L.map = () => map;
globalThis.protomapsL = {
  PmtilesSource: class {
    p = {};

    async get({ x, y }) {
      return new Map(x === TILE.x && y === TILE.y ? [["stretches", FEATURES]] : []);
    }
  },
  leafletLayer: () => {
    const layer = {
      addTo: () => {
        drawings += 1;
        return layer;
      },
      remove: rules,
    };
    return layer;
  },
  ...Object.fromEntries(
    ["Polygon", "Line", "CenteredText", "LineLabel"].map((kind) => [`${kind}Symbolizer`, class {}]),
  ),
};
beginPage(..."title summary caution sheet trouble status search query results tools count list paper".split(" "));
document.body.append(map.container);
globalThis.location = { protocol: "https:", hostname: "a.example", hash: "", href: "https://a.example/" };
globalThis.history = { replaceState: (_state, _title, hash) => Object.assign(location, { hash }) };
globalThis.fetch = async () => ({ ok: true, json: async () => FACTS });
await import("../src/scan/main.js");
while (!document.documentElement.dataset.ready) await settle();

const listNames = () =>
  byId("list")
    .querySelectorAll(".name")
    .map(({ textContent }) => textContent);

test("what is in view is listed, the best first, and what is unrated under its heading", () => {
  assert.deepEqual(listNames(), ["Quay", "<i>Lawn</i>"]);
  assert.equal(byId("list").querySelectorAll(".divider").length, 1);
  assert.equal(byId("count").textContent, "2 stretches in view");
  assert.equal(byId("trouble").textContent, "");
});

test("an address chooses a stretch by its key, wherever the map looks", async () => {
  goTo(`#s${KEYS[0]}`);
  await settle();
  assert.match(byId("status").textContent, /chosen: <i>Lawn/);
  assert.equal(byId("list").querySelectorAll(".details").length, 1);
  assert.equal(map.looks.at(-1).bounds.length, 2);
});

test("tapped again it is chosen no more, and the address tells the place", () => {
  byId("list")
    .children.find((item) => item.dataset.key === KEYS[0])
    .querySelector("button")
    .click();
  assert.equal(byId("list").querySelector(".details"), null);
  assert.match(location.hash, /^#17\/-41\.\d+\/174\.\d+$/);
});

test("an address with a place turns the map there", async () => {
  goTo("#12/-41.5/174.5");
  await settle();
  assert.deepEqual(map.looks.at(-1), { point: [-41.5, 174.5], zoom: 12 });
});

test("filters leave the others in the list, and the map is drawn anew when the hand rests", (context) => {
  const waiting = new Map();
  context.mock.method(globalThis, "setTimeout", (act) => {
    waiting.set(act, act);
    return act;
  });
  context.mock.method(globalThis, "clearTimeout", (act) => waiting.delete(act));
  const before = drawings;
  enter(byId("least-score"), "0.9", "input");
  assert.equal(byId("count").textContent, "0 of 2 stretches in view, by your filters");
  enter(byId("least-score"), "0", "input");
  assert.equal(drawings, before);
  for (const act of waiting.values()) act();
  assert.equal(drawings, before + 1);
});

test("other weights judge what is in view, until the profile's are back", () => {
  const readScore = () => byId("list").firstElementChild.dataset.score;
  const own = readScore();
  enter(byId("weight-surface"), "77", "input");
  assert.notEqual(readScore(), own);
  assert.match(byId("count").textContent, /ranked by your weights$/);
  findButton(byId("panel-weights"), "Back to the profile's weights").click();
  assert.doesNotMatch(byId("count").textContent, /your weights/);
  assert.equal(readScore(), own);
});

test("a name that is typed leads to a message or a place, a position to the map", () => {
  byId("query").value = "-41.2, 174.9";
  byId("search").dispatchEvent(new Event("submit", { cancelable: true }));
  assert.deepEqual(map.looks.at(-1).point, [-41.2, 174.9]);
});

test("other units are written in the list", () => {
  enter(byId("units"), "imperial");
  assert.match(byId("list").querySelector(".facts").textContent, / ft /);
});
