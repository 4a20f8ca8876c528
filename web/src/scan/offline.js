// Keeps the page for when there is no network: what was seen by itself, an area on request.

import { el } from "../dom.js";
import { makeButton } from "../map/actions.js";
import { COARSEST, coverBox, FINEST } from "./rows.js";

const MOST = 1500; // tiles of an area that is kept

/** Start the service worker, and have it keep what was read before it was there. */
export async function startWorker(version, listSeen) {
  if (!navigator.serviceWorker) return;
  await navigator.serviceWorker.register(`worker.js?v=${version}`);
  await keepSeen(listSeen);
}

/** Have the service worker keep files, by asking for them through it. */
async function keepSeen(listSeen) {
  if (!navigator.serviceWorker.controller)
    await new Promise((done) => navigator.serviceWorker.addEventListener("controllerchange", done, { once: true }));
  await Promise.all(listSeen().map((name) => fetch(name)));
}

/** Return the tiles of an area, from the coarsest zoom to the finest. */
export function listTiles(southWest, northEast) {
  const zooms = Array.from({ length: FINEST - COARSEST + 1 }, (_, i) => COARSEST + i);
  return zooms.flatMap((z) => coverBox(southWest, northEast, z));
}

/** Say why nothing can be kept, null where it can. */
export function explainNoKeeping({ serviceWorker, isSecureContext }) {
  if (!isSecureContext) return "Browsers keep pages for offline use only from https or from this device.";
  return serviceWorker ? null : "This browser keeps no pages for offline use.";
}

/**
 * Return the button that keeps what is in view.
 *
 * @param {Function} getCorners - returns south-west and north-east of what is in view
 * @param {Function} readTile - reads a tile
 * @param {Function} listSeen - returns the names of the files that were read
 */
export function makeKeepButton(getCorners, readTile, listSeen) {
  const said = el("p", { class: "quiet", role: "status" });
  const keep = async () => {
    const why = explainNoKeeping({ serviceWorker: navigator.serviceWorker, isSecureContext });
    const tiles = listTiles(...getCorners());
    said.textContent = why ?? (tiles.length > MOST ? "That is too much at once: zoom in." : "Keeping …");
    if (why || tiles.length > MOST) return;
    try {
      await Promise.all(tiles.map(readTile));
      await keepSeen(listSeen);
      const lasting = await navigator.storage?.persist?.();
      said.textContent = `Kept: this area opens without a network${lasting ? "." : ", until the browser needs the room."}`;
    } catch {
      said.textContent = "Not all could be read: is there a network?";
    }
  };
  return el("div", {}, makeButton("Keep this area for offline", keep), said);
}
