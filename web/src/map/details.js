// All that is known of one stretch.

import { el, outLink } from "../dom.js";
import { explainRating } from "../ratings.js";
import {
  convertLengths,
  describeAway,
  describeDirection,
  describeOrigin,
  describeSlope,
  formatLength,
  formatMetres,
  formatNumber,
  formatRange,
} from "../words.js";
import { makeActions } from "./actions.js";
import { drawStretchHeights } from "./heights.js";
import { makeCheck } from "./observe.js";

const LOW = 2; // of the eleven quantiles: the 20th percentile
const HIGH = 8;

/**
 * Return the details of a row: what to do and to check first, then the numbers behind.
 *
 * What is null is unknown; what is undefined the page does not have, as the tiles of a region have no heights.
 */
export function describeStretch(row, criteria) {
  const part = (heading, ...nodes) => [el("h3", {}, heading), ...nodes];
  const checks = row.checks.map((text) => el("li", { dir: "auto" }, convertLengths(text ?? "")));
  const objects = row.osm_ids.map((id) => el("li", {}, osmLink(id)));
  return el(
    "div",
    { class: "details" },
    makeActions(row, makeCheck(row)),
    el("p", { class: "way-there", role: "status" }),
    ...(checks.length ? part("Check on foot", el("ul", { class: "checks" }, ...checks)) : []),
    ...(row.best_hours ? part("Best hours", el("p", {}, row.best_hours)) : []),
    ...(row.heights ? part("Heights along it", drawStretchHeights(row)) : []),
    ...part("What makes its score", ...criteria.map((name, k) => describeCriterion(row, name, k))),
    ...part("Numbers", tabulateFacts(row)),
    ...(row.barefoot === undefined ? [] : part("Barefoot", el("p", {}, row.barefoot ?? "no: the surface is unknown"))),
    ...(objects.length ? part("In OpenStreetMap", el("ul", { class: "links" }, ...objects)) : []),
  );
}

export function describeScore({ score, score_low, score_high }) {
  return score_high === null && score !== null
    ? `${formatNumber(score, 2)} (cautious ${formatNumber(score_low, 2)}), by your weights`
    : `${formatNumber(score, 2)} (${formatRange(score_low, score_high, 2)})`;
}

function tabulateFacts(row) {
  const pairs = [
    ["Rating", explainRating(row.rating)],
    ["Score (likely range)", describeScore(row)],
    ["Weak point", row.limiting_criterion ?? "unknown"],
    ["Data quality", formatNumber(row.data_quality, 2)],
    ["Length", formatMetres(row.length_m)],
    ...(row.distance_m === undefined ? [] : [["From the place", describeAway(row)]]),
    ["Run backwards", describeDirection(row)],
    ["What it is", describeOrigin(row)],
    ["Surface", row.surface ?? "unknown"],
    ["Slope, start to end", describeSlope(row)],
    ["Line stays within", formatLength(row.strip_width_m, 1)],
    ["Width left for it", formatLength(row.free_lane_m, 1)],
    ["Direction varies by", formatNumber(row.heading_range_deg, 0, "°")],
  ];
  return el("dl", { class: "values" }, ...pairs.flatMap(([term, value]) => [el("dt", {}, term), el("dd", {}, value)]));
}

function describeCriterion(row, name, k) {
  const why = row[`why_${name}`];
  const [low, high] = row.quantiles ? [row.quantiles[k][LOW], row.quantiles[k][HIGH]] : [null, null];
  const spread = high !== null && high - low > 0.02 ? ` (${formatRange(low, high, 2)})` : "";
  const value = `${formatNumber(row.d[k], 2)}${spread}, confidence ${formatNumber(row.c[k], 2)}`;
  return el(
    "div",
    { class: "criterion" },
    el("h4", {}, name, el("span", { class: "value" }, value)),
    drawBar(row.d[k], "bar", low, high),
    drawBar(row.c[k], "bar confidence"),
    why ? el("p", { dir: "auto" }, convertLengths(why)) : null,
  );
}

function drawBar(part, className, low = null, high = null) {
  const box = el("div", { class: className, "aria-hidden": "true" }, el("span"));
  box.firstChild.style.setProperty("--part", String(part ?? 0));
  if (high !== null && high > low) {
    const error = el("i");
    error.style.setProperty("--from", String(low));
    error.style.setProperty("--to", String(high));
    box.append(error);
  }
  return box;
}

/** Return a link to an object of the map; what is no id of one stays text. */
function osmLink(id) {
  const known = /^(way|node|relation)\/[0-9]{1,19}$/.exec(id);
  return known ? outLink(`https://www.openstreetmap.org/${known[0]}`, known[0]) : el("span", {}, id);
}
