// Leaflet and a map, as far as the modules ask for them: import it before them. Things that were put on the map are told.

import { Element } from "./elements.js";

class Point {
  constructor(x, y) {
    Object.assign(this, { x, y });
  }

  multiplyBy(by) {
    return new Point(this.x * by, this.y * by);
  }

  divideBy(by) {
    return this.multiplyBy(1 / by);
  }

  add({ x, y }) {
    return new Point(this.x + x, this.y + y);
  }

  subtract({ x, y }) {
    return new Point(this.x - x, this.y - y);
  }

  round() {
    return new Point(Math.round(this.x), Math.round(this.y));
  }
}

class Bounds {
  constructor(min, max) {
    Object.assign(this, { min, max });
  }

  getSize() {
    return this.max.subtract(this.min);
  }

  contains({ min, max }) {
    return min.x >= this.min.x && min.y >= this.min.y && max.x <= this.max.x && max.y <= this.max.y;
  }
}

/** A map whose degrees are equally many pixels at every zoom; it looks at a square of 400 pixels. */
export class FakeMap {
  layers = []; // what is on it
  looks = []; // where it was turned
  zoom = 17;
  container = new Element("div");
  listeners = new Map();
  panes = new Map();
  options = {};
  dragging = { moved: () => false };

  /** Make a map with so many pixels to a degree, and a point in its upper left corner. */
  constructor(perDegree = 100, corner = [0, 0]) {
    this.perDegree = perDegree;
    const min = this.project(corner);
    this.bounds = new Bounds(min, min.add({ x: 400, y: 400 }));
  }

  on(names, act) {
    for (const name of names.split(" ")) this.listeners.set(name, [...(this.listeners.get(name) ?? []), act]);
    return this;
  }

  /** Tell that something has happened. */
  fire(name, event = {}) {
    for (const act of this.listeners.get(name) ?? []) act(event);
  }

  createPane(name) {
    this.panes.set(name, new Element("div"));
    return this.getPane(name);
  }

  getPane(name) {
    return this.panes.get(name);
  }

  getContainer() {
    return this.container;
  }

  getZoom() {
    return this.zoom;
  }

  setMinZoom(zoom) {
    this.options.minZoom = zoom;
    return this;
  }

  setMaxZoom(zoom) {
    this.options.maxZoom = zoom;
    return this;
  }

  getPixelBounds() {
    return this.bounds;
  }

  project([lat, lon]) {
    return new Point(this.perDegree * lon, -this.perDegree * lat);
  }

  unproject(point) {
    const [x, y] = Array.isArray(point) ? point : [point.x, point.y];
    return [-y / this.perDegree, x / this.perDegree];
  }

  getBounds() {
    const { min, max } = this.bounds;
    const [[north, west], [south, east]] = [min, max].map((point) => this.unproject(point));
    return {
      getSouthWest: () => ({ lat: south, lng: west }),
      getNorthEast: () => ({ lat: north, lng: east }),
      equals: () => true,
    };
  }

  getCenter() {
    const { min, max } = this.bounds;
    const [lat, lng] = this.unproject(min.add(max).divideBy(2));
    return { lat, lng };
  }

  latLngToLayerPoint(point) {
    return this.project(point);
  }

  setView(point, zoom) {
    this.looks.push({ point, zoom });
    return this;
  }

  invalidateSize() {}

  fitBounds(bounds, how) {
    this.looks.push({ bounds, ...how });
    return this;
  }
}

class Layer {
  constructor(kind, at, options = {}) {
    Object.assign(this, { kind, at, options });
  }

  addTo(map) {
    this.map = map;
    map.layers.push(this);
    return this;
  }

  on(_names, act) {
    this.act = act;
    return this;
  }

  getElement() {
    this.element ??= new Element("path");
    return this.element;
  }

  setBounds(bounds) {
    this.at = bounds;
  }

  bringToFront() {
    this.map.layers = [...this.map.layers.filter((layer) => layer !== this), this];
  }

  remove() {
    this.map.layers = this.map.layers.filter((layer) => layer !== this);
  }
}

class Control {
  constructor(options) {
    this.options = options;
  }

  addTo(map) {
    map.container.append(this.onAdd(map));
    return this;
  }
}

globalThis.L = {
  Browser: { retina: false },
  Control,
  bounds: (min, max) => new Bounds(min, max),
  control: { scale: (options) => new Layer("scale", null, options) },
  DomEvent: { disableClickPropagation() {}, disableScrollPropagation() {} },
  divIcon: (options) => options,
  latLng: (lat, lon) => ({ toBounds: (size) => ({ lat, lon, size }) }),
  latLngBounds: (points) => points,
  marker: (point, options) => new Layer("marker", point, options),
  polyline: (line, options) => new Layer("polyline", line, options),
  svg: (options) => options,
  svgOverlay: (node, bounds, options) => Object.assign(new Layer("canvas", bounds, options), { node }),
  tileLayer: (url, options) => new Layer("tiles", url, options),
};

/** Return the words of the signs on a map. */
export function listSigns({ layers }) {
  return layers.filter(({ kind }) => kind === "marker").map(({ options }) => options.icon.html.textContent);
}
