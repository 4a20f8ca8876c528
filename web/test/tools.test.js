// The bar of tools of both pages, and its panels.

import "./browser.js";

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { byId, el } from "../src/dom.js";
import { startView } from "../src/map/filters.js";
import { buildBar } from "../src/map/panels.js";
import { buildTools } from "../src/map/tools.js";
import { buildTools as buildRegionTools } from "../src/scan/tools.js";
import { beginPage, enter, findButton } from "./browser.js";
import { makeRow } from "./rows.js";

const AT_HOME = { protocol: "http:", hostname: "localhost", href: "http://localhost:8000/" };
const NAMES = ["locate", "changed", "show", "filter", "weigh", "useUnits"];
const ACTS = Object.fromEntries(NAMES.map((name) => [name, () => {}]));

beforeEach(() => {
  beginPage("tools");
  globalThis.location = { protocol: "file:", hostname: "", href: "file:///map.html" };
});

const isOpen = (id) => !byId(id).hidden;
const listTools = () =>
  byId("tools")
    .querySelectorAll(".tool")
    .map(({ textContent }) => textContent);
const listOptions = (id) => byId(id).children.map(({ textContent }) => textContent);

test("a panel opens alone, and closes at the second tap", () => {
  const panels = ["a", "b"].map((id) => [id, `Panel ${id}`, [el("p", {}, id)]]);
  buildBar([], panels);
  const [a, b] = byId("tools").querySelectorAll(".tool");
  a.click();
  assert.deepEqual([isOpen("a"), isOpen("b"), a.getAttribute("aria-expanded")], [true, false, "true"]);
  b.click();
  assert.deepEqual([isOpen("a"), isOpen("b"), a.getAttribute("aria-expanded")], [false, true, "false"]);
  b.click();
  assert.equal(isOpen("b"), false);
});

test("a panel that opens out of sight is scrolled to, one in sight stays where it is", (context) => {
  buildBar([], [["a", "Panel", []]]);
  const [button] = byId("tools").querySelectorAll(".tool");
  button.click();
  assert.equal(byId("a").scrolled, 1);
  button.click();
  context.mock.method(document, "elementFromPoint", () => byId("a"));
  button.click();
  assert.equal(byId("a").scrolled, 1);
});

function buildForSearch(changes = {}) {
  const view = startView();
  const stretches = [makeRow(), makeRow({ surface: null, length_m: null })];
  const page = { criteria: ["surface"], stretches, weights: [1], view, choosable: true, ...changes };
  return { view, writeOrders: buildTools(page, ACTS, null) };
}

test("a search can be ordered by nearness to the reader once that is known", () => {
  const { view, writeOrders } = buildForSearch();
  assert.deepEqual(listTools(), ["Near me", "Order", "Filter", "Weights", "More"]);
  assert.deepEqual(listOptions("order"), ["best first", "nearest to the place", "longest", "best surface"]);
  view.me = { point: [60, 20], accuracy_m: 9 };
  writeOrders();
  assert.ok(listOptions("order").includes("nearest to me"));
});

test("where there is nothing to choose among there is no order", () => {
  buildForSearch({ choosable: false });
  assert.deepEqual(listTools(), ["Near me", "More"]);
});

test("a page without an address says how it gets to a phone: a file is sent, a folder is not", () => {
  buildForSearch();
  assert.match(byId("panel-more").textContent, /send it the file/);
  beginPage("tools");
  globalThis.location = AT_HOME;
  buildForRegion();
  assert.match(byId("panel-more").textContent, /whole folder on any web server/);
  assert.doesNotMatch(byId("panel-more").textContent, /send|mail|cable/);
});

test("a page with an address has its code in place of that", () => {
  globalThis.location = { protocol: "https:", hostname: "a.example", href: "https://a.example/m.html#s2" };
  buildForSearch();
  const more = byId("panel-more");
  assert.ok(more.querySelector(".code"));
  assert.doesNotMatch(more.textContent, /send it/);
});

function buildForRegion() {
  const view = startView();
  const facts = { criteria: ["surface", "crowding"], longest_m: 90, surfaces: [], at: null };
  const near = [];
  const act = { ...ACTS, getCentre: () => [60, 20], goNearer: () => near.push(true) };
  const page = { facts, view, weights: [0.5, 0.5], keep: el("p", {}, "Keep this area") };
  return { view, near, follow: buildRegionTools(page, act) };
}

test("from afar a region says what it does not know, and offers neither its orders nor weights without effect", () => {
  const { view, near, follow } = buildForRegion();
  const listSliders = () =>
    byId("panel-weights")
      .querySelectorAll(".slider")
      .filter(({ hidden }) => !hidden);
  const tellsAfar = (id) =>
    byId(id).children.some(({ hidden, textContent }) => !hidden && /^From afar/.test(textContent));
  follow([makeRow({ whole: true })]);
  assert.equal(listSliders().length, 2);
  assert.ok(!tellsAfar("panel-weights"));
  enter(byId("order"), "surface");
  follow([makeRow({ whole: true }), makeRow({ whole: false })]);
  assert.equal(view.sortBy, "rank");
  assert.deepEqual(listOptions("order"), ["best first", "longest"]);
  assert.equal(listSliders().length, 0);
  assert.ok(tellsAfar("panel-weights") && tellsAfar("panel-order"));
  findButton(byId("panel-order"), "Go nearer").click();
  assert.equal(near.length, 1);
});
