// The ground under the stretches: water, green, houses, streets.

import L from "../leaflet.js";
import { readLines } from "./grid.js";
import { readColour, scaleWidths } from "./view.js";

const LINES = {
  stream: { weight: 2 },
  coast: { weight: 1 },
  rail: { weight: 1.5, dashArray: "6 4" },
  path: { weight: 1.2 },
  lane: { weight: 2, edge: true },
  street: { weight: 4, edge: true },
  road: { weight: 5, edge: true },
};

/** Decode the layers of the base map: name, kind and points of each. */
export function readLayers({ grid, layers }) {
  return layers.map(({ name, kind, parts }) => ({ name, kind, lines: readLines(parts, grid) }));
}

/** Draw the layers and the circle of the search, and restyle them as the screen changes; `look` turns the map. */
export function drawBase(map, layers, data, look) {
  const common = {
    renderer: L.canvas({ pane: "base", padding: 0.3 }),
    pane: "base",
    interactive: false,
    opacity: 1,
    smoothFactor: 0, // written as coarse as it is drawn
  };
  const drawn = [];
  const add = (layer, style) => drawn.push({ layer: layer.addTo(map), style });
  for (const { name, kind, lines } of layers) {
    if (kind === "fill") {
      const polygon = L.polygon(lines, { ...common, stroke: false, fillOpacity: 1 });
      add(polygon, () => ({ fillColor: readColour(name) }));
      continue;
    }
    const { edge, weight, dashArray } = LINES[name];
    const line = (extra, colour) =>
      add(L.polyline(lines, { ...common, dashArray }), () => ({
        color: readColour(colour),
        weight: weight * scaleWidths(map) + extra,
      }));
    if (edge) line(1.2, "street-edge");
    line(0, name);
  }
  const circle = { ...common, radius: data.radius_m, fill: false, weight: 1.5, dashArray: "3 6" };
  add(L.circle([data.place.lat, data.place.lon], circle), () => ({ color: readColour("circle") }));
  const restyle = () => {
    for (const { layer, style } of drawn) layer.setStyle(style());
  };
  restyleOnChange(map, restyle, look);
  restyle();
}

function restyleOnChange(map, restyle, look) {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", restyle);
  const legend = document.querySelector(".legend");
  let open = legend.open;
  // Paper is white whatever the screen is, and has its own size: the canvas has to be told.
  matchMedia("print").addEventListener("change", ({ matches }) => {
    if (matches) {
      document.documentElement.dataset.theme = "light";
      open = legend.open;
    } else delete document.documentElement.dataset.theme;
    legend.open = matches || open;
    map.invalidateSize({ animate: false, pan: false });
    look();
    restyle();
  });
  map.on("zoomend", restyle);
}
