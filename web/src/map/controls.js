// Filters, colours and weights.

import { byId, el, nameNode } from "../dom.js";
import { formatMetres, RATING_NOTES, RATINGS } from "../words.js";
import { keepTicked, listSurfaces } from "./filters.js";
import { normaliseWeights } from "./score.js";

/**
 * Build the tools above the list.
 *
 * @param {string[]} criteria
 * @param {Object[]} stretches - rows; where there is none, there is nothing to choose from
 * @param {number[]} weights - the profile's own
 * @param {Object} view - written to, see `startView`
 * @param {Function} refresh - called after each change, with `{ reorder: true }` if weights have changed
 */
export function buildControls(criteria, stretches, weights, view, refresh) {
  const keep = (key) => (value) => {
    view.filters[key] = value;
    refresh();
  };
  const colour = (value) => {
    view.colourBy = value;
    refresh();
  };
  const weigh = (value) => {
    view.weights = value;
    refresh({ reorder: true });
  };
  const longest = 10 * Math.ceil(Math.max(...stretches.map((row) => row.length_m ?? 0)) / 10);
  const colours = [["score", "total score"], ...criteria.map((name) => [name, name])];
  const twoDigits = (value) => value.toFixed(2);
  byId("tools").append(
    makeTool(
      "Filter and colour",
      makeMinimum("score", "Score of at least", { max: 1, step: 0.05, show: twoDigits }, keep("score")),
      makeMinimum("length", "Length of at least", { max: longest, step: 5, show: formatMetres }, keep("length")),
      makeTicks("Rating", Object.keys(RATINGS), (key) => RATING_NOTES[key], keep("ratings")),
      makeTicks("Surface", listSurfaces(stretches), (key) => key, keep("surfaces")),
      makePick("colour", "Colour by", colours, colour),
    ),
    makeTool("Your weights", ...makeWeights(criteria, weights, weigh)),
  );
}

/** Return a labelled list of options [value, words]. */
export function makePick(id, text, options, changed) {
  const select = el("select", { id }, ...options.map(([value, words]) => el("option", { value }, words)));
  select.addEventListener("change", () => changed(select.value));
  return el("div", { class: "pick" }, el("label", { for: id }, text), select);
}

function makeTool(heading, ...nodes) {
  const inputs = el("div", { class: "inputs" }, ...nodes);
  return el("details", { class: "tool" }, el("summary", {}, heading), inputs);
}

function makeSlider(id, text, { max, step, value, show }, changed) {
  const input = el("input", { type: "range", id, min: 0, max, step, value });
  const output = el("output", { for: id }, show(value));
  input.addEventListener("input", () => {
    changed(input.valueAsNumber);
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
function makeWeights(criteria, own, weigh) {
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
    "What matters to you? The stretches in this file are scored and ranked anew, by the same formula. What is excluded stays excluded.";
  return [el("p", { class: "quiet" }, words), ...sliders.map(({ node }) => node), shares, reset];
}
