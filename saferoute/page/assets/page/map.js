// --- Map --------------------------------------------------------------------------

const still = matchMedia("(prefers-reduced-motion: reduce)");
const STROKES = {
  stream: { weight: 2 }, coast: { weight: 1 }, rail: { weight: 1.5, dashArray: "6 4" },
  path: { weight: 1.2 }, lane: { weight: 2, edge: true }, street: { weight: 4, edge: true }, road: { weight: 5, edge: true },
};
const roads = []; // the base map's roads, for the layer of what was left out

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function openMap() {
  const id = document.querySelector(".folium-map").id;
  const map = window[id]; // Folium declares a variable of the element's name.
  map.setMinZoom(9).setMaxZoom(20);
  for (const [name, z] of [["base", 250], ["left-out", 300], ["labels", 350], ["route", 390], ["lines", 410], ["sections", 420], ["signs", 620]]) {
    map.createPane(name).style.zIndex = String(z);
  }
  for (const name of ["base", "left-out", "labels", "route", "sections", "signs"]) map.getPane(name).style.pointerEvents = "none";
  L.control.scale({ imperial: false }).addTo(map);
  corner(map, "topright", legend());
  corner(map, "bottomright", el("div", { class: "source" }, `© OpenStreetMap contributors · ${dated(data.data_date)}`));
  return map;
}

function corner(map, position, node) {
  const control = new L.Control({ position });
  control.onAdd = () => {
    L.DomEvent.disableClickPropagation(node);
    L.DomEvent.disableScrollPropagation(node);
    return node;
  };
  control.addTo(map);
}

/** Widths are meant for a map on which single houses can be told apart. */
function scale(map) {
  return Math.max(0.55, Math.min(1, 1 - (17 - map.getZoom()) * 0.2));
}

function drawBase(map) {
  const common = { renderer: L.canvas({ pane: "base", padding: 0.3 }), pane: "base", interactive: false, opacity: 1 };
  const { grid, layers } = data.base;
  const drawn = [];
  const add = (layer, style) => drawn.push({ layer: layer.addTo(map), style });
  for (const { name, kind, parts } of layers) {
    const lines = readLines(parts, grid);
    if (kind === "fill") {
      add(L.polygon(lines, { ...common, stroke: false, fillOpacity: 1, smoothFactor: 0.5 }), () => ({ fillColor: colour(name) }));
      continue;
    }
    if (data.left_out.road_layers.includes(name)) roads.push(...lines);
    const { edge, weight, dashArray } = STROKES[name];
    const line = (extra, tint) => add(L.polyline(lines, { ...common, dashArray }), () => ({ color: colour(tint), weight: weight * scale(map) + extra }));
    if (edge) line(1.2, "street-edge");
    line(0, name);
  }
  const circle = { ...common, radius: data.radius_m, fill: false, weight: 1.5, dashArray: "3 6" };
  add(L.circle([data.place.lat, data.place.lon], circle), () => ({ color: colour("circle") }));
  const restyle = () => drawn.forEach(({ layer, style }) => layer.setStyle(style()));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", restyle);
  // Paper is white whatever the screen is, and has its own size: the canvas has to be told.
  matchMedia("print").addEventListener("change", ({ matches }) => {
    if (matches) document.documentElement.dataset.theme = "light";
    else delete document.documentElement.dataset.theme;
    map.invalidateSize({ animate: false, pan: false });
    look(map);
    restyle();
  });
  map.on("zoomend", restyle);
  restyle();
}

/** Names where they find room, the most important first. */
function drawLabels(map) {
  const group = L.layerGroup().addTo(map);
  const names = data.base.labels.map(([text, kind, x, y, angle, length_m]) =>
    ({ text, kind, angle, length_m, point: toDegrees(x, y, data.base.grid) }));
  const show = () => {
    group.clearLayers();
    const perPixel = metresPerPixel(map);
    const view = map.getBounds().pad(0.1);
    const taken = [];
    for (const name of names) {
      const wide = 6.5 * name.text.length + 8;
      if (!view.contains(name.point) || (name.kind === "road" && name.length_m / perPixel < wide * 1.2)) continue;
      const box = boxAround(map.latLngToContainerPoint(name.point), wide, name.angle);
      if (taken.some((other) => box.min.x < other.max.x && other.min.x < box.max.x && box.min.y < other.max.y && other.min.y < box.max.y)) continue;
      taken.push(box);
      const node = el("span", { class: `label label-${name.kind}`, "aria-hidden": "true" }, nameNode(name.text));
      node.style.setProperty("--turn", `${-name.angle}deg`);
      group.addLayer(L.marker(name.point, { icon: L.divIcon({ html: node, className: "", iconSize: [0, 0] }), pane: "labels", interactive: false, keyboard: false }));
    }
  };
  map.on("moveend", show);
  show();
}

function metresPerPixel(map) {
  return (40075016.7 * Math.cos((map.getCenter().lat * Math.PI) / 180)) / 2 ** (map.getZoom() + 8);
}

function boxAround(point, wide, angle) {
  const [cos, sin] = [Math.abs(Math.cos((angle * Math.PI) / 180)), Math.abs(Math.sin((angle * Math.PI) / 180))];
  const half = L.point((wide * cos + 14 * sin) / 2, (wide * sin + 14 * cos) / 2);
  return L.bounds(point.subtract(half), point.add(half));
}

// --- Stretches --------------------------------------------------------------------

