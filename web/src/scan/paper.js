// The map on paper. No tile comes while a browser prints: what is in sight is shown, smaller where it has to be.

import L from "../leaflet.js";

const AROUND = 60; // pixels around the chosen line

/**
 * Fit a map to paper whenever its page is printed.
 *
 * @param {L.Map} map
 * @param {Function} getLine - returns the chosen line, null while none is
 */
export function fitToPaper(map, getLine) {
  const legend = document.querySelector(".legend");
  let open = legend.open;
  matchMedia("print").addEventListener("change", ({ matches }) => {
    if (matches) open = legend.open;
    legend.open = matches || open;
    const line = getLine();
    const seen = map.getSize(); // as it was on the screen: Leaflet has not looked again
    const scale = matches
      ? scaleToPaper(readSize(map.getContainer().parentElement), seen, line && measure(map, line))
      : 1;
    document.body.style.setProperty("--fit", String(scale));
    map.invalidateSize({ animate: false, pan: true });
    if (line) map.panTo(L.latLngBounds(line).getCenter(), { animate: false });
  });
}

/**
 * Return the scale of a map on paper: its box is filled with what was seen, and a line fits into it.
 *
 * Sizes are { x, y } in pixels: of the box, of what was seen, of the line or null.
 */
export function scaleToPaper(box, seen, line) {
  const fill = Math.max(box.x / seen.x, box.y / seen.y);
  return line ? Math.min(fill, box.x / line.x, box.y / line.y) : fill;
}

function readSize({ clientWidth, clientHeight }) {
  return { x: clientWidth, y: clientHeight };
}

function measure(map, line) {
  const { x, y } = L.bounds(line.map((point) => map.latLngToLayerPoint(point))).getSize();
  return { x: x + 2 * AROUND, y: y + 2 * AROUND };
}
