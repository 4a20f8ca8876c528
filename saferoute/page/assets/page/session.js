// --- A session: route, numbered sections, timetable ------------------------------------

const KINDS = { "warm-up": "Warm-up", look: "Look", back: "Back", recover: "Recover", "run on": "Run on", "cool-down": "Cool-down" };

function clock(seconds) {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (value) => String(value).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

function buildSession(map, plan) {
  document.body.classList.add("session");
  const { length_m, duration_s } = plan.figures;
  const near = data.place.name ? ` near ${data.place.name}` : "";
  document.getElementById("title").textContent = `Session${near}`;
  document.getElementById("summary").textContent = plan.steps.length
    ? `${metres(length_m)} in ${clock(duration_s)} · ${plan.sections.length} backward ${plan.sections.length === 1 ? "section" : "sections"} · week ${plan.week} · ${data.profile}`
    : `Nothing to run · ${data.profile}`;
  const lines = plan.sections.map((section) => ({ ...section, line: readLine(section.line, plan.grid) }));
  const route = plan.route ? readLine(plan.route, plan.grid) : [];
  document.getElementById("session").append(
    ...plan.notes.map((note) => el("p", { class: "note" }, note)),
    ...(plan.steps.length ? [timetable(map, plan, lines), el("div", { class: "side" }, routeProfile(plan), startCode(plan, route)), before(lines)] : []));
  if (route.length) drawRoute(map, route, lines);
}

function timetable(map, plan, lines) {
  const heading = (text, className) => el("th", { scope: "col", ...(className ? { class: className } : {}) }, text);
  const rows = plan.steps.map((step) => {
    const line = step.kind === "backward" ? lines.find(({ section }) => section === step.section)?.line : null;
    return el("tr", step.kind === "backward" ? { class: "backward" } : {},
      el("td", { class: "count" }, clock(step.start_s)),
      el("td", {}, line ? sectionButton(map, step, line) : el("strong", {}, KINDS[step.kind] ?? step.kind), " ", step.words),
      el("td", { class: "count" }, clock(step.duration_s)),
      el("td", { class: "count" }, step.distance_m ? metres(step.distance_m) : ""));
  });
  return el("table", { class: "timetable" },
    el("caption", {}, "Timetable"),
    el("thead", {}, el("tr", {}, heading("At", "count"), heading("Do"), heading("For", "count"), heading("Way", "count"))),
    el("tbody", {}, ...rows));
}

function sectionButton(map, step, line) {
  const button = el("button", { type: "button", class: "plain-button" }, `Backward ${step.section}`);
  button.addEventListener("click", () => map.fitBounds(L.latLngBounds(line), { ...besideLegend(70, 60), maxZoom: 18, animate: !still.matches }));
  return button;
}

function routeProfile(plan) {
  const heights = readHeights(plan.heights);
  const known = heights.filter((height) => height !== null);
  const length = plan.figures.length_m;
  if (known.length < 2) return el("p", { class: "quiet inputs" }, "No heights are known along this route.");
  const gaps = known.length < heights.length ? ", with gaps where none is known" : "";
  const words = `Heights along the route${gaps}, from ${Math.min(...known).toFixed(0)} to ${Math.max(...known).toFixed(0)} m; the backward sections are marked.`;
  const marks = plan.sections.map(({ start_m, length_m }) => [start_m, start_m + length_m]);
  return el("div", { class: "inputs" }, el("h2", {}, "Heights"), heightsFigure(heights, length, { perMetre: 330 / length, steeper: 40, words, marks }));
}

/** What to look at before each stretch; the caution stands at the foot of the page. */
function before(lines) {
  const stretches = new Map(lines.map((section) => [section.stretch, section]));
  const items = [...stretches.values()].map(({ stretch, name, checks }) =>
    el("li", {}, el("strong", {}, `Stretch ${stretch}`), ...(name ? [", ", nameNode(name)] : []), ": walk it forwards first; check ", checks.join("; "), "."));
  return el("div", { class: "inputs" }, el("h2", {}, "Check on foot"), el("ul", { class: "checks" }, ...items));
}

/** A code of the start for a phone's camera. */
function startCode(plan, route) {
  const size = plan.qr.length;
  const squares = plan.qr.flatMap((row, y) => [...row.toString(2).padStart(size, "0")].map((bit, x) => (bit === "1" ? `M${x} ${y}h1v1h-1z` : "")));
  const [lat, lon] = (route[0] ?? [data.place.lat, data.place.lon]).map((degrees) => degrees.toFixed(6));
  const code = svg("svg", { viewBox: `-3 -3 ${size + 6} ${size + 6}`, class: "code", role: "img", "aria-label": "Code of the start, for a phone's camera" },
    svg("rect", { x: -3, y: -3, width: size + 6, height: size + 6, fill: "#fff" }), svg("path", { d: squares.join(""), fill: "#000" }));
  return el("div", { class: "inputs start" }, el("h2", {}, "Start"), code, el("p", {}, outLink(`geo:${lat},${lon}?q=${lat},${lon}`, `${lat}, ${lon}`)));
}

function drawRoute(map, route, lines) {
  const renderers = Object.fromEntries(["route", "sections"].map((pane) => [pane, L.svg({ pane, padding: 0.3 })]));
  const add = (line, className, pane = "route") =>
    L.polyline(line, { renderer: renderers[pane], pane, interactive: false, className, smoothFactor: 0.5 }).addTo(map);
  add(route, "route-casing");
  add(route, "route");
  const sections = new Map(); // those on one ground share a sign
  for (const section of lines) {
    const place = JSON.stringify(section.line);
    sections.set(place, [...(sections.get(place) ?? []), section]);
  }
  for (const shared of sections.values()) {
    const [{ line, bearing_deg }] = shared;
    add(line, "section-casing");
    add(arrowsAlong({ line, advised_bearing_deg: bearing_deg, length_m: shared[0].length_m }), "section-arrow", "sections");
    sign(map, line[0], el("span", { class: "sign number-sign" }, shared.map(({ section }) => section).join(", ")), [0, 0]);
  }
  sign(map, route[0], el("span", { class: "sign" }, "Start and end"), [0, 0]);
}
