// Shapes that lie still under the stretches, drawn on one canvas a little larger than the view.

import L from "../leaflet.js";
import { runAtOnce, runInFrames } from "./frames.js";

const ASIDE = 0.3; // of the view's size, to each side, that is drawn too
const SPARE = 0.1; // of the view's size: with less left of it at a side, the canvas is drawn anew around the view
const WORLD = 0; // zoom in whose pixels shapes are kept; each further one doubles them
const PIECE = 300; // points between two looks at the clock

/**
 * Project lines or rings of [latitude, longitude], once for all zooms.
 *
 * @param {Function} project - returns a point's { x, y } in pixels of the zoom `WORLD`
 * @return {Object[]} `xy` of each, x before y, and its `bounds`: west, north, east, south
 */
export function projectLines(lines, project) {
  return lines.map((line) => {
    const xy = new Float64Array(2 * line.length);
    const bounds = [Infinity, Infinity, -Infinity, -Infinity];
    line.forEach((point, i) => {
      const { x, y } = project(point);
      xy[2 * i] = x;
      xy[2 * i + 1] = y;
      bounds[0] = Math.min(bounds[0], x);
      bounds[1] = Math.min(bounds[1], y);
      bounds[2] = Math.max(bounds[2], x);
      bounds[3] = Math.max(bounds[3], y);
    });
    return { xy, bounds };
  });
}

/**
 * Draw lines onto a path as far as a frame may show them, and yield now and then.
 *
 * @param {Object} path - takes `moveTo`, `lineTo` and `closePath`
 * @param {Object[]} lines - as `projectLines` returns them
 * @param {Object} frame - `left`, `top`, `right`, `bottom` of what is shown and the `scale` of a pixel in it
 * @param {boolean} closed - whether the lines are rings
 */
export function* trace(path, lines, { left, top, right, bottom, scale }, closed) {
  let count = 0;
  for (const { xy, bounds } of lines) {
    if (bounds[0] > right || bounds[2] < left || bounds[1] > bottom || bounds[3] < top) continue;
    path.moveTo((xy[0] - left) * scale, (xy[1] - top) * scale);
    for (let i = 2; i < xy.length; i += 2) {
      path.lineTo((xy[i] - left) * scale, (xy[i + 1] - top) * scale);
      if (++count % PIECE === 0) yield;
    }
    if (closed) path.closePath();
    if (++count % PIECE === 0) yield;
  }
}

/**
 * Shows shapes in a pane of a map.
 *
 * What a drag brings into sight follows over some frames, from a canvas that takes the place of the last one when it
 * is done; where the zoom, the size or the look changes, all is drawn at once.
 */
export class Ground {
  #map;
  #style = () => [];
  #shapes = [];
  #canvases; // the one in sight, and the one that is drawn meanwhile
  #drawn = null; // L.Bounds of what is or will be in sight, in pixels of its zoom
  #zoom = null;
  #stop = () => {};

  /**
   * @param {L.Map} map
   * @param {string} pane - that holds the canvas
   */
  constructor(map, pane) {
    this.#map = map;
    this.#canvases = [new Canvas(map, pane), new Canvas(map, pane)];
    map.on("move moveend", () => this.#follow());
    map.on("zoomend resize", () => this.restyle());
  }

  /** Return lines as `show` takes them. */
  project(lines) {
    return projectLines(lines, (point) => this.#map.project(point, WORLD));
  }

  /**
   * Show other shapes in place of those before.
   *
   * @param {Function} style - returns them as they look at the present zoom and in the present theme, the lowest first:
   *   `lines` of `project`; of rings a `fill`, a colour, and its `opacity`; of lines a `colour`, `weight` and `dash`
   */
  show(style) {
    this.#style = style;
    this.restyle();
  }

  /** Draw all anew, at once. */
  restyle() {
    this.#stop();
    this.#shapes = this.#style();
    runAtOnce(this.#draw());
    this.#canvases[1].clear(this.#drawn.getSize()); // which makes it, while no finger moves
  }

  /** Draw anew where the view nears the edge of what is drawn. */
  #follow() {
    const zoom = this.#map.getZoom();
    if (zoom !== this.#zoom || this.#drawn.contains(widen(this.#map.getPixelBounds(), SPARE))) return;
    this.#stop();
    this.#stop = runInFrames(this.#draw());
  }

  *#draw() {
    const zoom = this.#map.getZoom();
    const drawn = widen(this.#map.getPixelBounds(), ASIDE);
    [this.#zoom, this.#drawn] = [zoom, drawn];
    const canvas = this.#canvases[1];
    if (this.#shapes.length) {
      const pen = canvas.clear(drawn.getSize());
      const scale = 2 ** (zoom - WORLD);
      const [min, max] = [drawn.min.divideBy(scale), drawn.max.divideBy(scale)];
      const frame = { left: min.x, top: min.y, right: max.x, bottom: max.y, scale };
      const paths = new Map(); // lines that are drawn twice are traced once
      for (const { lines, ...look } of this.#shapes) {
        const path = paths.get(lines) ?? new Path2D();
        if (!paths.has(lines)) yield* trace(path, lines, frame, "fill" in look);
        paths.set(lines, path);
        paint(pen, path, look);
        yield;
      }
      canvas.show(drawn, zoom);
    }
    this.#canvases.reverse();
    this.#canvases[1].hide();
  }
}

/** A canvas on a map. To make one takes long, so that it is used again. */
class Canvas {
  #map;
  #overlay;
  #node = document.createElement("canvas");
  #pen = this.#node.getContext("2d");

  constructor(map, pane) {
    this.#map = map;
    // Leaflet places any element that it takes for an SVG.
    this.#overlay = L.svgOverlay(this.#node, map.getBounds(), { pane, interactive: false }).addTo(map);
    this.hide();
  }

  /** Wipe it, make it so many pixels of the map large, and return what draws on it. */
  clear({ x, y }) {
    const dense = L.Browser.retina ? 2 : 1;
    if (this.#node.width !== dense * x || this.#node.height !== dense * y) {
      this.#node.width = dense * x;
      this.#node.height = dense * y;
    }
    this.#pen.setTransform(1, 0, 0, 1, 0, 0);
    this.#pen.clearRect(0, 0, this.#node.width, this.#node.height);
    this.#pen.scale(dense, dense);
    this.#pen.lineCap = "round";
    this.#pen.lineJoin = "round";
    return this.#pen;
  }

  /** Show it over bounds in pixels of a zoom. */
  show({ min, max }, zoom) {
    this.#overlay.setBounds(L.latLngBounds([min, max].map((point) => this.#map.unproject(point, zoom))));
    this.#node.style.visibility = "";
  }

  hide() {
    this.#node.style.visibility = "hidden";
  }
}

/** Return bounds so much larger to each side, of whole pixels. */
function widen(bounds, share) {
  const wider = bounds.getSize().multiplyBy(share);
  return L.bounds(bounds.min.subtract(wider).round(), bounds.max.add(wider).round());
}

function paint(pen, path, { fill = null, opacity = 1, colour = null, weight, dash = [] }) {
  if (fill) {
    pen.globalAlpha = opacity;
    pen.fillStyle = fill;
    pen.fill(path, "evenodd");
    pen.globalAlpha = 1;
  }
  if (!colour) return;
  pen.strokeStyle = colour;
  pen.lineWidth = weight;
  pen.setLineDash(dash);
  pen.stroke(path);
}
