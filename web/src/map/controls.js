// Orders, filters, weights, units.

import { el, nameNode } from "../dom.js";
import { explainRating, RATINGS } from "../ratings.js";
import { formatMetres, isImperial } from "../words.js";
import { keepTicked } from "./filters.js";
import { normaliseWeights } from "./score.js";

export const UNITS_CHANGED = "units-changed"; // an event of the document

/** Return the pick of the list's order, of those that `listOrders` gives. */
export function makeOrderPick(orders, view, changed) {
  const pick = makePick("order", "Order", orders, (value) => {
    view.sortBy = value;
    changed();
  });
  pick.querySelector("select").value = view.sortBy;
  return pick;
}

/** Return the filters for stretches up to `longest_m`, of these surfaces. */
export function makeFilters({ longest_m, surfaces }, view, changed) {
  const keep = (key) => (value) => {
    view.filters[key] = value;
    changed();
  };
  const longest = 10 * Math.ceil(longest_m / 10);
  const twoDigits = (value) => value.toFixed(2);
  const names = RATINGS.map(({ name }) => name);
  return [
    makeMinimum("score", "Score of at least", { max: 1, step: 0.05, show: twoDigits }, keep("score")),
    makeMinimum("length", "Length of at least", { max: longest, step: 5, show: formatMetres }, keep("length")),
    makeTicks("Rating", names, explainRating, keep("ratings")),
    makeTicks("Surface", surfaces, (key) => key, keep("surfaces")),
  ].filter(Boolean);
}

/** Return the pick of units. */
export function makeUnitsPick(changed) {
  const pick = makePick(
    "units",
    "Lengths in",
    [
      ["metric", "metres"],
      ["imperial", "feet and miles"],
    ],
    changed,
  );
  pick.querySelector("select").value = isImperial() ? "imperial" : "metric";
  return pick;
}

/** Return a labelled list of options [value, words]. */
export function makePick(id, text, options, changed) {
  const select = el("select", { id }, ...options.map(([value, words]) => el("option", { value }, words)));
  select.addEventListener("change", () => changed(select.value));
  return el("div", { class: "pick" }, el("label", { for: id }, text), select);
}

function makeSlider(id, text, { max, step, value, show }, changed) {
  const input = el("input", { type: "range", id, min: 0, max, step, value });
  const output = el("output", { for: id }, show(value));
  input.addEventListener("input", () => {
    changed(input.valueAsNumber);
    output.textContent = show(input.valueAsNumber);
  });
  document.addEventListener(UNITS_CHANGED, () => {
    output.textContent = show(input.valueAsNumber);
  });
  return { input, node: el("div", { class: "slider" }, el("label", { for: id }, text), output, input) };
}

function makeMinimum(key, text, scale, changed) {
  return makeSlider(`least-${key}`, text, { ...scale, value: 0 }, changed).node;
}

/** Return a group of boxes, all ticked; with a single choice there is nothing to choose. */
function makeTicks(text, options, show, changed) {
  if (options.length < 2) return null;
  const inputs = options.map(() => el("input", { type: "checkbox", checked: "" }));
  for (const input of inputs) {
    input.addEventListener("change", () => {
      const ticked = options.filter((_, i) => inputs[i].checked);
      changed(keepTicked(options, ticked));
    });
  }
  const labels = options.map((option, i) => el("label", { class: "tick" }, inputs[i], nameNode(show(option))));
  return el("fieldset", {}, el("legend", {}, text), el("div", { class: "ticks" }, ...labels));
}

/** Return a slider for each criterion, in hundredths; at the profile's own weights `weigh` is called with null. */
export function makeWeights(criteria, own, weigh) {
  const start = own.map((weight) => Math.round(100 * weight));
  const now = [...start];
  const shares = el("p", { class: "quiet" });
  const showShares = (weights) => {
    const parts = criteria.map((name, k) => `${name} ${Math.round(100 * weights[k])} %`);
    shares.textContent = `Shares: ${parts.join(", ")}.`;
  };
  const change = () => {
    const weights = now.every((value, k) => value === start[k]) ? null : normaliseWeights(now);
    showShares(weights ?? own);
    weigh(weights);
  };
  const sliders = criteria.map((name, k) =>
    makeSlider(`weight-${name}`, name, { max: 100, step: 1, value: start[k], show: String }, (value) => {
      now[k] = value;
      change();
    }),
  );
  const reset = el("button", { type: "button", class: "plain-button" }, "Back to the profile's weights");
  reset.addEventListener("click", () => {
    sliders.forEach(({ input }, k) => {
      input.value = String(start[k]);
      input.dispatchEvent(new Event("input"));
    });
  });
  showShares(own);
  const words =
    "What matters to you? The stretches are scored and ranked anew, by the same formula. What is excluded stays excluded.";
  return [el("p", { class: "quiet" }, words), ...sliders.map(({ node }) => node), shares, reset];
}
