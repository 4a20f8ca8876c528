// What colours, dashes and signs mean.

import { byId, el, svg } from "../dom.js";
import { explainRating, RATINGS } from "../ratings.js";

/** What the sign that only some pages have means: a session's sections, the place of a search. */
export const OF_SESSION = ["sign number-sign", "1", "backward section"];
export const OF_SEARCH = ["place", "", "place searched for"];

/** Write the legend, with a sign of the page's own or null. */
export function showLegend(own) {
  const ratings = RATINGS.map(({ name }) => el("li", {}, drawSample(name), explainRating(name)));
  const signs = [
    [el("span", { class: "pin rating-A" }, "3"), "number in the list"],
    ...(own ? [[el("span", { class: own[0] }, own[1]), own[2]]] : []),
    [el("span", { class: "me" }), "you, where you ask for it"],
    [el("span", { class: "blank" }), "no map data: unknown"],
  ];
  const others = signs.map(([node, words]) => el("li", {}, el("span", { class: "key" }, node), words));
  byId("legend").replaceChildren(
    el("p", { class: "quiet" }, "Stretches by rating"),
    el("ul", {}, ...ratings),
    el("ul", {}, ...others),
    el("p", { class: "quiet" }, "Arrows point uphill: run that way."),
  );
}

function drawSample(rating) {
  const paths = ["casing", "stretch"].map((kind) => svg("path", { class: `${kind} rating-${rating}`, d: "M7 7H37" }));
  return svg("svg", { viewBox: "0 0 44 14", "aria-hidden": "true" }, ...paths);
}
