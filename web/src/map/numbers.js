// The numbers of the stretches on the map, the same as in the list.

import { el } from "../dom.js";
import L from "../leaflet.js";
import { boxAround, findRoom } from "./boxes.js";
import { passesFilters } from "./filters.js";
import { addSign } from "./view.js";

const HEIGHT = 20; // pixels of a number's box
const ASIDE = 17; // pixels from the middle of its line
const PLACE = 26; // pixels of the mark of the place

/**
 * Make the numbers of a map.
 *
 * @param {L.Map} map
 * @param {Function} listRows - returns the rows to number, the best first
 * @param {number[]|null} place - the point searched for, which stays free
 * @return {Function} draws those that find room, the best first, the chosen one before all; returns the taken boxes
 */
export function makeNumbers(map, listRows, place) {
  let signs = [];
  return ({ filters, selected }) => {
    for (const sign of signs) sign.remove();
    const shown = listRows().filter((row) => row !== selected && passesFilters(row, filters));
    if (selected) shown.unshift(selected);
    const seen = map.getBounds();
    const spots = shown
      .map((row) => ({ row, at: standAside(row.line.map((point) => map.latLngToContainerPoint(point))) }))
      .filter(({ row }) => seen.intersects(L.latLngBounds(row.line)));
    const taken = place ? [boxAround(map.latLngToContainerPoint(place), PLACE, PLACE)] : [];
    const room = findRoom(
      spots.map(({ row, at }) => boxAround(at, widthOf(row), HEIGHT)),
      taken,
    );
    signs = spots
      .filter((_, i) => room[i])
      .map(({ row, at }) => addSign(map, map.containerPointToLatLng(at), makePin(row, row === selected)));
    return taken;
  };
}

/** Return the width of a number's pin in pixels. */
export function widthOf({ rank, rating }) {
  return 18 + 8 * String(rank).length + (rating === "none" ? 0 : 12);
}

/** Return a point beside the middle of a line, above it or to its left. */
export function standAside(points) {
  const [first, last] = [points[0], points.at(-1)];
  const [x, y] = [last.x - first.x, last.y - first.y];
  const length = Math.hypot(x, y) || 1;
  // The normal of the line that points upwards.
  const side = x > 0 ? -1 : 1;
  const middle = points[Math.floor(points.length / 2)];
  const centre = points.length > 2 ? middle : { x: (first.x + last.x) / 2, y: (first.y + last.y) / 2 };
  return { x: centre.x + ((-y * side) / length) * ASIDE, y: centre.y + ((x * side) / length) * ASIDE };
}

function makePin({ rank, rating }, selected) {
  const letter = rating === "none" ? null : el("span", { class: "letter" }, rating);
  const look = `pin rating-${rating}${selected ? " selected" : ""}`;
  return el("span", { class: look, "aria-hidden": "true" }, String(rank), letter);
}
