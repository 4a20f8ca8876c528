// The numbers of the stretches on the map, the same as in the list.

import { el } from "../dom.js";
import { boxAround, Room } from "./boxes.js";
import { passesFilters } from "./filters.js";
import { Signs } from "./signs.js";

const HEIGHT = 20; // pixels of a number's box
const ASIDE = 17; // pixels from the middle of its line
const PLACE = 26; // pixels of the mark of the place

/**
 * Make the numbers of a map.
 *
 * @param {L.Map} map
 * @param {Function} listRows - returns the rows to number, the best first
 * @param {number[]|null} place - the point searched for, which stays free
 * @return {Function} shows those that find room, the best first, the chosen one before all; returns what room is left
 */
export function makeNumbers(map, listRows, place) {
  const signs = new Signs(map, "signs");
  return ({ filters, selected }) => {
    const room = new Room();
    const project = (point) => map.project(point);
    if (place) room.take(boxAround(project(place), PLACE, PLACE));
    const shown = listRows().filter((row) => row !== selected && passesFilters(row, filters));
    if (selected) shown.unshift(selected);
    const spots = shown.map((row) => ({
      row,
      at: standAside(row.line.map(project)),
      make: () => makePin(row, row === selected),
    }));
    signs.show(spots.filter(({ row, at }) => room.take(boxAround(at, widthOf(row), HEIGHT))));
    return room;
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