function drawStretches(map) {
  const renderer = L.svg({ pane: "lines", padding: 0.3 });
  const common = { renderer, pane: "lines", smoothFactor: 0.5 };
  const widths = () => map.getContainer().style.setProperty("--scale", String(scale(map)));
  map.on("zoomend", widths);
  widths();
  // The best are drawn last, on top.
  for (const row of [...stretches].reverse()) {
    const add = (line, className, interactive = false) => L.polyline(line, { ...common, interactive, className }).addTo(map);
    row.layers = { casing: add(row.line, "casing"), stretch: add(row.line, "stretch"), hit: add(row.line, "hit", true) };
    const arrows = arrowsAlong(row);
    if (arrows.length) row.layers.arrow = add(arrows, "arrow");
    row.layers.hit.on("click", (event) => {
      L.DomEvent.stop(event);
      go(row);
      row.button.focus({ preventScroll: true });
    });
  }
}

/** Heads of arrows every 25 m where a direction is advised; they lie on the ground and grow with the map. */
function arrowsAlong(row) {
  if (row.advised_bearing_deg === null || row.line.length < 2) return [];
  const [start, end] = [row.line[0], row.line.at(-1)];
  const count = Math.max(1, Math.floor((row.length_m ?? 0) / 25));
  const step = ([lat, lon], east, north) => [lat + north / 111320, lon + east / (111320 * Math.cos((lat * Math.PI) / 180))];
  const angle = (row.advised_bearing_deg * Math.PI) / 180;
  return Array.from({ length: count }, (_, i) => {
    const part = (i + 0.5) / count;
    const at = start.map((from, axis) => from + part * (end[axis] - from));
    const wing = (side) => step(at, 3.5 * Math.sin(angle + side), 3.5 * Math.cos(angle + side));
    return [wing(2.6), at, wing(-2.6)];
  });
}

/** Give every stretch the look of its rating and colour, and hide what is filtered out. */
function showStretches() {
  for (const row of stretches) {
    for (const [kind, layer] of Object.entries(row.layers)) {
      const classes = [kind, `rating-${row.rating}`, colourClass(row), passes(row) ? "" : "filtered", row === selected ? "selected" : ""];
      layer.getElement()?.setAttribute("class", `${classes.filter(Boolean).join(" ")}${kind === "hit" ? " leaflet-interactive" : ""}`);
    }
  }
}

function sign(map, point, node, size) {
  // A node, not a string: Leaflet sets strings as markup.
  const icon = L.divIcon({ html: node, className: "", iconSize: size });
  return L.marker(point, { icon, pane: "signs", interactive: false, keyboard: false }).addTo(map);
}

function signs(map, row) {
  const words = row.advised_bearing_deg === null ? ["One end", "Other end"] : ["Start", "End"];
  return [[words[0], row.line[0]], [words[1], row.line.at(-1)]].map(([word, point]) =>
    sign(map, point, el("span", { class: "sign" }, el("span", {}, word)), [0, 0]));
}

// --- Legend -------------------------------------------------------------------------

function legend() {
  const box = el("details", { class: "legend" }, el("summary", {}, "Legend"), el("div", { id: "legend" }));
  box.open = matchMedia("(min-width: 720px) and (min-height: 600px)").matches;
  return box;
}

function showLegend() {
  const subject = colourBy === "score" ? "score" : colourBy;
  const classes = [4, 3, 2, 1, 0].map((i) =>
    el("li", {}, sample(`rating-A score-${i}`), `${subject} ${(i / 5).toFixed(1)} to ${((i + 1) / 5).toFixed(1)}`));
  if (stretches.some((row) => colourClass(row) === "score-x")) classes.push(el("li", {}, sample("rating-A score-x"), `${subject} unknown`));
  const ratings = Object.entries(RATING_NOTES).map(([rating, text]) =>
    el("li", {}, sample(`rating-${rating}`), rating === "none" ? text : `rating ${text}`));
  const place = data.session
    ? el("li", {}, el("span", { class: "key" }, el("span", { class: "sign number-sign" }, "1")), "backward section")
    : el("li", {}, el("span", { class: "key" }, el("span", { class: "place" })), "place searched for");
  document.getElementById("legend").replaceChildren(el("p", { class: "quiet" }, "1.0 is best"), el("ul", {}, ...classes), el("ul", {}, ...ratings, place));
}

function sample(look) {
  const SVG = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 44 14");
  svg.setAttribute("aria-hidden", "true");
  for (const kind of ["casing", "stretch"]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("class", `${kind} ${look}`);
    path.setAttribute("d", "M7 7H37");
    svg.append(path);
  }
  return svg;
}

/** Keep what is looked at clear of the buttons and the open legend. */
function besideLegend(left, margin) {
  const key = document.querySelector(".legend");
  return { paddingTopLeft: [left, margin], paddingBottomRight: [key.open ? key.offsetWidth + 40 : margin, margin] };
}

/** Turn the map to what is chosen, or to all. */
function look(map, animate = false) {
  if (selected) map.fitBounds(L.latLngBounds(selected.line), { ...besideLegend(70, 50), maxZoom: 18, animate });
  else showAll(map);
}

function showAll(map) {
  const route = data.session?.route ? readLine(data.session.route, data.session.grid) : [];
  const points = [...stretches.flatMap((row) => row.line), ...route];
  if (points.length) map.fitBounds(L.latLngBounds([...points, [data.place.lat, data.place.lon]]), { ...besideLegend(60, 30), maxZoom: 17, animate: false });
  else map.fitBounds(L.latLng(data.place.lat, data.place.lon).toBounds(2 * data.radius_m), { animate: false });
}
