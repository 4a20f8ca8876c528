// The bar of tools: each button opens its panel and closes the others.

import { byId, el } from "../dom.js";

const EDGE = 4; // pixels within a panel
const LINES = 120; // pixels of its first lines

/**
 * Build the bar.
 *
 * @param {Node[]} first - buttons that act at once
 * @param {Array} panels - [id, words, nodes] of each panel
 */
export function buildBar(first, panels) {
  const opened = panels.map(([id, words, nodes]) => makePanel(id, words, nodes));
  const show = (which) => {
    for (const { button, panel } of opened) {
      const open = panel === which && panel.hidden;
      panel.hidden = !open;
      button.setAttribute("aria-expanded", String(open));
      // The panel opens above the list, which may be scrolled away under bar and map.
      if (open && !isInSight(panel)) panel.scrollIntoView({ block: "start" });
    }
  };
  for (const { button, panel } of opened) button.addEventListener("click", () => show(panel));
  byId("tools").append(
    el("div", { class: "toolbar" }, ...first, ...opened.map(({ button }) => button)),
    el("div", { id: "where", class: "where", role: "status" }),
    ...opened.map(({ panel }) => panel),
  );
}

/** Return whether the first lines of a panel can be seen. */
function isInSight(panel) {
  const { left, top, height } = panel.getBoundingClientRect();
  const depths = [EDGE, Math.min(LINES, height - EDGE)];
  return depths.every((depth) => panel.contains(document.elementFromPoint(left + EDGE, top + depth)));
}

function makePanel(id, words, nodes) {
  const attributes = { type: "button", class: "tool", "aria-expanded": "false", "aria-controls": id };
  const panel = el("div", { id, class: "inputs panel-box", role: "group", "aria-label": words }, ...nodes);
  panel.hidden = true;
  return { button: el("button", attributes, words), panel };
}
