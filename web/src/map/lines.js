// The stretches on the map.

import { el } from "../dom.js";
import { moveBy } from "../geo.js";
import L from "../leaflet.js";
import { passesFilters } from "./filters.js";
import { addSign, scaleWidths } from "./view.js";

const PER_ARROW_M = 25;
const WING_M = 3.5;
const WING_ANGLE = 2.6; // radians from the way that the arrow points
const KINDS = ["casing", "stretch", "arrow", "hit"];

/**
 * Return what draws lines that stay as they are while the map is dragged.
 *
 * Leaflet's own draws and cuts all lines anew after every drag. The style sheet lets overflow be seen.
 */
function makeRenderer() {
  const renderer = L.svg({ pane: "lines" });
  renderer.getEvents = () => {
    const { moveend: redraw, zoomend: project, ...others } = L.SVG.prototype.getEvents.call(renderer);
    const zoomend = () => {
      project.call(renderer);
      redraw.call(renderer);
    };
    return { ...others, zoomend, resize: redraw };
  };
  return renderer;
}

/** Return a line that is drawn whole, whatever of it is in sight. */
function makeLine(points, options) {
  const line = L.polyline(points, options);
  line._clipPoints = () => {
    line._parts = [...line._rings];
  };
  return line;
}

/** Draws stretches, and gives each the look of its rating and choice. */
export class StretchLines {
  #map;
  #layers = new Map(); // row -> kind -> layer
  #signs = [];

  /**
   * @param {L.Map} map
   * @param {Object[]} stretches - rows, the best first
   * @param {Function} chosen - called with the row that was clicked
   */
  constructor(map, stretches, chosen) {
    this.#map = map;
    const renderer = makeRenderer();
    const common = { renderer, pane: "lines", smoothFactor: 0.5 };
    const scale = () => map.getContainer().style.setProperty("--scale", String(scaleWidths(map)));
    map.on("zoomend", scale);
    scale();
    // The best are drawn last, on top.
    for (const row of [...stretches].reverse()) {
      const add = (line, className, interactive = false) =>
        makeLine(line, { ...common, interactive, className }).addTo(map);
      const layers = { casing: add(row.line, "casing"), stretch: add(row.line, "stretch") };
      layers.hit = add(row.line, "hit", true);
      const arrows = placeArrows(row);
      if (arrows.length) layers.arrow = add(arrows, "arrow");
      layers.hit.on("click", (event) => {
        L.DomEvent.stop(event);
        chosen(row);
      });
      this.#layers.set(row, layers);
    }
  }

  /** Restyle all, and hide what is filtered out. */
  show({ filters, selected }) {
    for (const [row, layers] of this.#layers) {
      const look = [`rating-${row.rating}`];
      if (!passesFilters(row, filters)) look.push("filtered");
      if (row === selected) look.push("selected");
      for (const [kind, layer] of Object.entries(layers)) {
        // Not Leaflet's class of what can be clicked: its style of thousands would change with every drag.
        layer.getElement()?.setAttribute("class", [kind, ...look].join(" "));
      }
    }
  }

  /** Bring a stretch to the top, and sign its ends. */
  open(row) {
    for (const kind of KINDS) this.#layers.get(row)[kind]?.bringToFront();
    const words = row.advised_bearing_deg === null ? ["One end", "Other end"] : ["Start", "End"];
    const ends = [row.line[0], row.line.at(-1)];
    this.#signs = ends.map((point, i) =>
      addSign(this.#map, point, el("span", { class: "sign" }, el("span", {}, words[i]))),
    );
  }

  /** Take all lines and signs off the map. */
  remove() {
    this.close();
    for (const layers of this.#layers.values()) for (const layer of Object.values(layers)) layer.remove();
  }

  close() {
    for (const sign of this.#signs) sign.remove();
    this.#signs = [];
  }
}

/**
 * Return heads of arrows every 25 m where a direction is advised, of each three points.
 *
 * They lie on the ground and grow with the map.
 */
export function placeArrows({ line, advised_bearing_deg, length_m }) {
  if (advised_bearing_deg === null || line.length < 2) return [];
  const [start, end] = [line[0], line.at(-1)];
  const count = Math.max(1, Math.floor((length_m ?? 0) / PER_ARROW_M));
  const angle = (advised_bearing_deg * Math.PI) / 180;
  return Array.from({ length: count }, (_, i) => {
    const part = (i + 0.5) / count;
    const tip = start.map((from, axis) => from + part * (end[axis] - from));
    const wing = (side) => moveBy(tip, WING_M * Math.sin(angle + side), WING_M * Math.cos(angle + side));
    return [wing(WING_ANGLE), tip, wing(-WING_ANGLE)];
  });
}
