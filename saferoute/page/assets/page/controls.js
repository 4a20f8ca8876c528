// --- Filters, colours, weights ------------------------------------------------------

const UNKNOWN = "unknown";
const filters = { score: 0, length: 0, surfaces: null, ratings: null };
let colourBy = "score";
let weightsNow = null; // null: the profile's own

function passes(row) {
  return (row.score ?? 0) >= filters.score
    && (row.length_m ?? 0) >= filters.length
    && (filters.surfaces === null || filters.surfaces.has(row.surface ?? UNKNOWN))
    && (filters.ratings === null || filters.ratings.has(row.rating));
}

/** Five classes of a fifth each; what nothing is known of has a colour of its own. */
function colourClass(row) {
  const k = data.criteria.indexOf(colourBy);
  const value = k < 0 ? row.score : row.c[k] === 0 ? null : row.d[k];
  return value === null ? "score-x" : `score-${Math.max(0, Math.min(4, Math.floor(value * 5)))}`;
}

function buildControls() {
  if (!stretches.length || data.session) return; // a session's stretches are chosen
  document.getElementById("tools").append(
    tool("Filter and colour", minimum("score", "Score of at least", 1, 0.05, (v) => v.toFixed(2)),
      minimum("length", "Length of at least", 10 * Math.ceil(Math.max(...stretches.map((row) => row.length_m ?? 0)) / 10), 5, metres),
      choices("ratings", "Rating", Object.keys(RATINGS), (key) => RATING_NOTES[key]),
      choices("surfaces", "Surface", surfaces(), (key) => key),
      pick("colour", "Colour by", [["score", "total score"], ...data.criteria.map((name) => [name, name])], (value) => {
        colourBy = value;
        refresh();
      })),
    tool("Your weights", ...weightSliders()));
}

function tool(heading, ...nodes) {
  return el("details", { class: "tool" }, el("summary", {}, heading), el("div", { class: "inputs" }, ...nodes.filter(Boolean)));
}

function slider(id, text, { max, step, value, show }, changed) {
  const input = el("input", { type: "range", id, min: 0, max, step, value });
  const output = el("output", { for: id }, show(value));
  input.addEventListener("input", () => changed(input.valueAsNumber));
  input.addEventListener("input", () => (output.textContent = show(input.valueAsNumber)));
  return [input, el("div", { class: "slider" }, el("label", { for: id }, text), output, input)];
}

function minimum(key, text, max, step, show) {
  return slider(`least-${key}`, text, { max, step, value: 0, show }, (value) => {
    filters[key] = value;
    refresh();
  })[1];
}

function surfaces() {
  const known = new Set(stretches.map((row) => row.surface ?? UNKNOWN));
  known.delete(UNKNOWN);
  return [...[...known].sort(), ...(stretches.some((row) => row.surface === null) ? [UNKNOWN] : [])];
}

/** A group of boxes, all ticked; with a single choice there is nothing to choose. */
function choices(key, text, options, show) {
  if (options.length < 2) return null;
  const boxes = options.map((option) => {
    const input = el("input", { type: "checkbox", checked: "" });
    input.addEventListener("change", () => {
      const ticked = options.filter((_, i) => boxes[i].control.checked);
      filters[key] = ticked.length === options.length ? null : new Set(ticked);
      refresh();
    });
    return { control: input, node: el("label", { class: "tick" }, input, nameNode(show(option))) };
  });
  return el("fieldset", {}, el("legend", {}, text), el("div", { class: "ticks" }, ...boxes.map(({ node }) => node)));
}

function pick(id, text, options, changed) {
  const select = el("select", { id }, ...options.map(([value, words]) => el("option", { value }, words)));
  select.addEventListener("change", () => changed(select.value));
  return el("div", { class: "pick" }, el("label", { for: id }, text), select);
}

function weightSliders() {
  const start = PROFILE_WEIGHTS.map((weight) => Math.round(100 * weight));
  const now = [...start];
  const share = el("p", { class: "quiet" });
  const say = () => (share.textContent = `Shares: ${data.criteria.map((name, k) => `${name} ${Math.round(100 * (weightsNow ?? PROFILE_WEIGHTS)[k])} %`).join(", ")}.`);
  const weigh = () => {
    weightsNow = now.every((value, k) => value === start[k]) ? null : normalised(now);
    say();
    refresh({ reorder: true });
  };
  const made = data.criteria.map((name, k) =>
    slider(`weight-${name}`, name, { max: 100, step: 1, value: start[k], show: String }, (value) => {
      now[k] = value;
      weigh();
    }));
  const reset = el("button", { type: "button", class: "plain-button" }, "Back to the profile's weights");
  reset.addEventListener("click", () => {
    made.forEach(([input], k) => {
      input.value = String(start[k]);
      input.dispatchEvent(new Event("input"));
    });
  });
  say();
  return [
    el("p", { class: "quiet" }, "What matters to you? The segments in this file are scored and ranked anew, by the package's own formula; limits stay limits."),
    ...made.map(([, node]) => node), share, reset,
  ];
}
