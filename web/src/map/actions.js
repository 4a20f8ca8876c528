// What one can do with a stretch: go there, share it, copy its link, print it.

import { el, outLink } from "../dom.js";
import { describeShare, hasAddress } from "./share.js";

/** Return the buttons of a stretch, with one more. */
export function makeActions(row, more) {
  const said = el("p", { class: "quiet said", role: "status" });
  const say = (text) => {
    said.textContent = text;
  };
  const share = typeof navigator.share === "function" ? [makeButton("Share", () => shareStretch(row, say))] : [];
  return el(
    "div",
    { class: "actions" },
    el("details", { class: "go" }, el("summary", { class: "main-button" }, "Go there"), linkStart(row)),
    ...share,
    makeButton("Copy link", () => copyLink(row, say)),
    makeButton("Print", () => print()),
    more,
    said,
  );
}

export function makeButton(text, act) {
  const button = el("button", { type: "button", class: "plain-button" }, text);
  button.addEventListener("click", act);
  return button;
}

async function shareStretch(row, say) {
  try {
    await navigator.share(describeShare(row, location));
  } catch (error) {
    if (error.name !== "AbortError") say("This browser does not share from here: copy the link instead.");
  }
}

async function copyLink(row, say) {
  const { url } = describeShare(row, location);
  try {
    await navigator.clipboard.writeText(url);
    say(explainLink(location));
  } catch {
    say(`This browser does not let the page copy. The link: ${url}`);
  }
}

/** Say where a copied link leads, and why not to this page where that has no address for others. */
export function explainLink(address) {
  if (hasAddress(address)) return "Link copied: it opens this page with this stretch chosen.";
  const why =
    address.protocol === "file:"
      ? "This page is a file: to share the page, send the file."
      : "The address of this page opens on this device alone.";
  return `Link to the start copied. ${why}`;
}

/** Return links to the start: only numbers go into an address. */
function linkStart(row) {
  const [lat, lon] = row.line[0].map((degrees) => degrees.toFixed(6));
  const links = [
    ["Maps app of this device", `geo:${lat},${lon}?q=${lat},${lon}`],
    ["Apple Maps", `https://maps.apple.com/?daddr=${lat},${lon}&dirflg=w`],
    ["Google Maps", `https://www.google.com/maps/dir/?api=1&destination=${lat},${lon}&travelmode=walking`],
    ["OpenStreetMap", `https://www.openstreetmap.org/?mlat=${lat}&mlon=${lon}#map=18/${lat}/${lon}`],
  ];
  const items = links.map(([text, href]) => el("li", {}, outLink(href, text)));
  return el("ul", { class: "links" }, ...items, el("li", {}, el("span", {}, `${lat}, ${lon}`)));
}
