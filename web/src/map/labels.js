// Names of places and streets on the map.

import { el, nameNode } from "../dom.js";
import L from "../leaflet.js";
import { toDegrees } from "./grid.js";

const CHARACTER = 6.5; // pixels that a character takes
const HEIGHT = 14; // pixels of a line of text
const EQUATOR_M = 40_075_016.7;

/** Draw names where they find room, the most important first. */
export function drawLabels(map, { labels, grid }) {
  const group = L.layerGroup().addTo(map);
  const names = labels.map(([text, kind, x, y, angle, length_m]) => ({
    text,
    kind,
    angle,
    length_m,
    point: toDegrees(x, y, grid),
  }));
  const show = () => {
    group.clearLayers();
    for (const name of chooseNames(map, names)) group.addLayer(makeLabel(name));
  };
  map.on("moveend", show);
  show();
}

function chooseNames(map, names) {
  const perPixel = metresPerPixel(map.getCenter().lat, map.getZoom());
  const seen = map.getBounds().pad(0.1);
  const taken = [];
  return names.filter((name) => {
    const width = CHARACTER * name.text.length + 8;
    if (!seen.contains(name.point) || (name.kind === "road" && name.length_m / perPixel < width * 1.2)) return false;
    const box = boxAround(map.latLngToContainerPoint(name.point), width, name.angle);
    if (taken.some((other) => overlap(box, other))) return false;
    taken.push(box);
    return true;
  });
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

/** Return the box [west, north, east, south], in pixels, around a text that is turned by an angle. */
export function boxAround({ x, y }, width, angle) {
  const [cos, sin] = [Math.abs(Math.cos((angle * Math.PI) / 180)), Math.abs(Math.sin((angle * Math.PI) / 180))];
  const [across, down] = [(width * cos + HEIGHT * sin) / 2, (width * sin + HEIGHT * cos) / 2];
  return [x - across, y - down, x + across, y + down];
}

export function overlap([west, north, east, south], [otherWest, otherNorth, otherEast, otherSouth]) {
  return west < otherEast && otherWest < east && north < otherSouth && otherNorth < south;
}
