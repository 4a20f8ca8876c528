// Which stretches are shown.

import { BY_RANK } from "./order.js";

export const UNKNOWN = "unknown";

/** Return the choice that shows everything in the profile's order. */
export function startView() {
  return {
    selected: null,
    filters: { score: 0, length: 0, surfaces: null, ratings: null },
    sortBy: BY_RANK,
    weights: null, // the profile's own
    me: null, // where the reader is: { point, accuracy_m }
  };
}

/** Return whether a row is shown; a set of null lets all through. */
export function passesFilters(row, { score, length, surfaces, ratings }) {
  return (
    (row.score ?? 0) >= score &&
    (row.length_m ?? 0) >= length &&
    (surfaces === null || surfaces.has(row.surface ?? UNKNOWN)) &&
    (ratings === null || ratings.has(row.rating))
  );
}

/** Return the surfaces of rows by name, the unknown one last. */
export function listSurfaces(rows) {
  const known = new Set(rows.map((row) => row.surface ?? UNKNOWN));
  known.delete(UNKNOWN);
  return [...[...known].sort(), ...(rows.some((row) => row.surface === null) ? [UNKNOWN] : [])];
}

/** Return the set of what is ticked; null where that is everything. */
export function keepTicked(options, ticked) {
  return ticked.length === options.length ? null : new Set(ticked);
}
