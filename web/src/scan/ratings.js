// Which ratings the reader wants to see, and how wide their lines are.

import { RATINGS } from "../ratings.js";

const WIDTHS = { A: 5, B: 4, C: 3, none: 2 }; // pixels

/** Return the ratings that are shown, the best first; of four, `hidden` are passed over from the worst on. */
export function shownRatings(hidden) {
  return RATINGS.slice(0, RATINGS.length - hidden);
}

/** Return the properties of the stretch with the highest cautious score among those that are shown, null where there is none. */
export function pickBest(properties, hidden) {
  const shown = new Set(shownRatings(hidden).map(({ name }) => name));
  const found = properties.filter(({ rating }) => shown.has(rating));
  return found.sort((a, b) => b.score_low - a.score_low)[0] ?? null;
}

/** Return a line's width in pixels: thinner from afar. */
export function widthAt({ name }, zoom) {
  return zoom < 12 ? WIDTHS[name] / 2 + 1 : WIDTHS[name];
}
