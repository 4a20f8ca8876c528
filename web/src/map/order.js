// In which order the list stands.

import { findWayTo } from "../geo.js";

export const BY_RANK = "rank";
export const BY_ME = "me";

/**
 * Return the orders to choose from, as [key, words].
 *
 * @param {string[]} criteria
 * @param {boolean} located - whether the reader's place is known
 * @param {boolean} searched - whether the stretches are those around a place
 */
export function listOrders(criteria, located, searched = true) {
  return [
    [BY_RANK, "best first"],
    ...(located ? [[BY_ME, "nearest to me"]] : []),
    ...(searched ? [["place", "nearest to the place"]] : []),
    ["length", "longest"],
    ...criteria.map((name) => [name, `best ${name}`]),
  ];
}

/**
 * Return rows, which come best first, in another order; those with a rating stand before those without one.
 *
 * What is not known stands last of its part, and what is alike keeps its order.
 */
export function sortRows(rows, { sortBy, me }, criteria) {
  if (sortBy === BY_RANK) return rows;
  const keys = new Map(rows.map((row) => [row, keyOf(row, sortBy, me, criteria) ?? Infinity]));
  const isUnrated = ({ rating }) => Number(rating === "none");
  const compare = (a, b) => (keys.get(a) === keys.get(b) ? 0 : keys.get(a) - keys.get(b));
  return [...rows].sort((a, b) => isUnrated(a) - isUnrated(b) || compare(a, b));
}

/** Return what counts of a row, less before more. */
function keyOf(row, sortBy, me, criteria) {
  if (sortBy === BY_ME) return me ? findWayTo(row, me.point).metres : null;
  if (sortBy === "place") return row.distance_m;
  if (sortBy === "length") return row.length_m === null ? null : -row.length_m;
  const k = criteria.indexOf(sortBy);
  return row.d[k] === null || row.c[k] === 0 ? null : -row.d[k];
}
