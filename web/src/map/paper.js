// How much of a list a page of paper holds.

import { byId } from "../dom.js";

const MOST = 20; // stretches beside the map
const FEWEST = 8; // less is no list: then it takes two pages
const INCH = 96; // pixels
const SPARE = 24; // pixels that breaking columns into pages may take besides [J]
const MARGINS = 0.79; // inches of both together: 1 cm each, by the style sheet
const SHEETS = [
  { wide: 8.5, high: 11 }, // US Letter
  { wide: 8.27, high: 11.69 }, // A4
];

/** Mark which of the items shown a page of paper holds, and say so. */
export function markPaper(items, most = MOST) {
  byId("paper").textContent = items.length > most ? `On paper: the first ${most} of ${items.length}.` : "";
  for (const [i, item] of items.entries()) item.classList.toggle("beyond-paper", i >= most);
}

/** Leave away, whenever the page is printed, what would begin a second page: how tall cards are depends on fonts. */
export function fitListToPaper() {
  const listItems = () => [...document.querySelectorAll("#list > .item:not([hidden])")];
  // Chromium counts the sheets before it tells that it prints: one that is not needed any more would be empty.
  addEventListener("beforeprint", () => markPaper(listItems(), FEWEST));
  matchMedia("print").addEventListener("change", ({ matches }) => {
    if (!matches) return;
    const items = listItems();
    let most = MOST;
    do markPaper(items, most);
    while (overflowsPage() && --most >= FEWEST);
  });
}

function overflowsPage() {
  return document.body.scrollHeight + SPARE > heightOfPage(document.body.clientWidth);
}

/** Return the pixels of height that a page has, of the sheet whose width is nearest. */
export function heightOfPage(width) {
  const away = ({ wide }) => Math.abs((wide - MARGINS) * INCH - width);
  const [{ high }] = [...SHEETS].sort((a, b) => away(a) - away(b));
  return (high - MARGINS) * INCH;
}
