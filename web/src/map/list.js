// The list of stretches, best first, with the details of the one that is chosen.

import { byId, el, nameNode } from "../dom.js";
import { countThings, formatMetres, formatNumber, LOOK_FIRST, RATINGS } from "../words.js";
import { describeStretch } from "./details.js";
import { colourClass, passesFilters } from "./filters.js";

const PAPER = 20; // stretches that one page holds beside the map

export class StretchList {
  #criteria;
  #view;
  #items = new Map(); // row -> the nodes of its item
  #divider = el("p", { class: "divider" }, LOOK_FIRST); // stands in the first item without a rating
  #details = null;

  /**
   * @param {Object} data - the page's data
   * @param {Object[]} stretches - rows
   * @param {Object} view - what is chosen, see `startView`
   * @param {Function} choose - called with the row that was chosen, null to choose none
   */
  constructor(data, stretches, view, choose) {
    this.#criteria = data.criteria;
    this.#view = view;
    for (const row of stretches)
      this.#items.set(
        row,
        makeItem(row, () => choose(view.selected === row ? null : row)),
      );
    if (!stretches.length) byId("list").replaceWith(explainEmptiness(data));
  }

  /** Put the items into their order, and write what depends on weights, colours and filters. */
  show(order) {
    const { filters } = this.#view;
    const shown = order.filter((row) => passesFilters(row, filters));
    for (const row of order) {
      this.#write(row);
      this.#items.get(row).item.hidden = !passesFilters(row, filters);
    }
    this.#divide(shown);
    // Moving a focused element loses the focus.
    const focused = document.activeElement;
    byId("list")?.replaceChildren(...order.map((row) => this.#items.get(row).item));
    if (focused?.closest?.("#list")) focused.focus({ preventScroll: true });
    byId("paper").textContent = shown.length > PAPER ? `On paper: the first ${PAPER} of ${shown.length}.` : "";
    shown.forEach((row, i) => {
      this.#items.get(row).item.classList.toggle("beyond-paper", i >= PAPER);
    });
    byId("count").textContent = describeCount(shown.length, order.length, this.#view.weights !== null);
  }

  /** Put the divider above the first row without a rating. */
  #divide(shown) {
    const first = shown.find(({ rating }) => rating === "none");
    if (first) this.#items.get(first).item.prepend(this.#divider);
    else this.#divider.remove();
  }

  #write(row) {
    const { item, button, number, facts, badge } = this.#items.get(row);
    number.textContent = String(row.place);
    facts.textContent = listFacts(row).join(" · ");
    badge.className = `rating rating-${row.rating}`;
    badge.replaceChildren(el("span", { class: "hidden" }, "rating "), RATINGS[row.rating]);
    button.className = `choose ${colourClass(row, this.#view.colourBy, this.#criteria)}`;
    Object.assign(item.dataset, { rank: row.rank, score: row.score ?? "", low: row.score_low ?? "" });
  }

  open(row) {
    const { item, button } = this.#items.get(row);
    button.setAttribute("aria-expanded", "true");
    this.#details = describeStretch(row, this.#criteria);
    item.append(this.#details);
  }

  close(row) {
    this.#items.get(row).button.setAttribute("aria-expanded", "false");
    this.#details.remove();
  }

  /** Write the details anew, after the row has got another verdict. */
  renewDetails(row) {
    const fresh = describeStretch(row, this.#criteria);
    this.#details.replaceWith(fresh);
    this.#details = fresh;
  }

  scrollTo(row) {
    this.#items.get(row).item.scrollIntoView({ block: "start" });
  }

  focus(row) {
    this.#items.get(row).button.focus({ preventScroll: true });
  }
}

export function listFacts(row) {
  const facts = [
    `score ${formatNumber(row.score, 2)}`,
    formatMetres(row.length_m),
    `${formatMetres(row.distance_m)} away`,
  ];
  if (row.surface) facts.push(row.surface);
  if (row.place !== row.rank) facts.push(`number ${row.rank} by the profile's weights`);
  return facts;
}

export function describeCount(shown, all, reweighed) {
  const total = countThings(all, "stretch", "stretches");
  const which = shown === all ? `${total} shown` : `${shown} of ${total} shown`;
  return reweighed ? `${which}, ranked by your weights` : which;
}

function makeItem(row, chosen) {
  const number = el("span", { class: "number" });
  const facts = el("span", { class: "facts" });
  const badge = el("span");
  const name = el("span", {}, nameNode(row.name, "name"), facts);
  const button = el("button", { type: "button", "aria-expanded": "false" }, number, name, badge);
  button.addEventListener("click", chosen);
  return { item: el("li", { class: "item" }, button), button, number, facts, badge };
}

function explainEmptiness(data) {
  const why = data.exclusions.length ? " The table below says what is excluded, and why." : "";
  const within = formatMetres(data.radius_m);
  return el(
    "p",
    { class: "nothing" },
    el("strong", {}, "No stretch found."),
    ` No stretch within ${within} of the place keeps to the limits of the profile.${why}`,
  );
}
