// The map itself: panes, corners, and where it looks.

import { byId, el } from "../dom.js";
import L from "../leaflet.js";
import { describeDataDate, isImperial } from "../words.js";

const PANES = { base: 250, excluded: 300, labels: 350, route: 390, lines: 410, sections: 420, signs: 620 }; // by height
const ON_PAPER = 20; // pixels around what is looked at, where paper has few
const UNTOUCHED = ["base", "excluded", "labels", "route", "sections", "signs"];

/** Return the map that Folium has made, with its panes and corners. */
export function openMap(data) {
  const { id } = document.querySelector(".folium-map");
  const map = window[id]; // Folium declares a variable of the element's name.
  map.setMinZoom(9).setMaxZoom(20);
  // The drawn base map fits at any scale; pictures of tiles are sharp at whole zooms alone.
  map.options.zoomSnap = byId("saferoute-tiles") ? 1 : 0.25;
  dressMap(map, data);
  return map;
}

/** Give a map its panes and what stands in its corners. */
export function dressMap(map, { data_date }) {
  ignoreClicksOfDrags(map);
  for (const [name, z] of Object.entries(PANES)) map.createPane(name).style.zIndex = String(z);
  for (const name of UNTOUCHED) map.getPane(name).style.pointerEvents = "none";
  addCorner(map, "topright", makeLegendBox());
  const source = `© OpenStreetMap contributors · ${describeDataDate(data_date)}`;
  addCorner(map, "bottomright", el("div", { class: "source" }, source));
}

/**
 * Keep from Leaflet the clicks that end drags.
 *
 * It ignores them itself, but copies them first, and the browser lays the whole page out for that.
 */
function ignoreClicksOfDrags(map) {
  const ignore = (event) => {
    if (map.dragging.moved() && !event.target.closest(".leaflet-control, .leaflet-popup")) event.stopPropagation();
  };
  map.getContainer().addEventListener("click", ignore, { capture: true });
}

/** Return a scale bar in the present units. */
export function addScale(map) {
  return L.control.scale({ imperial: isImperial(), metric: !isImperial(), updateWhenIdle: true }).addTo(map);
}

function addCorner(map, position, node) {
  const control = new L.Control({ position });
  control.onAdd = () => {
    L.DomEvent.disableClickPropagation(node);
    L.DomEvent.disableScrollPropagation(node);
    return node;
  };
  control.addTo(map);
}

function makeLegendBox() {
  const box = el("details", { class: "legend" }, el("summary", {}, "Legend"), el("div", { id: "legend" }));
  box.open = matchMedia("(min-width: 720px) and (min-height: 600px)").matches;
  return box;
}

/** Return a colour of the style, which is another one in the dark. */
export function readColour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** Return the share of their width that lines have: widths are meant for a map on which houses can be told apart. */
export function scaleWidths(map) {
  return Math.max(0.55, Math.min(1, 1 - (17 - map.getZoom()) * 0.2));
}

/** Turn the map to a line, or to all that is drawn where none is given. */
export function showLine(map, line, { side = 50, animate = false } = {}) {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  map.fitBounds(L.latLngBounds(line), { ...besideLegend(70, side), maxZoom: 18, animate: animate && !still });
}

/** Turn the map to points and the place, or to the circle of the search where there is no point. */
export function showAll(map, points, { place, radius_m }) {
  if (!points.length) {
    map.fitBounds(L.latLng(place.lat, place.lon).toBounds(2 * radius_m), { animate: false });
    return;
  }
  const bounds = L.latLngBounds([...points, [place.lat, place.lon]]);
  map.fitBounds(bounds, { ...besideLegend(60, 30), maxZoom: 17, animate: false });
}

/** Return paddings that keep what is looked at clear of the buttons and the open legend. */
function besideLegend(left, wide) {
  const margin = matchMedia("print").matches ? ON_PAPER : wide;
  const legend = document.querySelector(".legend");
  const right = legend.open ? legend.offsetWidth + 40 : margin;
  return { paddingTopLeft: [left, margin], paddingBottomRight: [right, margin] };
}

/** Put an element on the map; a node, not a string: Leaflet sets strings as markup. */
export function addSign(map, point, node, size = [0, 0]) {
  const icon = L.divIcon({ html: node, className: "", iconSize: size });
  return L.marker(point, { icon, pane: "signs", interactive: false, keyboard: false }).addTo(map);
}

/** Add the tiles which `saferoute view --tiles` has written into the page. */
export function drawTiles(map) {
  const given = byId("saferoute-tiles");
  if (!given) return;
  const { url, attribution, max_zoom: maxZoom, subdomains } = JSON.parse(given.textContent);
  L.tileLayer(url, { maxNativeZoom: maxZoom, maxZoom: 20, subdomains }).addTo(map);
  document.querySelector(".source").append(` · ${attribution}`);
  document.body.classList.add("tiled");
}
