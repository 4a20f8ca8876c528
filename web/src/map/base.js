// The ground under the stretches: water, green, houses, streets.

import { moveBy } from "../geo.js";
import { readLines } from "./grid.js";
import { Ground } from "./ground.js";
import { readColour, scaleWidths } from "./view.js";

const LINES = {
  stream: { weight: 2 },
  coast: { weight: 1 },
  rail: { weight: 1.5, dash: [6, 4] },
  path: { weight: 1.2 },
  lane: { weight: 2, edge: true },
  street: { weight: 4, edge: true },
  road: { weight: 5, edge: true },
};
const EDGE = 1.2; // pixels by which a street's edge is wider than it
const CIRCLE = { weight: 1.5, dash: [3, 6] };
const CORNERS = 180; // of the circle, which is drawn as a line

/** Decode the layers of the base map: name, kind and points of each. */
export function readLayers({ grid, layers }) {
  return layers.map(({ name, kind, parts }) => ({ name, kind, lines: readLines(parts, grid) }));
}

/** Draw the layers and the circle of the search, and restyle them as the screen changes; `look` turns the map. */
export function drawBase(map, layers, data, look) {
  const ground = new Ground(map, "base");
  const projected = layers.map(({ name, kind, lines }) => ({ name, kind, lines: ground.project(lines) }));
  const circle = ground.project([makeCircle([data.place.lat, data.place.lon], data.radius_m)]);
  ground.show(() => [
    ...projected.flatMap((layer) => styleLayer(layer, scaleWidths(map))),
    { ...CIRCLE, lines: circle, colour: readColour("circle") },
  ]);
  restyleOnChange(map, () => ground.restyle(), look);
}

function styleLayer({ name, kind, lines }, scale) {
  if (kind === "fill") return [{ lines, fill: readColour(name) }];
  const { edge, weight, dash } = LINES[name];
  const line = (extra, colour) => ({ lines, dash, weight: weight * scale + extra, colour: readColour(colour) });
  return edge ? [line(EDGE, "street-edge"), line(0, name)] : [line(0, name)];
}

/** Return the points of a circle around a point. */
function makeCircle(centre, radius_m) {
  const angles = Array.from({ length: CORNERS + 1 }, (_, i) => (2 * Math.PI * i) / CORNERS);
  return angles.map((angle) => moveBy(centre, radius_m * Math.sin(angle), radius_m * Math.cos(angle)));
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
}
