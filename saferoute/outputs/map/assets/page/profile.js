// --- Elevation profile: every stretch on the same scale, so that flat looks flat ---

const STEEPER = 10; // heights are drawn this many times as tall as lengths
const PER_METRE = 1.6; // units of the drawing per metre of length

function profile(row) {
  const known = row.heights.filter((height) => height !== null);
  if (known.length < 2) return el("p", { class: "quiet" }, "No heights are known here: nobody can say that it is flat.");
  const sigma = row.height_sigma_m ?? 0;
  const low = Math.floor(Math.min(...known) - sigma);
  const high = Math.max(Math.ceil(Math.max(...known) + sigma), low + 2);
  const scale = PER_METRE * STEEPER * Math.min(1, 10 / (high - low));
  const named = (height) => `${height} m`.replace("-", "−");
  const left = 8 + 6.5 * Math.max(named(low).length, named(high).length);
  const x = (i) => left + (i / (row.heights.length - 1)) * row.length_m * PER_METRE;
  const y = (height) => 6 + (high - height) * scale;
  const width = x(row.heights.length - 1) + 14;
  const foot = y(low);
  const text = profileWords(row, known, sigma, scale);
  const drawing = svg("svg", { viewBox: `0 0 ${width} ${foot + 20}`, class: "profile", role: "img", "aria-label": text });
  drawing.style.maxWidth = `${width}px`;
  for (let height = low; height <= high; height += (high - low) > 6 ? Math.ceil((high - low) / 4) : 1) {
    drawing.append(svg("path", { class: "grid", d: `M${left - 4} ${y(height)}H${width - 10}` }), label(left - 6, y(height) + 4, named(height), "end"));
  }
  drawing.append(label(x(0), foot + 16, "start", "start"), label(width - 10, foot + 16, metres(row.length_m), "end"));
  for (const run of runs(row.heights)) {
    const at = (shift) => run.map(([i, height]) => `${x(i).toFixed(1)} ${y(height + shift).toFixed(1)}`);
    if (sigma) drawing.append(svg("path", { class: "band", d: `M${at(sigma).join("L")}L${at(-sigma).reverse().join("L")}Z` }));
    drawing.append(svg("path", { class: "ground", d: `M${at(0).join("L")}` }));
  }
  return el("figure", { class: "figure" }, drawing, el("figcaption", { class: "quiet" }, text));
}

/** Split heights where some are unknown: a gap is a gap. */
function runs(heights) {
  const found = [[]];
  heights.forEach((height, i) => (height === null ? found.push([]) : found.at(-1).push([i, height])));
  return found.filter((run) => run.length > 1);
}

function profileWords(row, known, sigma, scale) {
  const spread = Math.max(...known) - Math.min(...known);
  const gaps = known.length < row.heights.length ? ", with gaps" : "";
  const source = row.height_source ? ` from ${row.height_source}` : "";
  const tall = Math.round(scale / PER_METRE);
  return `Heights${source}${gaps}: they differ by ${spread.toFixed(1)} m; the band is ± ${sigma.toFixed(1)} m, one standard error. Drawn ${tall} times as tall as long.`;
}

function label(x, y, text, anchor) {
  return svg("text", { x, y, "text-anchor": anchor }, text);
}
