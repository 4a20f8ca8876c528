// Signs of a map, such as numbers and names: many more than are in sight.

import L from "../leaflet.js";
import { runAtOnce, runInFrames } from "./frames.js";

const ASIDE = 0.25; // of the view's size, to each side, within which signs are drawn

/** Shows the signs that a view has; what a drag brings into sight follows a few each frame, and nothing waits for it. */
export class Signs {
  #map;
  #pane;
  #zoom = null;
  #waiting = new Set(); // out of sight until now
  #drawn = [];
  #stop = () => {};

  /**
   * @param {L.Map} map
   * @param {string} pane - that holds them
   */
  constructor(map, pane) {
    this.#map = map;
    this.#pane = pane;
    map.on("moveend", () => this.#follow());
  }

  /**
   * Show these signs in place of those before.
   *
   * @param {Object[]} spots - `at`, pixels of the present zoom, and `make`, which returns the node to show there
   */
  show(spots) {
    this.#stop();
    for (const sign of this.#drawn) sign.remove();
    this.#drawn = [];
    this.#waiting = new Set(spots);
    this.#zoom = this.#map.getZoom();
    runAtOnce(this.#draw());
  }

  #follow() {
    this.#stop();
    // Pixels of another zoom: others come.
    if (this.#zoom === this.#map.getZoom()) this.#stop = runInFrames(this.#draw());
  }

  /** Draw what is in sight and is not drawn yet. */
  *#draw() {
    const { min, max } = this.#map.getPixelBounds();
    const [wide, high] = [ASIDE * (max.x - min.x), ASIDE * (max.y - min.y)];
    const isSeen = ({ x, y }) => x > min.x - wide && x < max.x + wide && y > min.y - high && y < max.y + high;
    for (const spot of this.#waiting) {
      if (!isSeen(spot.at)) continue;
      this.#waiting.delete(spot);
      this.#drawn.push(this.#add(spot));
      yield;
    }
  }

  #add({ at, make }) {
    const icon = L.divIcon({ html: make(), className: "", iconSize: [0, 0] });
    const look = { icon, pane: this.#pane, interactive: false, keyboard: false };
    return L.marker(this.#map.unproject([at.x, at.y]), look).addTo(this.#map);
  }
}
