// Decodes the stretches: undoes what saferoute/page/payload.py writes.

import { RATINGS } from "../words.js";
import { readHeights, readLine, readShares } from "./grid.js";

const TEXTS = new Set([
  "name",
  "surface",
  "rating",
  "origin",
  "limiting_criterion",
  "barefoot",
  "best_hours",
  "height_source",
]);
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

function readStretch({ texts, columns, decimals, quantiles, heights, grid, lines }, i, criteria) {
  const text = (index) => (index === null ? null : texts[index]);
  const row = { line: readLine(lines[i], grid), heights: readHeights(heights[i]) };
  for (const [name, values] of Object.entries(columns)) {
    const value = values[i];
    if (name.startsWith("why_"))
      row[name] = value?.map(text).join("") ?? null; // in pieces
    else if (Array.isArray(value)) row[name] = value.map(text);
    else if (TEXTS.has(name)) row[name] = text(value);
    else row[name] = value === null ? null : value / 10 ** decimals[name];
  }
  if (!RATINGS[row.rating]) row.rating = "none";
  row.d = criteria.map((name) => row[`d_${name}`]);
  row.c = criteria.map((name) => row[`c_${name}`]);
  row.quantiles = quantiles[i]?.map((index) => readShares(texts[index])) ?? null;
  row.given = Object.fromEntries(VERDICT.map((name) => [name, row[name]]));
  return row;
}
