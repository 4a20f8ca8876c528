// Draws the list and the map from the JSON in the page.
// Names and sentences come from OpenStreetMap, where anybody writes: they are
// set as text, never as markup, URL, id or class.
(() => {
  "use strict";

  const data = JSON.parse(document.getElementById("saferoute-data").textContent);
  const RATINGS = { A: "A", B: "B", C: "C", none: "unrated" };
  const ORIGINS = { way: "Unnamed way", area: "Unnamed open area", track: "Unnamed running track" };
  const ORIGIN_NOTES = { way: "along a mapped way", area: "laid into an open area", track: "straight of a running track" };
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const DIGITS = new Map([..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"].map((c, i) => [c, i]));
  const stretches = readStretches(data.stretches);
  let selected = null;

  // --- Reading -----------------------------------------------------------------

  /** Undo Grid.line of the Python side. */
  function readNumbers(word) {
    const numbers = [];
    let value = 0;
    let shift = 0;
    for (const character of word) {
      const digit = DIGITS.get(character);
      value |= (digit & 31) << shift;
      shift += 5;
      if (digit >= 32) continue;
      numbers.push(value & 1 ? ~(value >> 1) : value >> 1);
      value = shift = 0;
    }
    return numbers;
  }

  function readLine(word, grid) {
    const unit = 10 ** -grid.decimals;
    const steps = readNumbers(word);
    const points = [];
    let x = 0;
    let y = 0;
    for (let i = 0; i < steps.length; i += 2) {
      x += steps[i];
      y += steps[i + 1];
      points.push([grid.lat + y * unit, grid.lon + x * unit]);
    }
    return points;
  }

  function readStretches({ count, texts, columns, grid, lines }) {
    const words = new Set(["name", "surface", "rating", "origin", "limiting_criterion", ...data.criteria.map((c) => `why_${c}`)]);
    const text = (index) => (index === null ? null : texts[index]);
    return Array.from({ length: count }, (_, i) => {
      const row = { line: readLine(lines[i], grid) };
      for (const [name, values] of Object.entries(columns)) {
        const value = values[i];
        row[name] = Array.isArray(value) ? value.map(text) : words.has(name) ? text(value) : value;
      }
      if (!["A", "B", "C"].includes(row.rating)) row.rating = "none";
      return row;
    });
  }

  // --- Words -------------------------------------------------------------------

  function number(value, digits, unit = "") {
    return value === null ? "unknown" : value.toFixed(digits).replace("-", "−") + unit;
  }

  function metres(value) {
    if (value === null) return "unknown";
    return value < 1000 ? `${Math.round(value)} m` : `${(value / 1000).toFixed(1)} km`;
  }

  function range(low, high, digits) {
    return low === null || high === null ? "unknown" : `${low.toFixed(digits)} to ${high.toFixed(digits)}`;
  }

  function slope(row) {
    if (row.grade_pct === null) return "unknown";
    const error = row.grade_sigma_pct === null ? "error unknown" : `± ${row.grade_sigma_pct.toFixed(1)} %`;
    return `${number(row.grade_pct, 1)} % ${error}`;
  }

  function title(row) {
    return row.name ?? ORIGINS[row.origin] ?? "Unnamed";
  }

  function scoreClass(score) {
    return score === null ? "score-x" : `score-${Math.max(0, Math.min(4, Math.floor(score * 5)))}`;
  }

  function dated(date) {
    return date ? `Map data of ${date}` : "Date of the map data unknown";
  }

  // --- Elements ----------------------------------------------------------------

  /** Make an element; strings among the children become text. */
  function el(tag, attributes = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children.filter((child) => child !== null));
    return node;
  }

  function nameNode(text, className) {
    // The direction of a name is its own: a Hebrew one must not turn its neighbours round.
    return el("bdi", className ? { class: className } : {}, text);
  }

  function pair(term, value) {
    return [el("dt", {}, term), el("dd", {}, value)];
  }

  function bar(part, className) {
    const fill = el("span");
    fill.style.setProperty("--part", String(part ?? 0));
    return el("div", { class: className, "aria-hidden": "true" }, fill);
  }

  // --- List --------------------------------------------------------------------

  function buildList() {
    const list = document.getElementById("list");
    list.append(...stretches.map(item));
    if (stretches.length === 0) {
      const why = data.exclusions.length ? " The table below says what was left out and why." : "";
      list.replaceWith(
        el("p", { class: "nothing" }, el("strong", {}, "Nothing qualifies."),
          ` No segment within ${metres(data.radius_m)} of the place keeps to the limits of the profile.${why}`));
    }
  }

  function item(row) {
    const facts = [`score ${number(row.score, 2)}`, metres(row.length_m), `${metres(row.distance_m)} away`];
    if (row.surface) facts.push(row.surface);
    const button = el("button", { type: "button", class: `choose ${scoreClass(row.score)}`, "aria-expanded": "false" },
      el("span", { class: "number" }, String(row.rank)),
      el("span", {}, nameNode(title(row), "name"), el("span", { class: "facts" }, facts.join(" · "))),
      el("span", { class: `rating rating-${row.rating}` }, el("span", { class: "hidden" }, "rating "), RATINGS[row.rating]));
    button.addEventListener("click", () => (selected === row ? go(null) : go(row)));
    row.button = button;
    row.item = el("li", { class: "item" }, button);
    return row.item;
  }

  function details(row) {
    return el("div", { class: "details" },
      values(row),
      el("h3", {}, "Criteria"),
      ...data.criteria.map((name) => criterion(row, name)),
      ...(row.checks.length ? [el("h3", {}, "Check on foot"), checks(row)] : []),
      ...(row.osm_ids.length ? [el("h3", {}, "In OpenStreetMap"), links(row)] : []));
  }

  function values(row) {
    return el("dl", { class: "values" },
      ...pair("Rating", row.rating === "none" ? "unrated: inspect first" : row.rating),
      ...pair("Score", `${number(row.score, 2)} (${range(row.score_low, row.score_high, 2)})`),
      ...pair("Limited by", row.limiting_criterion ?? "unknown"),
      ...pair("Data quality", number(row.data_quality, 2)),
      ...pair("Length", metres(row.length_m)),
      ...pair("From the place", metres(row.distance_m)),
      ...pair("Origin", ORIGIN_NOTES[row.origin] ?? "unknown"),
      ...pair("Surface", row.surface ?? "unknown"),
      ...pair("Slope, start to end", slope(row)),
      ...pair("Strip width", number(row.strip_width_m, 1, " m")),
      ...pair("Free lane", number(row.free_lane_m, 1, " m")),
      ...pair("Range of heading", number(row.heading_range_deg, 0, "°")));
  }

  function criterion(row, name) {
    const d = row[`d_${name}`];
    const c = row[`c_${name}`];
    const why = row[`why_${name}`];
    return el("div", { class: "criterion" },
      el("h4", {}, name, el("span", { class: "value" }, `${number(d, 2)}, confidence ${number(c, 2)}`)),
      bar(d, "bar"),
      bar(c, "bar confidence"),
      why ? el("p", { dir: "auto" }, why) : null);
  }

  function checks(row) {
    return el("ul", { class: "checks" }, ...row.checks.map((text) => el("li", { dir: "auto" }, text ?? "")));
  }

  function links(row) {
    return el("ul", { class: "links" }, ...row.osm_ids.map((id) => el("li", {}, osmLink(id ?? ""))));
  }

  function osmLink(id) {
    const known = /^(way|node|relation)\/[0-9]{1,19}$/.exec(id);
    if (!known) return el("span", {}, id);
    return el("a", { href: `https://www.openstreetmap.org/${known[0]}`, target: "_blank", rel: "noopener noreferrer" }, known[0]);
  }

  // --- Around the list ---------------------------------------------------------

  function buildFrame() {
    const near = data.place.name ? `Backward segments near ${data.place.name}` : "Backward segments";
    document.getElementById("title").textContent = near;
    document.getElementById("summary").textContent = [
      `${stretches.length} ${stretches.length === 1 ? "segment" : "segments"} within ${metres(data.radius_m)}`,
      data.profile ? `profile ${data.profile}` : null,
      "ranked by suitability for inspection",
    ].filter(Boolean).join(" · ");
    document.getElementById("caution").append(el("strong", {}, "Caution. "), data.caution);
    document.getElementById("about").append(about());
  }

  function about() {
    return el("div", { class: "about" },
      exclusions(),
      ...(data.notes.length ? [el("h2", {}, "Notes on this run"), el("ul", { class: "checks" }, ...data.notes.map((note) => el("li", {}, note)))] : []),
      el("h2", {}, "Data"),
      el("p", { class: "quiet" }, `${dated(data.data_date)}. ${considered()}`),
      ...data.attribution.map((text) => el("p", { class: "quiet" }, text)),
      el("p", { class: "quiet" }, copyright()));
  }

  function considered() {
    const { ways = null, areas = null } = data.considered;
    return ways === null || areas === null ? "" : `Looked at ${ways} ways and ${areas} pieces of open ground.`;
  }

  function copyright() {
    return el("a", { href: "https://www.openstreetmap.org/copyright", target: "_blank", rel: "noopener noreferrer" },
      "OpenStreetMap copyright and licence");
  }

  function exclusions() {
    if (!data.exclusions.length) return null;
    const head = el("tr", {}, el("th", { scope: "col" }, "Why"), el("th", { scope: "col", class: "count" }, "Pieces"), el("th", { scope: "col", class: "count" }, "Length"));
    const rows = data.exclusions.map((row) => el("tr", {},
      el("td", {}, el("strong", {}, row.reason), el("br"), row.rule),
      el("td", { class: "count" }, String(row.pieces)),
      el("td", { class: "count" }, metres(row.length_m))));
    const box = el("details", {}, el("summary", {}, "What was left out, and why"),
      el("table", {}, el("thead", {}, head), el("tbody", {}, ...rows)));
    box.open = stretches.length === 0;
    return box;
  }

  // --- Map ---------------------------------------------------------------------

  const STROKES = {
    stream: { weight: 2 }, coast: { weight: 1 }, rail: { weight: 1.5, dashArray: "6 4" },
    path: { weight: 1.2 }, lane: { weight: 2, edge: true }, street: { weight: 4, edge: true }, road: { weight: 5, edge: true },
  };

  function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  }

  function openMap() {
    const id = document.querySelector(".folium-map").id;
    const map = window[id]; // Folium declares a variable of the element's name.
    map.setMinZoom(9).setMaxZoom(20);
    for (const [name, z] of [["base", 250], ["lines", 410], ["signs", 620]]) {
      map.createPane(name).style.zIndex = String(z);
    }
    map.getPane("base").style.pointerEvents = "none";
    map.getPane("signs").style.pointerEvents = "none";
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
      if (kind === "fill") {
        const polygons = parts.map((rings) => rings.map((ring) => readLine(ring, grid)));
        add(L.polygon(polygons, { ...common, stroke: false, fillOpacity: 1, smoothFactor: 0.5 }), () => ({ fillColor: colour(name) }));
        continue;
      }
      const lines = parts.map((line) => readLine(line, grid));
      const { edge, weight, dashArray } = STROKES[name];
      const line = (extra, tint) => add(L.polyline(lines, { ...common, dashArray }), () => ({ color: colour(tint), weight: weight * scale(map) + extra }));
      if (edge) line(1.2, "street-edge");
      line(0, name);
    }
    const circle = { ...common, radius: data.radius_m, fill: false, weight: 1.5, dashArray: "3 6" };
    add(L.circle([data.place.lat, data.place.lon], circle), () => ({ color: colour("circle") }));
    const restyle = () => drawn.forEach(({ layer, style }) => layer.setStyle(style()));
    dark.addEventListener("change", restyle);
    map.on("zoomend", restyle);
    restyle();
  }

  function drawStretches(map) {
    const renderer = L.svg({ pane: "lines", padding: 0.3 });
    const common = { renderer, pane: "lines", smoothFactor: 0.5 };
    const widths = () => map.getContainer().style.setProperty("--scale", String(scale(map)));
    map.on("zoomend", widths);
    widths();
    // The best are drawn last, on top.
    for (const row of [...stretches].reverse()) {
      const look = `rating-${row.rating} ${scoreClass(row.score)}`;
      row.casing = L.polyline(row.line, { ...common, interactive: false, className: `casing ${look}` }).addTo(map);
      row.path = L.polyline(row.line, { ...common, interactive: false, className: `stretch ${look}` }).addTo(map);
      row.hit = L.polyline(row.line, { ...common, className: "hit" }).addTo(map);
      row.hit.on("click", () => {
        go(row);
        row.button.focus({ preventScroll: true });
      });
    }
  }

  function sign(map, point, node, size) {
    // A node, not a string: Leaflet sets strings as markup.
    const icon = L.divIcon({ html: node, className: "", iconSize: size });
    return L.marker(point, { icon, pane: "signs", interactive: false, keyboard: false }).addTo(map);
  }

  function signs(map, row) {
    return [["Start", row.line[0]], ["End", row.line.at(-1)]].map(([word, point]) => {
      const node = el("span", { class: "sign" }, word);
      node.style.height = "22px";
      return sign(map, point, node, [44, 22]);
    });
  }

  function legend() {
    const scores = [4, 3, 2, 1, 0].map((i) =>
      el("li", {}, sample(`rating-A score-${i}`), `score ${(i / 5).toFixed(1)} to ${((i + 1) / 5).toFixed(1)}`));
    const ratings = [["A", "rating A"], ["B", "rating B"], ["C", "rating C"], ["none", "unrated: inspect first"]].map(([rating, text]) =>
      el("li", {}, sample(`rating-${rating}`), text));
    const place = el("li", {}, el("span", { class: "key" }, el("span", { class: "place" })), "place searched for");
    const box = el("details", { class: "legend" }, el("summary", {}, "Legend"), el("ul", {}, ...scores), el("ul", {}, ...ratings, place));
    box.open = matchMedia("(min-width: 720px) and (min-height: 600px)").matches;
    return box;
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

  function showAll(map) {
    const points = stretches.flatMap((row) => row.line);
    if (points.length) map.fitBounds(L.latLngBounds([...points, [data.place.lat, data.place.lon]]), { padding: [30, 30], maxZoom: 17, animate: false });
    else map.fitBounds(L.latLng(data.place.lat, data.place.lon).toBounds(2 * data.radius_m), { animate: false });
  }

  // --- Choosing ----------------------------------------------------------------

  /** Choose through the address, so that a choice can be sent and the back button works. */
  function go(row) {
    const hash = row ? `#s${row.rank}` : "#";
    if (location.hash === (row ? hash : "")) follow();
    else location.hash = hash;
  }

  function follow() {
    const rank = /^#s([0-9]+)$/.exec(location.hash);
    if (location.hash && !rank) return; // the skip link
    choose(stretches.find((row) => rank && row.rank === Number(rank[1])) ?? null);
  }

  function choose(row) {
    if (selected === row) return;
    if (selected) mark(selected, false);
    selected = row;
    if (row) mark(row, true);
    document.getElementById("status").textContent = row ? `Segment ${row.rank} chosen: ${title(row)}` : "No segment chosen";
  }

  function mark(row, on) {
    row.button.setAttribute("aria-expanded", String(on));
    for (const layer of [row.casing, row.path]) {
      if (on) layer.bringToFront();
      layer.getElement().classList.toggle("selected", on);
    }
    if (!on) {
      row.details.remove();
      row.signs.forEach((marker) => marker.remove());
      return;
    }
    row.hit.bringToFront();
    row.details = details(row);
    row.item.append(row.details);
    row.signs = signs(map, row);
    const key = document.querySelector(".legend");
    map.fitBounds(L.latLngBounds(row.line), {
      paddingTopLeft: [70, 50],
      paddingBottomRight: [key.open ? key.offsetWidth + 40 : 50, 50],
      maxZoom: 18,
      animate: !still.matches,
    });
    row.item.scrollIntoView({ block: "start" });
  }

  function reserveCaution() {
    const caution = document.getElementById("caution");
    new ResizeObserver(() => document.body.style.setProperty("--caution-height", `${caution.offsetHeight}px`)).observe(caution);
  }

  buildFrame();
  buildList();
  reserveCaution();
  const map = openMap();
  showAll(map);
  drawBase(map);
  drawStretches(map);
  sign(map, [data.place.lat, data.place.lon], el("span", { class: "place" }), [18, 18]);
  addEventListener("hashchange", follow);
  follow();
})();
