// The form in which a reader tells what he saw on a stretch.

import { el, outLink } from "../dom.js";
import {
  describeObservation,
  explainUnfit,
  HAZARDS,
  isOf,
  makeObservation,
  Notebook,
  SLOPES,
  SURFACES,
  toCollection,
} from "../observations.js";
import { countThings } from "../words.js";
import { makeButton } from "./actions.js";

const FILE = "observations.geojson";
const notebook = new Notebook(() => localStorage);

/** Return what opens the form of a row. */
export function makeCheck(row) {
  const summary = el("summary", { class: "plain-button" });
  const kept = el("ul", { class: "links" });
  const said = el("p", { class: "quiet said", role: "status" });
  const say = (text) => {
    said.textContent = text;
  };
  const renew = () => {
    const own = notebook.features.filter((feature) => isOf(feature, row));
    summary.textContent = own.length ? `Check it (${own.length} seen)` : "Check it";
    kept.replaceChildren(...own.map((feature) => tellKept(feature, renew)));
  };
  renew();
  const fields = makeFields();
  const save = makeButton("Keep it", () => {
    const told = fields.read();
    const why = explainUnfit(told);
    if (!why) {
      notebook.add(makeObservation(row, told, new Date()));
      fields.clear();
      renew();
    }
    say(why || tellKeeping());
  });
  const parts = [kept, ...fields.nodes, el("div", { class: "actions" }, save, ...makeExports(say)), said, linkMap(row)];
  return el("details", { class: "go check" }, summary, ...parts);
}

function makeFields() {
  const fine = tick("walked it: fine");
  const hazards = HAZARDS.map(([name, words]) => ({ name, ...tick(words) }));
  const surface = pick("Surface", SURFACES);
  const slope = pick("Slope felt", SLOPES);
  const note = entry("Note", 500);
  const by = entry("Your name, if you like", 60);
  const words = [surface, slope, note, by];
  return {
    nodes: [
      el("fieldset", {}, el("legend", {}, "Seen today"), ...[fine, ...hazards].map(({ label }) => label)),
      ...words.map(({ label }) => label),
    ],
    read: () => ({
      fine: fine.input.checked,
      seen: hazards.filter(({ input }) => input.checked).map(({ name }) => name),
      surface: surface.input.value,
      slope: slope.input.value,
      note: note.input.value.trim(),
      by: by.input.value.trim(),
    }),
    clear: () => {
      for (const { input } of [fine, ...hazards]) input.checked = false;
      for (const { input } of words.slice(0, 3)) input.value = "";
    },
  };
}

function makeExports(say) {
  const file = () =>
    new File([JSON.stringify(toCollection(notebook.features))], FILE, { type: "application/geo+json" });
  const share = async () => {
    try {
      await navigator.share({ files: [file()] });
    } catch (error) {
      if (error.name !== "AbortError") say("This browser does not share files from here: export it instead.");
    }
  };
  const download = () => {
    const link = el("a", { href: URL.createObjectURL(file()), download: FILE });
    link.click();
    say(`${countThings(notebook.features.length, "observation", "observations")}: give ${FILE} to --observations.`);
  };
  return [
    makeButton("Export all", download),
    ...(typeof navigator.share === "function" ? [makeButton("Share all", share)] : []),
  ];
}

function tellKept(feature, renew) {
  const remove = makeButton("Delete", () => {
    notebook.remove(feature);
    renew();
  });
  return el("li", {}, el("span", { dir: "auto" }, describeObservation(feature)), remove);
}

function tellKeeping() {
  return notebook.lasts
    ? "Kept in this browser alone. Export all, and the next search heeds it."
    : "This browser keeps nothing from this page: export all before you close it.";
}

/** Return links for who wants to mend the map itself. */
function linkMap({ line, osm_ids }) {
  const [lat, lon] = line[Math.floor(line.length / 2)].map((degrees) => degrees.toFixed(6));
  const object = /^(way|node|relation)\/([0-9]{1,19})$/.exec(osm_ids[0] ?? "");
  const links = [
    outLink(`https://www.openstreetmap.org/note/new?lat=${lat}&lon=${lon}#map=19/${lat}/${lon}`, "Note to mappers"),
    ...(object ? [outLink(`https://www.openstreetmap.org/edit?${object[1]}=${object[2]}`, "Edit the map")] : []),
  ];
  return el("ul", { class: "links" }, ...links.map((link) => el("li", {}, link)));
}

function tick(words) {
  const input = el("input", { type: "checkbox" });
  return { input, label: el("label", { class: "tick" }, input, words) };
}

function pick(words, values) {
  const options = values.map((value) => el("option", { value }, value.replaceAll("_", " ")));
  const input = el("select", {}, el("option", { value: "" }, "not told"), ...options);
  return { input, label: el("label", { class: "field" }, words, input) };
}

function entry(words, maxlength) {
  const input = el("input", { type: "text", maxlength });
  return { input, label: el("label", { class: "field" }, words, input) };
}
