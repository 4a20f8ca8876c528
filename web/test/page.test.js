// The page of a search as a whole: list, map and tools are joined over what its reader chooses.

import "./browser.js";
import "./leaflet.js";

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { byId } from "../src/dom.js";
import { beginPage, enter, findButton, goTo, settle } from "./browser.js";
import { FakeMap, listSigns } from "./leaflet.js";
import { packJson } from "./packed.js";

const shared = JSON.parse(await readFile(new URL("shared.json", import.meta.url), "utf8"));
const GRID = { lat: 60, lon: 20, decimals: 5 };
const DATA = {
  units: "metric",
  criteria: shared.criteria,
  stretches: shared.table,
  session: null,
  formula: shared.formula,
  base: { grid: GRID, layers: [], labels: [] },
  excluded: { grid: GRID, roads: null, road_layers: [], reasons: [] },
  exclusions: [],
  place: { name: "Rantakylä", lat: 60.169, lon: 24.927 },
  radius_m: 800,
  profile: "soft ground",
  caution: "Look behind you.",
  considered: {},
  notes: [],
  attribution: [],
  data_date: null,
};

beginPage(..."saferoute-data map_1 title summary caution about sheet status session tools count list paper".split(" "));
byId("map_1").className = "folium-map";
byId("saferoute-data").textContent = packJson(DATA);
const map = new FakeMap(100_000, [60.171, 24.926]);
globalThis.map_1 = map;
document.body.append(map.container);
await import("../src/map/main.js");
await drawn();

/** Wait until the page is there. */
async function drawn() {
  while (!byId("list").children.length) await settle();
}

const listNames = () =>
  byId("list")
    .querySelectorAll(".name")
    .map(({ textContent }) => textContent);
const listDetails = () => byId("list").querySelectorAll(".details");
const facts = () => byId("list").querySelector(".facts").textContent;

test("a page opens with its list, numbers on the map, tools and words", () => {
  assert.deepEqual(listNames(), shared.names);
  assert.ok(document.body.classList.contains("scripted"));
  assert.match(byId("title").textContent, /near Rantakylä$/);
  assert.equal(byId("caution").textContent, "Caution. Look behind you.");
  assert.ok(listSigns(map).some((words) => words.startsWith("1")));
  assert.equal(byId("tools").querySelectorAll(".tool").length, 5);
});

test("an address chooses a stretch: its card opens, the map turns, its ends are signed", () => {
  goTo("#s2");
  assert.equal(listDetails().length, 1);
  assert.match(byId("status").textContent, /^Stretch 2 chosen: מזרח/);
  assert.equal(map.looks.at(-1).bounds.length, 2);
  assert.ok(listSigns(map).some((words) => /^(Start|One end)$/.test(words)));
  assert.ok(document.body.classList.contains("chosen"));
});

test("another choice closes the first, and what is no stretch closes all, but for the link that skips", () => {
  goTo("#s1");
  assert.equal(listDetails().length, 1);
  goTo("#stretches");
  assert.equal(listDetails().length, 1);
  goTo("");
  assert.equal(listDetails().length, 0);
  assert.equal(byId("status").textContent, "No stretch chosen");
  assert.ok(!listSigns(map).some((words) => /^(Start|One end)$/.test(words)));
});

test("a tap on a card writes the address", () => {
  byId("list").querySelector("button").click();
  assert.equal(location.hash, "#s1");
  goTo("#s1");
  goTo("");
});

test("other weights rank anew, and the profile's come back", async () => {
  const listScores = () => byId("list").children.map((item) => item.dataset.score);
  const own = listScores();
  enter(byId("weight-surface"), "90", "input");
  await settle();
  assert.notDeepEqual(listScores(), own);
  assert.match(byId("count").textContent, /ranked by your weights$/);
  findButton(byId("panel-weights"), "Back to the profile's weights").click();
  await settle();
  assert.doesNotMatch(byId("count").textContent, /your weights/);
  assert.deepEqual(listScores(), own);
});

test("filters hide cards, and the count says so", async () => {
  const items = () => byId("list").children.filter(({ hidden }) => !hidden);
  enter(byId("least-score"), "1", "input");
  await settle();
  assert.equal(items().length, 0);
  assert.equal(byId("count").textContent, "0 of 2 stretches shown");
  enter(byId("least-score"), "0", "input");
  await settle();
  assert.equal(items().length, 2);
});

test("other units are written everywhere, and remembered", async () => {
  assert.match(facts(), /\d m /);
  enter(byId("units"), "imperial");
  await settle();
  assert.match(facts(), /\d ft /);
  assert.match(byId("summary").textContent, / ft | mi /);
  assert.equal(localStorage.getItem("saferoute-units"), "imperial");
});

test("without a position nothing is asked for, and the reason is told", () => {
  byId("near-me").click();
  assert.match(byId("where").textContent, /knows no positions/);
});
