// The tools of the page of a region.

import { el } from "../dom.js";
import { makeButton } from "../map/actions.js";
import { makeFilters, makeOrderPick, makeWeights } from "../map/controls.js";
import { BY_RANK, listOrders } from "../map/order.js";
import { buildBar } from "../map/panels.js";
import { makeMore, makeNearButton } from "../map/tools.js";
import { makeCommands } from "./commands.js";

const BY_SERVER =
  "To have this page on a phone, put its whole folder on any web server: a code of its address, for the phone's camera, then stands here.";
const FROM_AFAR =
  "From afar this page knows the best of each neighbourhood alone, by the profile's weights. Nearer it orders by a criterion and by your weights.";

/**
 * Build the tools.
 *
 * @param {Object} page - `facts` of the scan, `view`, the profile's `weights`, and the button to `keep` an area
 * @param {Object} act - what is called: `locate`, `show`, `filter`, `weigh` with weights, `useUnits` with a system,
 *   `goNearer`, and `getCentre`, which returns [latitude, longitude]
 * @return {Function} follows the map: called with the rows in view
 */
export function buildTools({ facts, view, weights, keep }, act) {
  const order = el("div", {});
  const afar = [makeFromAfar(act.goNearer), makeFromAfar(act.goNearer)];
  const weighing = makeWeights(facts.criteria, weights, act.weigh);
  const commands = makeCommands(act.getCentre, facts.at);
  const follow = (rows) => {
    const whole = rows.every((row) => row.whole);
    for (const node of afar) node.hidden = whole;
    for (const node of weighing) node.hidden = !whole; // the tiles from afar are weighed by the profile
    // Only the tiles of the finest zoom know the criteria.
    const orders = listOrders(whole ? facts.criteria : [], view.me !== null, false);
    if (!orders.some(([key]) => key === view.sortBy)) view.sortBy = BY_RANK;
    order.replaceChildren(makeOrderPick(orders, view, act.show));
    commands.write();
  };
  buildBar(
    [makeNearButton(act.locate)],
    [
      ["panel-order", "Order", [order, afar[0]]],
      ["panel-filter", "Filter", makeFilters(facts, view, act.filter)],
      ["panel-weights", "Weights", [afar[1], ...weighing]],
      ["panel-more", "More", [...makeMore(act.useUnits, keep, BY_SERVER), commands.node]],
    ],
  );
  return follow;
}

/** Return what is said, and offered, where the tiles in view do not hold all that is known. */
function makeFromAfar(goNearer) {
  const node = el("div", {}, el("p", { class: "quiet" }, FROM_AFAR), makeButton("Go nearer", goNearer));
  node.hidden = true;
  return node;
}
