// Codes for a phone's camera.

import { generate } from "lean-qr/nano";
import { svg } from "./dom.js";

const MARGIN = 4; // squares around a code that stay white (ISO/IEC 18004)

/** Return a drawing of the code of a text. */
export function drawCodeOf(text, label) {
  const code = generate(text);
  return drawCode((x, y) => code.get(x, y), code.size, label);
}

/** Return a drawing of a code whose square at (x, y) is dark where `isDark` says so. */
export function drawCode(isDark, size, label) {
  const width = size + 2 * MARGIN;
  return svg(
    "svg",
    { viewBox: `${-MARGIN} ${-MARGIN} ${width} ${width}`, class: "code", role: "img", "aria-label": label },
    svg("rect", { x: -MARGIN, y: -MARGIN, width, height: width, fill: "#fff" }),
    svg("path", { d: traceSquares(isDark, size), fill: "#000" }),
  );
}

/** Return the dark squares of a code as the path of a drawing. */
export function traceSquares(isDark, size) {
  const squares = [];
  for (let y = 0; y < size; y++) for (let x = 0; x < size; x++) if (isDark(x, y)) squares.push(`M${x} ${y}h1v1h-1z`);
  return squares.join("");
}
