// --- Elevation profile: every stretch on the same scale, so that flat looks flat ---

const STEEPER = 10; // heights are drawn this many times as tall as lengths
const PER_METRE = 1.6; // units of the drawing per metre of length
const TALLEST = 160; // units

function profile(row) {
  const known = row.heights.filter((height) => height !== null);
  if (known.length < 2) return el("p", { class: "quiet" }, "No heights are known here: nobody can say that it is flat.");
  const sigma = row.height_sigma_m ?? 0;
  const spread = Math.max(...known) - Math.min(...known);
  const gaps = known.length < row.heights.length ? ", with gaps" : "";
  const source = row.height_source ? ` from ${row.height_source}` : "";
  const words = `Heights${source}${gaps}: they differ by ${spread.toFixed(1)} m; the band is ± ${sigma.toFixed(1)} m, one standard error.`;
  return heightsFigure(row.heights, row.length_m, { perMetre: PER_METRE, sigma, words });
}

/** Draw heights at equal distances. Where they would need too much room, they are drawn less tall, and it is said. */
function heightsFigure(heights, length, { perMetre, steeper = STEEPER, sigma = 0, words, marks = [] }) {
  const known = heights.filter((height) => height !== null);
  const low = Math.floor(Math.min(...known) - sigma);
  const high = Math.max(Math.ceil(Math.max(...known) + sigma), low + 2);
  const scale = Math.min(perMetre * steeper, TALLEST / (high - low));
  const named = (height) => `${height} m`.replace("-", "−");
  const left = 8 + 6.5 * Math.max(named(low).length, named(high).length);
  const x = (metre) => left + metre * perMetre;
  const at = (i) => x((i / (heights.length - 1)) * length);
  const y = (height) => 6 + (high - height) * scale;
  const width = x(length) + 14;
  const text = `${words} Drawn ${Math.round(scale / perMetre)} times as tall as long.`;
  const drawing = svg("svg", { viewBox: `0 0 ${width} ${y(low) + 20}`, class: "profile", role: "img", "aria-label": text });
  drawing.style.maxWidth = `${width}px`;
  for (const [from, to] of marks) drawing.append(svg("rect", { class: "mark", x: x(from), y: 6, width: Math.max(3, x(to) - x(from)), height: y(low) - 6 }));
  for (let height = low; height <= high; height += Math.ceil(Math.max(1, 15 / scale))) {
    drawing.append(svg("path", { class: "grid", d: `M${left - 4} ${y(height)}H${x(length)}` }), label(left - 6, y(height) + 4, named(height), "end"));
  }
  drawing.append(label(x(0), y(low) + 16, "start", "start"), label(x(length), y(low) + 16, metres(length), "end"));
  for (const run of runs(heights)) {
    const shifted = (shift) => run.map(([i, height]) => `${at(i).toFixed(1)} ${y(height + shift).toFixed(1)}`);
    if (sigma) drawing.append(svg("path", { class: "band", d: `M${shifted(sigma).join("L")}L${shifted(-sigma).reverse().join("L")}Z` }));
    drawing.append(svg("path", { class: "ground", d: `M${shifted(0).join("L")}` }));
  }
  return el("figure", { class: "figure" }, drawing, el("figcaption", { class: "quiet" }, text));
}

/** Split heights where some are unknown: a gap is a gap. */
function runs(heights) {
  const found = [[]];
  heights.forEach((height, i) => (height === null ? found.push([]) : found.at(-1).push([i, height])));
  return found.filter((run) => run.length > 1);
}

function label(x, y, text, anchor) {
  return svg("text", { x, y, "text-anchor": anchor }, text);
}
