// What colours and lines mean.

import { byId, el, svg } from "../dom.js";
import { RATING_NOTES } from "../words.js";
import { colourClass } from "./filters.js";

/** Write the legend of the present colours; `session` says whether the page shows one. */
export function showLegend(stretches, { colourBy }, criteria, session) {
  const classes = [4, 3, 2, 1, 0].map((i) =>
    el("li", {}, drawSample(`rating-A score-${i}`), `${colourBy} ${(i / 5).toFixed(1)} to ${((i + 1) / 5).toFixed(1)}`),
  );
  if (stretches.some((row) => colourClass(row, colourBy, criteria) === "score-x")) {
    classes.push(el("li", {}, drawSample("rating-A score-x"), `${colourBy} unknown`));
  }
  const ratings = Object.entries(RATING_NOTES).map(([rating, text]) =>
    el("li", {}, drawSample(`rating-${rating}`), rating === "none" ? text : `rating ${text}`),
  );
  const [mark, meaning] = session
    ? [el("span", { class: "sign number-sign" }, "1"), "backward section"]
    : [el("span", { class: "place" }), "place searched for"];
  const place = el("li", {}, el("span", { class: "key" }, mark), meaning);
  byId("legend").replaceChildren(
    el("p", { class: "quiet" }, "1.0 is best"),
    el("ul", {}, ...classes),
    el("ul", {}, ...ratings, place),
  );
}

function drawSample(look) {
  const paths = ["casing", "stretch"].map((kind) => svg("path", { class: `${kind} ${look}`, d: "M7 7H37" }));
  return svg("svg", { viewBox: "0 0 44 14", "aria-hidden": "true" }, ...paths);
}
