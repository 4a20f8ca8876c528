// The field for names and positions, and what it finds.

import { byId, el, nameNode } from "../dom.js";
import { explainRating } from "../ratings.js";
import { countThings } from "../words.js";
import { readTyped } from "./address.js";
import { searchNames } from "./search.js";

/** Answer searches; `go` is called with the point of what is chosen. */
export function answerSearches(facts, go, loadPart = (number) => loadNames(number, facts.version)) {
  byId("search").addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = byId("query").value;
    const point = readTyped(text);
    if (point) {
      byId("results").replaceChildren();
      go(point);
      return;
    }
    try {
      showResults(await searchNames(text, facts, loadPart), go);
    } catch {
      byId("results").textContent = "The index of names cannot be read now: is there a network?";
    }
  });
}

function showResults(found, go) {
  if (!found.length) {
    byId("results").textContent = "No stretch, park or district here is called so. A position works too: 60.17, 24.94.";
    return;
  }
  const items = found.map(({ name, rating, count, point }) => {
    const words = `${countThings(count, "stretch", "stretches")}, best ${explainRating(rating)}`;
    const button = el(
      "button",
      { type: "button", class: "result" },
      nameNode(name, "name"),
      el("span", { class: "quiet" }, words),
    );
    button.addEventListener("click", () => {
      byId("results").replaceChildren();
      go(point);
    });
    return el("li", {}, button);
  });
  byId("results").replaceChildren(el("ul", {}, ...items));
}

async function loadNames(number, version) {
  const answer = await fetch(`names-${String(number).padStart(5, "0")}.json?v=${version}`);
  if (!answer.ok) throw new Error(`the server answers ${answer.status}`);
  return answer.json();
}
