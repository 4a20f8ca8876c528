// The tools above the list: nearness, order, filters, weights, and what else the page can do.

import { el } from "../dom.js";
import { drawCodeOf } from "../qr.js";
import { makeButton } from "./actions.js";
import { makeFilters, makeOrderPick, makeUnitsPick, makeWeights } from "./controls.js";
import { listSurfaces } from "./filters.js";
import { listOrders } from "./order.js";
import { buildBar } from "./panels.js";
import { hasAddress } from "./share.js";
import { makeWakeSwitch } from "./wake.js";

const BY_FILE =
  "To have this page on a phone, send it the file, by mail or cable, and open it there; or put it on any web server, and a code for the phone's camera stands here.";

/**
 * Build the tools.
 *
 * @param {Object} page - its data, `stretches`, own `weights` and `view`; `choosable` where the list can be ordered
 * @param {Object} act - what is called: `locate`, `changed`, `weigh` with weights, `useUnits` with a system
 * @param {Node|null} excluded - the switch of the layer of what is excluded
 * @return {Function} writes the orders anew, where the reader's place has become known or unknown
 */
export function buildTools({ criteria, stretches, weights, view, choosable }, act, excluded) {
  const near = makeNearButton(act.locate);
  const order = el("div", {});
  const writeOrders = () =>
    order.replaceChildren(makeOrderPick(listOrders(criteria, view.me !== null), view, act.changed));
  writeOrders();
  const longest_m = Math.max(...stretches.map((row) => row.length_m ?? 0));
  const ofList = [
    ["panel-order", "Order", [order]],
    ["panel-filter", "Filter", makeFilters({ longest_m, surfaces: listSurfaces(stretches) }, view, act.changed)],
    ["panel-weights", "Weights", makeWeights(criteria, weights, act.weigh)],
  ];
  buildBar([near], [...(choosable ? ofList : []), ["panel-more", "More", makeMore(act.useUnits, excluded, BY_FILE)]]);
  return writeOrders;
}

/** Return the button that asks where the reader is. */
export function makeNearButton(locate) {
  const near = makeButton("Near me", locate);
  near.className = "tool";
  near.id = "near-me";
  near.setAttribute("aria-pressed", "false");
  return near;
}

/**
 * Return what else a page can do.
 *
 * @param {Function} useUnits - called with a system of units
 * @param {Node|null} own - what the page has besides others
 * @param {string} toPhone - how the page gets to a phone where it has no address for others
 */
export function makeMore(useUnits, own, toPhone) {
  return [own, makeUnitsPick(useUnits), makeWakeSwitch(), makePrint(), offerToPhone(toPhone)].filter(Boolean);
}

function makePrint() {
  return makeButton("Print", () => print());
}

/** Return the code of the page's address, or these words where it has none. */
function offerToPhone(words) {
  if (!hasAddress(location)) return el("p", { class: "quiet" }, words);
  const address = location.href.split("#")[0];
  return el(
    "figure",
    { class: "figure" },
    drawCodeOf(address, "Code of this page's address, for a phone's camera"),
    el("figcaption", { class: "quiet" }, "This page on a phone: point its camera here."),
  );
}
