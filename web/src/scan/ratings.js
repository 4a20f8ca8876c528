// The ratings of stretches, and which of them the reader wants to see.

export const RATINGS = [
  { name: "A", colour: "#3ebc73", width: 5, words: "A: good for inspection" },
  { name: "B", colour: "#24878d", width: 4, words: "B: fair" },
  { name: "C", colour: "#3d4c8a", width: 3, words: "C: poor, or little is known" },
  { name: "none", colour: "#8a9299", width: 2, words: "unrated: look first" },
];

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
export function widthAt({ width }, zoom) {
  return zoom < 12 ? width / 2 + 1 : width;
}
