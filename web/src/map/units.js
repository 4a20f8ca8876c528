// The units that the reader has chosen, remembered in this browser alone.

import { isSystem } from "../words.js";

const KEY = "saferoute-units";

/** Return the units that were chosen before, else those of the file. */
export function recallUnits(given) {
  try {
    const chosen = localStorage.getItem(KEY);
    return chosen !== null && isSystem(chosen) ? chosen : given;
  } catch {
    return given; // frames without an origin have no storage
  }
}

export function rememberUnits(system) {
  try {
    localStorage.setItem(KEY, system);
  } catch {
    // It holds until the page is closed.
  }
}
