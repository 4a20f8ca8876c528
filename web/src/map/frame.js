// What stands around list and map: summary, caution, what is excluded, sources of the data.

import { byId, columnHeading, el, outLink, writeTitle } from "../dom.js";
import { convertLengths, countThings, describeDataDate, formatMetres } from "../words.js";

/** Write it, anew where units have changed. */
export function writeFrame(data, stretches) {
  const near = data.place.name ? ` near ${data.place.name}` : "";
  writeTitle(`Stretches for running backwards${near}`);
  byId("summary").textContent = [
    `${countThings(stretches.length, "stretch", "stretches")} within ${formatMetres(data.radius_m)}`,
    data.profile ? `profile: ${data.profile}` : null,
    "the best to inspect first",
  ]
    .filter(Boolean)
    .join(" · ");
  byId("caution").replaceChildren(el("strong", {}, "Caution. "), data.caution);
  byId("about").replaceChildren(describeRun(data, stretches.length === 0));
}

function describeRun(data, nothingFound) {
  const { ways = null, areas = null } = data.considered;
  const looked = ways === null || areas === null ? "" : `Looked at ${ways} ways and ${areas} pieces of open ground.`;
  const notes = data.notes.map((note) => el("li", {}, convertLengths(note)));
  return el(
    "div",
    { class: "about" },
    tabulateExclusions(data.exclusions, nothingFound),
    ...(notes.length ? [el("h2", {}, "Notes on this run"), el("ul", { class: "checks" }, ...notes)] : []),
    el("h2", {}, "Data"),
    el("p", { class: "quiet" }, `${describeDataDate(data.data_date)}. ${looked}`),
    ...data.attribution.map((text) => el("p", { class: "quiet" }, text)),
    el(
      "p",
      { class: "quiet" },
      outLink("https://www.openstreetmap.org/copyright", "OpenStreetMap copyright and licence"),
    ),
  );
}

/** Return the table of what is excluded, open where nothing else is to be seen. */
function tabulateExclusions(exclusions, open) {
  if (!exclusions.length) return null;
  const rows = exclusions.map(({ reason, rule, pieces, length_m }) =>
    el(
      "tr",
      {},
      el("td", {}, el("strong", {}, reason), el("br"), convertLengths(rule)),
      el("td", { class: "count" }, String(pieces)),
      el("td", { class: "count" }, formatMetres(length_m)),
    ),
  );
  const headings = [columnHeading("Why"), columnHeading("Pieces", "count"), columnHeading("Length", "count")];
  const table = el("table", {}, el("thead", {}, el("tr", {}, ...headings)), el("tbody", {}, ...rows));
  const box = el("details", {}, el("summary", {}, "What is excluded, and why"), table);
  box.open = open;
  return box;
}

/** Tell the style how high the caution is, which stays in sight at the foot of the page. */
export function keepClearOfCaution() {
  const caution = byId("caution");
  new ResizeObserver(() => document.body.style.setProperty("--caution-height", `${caution.offsetHeight}px`)).observe(
    caution,
  );
}
