// The list of the stretches in view: the same cards and details as on the page of a search.

import { byId, el } from "../dom.js";
import { makeCard, writeCard } from "../map/cards.js";
import { describeStretch } from "../map/details.js";
import { markPaper } from "../map/paper.js";
import { countThings, LOOK_FIRST } from "../words.js";

export const MOST = 30; // cards

export class RegionList {
  #criteria;
  #choose;
  #cards = new Map(); // key -> the nodes of its card
  #details = null;

  /** `choose` is called with the row that is tapped, null where it was chosen already. */
  constructor(criteria, choose) {
    this.#criteria = criteria;
    this.#choose = choose;
  }

  /** Show rows in their order, and in words how many there are; the chosen one keeps its details. */
  show(rows, words, view) {
    const chosen = view.selected?.key;
    const before = this.#tellTop(chosen);
    const focused = document.activeElement?.closest?.("#list .item")?.dataset.key;
    this.#cards = new Map(rows.map((row) => [row.key, this.#makeItem(row, view)]));
    const first = rows.find(({ rating }) => rating === "none");
    if (first) this.#cards.get(first.key).item.prepend(el("p", { class: "divider" }, LOOK_FIRST));
    const items = rows.map(({ key }) => this.#cards.get(key).item);
    byId("list").replaceChildren(...items);
    markPaper(items);
    byId("count").textContent = words;
    if (view.selected) this.#open(view.selected);
    if (focused) this.#cards.get(focused)?.button.focus({ preventScroll: true });
    // The list above the chosen one is another now: it stays where its reader has it.
    const moved = this.#tellTop(chosen) - before;
    if (moved) for (const box of [byId("list").closest(".panel"), document.scrollingElement]) box.scrollTop += moved;
  }

  /** Return where the card of a key is in the window, NaN where there is none. */
  #tellTop(key) {
    return this.#cards.get(key)?.button.getBoundingClientRect().top ?? Number.NaN;
  }

  scrollTo(row) {
    this.#cards.get(row.key)?.button.scrollIntoView({ block: "start" });
  }

  focus(row) {
    this.#cards.get(row.key)?.button.focus({ preventScroll: true });
  }

  #makeItem(row, view) {
    const card = makeCard(row, () => this.#choose(view.selected?.key === row.key ? null : row));
    writeCard(row, card, view, this.#criteria);
    card.item.dataset.key = row.key;
    return card;
  }

  #open(row) {
    const card = this.#cards.get(row.key);
    if (!card) return;
    card.button.setAttribute("aria-expanded", "true");
    this.#details = describeStretch(row, this.#criteria);
    card.item.append(this.#details);
  }
}

/** Say how many stretches are shown, of how many that pass the filters, of how many in view, and by whose weights. */
export function describeCount(shown, passing, inView, reweighed = false) {
  if (!inView) return "No stretch in view: move the map, or search for a place.";
  const total = `${countThings(inView, "stretch", "stretches")} in view`;
  const filtered = passing < inView ? `${passing} of ${total}, by your filters` : total;
  const words = shown < passing ? `The first ${shown} of ${filtered}` : filtered;
  return reweighed ? `${words}, ranked by your weights` : words;
}
