// Profiles of heights: every stretch on the same scale, so that flat looks flat.

import { el, svg } from "../dom.js";
import { formatLength, formatMetres } from "../words.js";

const STEEPER = 10; // heights are drawn this many times as tall as lengths
const PER_METRE = 1.6; // units of the drawing per metre of length
const TALLEST = 160; // units
const TOP = 6; // units above the highest line
const ROUTE_WIDTH = 330; // units
const ROUTE_STEEPER = 40;

/** Draw the heights of a stretch with their error. */
export function drawStretchHeights(row) {
  const known = row.heights.filter((height) => height !== null);
  if (known.length < 2) {
    return el("p", { class: "quiet" }, "No heights are known here: whether it is flat is unknown.");
  }
  const sigma = row.height_sigma_m ?? 0;
  const spread = Math.max(...known) - Math.min(...known);
  const gaps = known.length < row.heights.length ? ", with gaps" : "";
  const source = row.height_source ? ` from ${row.height_source}` : "";
  const words = `Heights${source}${gaps}: highest and lowest differ by ${formatLength(spread, 1)}; the band shows the error, ± ${formatLength(sigma, 1)}.`;
  return drawHeights(row.heights, row.length_m, { perMetre: PER_METRE, steeper: STEEPER, sigma, words });
}

/** Draw the heights of a session's route, its backward sections marked. */
export function drawRouteHeights(heights, plan) {
  const known = heights.filter((height) => height !== null);
  if (known.length < 2) return el("p", { class: "quiet inputs" }, "No heights are known along this route.");
  const length = plan.figures.length_m;
  const gaps = known.length < heights.length ? ", with gaps where none is known" : "";
  const [lowest, highest] = [Math.min(...known), Math.max(...known)].map((height) => formatLength(height, 0));
  const words = `Heights along the route${gaps}, from ${lowest} to ${highest}; the backward sections are marked.`;
  const marks = plan.sections.map(({ start_m, length_m }) => [start_m, start_m + length_m]);
  const scales = { perMetre: ROUTE_WIDTH / length, steeper: ROUTE_STEEPER };
  return el(
    "div",
    { class: "inputs" },
    el("h2", {}, "Heights"),
    drawHeights(heights, length, { ...scales, words, marks }),
  );
}

/**
 * Return how heights at equal distances are placed in a drawing.
 *
 * Where they would need too much room, they are drawn less tall. `x` places a
 * metre of the length, `y` a height; `lines` are the heights of the grid.
 */
export function layOutHeights(heights, { perMetre, steeper, sigma = 0 }) {
  const known = heights.filter((height) => height !== null);
  const low = Math.floor(Math.min(...known) - sigma);
  const high = Math.max(Math.ceil(Math.max(...known) + sigma), low + 2);
  const scale = Math.min(perMetre * steeper, TALLEST / (high - low));
  const left = 8 + 6.5 * Math.max(nameHeight(low).length, nameHeight(high).length);
  const x = (metre) => left + metre * perMetre;
  const y = (height) => TOP + (high - height) * scale;
  const lines = [];
  for (let height = low; height <= high; height += Math.ceil(Math.max(1, 15 / scale))) lines.push(height);
  return { left, x, y, bottom: y(low), lines, exaggeration: Math.round(scale / perMetre) };
}

/** Split heights where some are unknown, into [index, height]: a gap is a gap. */
export function splitAtGaps(heights) {
  const runs = [[]];
  heights.forEach((height, i) => {
    if (height === null) runs.push([]);
    else runs.at(-1).push([i, height]);
  });
  return runs.filter((run) => run.length > 1);
}

function drawHeights(heights, length, { words, marks = [], sigma = 0, ...scales }) {
  const { left, x, y, bottom, lines, exaggeration } = layOutHeights(heights, { ...scales, sigma });
  const width = x(length) + 14;
  const text = `${words} Heights are drawn ${exaggeration} times as large as lengths.`;
  const drawing = svg("svg", {
    viewBox: `0 0 ${width} ${bottom + 20}`,
    class: "profile",
    role: "img",
    "aria-label": text,
  });
  drawing.style.maxWidth = `${width}px`;
  for (const [from, to] of marks) {
    const size = { width: Math.max(3, x(to) - x(from)), height: bottom - TOP };
    drawing.append(svg("rect", { class: "mark", x: x(from), y: TOP, ...size }));
  }
  for (const height of lines) {
    drawing.append(svg("path", { class: "grid", d: `M${left - 4} ${y(height)}H${x(length)}` }));
    drawing.append(label(left - 6, y(height) + 4, nameHeight(height), "end"));
  }
  drawing.append(
    label(x(0), bottom + 16, "start", "start"),
    label(x(length), bottom + 16, formatMetres(length), "end"),
  );
  const at = (i) => x((i / (heights.length - 1)) * length);
  for (const run of splitAtGaps(heights)) {
    const shifted = (shift) => run.map(([i, height]) => `${at(i).toFixed(1)} ${y(height + shift).toFixed(1)}`);
    if (sigma) {
      const band = `M${shifted(sigma).join("L")}L${shifted(-sigma).reverse().join("L")}Z`;
      drawing.append(svg("path", { class: "band", d: band }));
    }
    drawing.append(svg("path", { class: "ground", d: `M${shifted(0).join("L")}` }));
  }
  return el("figure", { class: "figure" }, drawing, el("figcaption", { class: "quiet" }, text));
}

function nameHeight(height) {
  return formatLength(height, 0);
}

function label(x, y, text, anchor) {
  return svg("text", { x, y, "text-anchor": anchor }, text);
}
