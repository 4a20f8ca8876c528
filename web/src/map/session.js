// A session: its timetable, its route, its numbered sections.

import { byId, columnHeading, el, nameNode, outLink, writeTitle } from "../dom.js";
import L from "../leaflet.js";
import { drawCode } from "../qr.js";
import { convertLengths } from "../words.js";
import { readHeights, readLine } from "./grid.js";
import { drawRouteHeights } from "./heights.js";
import { placeArrows } from "./lines.js";
import { groupByGround, listSteps, readSquares, summariseSession } from "./timetable.js";
import { addSign, showLine } from "./view.js";

/** Decode the lines of a session: points of its route, and sections with theirs. */
export function readSession(plan) {
  return {
    ...plan,
    route: plan.route ? readLine(plan.route, plan.grid) : [],
    heights: readHeights(plan.heights),
    sections: plan.sections.map((section) => ({ ...section, line: readLine(section.line, plan.grid) })),
  };
}

/** Draw a session, as `readSession` gives it, on the map. */
export function drawSession(map, plan) {
  document.body.classList.add("session");
  if (plan.route.length) drawRoute(map, plan);
}

/** Write a session beside the map, anew where units have changed. */
export function writeSession(map, plan, { place, profile }) {
  writeTitle(`Session${place.name ? ` near ${place.name}` : ""}`);
  byId("summary").textContent = summariseSession(plan, profile);
  const box = byId("session");
  box.replaceChildren(...plan.notes.map((note) => el("p", { class: "note" }, convertLengths(note))));
  if (plan.steps.length) {
    const start = plan.route[0] ?? [place.lat, place.lon];
    const side = el("div", { class: "side" }, drawRouteHeights(plan.heights, plan), drawStartCode(plan.qr, start));
    box.append(
      el("p", { class: "inputs" }, convertLengths(plan.pace)),
      makeTimetable(map, plan),
      side,
      listChecks(plan.sections),
    );
  }
}

function makeTimetable(map, plan) {
  const lines = new Map(plan.sections.map(({ section, line }) => [section, line]));
  const rows = listSteps(plan).map(({ section, start, name, words, duration, way }) => {
    const line = lines.get(section);
    return el(
      "tr",
      section === null ? {} : { class: "backward" },
      el("td", { class: "count" }, start),
      el("td", {}, line ? makeSectionButton(map, name, line) : el("strong", {}, name), " ", convertLengths(words)),
      el("td", { class: "count" }, duration),
      el("td", { class: "count" }, way),
    );
  });
  const headings = [["At", "count"], ["Do"], ["For", "count"], ["Way", "count"]];
  return el(
    "table",
    { class: "timetable" },
    el("caption", {}, "Timetable"),
    el("thead", {}, el("tr", {}, ...headings.map((heading) => columnHeading(...heading)))),
    el("tbody", {}, ...rows),
  );
}

function makeSectionButton(map, name, line) {
  const button = el("button", { type: "button", class: "plain-button" }, name);
  button.addEventListener("click", () => showLine(map, line, { side: 60, animate: true }));
  return button;
}

/** List what to look at before each stretch; the caution stands at the foot of the page. */
function listChecks(sections) {
  const stretches = new Map(sections.map((section) => [section.stretch, section]));
  const items = [...stretches.values()].map(({ stretch, name, checks }) => {
    const named = name ? [", ", nameNode(name)] : [];
    const words = `: walk it forwards first; check ${convertLengths(checks.join("; "))}.`;
    return el("li", {}, el("strong", {}, `Stretch ${stretch}`), ...named, words);
  });
  return el("div", { class: "inputs" }, el("h2", {}, "Check on foot"), el("ul", { class: "checks" }, ...items));
}

/** Draw a code of the start for a phone's camera, with the address under it. */
function drawStartCode(rows, start) {
  const [lat, lon] = start.map((degrees) => degrees.toFixed(6));
  const code = drawCode(readSquares(rows), rows.length, "Code of the start, for a phone's camera");
  const link = outLink(`geo:${lat},${lon}?q=${lat},${lon}`, `${lat}, ${lon}`);
  return el("div", { class: "inputs start" }, el("h2", {}, "Start"), code, el("p", {}, link));
}

function drawRoute(map, { route, sections }) {
  const renderers = Object.fromEntries(["route", "sections"].map((pane) => [pane, L.svg({ pane, padding: 0.3 })]));
  const add = (line, className, pane = "route") =>
    L.polyline(line, { renderer: renderers[pane], pane, interactive: false, className, smoothFactor: 0.5 }).addTo(map);
  add(route, "route-casing");
  add(route, "route");
  for (const shared of groupByGround(sections)) {
    const [{ line, bearing_deg, length_m }] = shared;
    add(line, "section-casing");
    add(placeArrows({ line, advised_bearing_deg: bearing_deg, length_m }), "section-arrow", "sections");
    const numbers = shared.map(({ section }) => section).join(", ");
    addSign(map, line[0], el("span", { class: "sign number-sign" }, numbers));
  }
  addSign(map, route[0], el("span", { class: "sign" }, "Start and end"));
}
