// What colours, dashes and signs mean.

import { byId, el, svg } from "../dom.js";
import { explainRating, RATINGS } from "../ratings.js";

/** Write the legend; `session` says whether the page shows one. */
export function showLegend(session) {
  const ratings = RATINGS.map(({ name }) => el("li", {}, drawSample(name), explainRating(name)));
  const [mark, meaning] = session
    ? [el("span", { class: "sign number-sign" }, "1"), "backward section"]
    : [el("span", { class: "place" }), "place searched for"];
  const signs = [
    [el("span", { class: "pin rating-A" }, "3"), "number in the list"],
    [mark, meaning],
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
