// What the page of a region cannot show, and what to type for it.

import { el } from "../dom.js";
import { makeButton } from "../map/actions.js";

const HOUR = /^[\w:+-]+( [\w:+-]+)*$/; // as --at takes it, without a character that a shell reads
const WORDS =
  "What is excluded and why, and sessions, are not on this page. For the middle of this map, type on a computer with saferoute:";
const OF_MAP = "These fetch today's map. With --osm and the extract of this scan they take that.";

/** Return what to type for a search and for a session at a place, at the hour of the scan if it has one. */
export function listCommands([lat, lon], at) {
  const hour = at && HOUR.test(at) ? ` --at "${at}"` : "";
  const place = `${lat.toFixed(5)},${lon.toFixed(5)}`;
  return [`saferoute find ${place}${hour} -o map.html`, `saferoute plan ${place}${hour} -o session.html`];
}

/** Return what tells the commands; `getPlace` returns [latitude, longitude] of the middle of the map. */
export function makeCommands(getPlace, at) {
  const said = el("p", { class: "quiet", role: "status" });
  const codes = listCommands([0, 0], at).map(() => el("code", { class: "command" }));
  const write = () => {
    const commands = listCommands(getPlace(), at);
    codes.forEach((code, i) => {
      code.textContent = commands[i];
    });
    return commands;
  };
  const copy = async (i) => {
    const command = write()[i];
    try {
      await navigator.clipboard.writeText(command);
      said.textContent = "Copied.";
    } catch {
      said.textContent = "This browser does not let the page copy: mark the line instead.";
    }
  };
  const lines = codes.map((code, i) =>
    el(
      "li",
      {},
      code,
      makeButton("Copy", () => copy(i)),
    ),
  );
  const node = el(
    "div",
    {},
    el("p", {}, WORDS),
    el("ul", { class: "commands" }, ...lines),
    el("p", { class: "quiet" }, OF_MAP),
    said,
  );
  return { node, write };
}
