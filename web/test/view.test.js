// The map: where it looks, what stands in its corners, its signs and its ground.

import "./browser.js";
import "./leaflet.js";

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { byId, el } from "../src/dom.js";
import { drawBase, readLayers } from "../src/map/base.js";
import { Signs } from "../src/map/signs.js";
import { addScale, addSign, drawTiles, openMap, readColour, scaleWidths, showAll, showLine } from "../src/map/view.js";
import { useUnits } from "../src/words.js";
import { beginPage, changeMedia, media } from "./browser.js";
import { FakeMap, listSigns } from "./leaflet.js";

const PLACE = { place: { lat: 60, lon: 20 }, radius_m: 700 };
let map;

beforeEach(beginMap);

function beginMap() {
  media.clear();
  beginPage("map_1");
  byId("map_1").className = "folium-map";
  map = new FakeMap();
  globalThis.map_1 = map;
  document.body.append(map.container);
}

test("Folium's map is found, and tells its source and the date of its data", () => {
  assert.equal(openMap({ data_date: null }), map);
  assert.match(document.querySelector(".source").textContent, /OpenStreetMap.*Date of the map data unknown/);
  assert.equal(map.getPane("labels").style.pointerEvents, "none");
  assert.notEqual(map.getPane("lines").style.pointerEvents, "none", "lines are clicked");
  assert.equal(map.options.zoomSnap, 0.25);
});

test("the legend is open where there is room", () => {
  openMap({});
  assert.equal(document.querySelector(".legend").open, false);
  document.querySelector(".legend").remove();
  media.add("(min-width: 720px) and (min-height: 600px)");
  openMap({});
  assert.equal(document.querySelector(".legend").open, true);
});

test("a drag is no click, but buttons on the map stay buttons", () => {
  openMap({});
  const click = () => {
    const event = new Event("click");
    let heard = true;
    event.stopPropagation = () => {
      heard = false;
    };
    Object.defineProperty(event, "target", { value: map.container });
    map.container.dispatchEvent(event);
    return heard;
  };
  assert.ok(click());
  map.dragging.moved = () => true;
  assert.ok(!click());
  map.container.className = "leaflet-control";
  assert.ok(click());
});

test("pictures of tiles are shown when the page has them, with whose they are", () => {
  const given = { url: "https://t.example/{z}", attribution: "© tiles", max_zoom: 18, subdomains: "ab" };
  openMap({});
  drawTiles(map);
  assert.equal(map.layers.length, 0);
  document.body.append(el("script", { id: "saferoute-tiles" }, JSON.stringify(given)));
  drawTiles(map);
  assert.equal(map.layers[0].options.maxNativeZoom, 18);
  assert.match(document.querySelector(".source").textContent, / · © tiles$/);
  assert.ok(document.body.classList.contains("tiled"));
});

test("a line is looked at beside the open legend, and still where motion is not wanted", () => {
  openMap({});
  const line = [[60, 20]];
  showLine(map, line, { animate: true });
  assert.deepEqual([map.looks[0].animate, map.looks[0].paddingBottomRight], [true, [50, 50]]);
  Object.assign(document.querySelector(".legend"), { open: true, offsetWidth: 160 });
  media.add("(prefers-reduced-motion: reduce)");
  showLine(map, line, { animate: true });
  assert.deepEqual([map.looks[1].animate, map.looks[1].paddingBottomRight], [false, [200, 50]]);
});

test("all that was found is looked at with the place, or the circle of the search", () => {
  openMap({});
  showAll(map, [[61, 21]], PLACE);
  showAll(map, [], PLACE);
  assert.deepEqual(map.looks[0].bounds, [
    [61, 21],
    [60, 20],
  ]);
  assert.equal(map.looks[1].bounds.size, 1400);
});

test("the scale has the reader's units", () => {
  assert.equal(addScale(map).options.metric, true);
  useUnits("imperial");
  assert.equal(addScale(map).options.imperial, true);
  useUnits("metric");
});

test("widths shrink from afar to a least, and never grow", () => {
  const at = (zoom) => scaleWidths({ getZoom: () => zoom });
  assert.deepEqual([at(19), at(17), at(5)], [1, 1, 0.55]);
  assert.ok(at(16) < 1);
});

test("signs are nodes, so that no name becomes markup", () => {
  addSign(map, [60, 20], el("span", {}, "<b>Start</b>"));
  assert.deepEqual(listSigns(map), ["<b>Start</b>"]);
});

test("signs are drawn as far as they are near the view, and others when it comes", () => {
  globalThis.requestAnimationFrame = (act) => act();
  globalThis.cancelAnimationFrame = () => {};
  const signs = new Signs(map, "signs");
  const spot = (name, x) => ({ at: { x, y: 100 }, make: () => el("span", {}, name) });
  signs.show([spot("in", 200), spot("beside", 480), spot("far", 900)]);
  assert.deepEqual(listSigns(map), ["in", "beside"]);
  map.bounds.max.x = 1000;
  map.fire("moveend");
  assert.deepEqual(listSigns(map), ["in", "beside", "far"]);
  signs.show([spot("next", 10)]);
  assert.deepEqual(listSigns(map), ["next"]);
});

test("signs of another zoom wait for those who place them anew", () => {
  const signs = new Signs(map, "signs");
  signs.show([{ at: { x: 900, y: 0 }, make: () => el("span", {}, "far") }]);
  map.zoom += 1;
  map.bounds.max.x = 1000;
  map.fire("moveend");
  assert.deepEqual(listSigns(map), []);
});

const GRID = { lat: 60, lon: 20, decimals: 2 };
const BASE = {
  grid: GRID,
  layers: [
    { name: "water", kind: "fill", parts: "GAACAAC" },
    { name: "street", kind: "line", parts: "EAACC" },
  ],
};

test("layers of the ground are decoded with their name and kind", () => {
  const [water, street] = readLayers(BASE);
  assert.deepEqual([water.name, water.kind, street.kind], ["water", "fill", "line"]);
  assert.deepEqual(street.lines[0], [
    [60, 20],
    [60.01, 20.01],
  ]);
});

test("paper has the light colours and the legend, and the screen gets its own back", () => {
  for (const open of [false, true]) {
    beginMap();
    openMap({});
    const legend = document.querySelector(".legend");
    legend.open = open;
    let looks = 0;
    drawBase(map, readLayers(BASE), PLACE, () => ++looks);
    changeMedia("print", true);
    assert.deepEqual([legend.open, document.documentElement.dataset.theme, looks], [true, "light", 1]);
    changeMedia("print", false);
    assert.deepEqual([legend.open, document.documentElement.dataset.theme, looks], [open, undefined, 2]);
  }
});

test("streets have an edge below them, water is filled, and colours are those of the style", () => {
  const style = { "--street": " #abc ", "--street-edge": "#333", "--water": "#00f", "--circle": "#999" };
  Object.assign(document.documentElement.style, style);
  assert.equal(readColour("street"), "#abc");
  openMap({});
  drawBase(map, readLayers(BASE), PLACE, () => {});
  const drawn = map.layers.flatMap(({ node }) => node.getContext("2d").drawn);
  assert.deepEqual(drawn, ["#00f", "#333 5.2", "#abc 4", "#999 1.5"]);
});
