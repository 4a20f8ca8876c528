// Decodes the stretches: undoes what saferoute/page/payload.py writes.

import { isRating } from "../ratings.js";
import { readCounts, readHeights, readLine, readShares } from "./grid.js";

const TEXTS = new Set(["surface", "rating", "origin", "limiting_criterion", "barefoot", "best_hours", "height_source"]);
const LISTS = new Set(["osm_ids"]); // others hold one text in pieces
const LINES = new Set(["checks"]); // whose lines make a list
const VERDICT = ["score", "score_low", "score_high", "data_quality", "rating", "limiting_criterion"];

/**
 * Decode the table of stretches into rows.
 *
 * Each row has the columns under their names (null where unknown), `line`,
 * `heights`, and in the order of the criteria the desirabilities `d`, the
 * confidences `c` and the `quantiles`; `given` is the verdict of the file,
 * which other weights may replace.
 */
export function readStretches(table, criteria) {
  return Array.from({ length: table.count }, (_, i) => readStretch(table, i, criteria));
}

/** Return what the package says of a row, which other weights may replace. */
export function pickVerdict(row) {
  return Object.fromEntries(VERDICT.map((name) => [name, row[name] ?? null]));
}

function readStretch({ texts, columns, decimals, quantiles, heights, grid, lines }, i, criteria) {
  const row = { line: readLine(lines[i], grid), heights: readHeights(heights[i]) };
  for (const [name, values] of Object.entries(columns)) {
    const value = values?.[i] ?? null; // a column of which nothing is known is null as a whole
    row[name] = value === null ? null : readValue(name, value, texts, decimals);
  }
  if (!isRating(row.rating)) row.rating = "none";
  row.d = criteria.map((name) => row[`d_${name}`]);
  row.c = criteria.map((name) => row[`c_${name}`]);
  row.quantiles = quantiles[i] ? readTexts(quantiles[i], texts).map(readShares) : null;
  row.given = pickVerdict(row);
  return row;
}

function readValue(name, value, texts, decimals) {
  if (TEXTS.has(name)) return texts[value];
  if (typeof value === "number") return value / 10 ** decimals[name];
  const several = readTexts(value, texts);
  if (LISTS.has(name)) return several;
  const text = several.join("");
  if (!LINES.has(name)) return text;
  return text ? text.split("\n") : [];
}

function readTexts(word, texts) {
  return readCounts(word).map((index) => texts[index]);
}
