// Signs of a map, such as numbers and names: many more than are in sight.

import L from "../leaflet.js";

const FRAME_MS = 2; // of a frame that one kind of signs may take: scripts together have 8
const ASIDE = 0.25; // of the view's size, to each side, within which signs are drawn

/** Shows the signs that a view has; what a drag brings into sight follows a few each frame, and nothing waits for it. */
export class Signs {
  #map;
  #pane;
  #zoom = null;
  #waiting = []; // out of sight until now
  #drawn = [];
  #frame = 0;

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
    for (const sign of this.#drawn) sign.remove();
    this.#drawn = [];
    this.#waiting = spots;
    this.#zoom = this.#map.getZoom();
    this.#draw(Infinity);
  }

  #follow() {
    if (this.#zoom !== this.#map.getZoom()) return; // pixels of another zoom: others come
    // No frame is drawn while the browser prints.
    if (matchMedia("print").matches) this.#draw(Infinity);
    else this.#drawNextFrame();
  }

  #drawNextFrame() {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#draw(FRAME_MS));
  }

  /** Draw what is in sight and is not drawn yet, as much as the time allows, and the rest in the next frame. */
  #draw(most_ms) {
    const end = performance.now() + most_ms;
    const { min, max } = this.#map.getPixelBounds();
    const [wide, high] = [ASIDE * (max.x - min.x), ASIDE * (max.y - min.y)];
    const isSeen = ({ x, y }) => x > min.x - wide && x < max.x + wide && y > min.y - high && y < max.y + high;
    const seen = this.#waiting.filter(({ at }) => isSeen(at));
    const now = new Set();
    for (const spot of seen) {
      if (performance.now() > end) break;
      this.#drawn.push(this.#add(spot));
      now.add(spot);
    }
    if (now.size) this.#waiting = this.#waiting.filter((spot) => !now.has(spot));
    if (now.size < seen.length) this.#drawNextFrame();
  }

  #add({ at, make }) {
    const icon = L.divIcon({ html: make(), className: "", iconSize: [0, 0] });
    const look = { icon, pane: this.#pane, interactive: false, keyboard: false };
    return L.marker(this.#map.unproject([at.x, at.y]), look).addTo(this.#map);
  }
}
