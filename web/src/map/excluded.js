// The layer of what a limit excludes; a click tells the reason.

import { el, outLink } from "../dom.js";
import L from "../leaflet.js";
import { convertLengths } from "../words.js";
import { makePick } from "./controls.js";
import { readLines } from "./grid.js";
import { Ground } from "./ground.js";
import { readColour, scaleWidths } from "./view.js";

const REACH = 22; // pixels from a line within which a click or a finger means it
const LINE = 2.5; // pixels of a line
const EDGE = 1; // pixels of an area's edge
const DASH = [4, 3];
const FILLED = 0.25; // of an area's colour

/** Return the reasons that the layer has, that of the base map's roads first. */
export function listReasons({ roads, reasons }) {
  return [...new Set([...(roads === null ? [] : [roads]), ...reasons.map(({ reason }) => reason)])];
}

/** Decode what is drawn of each reason; the base map's roads belong to one of them and are not written twice. */
export function readExcluded({ grid, roads, road_layers, reasons }, layers) {
  const onRoads = layers.filter(({ name }) => road_layers.includes(name)).flatMap(({ lines }) => lines);
  return listReasons({ roads, reasons }).map((name) => {
    const written = reasons.find(({ reason }) => reason === name) ?? { lines: "", areas: "" };
    const lines = readLines(written.lines, grid);
    return {
      reason: name,
      lines: name === roads ? [...onRoads, ...lines] : lines,
      areas: readLines(written.areas, grid),
    };
  });
}

/** Build the layer, off at first, and return what switches it, null where nothing is excluded; `layers` are those of the base map. */
export function buildExcluded(map, { excluded, exclusions }, layers) {
  const names = listReasons(excluded);
  if (!names.length) return null;
  const rules = new Map(exclusions.map(({ reason, rule }) => [reason, rule]));
  let all = null; // decoded when first asked for
  let shown = [];
  const ground = new Ground(map, "excluded");
  const project = (part) => ({
    ...part,
    drawn: { lines: ground.project(part.lines), areas: ground.project(part.areas) },
  });
  const show = (which) => {
    all ??= readExcluded(excluded, layers).map(project);
    shown = all.filter((_, i) => which === "all" || which === String(i));
    map.closePopup();
    ground.show(() => shown.flatMap(({ drawn }) => stylePart(drawn, scaleWidths(map))));
  };
  const options = [["none", "nothing"], ["all", "everything"], ...names.map((name, i) => [String(i), name])];
  map.on("click", ({ latlng }) => {
    const found = findNearest(map, latlng, shown);
    if (!found) return;
    const content = explainReason(found.reason, rules.get(found.reason), latlng);
    L.popup({ maxWidth: 260 }).setLatLng(latlng).setContent(content).openOn(map);
  });
  return makePick("excluded", "Show what is excluded", options, show);
}

function stylePart({ lines, areas }, scale) {
  const colour = readColour("excluded");
  return [
    { lines, colour, weight: LINE * scale, dash: DASH },
    { lines: areas, fill: colour, opacity: FILLED, colour, weight: EDGE, dash: DASH },
  ];
}

function explainReason(reason, rule, { lat, lng }) {
  const [y, x] = [lat.toFixed(6), lng.toFixed(6)];
  return el(
    "div",
    { class: "reason" },
    el("strong", {}, "Excluded: ", reason),
    el("p", {}, convertLengths(rule ?? "")),
    outLink(`https://www.openstreetmap.org/query?lat=${y}&lon=${x}#map=19/${y}/${x}`, "What OpenStreetMap knows here"),
  );
}

/** Return the part whose line is nearest to a point of the map, else one whose area holds it, else null. */
function findNearest(map, latlng, parts) {
  const at = map.latLngToLayerPoint(latlng);
  let best = null;
  let least = REACH;
  for (const part of parts) {
    for (const line of part.lines) {
      const points = line.map((point) => map.latLngToLayerPoint(point));
      for (let i = 1; i < points.length; i++) {
        const away = L.LineUtil.pointToSegmentDistance(at, points[i - 1], points[i]);
        if (away < least) [least, best] = [away, part];
      }
    }
  }
  return best ?? parts.find(({ areas }) => isInside(latlng, areas)) ?? null;
}

/** Return whether a point lies within rings of [latitude, longitude], by the even-odd rule. */
export function isInside({ lat, lng }, rings) {
  let odd = false;
  for (const ring of rings) {
    let [beforeLat, beforeLng] = ring.at(-1);
    for (const [ringLat, ringLng] of ring) {
      const crossing = ((beforeLng - ringLng) * (lat - ringLat)) / (beforeLat - ringLat) + ringLng;
      if (ringLat > lat !== beforeLat > lat && lng < crossing) odd = !odd;
      [beforeLat, beforeLng] = [ringLat, ringLng];
    }
  }
  return odd;
}
