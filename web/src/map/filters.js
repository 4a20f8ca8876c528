// Which stretches are shown, and in which colour.

export const UNKNOWN = "unknown";

/** Return the choice that shows everything, coloured by the score, in the profile's order. */
export function startView() {
  return {
    selected: null,
    filters: { score: 0, length: 0, surfaces: null, ratings: null },
    colourBy: "score",
    weights: null, // the profile's own
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

/** Return one of five classes of a fifth each; what nothing is known of has a colour of its own. */
export function colourClass(row, colourBy, criteria) {
  const k = criteria.indexOf(colourBy);
  const known = k < 0 || row.c[k] !== 0;
  const value = k < 0 ? row.score : row.d[k];
  return known && value !== null ? `score-${Math.max(0, Math.min(4, Math.floor(value * 5)))}` : "score-x";
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
