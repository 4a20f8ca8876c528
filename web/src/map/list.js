// The list of stretches, best first, with the details of the one that is chosen.

import { byId, el } from "../dom.js";
import { countThings, formatMetres, LOOK_FIRST } from "../words.js";
import { makeCard, writeCard } from "./cards.js";
import { describeStretch } from "./details.js";
import { passesFilters } from "./filters.js";
import { markPaper } from "./paper.js";

export class StretchList {
  #criteria;
  #view;
  #cards = new Map(); // row -> the nodes of its card
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
      this.#cards.set(
        row,
        makeCard(row, () => choose(view.selected === row ? null : row)),
      );
    if (!stretches.length) byId("list").replaceWith(explainEmptiness(data));
  }

  /** Put the cards into their order, and write what depends on weights, units and filters. */
  show(order) {
    const { filters } = this.#view;
    const shown = order.filter((row) => passesFilters(row, filters));
    for (const row of order) {
      writeCard(row, this.#cards.get(row), this.#view, this.#criteria);
      this.#cards.get(row).item.hidden = !passesFilters(row, filters);
    }
    this.#divide(shown);
    // Moving a focused element loses the focus.
    const focused = document.activeElement;
    byId("list")?.replaceChildren(...order.map((row) => this.#cards.get(row).item));
    if (focused?.closest?.("#list")) focused.focus({ preventScroll: true });
    markPaper(shown.map((row) => this.#cards.get(row).item));
    byId("count").classList.toggle("hidden", shown.length === order.length && this.#view.weights === null);
    byId("count").textContent = describeCount(shown.length, order.length, this.#view.weights !== null);
  }

  /** Put the divider above the first row without a rating. */
  #divide(shown) {
    const first = shown.find(({ rating }) => rating === "none");
    if (first) this.#cards.get(first).item.prepend(this.#divider);
    else this.#divider.remove();
  }

  open(row) {
    const { item, button } = this.#cards.get(row);
    button.setAttribute("aria-expanded", "true");
    this.#details = describeStretch(row, this.#criteria);
    item.append(this.#details);
  }

  close(row) {
    this.#cards.get(row).button.setAttribute("aria-expanded", "false");
    this.#details.remove();
  }

  /** Write the details anew, after the row has got another verdict or its lengths other units. */
  renewDetails(row) {
    const fresh = describeStretch(row, this.#criteria);
    this.#details.replaceWith(fresh);
    this.#details = fresh;
  }

  scrollTo(row) {
    this.#cards.get(row).button.scrollIntoView({ block: "start" });
  }

  focus(row) {
    this.#cards.get(row).button.focus({ preventScroll: true });
  }
}

export function describeCount(shown, all, reweighed) {
  const total = countThings(all, "stretch", "stretches");
  const which = shown === all ? `${total} shown` : `${shown} of ${total} shown`;
  return reweighed ? `${which}, ranked by your weights` : which;
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
