// The page of a scan: vector tiles, a summary, and what is known of a stretch that is clicked.
// Names and tags in the tiles were written by strangers: they become text, never markup.

import { byId, el, svg } from "../dom.js";
import L from "../leaflet.js";
import { explainRating, RATINGS } from "../ratings.js";
import { formatPosition, readPosition } from "./address.js";
import { describeScan, listFacts, listNotes, summariseDistrict } from "./facts.js";
import { pickBest, shownRatings, widthAt } from "./ratings.js";

const { protomapsL } = globalThis; // a script of its own, before this one

const BACKGROUND = "https://tile.openstreetmap.org/{z}/{x}/{y}.png";
const FINEST = 13; // zoom of the vector tiles that hold all stretches
const REACH = 12; // pixels around a click

async function startPage() {
  const answer = await fetch("scan.json");
  if (!answer.ok) {
    byId("about").textContent = "scan.json is missing: serve the whole folder.";
    return;
  }
  const facts = await answer.json();
  writeFacts(facts);
  drawLegend();
  const map = openMap(facts);
  showStretches(map, facts);
  offerBackground(map);
  tabulateDistricts(map, facts.summary);
  document.documentElement.dataset.ready = "yes";
}

function writeFacts(facts) {
  document.title = facts.title;
  byId("title").textContent = facts.title;
  byId("about").textContent = describeScan(facts);
  byId("caution").textContent = facts.caution;
  byId("notes").append(...listNotes(facts).map((note) => el("p", {}, note)));
  byId("credit").append(`${facts.attribution.join("; ")}. `, el("a", { href: facts.licence }, "ODbL 1.0"));
}

function drawLegend() {
  for (const rating of RATINGS) {
    const ends = { x1: 0, x2: "100%", y1: "50%", y2: "50%" };
    const line = svg("line", { ...ends, stroke: rating.colour, "stroke-width": widthAt(rating, FINEST) });
    byId("legend").append(el("li", {}, svg("svg", { "aria-hidden": "true" }, line), explainRating(rating.name)));
  }
}

/** Return the map, which keeps in the address where it looks. */
function openMap({ bounds: [west, south, east, north] }) {
  const map = L.map("map", { maxZoom: 19, minZoom: 3 });
  map.attributionControl.setPrefix("© OpenStreetMap contributors");
  L.control.scale({ imperial: false }).addTo(map);
  const there = readPosition(location.hash);
  const bounds = [
    [south, west],
    [north, east],
  ];
  if (there) map.setView([there.lat, there.lng], there.zoom);
  else map.fitBounds(bounds, { maxZoom: 16 });
  map.on("moveend", () => {
    const { lat, lng } = map.getCenter();
    history.replaceState(null, "", formatPosition({ zoom: map.getZoom(), lat, lng }));
  });
  return map;
}

/** Draw the stretches whose rating is wanted; a click shows the best one near by. */
function showStretches(map, facts) {
  const hidden = () => Number(byId("least").value);
  let layer = makeLayer(facts, hidden()).addTo(map);
  byId("least").addEventListener("change", () => {
    layer.remove();
    layer = makeLayer(facts, hidden()).addTo(map);
  });
  map.on("click", ({ latlng }) => {
    const picked = layer.queryTileFeaturesDebug(latlng.lng, latlng.lat, REACH);
    const properties = [...picked.values()].flat().map(({ feature }) => feature.props);
    const best = pickBest(properties, hidden());
    if (best) showFacts(best);
  });
}

function makeLayer({ tiles, layer }, hidden) {
  // The best are drawn last, on top.
  const rules = shownRatings(hidden)
    .reverse()
    .map((rating) => ({
      dataLayer: layer,
      filter: (_zoom, { props }) => props.rating === rating.name,
      symbolizer: new protomapsL.LineSymbolizer({
        color: rating.colour,
        width: (zoom) => widthAt(rating, zoom),
        lineCap: "round",
      }),
    }));
  return protomapsL.leafletLayer({
    url: tiles,
    attribution: "",
    maxDataZoom: FINEST,
    labelRules: [],
    paintRules: rules,
  });
}

function showFacts(stretch) {
  const list = listFacts(stretch).flatMap(([name, words]) => [el("dt", {}, name), el("dd", {}, words ?? "")]);
  byId("chosen").replaceChildren(el("h2", {}, stretch.name), el("dl", {}, ...list));
}

/** Fetch a background only where the reader asks for it: its server learns where they look. */
function offerBackground(map) {
  const background = L.tileLayer(BACKGROUND, { maxZoom: 19, opacity: 0.6 });
  byId("tiles").addEventListener("change", ({ target }) => {
    if (target.checked) background.addTo(map).bringToBack();
    else background.remove();
  });
}

function tabulateDistricts(map, summary) {
  const rows = summary.map((district) => {
    const button = el("button", {}, district.name);
    button.addEventListener("click", () => map.setView([district.best_lat, district.best_lon], 15));
    const numbers = summariseDistrict(district).map((text) => el("td", {}, text));
    return el("tr", {}, el("td", {}, button), ...numbers);
  });
  byId("summary").tBodies[0].append(...rows);
}

startPage();
