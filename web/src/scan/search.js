// Search by name over the whole region: an index in parts, of which only what is asked for is fetched.

const MOST = 12; // results shown
const RATINGS = ["A", "B", "C", "none"];

/** Return a text in the form in which names are compared: without accents and capitals. */
export function foldName(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

export function splitWords(text) {
  return foldName(text).match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** Return the numbers of the parts that may hold words which begin so; `firsts` are the first words of the parts. */
export function findParts(firsts, start) {
  const end = `${start}\u{10ffff}`;
  const numbers = firsts.map((_, i) => i);
  return numbers.filter((i) => firsts[i] <= end && (i + 1 === firsts.length || firsts[i + 1] >= start));
}

/** Return the places of an index's part whose names hold all words, the last one as a beginning. */
export function matchPlaces(places, words) {
  return places.filter(([name]) => {
    const held = splitWords(name);
    return words.every((word) => held.some((other) => other.startsWith(word)));
  });
}

/**
 * Return the places that a text names, as { name, rating, count, point }, the best first.
 *
 * @param {string} text
 * @param {Object} facts - `first_words` of each part of the index, and `common_words` that lead nowhere
 * @param {Function} load - called with the number of a part, returns a promise of its places
 */
export async function searchNames(text, { first_words, common_words }, load) {
  const words = splitWords(text);
  const telling = words.filter((word) => !common_words.includes(word));
  if (!telling.length) return [];
  // The longest word is in the fewest names.
  const rarest = telling.reduce((a, b) => (b.length > a.length ? b : a));
  const parts = await Promise.all(findParts(first_words, rarest).map(load));
  const found = new Map(matchPlaces(parts.flat(), words).map((place) => [JSON.stringify(place), place]));
  const query = foldName(text).trim();
  const starts = ([name]) => Number(!foldName(name).startsWith(query));
  return [...found.values()]
    .sort((a, b) => starts(a) - starts(b) || RATINGS.indexOf(a[1]) - RATINGS.indexOf(b[1]) || b[2] - a[2])
    .slice(0, MOST)
    .map(([name, rating, count, lat, lon]) => ({ name, rating, count, point: [lat, lon] }));
}
