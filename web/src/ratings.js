// The four ratings: what each means, and its one colour on every page; saferoute/report/ratings.py has them, too.

/** The best first; `short` stands below the letter, `meaning` in legends; `dashes` and gaps in widths of the line. */
export const RATINGS = [
  { name: "A", colour: "#3ebc73", dashes: [], short: "good", meaning: "good by the map" },
  { name: "B", colour: "#24878d", dashes: [4, 1], short: "fair", meaning: "fair by the map" },
  { name: "C", colour: "#3d4c8a", dashes: [2, 1], short: "usable", meaning: "usable by the map: checks first" },
  { name: "none", colour: "#8a9299", dashes: [1, 1], short: "look first", meaning: "unrated: look first" },
];
const BY_NAME = new Map(RATINGS.map((rating) => [rating.name, rating]));

export function isRating(name) {
  return BY_NAME.has(name);
}

/** Return the letter of a rating; what is unrated has a question mark. */
export function nameRating(name) {
  return name === "none" ? "?" : name;
}

export function shortenRating(name) {
  return BY_NAME.get(name).short;
}

/** Say what a rating means, its letter first. */
export function explainRating(name) {
  const { meaning } = BY_NAME.get(name);
  return name === "none" ? meaning : `${name}: ${meaning}`;
}
