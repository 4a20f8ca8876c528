// A stretch in the list: a card that says first what a person needs.

import { el, nameNode } from "../dom.js";
import { findWayTo } from "../geo.js";
import { nameRating, shortenRating } from "../ratings.js";
import { describeAway, formatDistance, formatMetres, nameWind } from "../words.js";

/** Make the card of a row; `chosen` is called when it is tapped. Returns its nodes. */
export function makeCard(row, chosen) {
  const number = el("span", { class: `number pin rating-${row.rating}` }, String(row.rank));
  const facts = el("span", { class: "facts" });
  const verdict = el("span", { class: "verdict", dir: "auto" });
  const badge = el("span");
  const button = el(
    "button",
    { type: "button", class: "choose", "aria-expanded": "false" },
    number,
    nameNode(row.name, "name"),
    badge,
    facts,
    verdict,
  );
  button.addEventListener("click", chosen);
  return { item: el("li", { class: "item" }, button), button, number, facts, verdict, badge };
}

/** Write what depends on weights, units and the reader's place. */
export function writeCard(row, { item, number, facts, verdict, badge }, { me, sortBy }, criteria) {
  number.className = `number pin rating-${row.rating}`;
  facts.textContent = listFacts(row, me, sortBy, criteria).join(" · ");
  verdict.textContent = row.verdict ?? "";
  badge.className = `rating rating-${row.rating}`;
  badge.replaceChildren(
    el("span", { class: "hidden" }, "rating "),
    el("strong", {}, nameRating(row.rating)),
    el("small", {}, shortenRating(row.rating)),
  );
  Object.assign(item.dataset, { rank: row.rank, score: row.score ?? "", low: row.score_low ?? "" });
}

/** Return length, surface, and how far it is from the reader, or else from the place. */
export function listFacts(row, me = null, sortBy = "", criteria = []) {
  const k = criteria.indexOf(sortBy);
  return [
    formatMetres(row.length_m),
    row.surface ?? "surface unknown",
    ...(me ? [describeWayFrom(row, me.point)] : describeFromPlace(row)),
    ...(k >= 0 ? [`${sortBy} ${row.c[k] === 0 || row.d[k] === null ? "unknown" : row.d[k].toFixed(2)}`] : []),
  ];
}

/** Return the way from the place in a list; a region has no place. */
function describeFromPlace(row) {
  return row.distance_m === undefined ? [] : [describeAway(row)];
}

function describeWayFrom(row, point) {
  const { metres, bearing } = findWayTo(row, point);
  return `${formatDistance(metres)} ${nameWind(bearing)} of you`;
}
