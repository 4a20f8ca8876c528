// Names of places and streets on the map.

import { el, nameNode } from "../dom.js";
import { boxAround } from "./boxes.js";
import { toDegrees } from "./grid.js";
import { Signs } from "./signs.js";

const CHARACTER = 6.5; // pixels that a character takes
const HEIGHT = 14; // pixels of a line of text
const EQUATOR_M = 40_075_016.7;

/**
 * Make the names of a map.
 *
 * @return {Function} shows them where they find room, the most important first; called with the room that is left
 */
export function makeLabels(map, { labels, grid }) {
  const signs = new Signs(map, "labels");
  const names = labels.map(([text, kind, x, y, angle, length_m]) => {
    const make = () => makeLabel(text, kind, angle);
    return { width: CHARACTER * text.length + 8, kind, angle, length_m, point: toDegrees(x, y, grid), make };
  });
  return (room) => {
    const perPixel = metresPerPixel(map.getCenter().lat, map.getZoom());
    const fits = names.filter(({ kind, length_m, width }) => kind !== "road" || length_m / perPixel >= width * 1.2);
    const spots = fits.map((name) => ({ ...name, at: map.project(name.point) }));
    signs.show(spots.filter(({ at, width, angle }) => room.take(boxAround(at, width, HEIGHT, angle))));
  };
}

function makeLabel(text, kind, angle) {
  const node = el("span", { class: `label label-${kind}`, "aria-hidden": "true" }, nameNode(text));
  node.style.setProperty("--turn", `${-angle}deg`);
  return node;
}

export function metresPerPixel(latitude, zoom) {
  return (EQUATOR_M * Math.cos((latitude * Math.PI) / 180)) / 2 ** (zoom + 8);
}
