// Names of places and streets on the map.

import { el, nameNode } from "../dom.js";
import L from "../leaflet.js";
import { boxAround, findRoom } from "./boxes.js";
import { toDegrees } from "./grid.js";

const CHARACTER = 6.5; // pixels that a character takes
const HEIGHT = 14; // pixels of a line of text
const EQUATOR_M = 40_075_016.7;

/**
 * Make the names of a map.
 *
 * @return {Function} draws them where they find room, the most important first; called with the boxes that are taken
 */
export function makeLabels(map, { labels, grid }) {
  const group = L.layerGroup().addTo(map);
  const names = labels.map(([text, kind, x, y, angle, length_m]) => ({
    text,
    kind,
    angle,
    length_m,
    point: toDegrees(x, y, grid),
  }));
  return (taken) => {
    group.clearLayers();
    for (const name of chooseNames(map, names, taken)) group.addLayer(makeLabel(name));
  };
}

function chooseNames(map, names, taken) {
  const perPixel = metresPerPixel(map.getCenter().lat, map.getZoom());
  const seen = map.getBounds().pad(0.1);
  const width = ({ text }) => CHARACTER * text.length + 8;
  const fits = names.filter(
    (name) => seen.contains(name.point) && (name.kind !== "road" || name.length_m / perPixel >= width(name) * 1.2),
  );
  const at = ({ point }) => map.latLngToContainerPoint(point);
  const room = findRoom(
    fits.map((name) => boxAround(at(name), width(name), HEIGHT, name.angle)),
    [...taken],
  );
  return fits.filter((_, i) => room[i]);
}

function makeLabel({ text, kind, angle, point }) {
  const node = el("span", { class: `label label-${kind}`, "aria-hidden": "true" }, nameNode(text));
  node.style.setProperty("--turn", `${-angle}deg`);
  const icon = L.divIcon({ html: node, className: "", iconSize: [0, 0] });
  return L.marker(point, { icon, pane: "labels", interactive: false, keyboard: false });
}

export function metresPerPixel(latitude, zoom) {
  return (EQUATOR_M * Math.cos((latitude * Math.PI) / 180)) / 2 ** (zoom + 8);
}
