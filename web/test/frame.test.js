// What stands around list and map, on the screen and on paper.

import "./browser.js";

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { byId, svg } from "../src/dom.js";
import { keepClearOfCaution, writeFrame } from "../src/map/frame.js";
import { OF_SEARCH, OF_SESSION, showLegend } from "../src/map/legend.js";
import { writeSheet } from "../src/map/sheet.js";
import { beginPage } from "./browser.js";
import { makeRow } from "./rows.js";

const DATA = {
  place: { name: "Sandhamn", lat: 59, lon: 18 },
  radius_m: 1500,
  profile: "soft ground",
  caution: "Look behind you.",
  considered: { ways: 40, areas: 3 },
  notes: ["Heights end 90 m from here."],
  exclusions: [{ reason: "steps", rule: "nearer than 20 m", pieces: 4, length_m: 310 }],
  attribution: ["© somebody"],
  data_date: "2031-02-03",
};

beforeEach(() => {
  beginPage("title", "summary", "caution", "about", "legend", "sheet");
  globalThis.location = { protocol: "file:", hostname: "", href: "file:///map.html" };
});

test("the frame tells place, counts, caution, notes, data and what is excluded", () => {
  writeFrame(DATA, [makeRow()]);
  assert.equal(byId("title").title, "Stretches for running backwards near Sandhamn");
  assert.equal(
    byId("summary").textContent,
    "1 stretch within 1.5 km · profile: soft ground · the best to inspect first",
  );
  assert.equal(byId("caution").textContent, "Caution. Look behind you.");
  const about = byId("about").textContent;
  for (const part of ["Heights end 90 m", "Map data of 2031-02-03", "40 ways and 3 pieces", "© somebody", "4310 m"])
    assert.ok(about.includes(part), part);
  assert.equal(byId("about").querySelector("details").open, false);
});

test("where nothing is found the table of what is excluded is open", () => {
  writeFrame(DATA, []);
  assert.equal(byId("about").querySelector("details").open, true);
});

test("without a name, date or counts the frame claims none", () => {
  const bare = {
    ...DATA,
    place: { name: null },
    profile: "",
    considered: {},
    notes: [],
    exclusions: [],
    data_date: null,
  };
  writeFrame(bare, []);
  assert.equal(byId("title").textContent, "Stretches for running backwards");
  assert.equal(byId("about").querySelector("details"), null);
  assert.match(byId("about").textContent, /Date of the map data unknown/);
  assert.doesNotMatch(byId("about").textContent, /Looked at|Notes/);
});

test("the page keeps clear of the caution, however high it is", () => {
  byId("caution").offsetHeight = 48;
  keepClearOfCaution();
  assert.equal(document.body.style["--caution-height"], "48px");
});

test("the legend has every rating, and the signs of its own page alone", () => {
  const read = (own) => {
    showLegend(own);
    return byId("legend").textContent;
  };
  for (const words of ["A: good by the map", "unrated: look first", "no map data: unknown"])
    assert.ok(read(null).includes(words), words);
  assert.doesNotMatch(read(null), /place searched for|backward section/);
  assert.match(read(OF_SEARCH), /place searched for/);
  assert.match(read(OF_SESSION), /backward section/);
});

test("a file's sheet has the code of the chosen start, and of the place where none is chosen", () => {
  writeSheet({ place: DATA.place }, null);
  assert.equal(byId("sheet").querySelector(".code-words").textContent, "the place");
  writeSheet({ place: DATA.place }, makeRow());
  const words = byId("sheet").querySelectorAll(".code-words");
  assert.deepEqual(
    words.map(({ textContent }) => textContent),
    ["the start"],
    "the code before it is gone",
  );
});

test("a page with an address has the code of it, a session one of its own, a region of files none", () => {
  writeSheet({ place: DATA.place, session: {} }, null);
  writeSheet({}, null);
  assert.equal(byId("sheet").querySelector(".code"), null);
  globalThis.location = { protocol: "https:", hostname: "a.example", href: "https://a.example/" };
  writeSheet({}, null);
  assert.equal(byId("sheet").querySelector(".code-words").textContent, "this page");
});

test("the chosen stretch is ringed on the still map", () => {
  const picture = svg("svg", { "data-lon": 20, "data-lat": 60, "data-east": 1000, "data-north": 2000 });
  beginPage("sheet", "still");
  picture.viewBox = { baseVal: { width: 400, height: 300 } };
  byId("still").append(picture);
  const row = makeRow({
    line: [
      [60, 20],
      [60.05, 20.1],
      [60.06, 20.2],
    ],
  });
  writeSheet({ place: DATA.place }, row);
  writeSheet({ place: DATA.place }, row);
  const rings = picture.querySelectorAll(".here");
  assert.equal(rings.length, 1);
  assert.deepEqual(
    ["cx", "cy"].map((name) => Math.round(Number(rings[0].getAttribute(name)))),
    [300, 50],
  );
});
