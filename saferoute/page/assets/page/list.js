const PAPER = 20; // segments that one page holds beside the map

// --- List -------------------------------------------------------------------------

function buildList() {
  const list = document.getElementById("list");
  stretches.forEach(item);
  if (stretches.length) return;
  const why = data.exclusions.length ? " The table below says what was left out and why." : "";
  list.replaceWith(
    el("p", { class: "nothing" }, el("strong", {}, "Nothing qualifies."),
      ` No segment within ${metres(data.radius_m)} of the place keeps to the limits of the profile.${why}`));
}

function item(row) {
  row.number = el("span", { class: "number" });
  row.facts = el("span", { class: "facts" });
  row.badge = el("span");
  row.button = el("button", { type: "button", "aria-expanded": "false" },
    row.number, el("span", {}, nameNode(title(row), "name"), row.facts), row.badge);
  row.button.addEventListener("click", () => (selected === row ? go(null) : go(row)));
  row.item = el("li", { class: "item" }, row.button);
}

/** Put the items into their order, and write what depends on weights, colours and filters. */
function showList(order) {
  const shown = order.filter(passes);
  for (const row of order) {
    const facts = [`score ${number(row.score, 2)}`, metres(row.length_m), `${metres(row.distance_m)} away`];
    if (row.surface) facts.push(row.surface);
    if (row.place !== row.rank) facts.push(`number ${row.rank} of the profile`);
    row.number.textContent = String(row.place);
    row.facts.textContent = facts.join(" · ");
    row.badge.className = `rating rating-${row.rating}`;
    row.badge.replaceChildren(el("span", { class: "hidden" }, "rating "), RATINGS[row.rating]);
    row.button.className = `choose ${colourClass(row)}`;
    row.item.hidden = !passes(row);
    Object.assign(row.item.dataset, { rank: row.rank, score: row.score ?? "", low: row.score_low ?? "" });
  }
  // Moving a focused element loses the focus.
  const focused = document.activeElement;
  document.getElementById("list")?.replaceChildren(...order.map((row) => row.item));
  if (focused?.closest?.("#list")) focused.focus({ preventScroll: true });
  document.getElementById("paper").textContent = shown.length > PAPER ? `On paper: the first ${PAPER} of ${shown.length}.` : "";
  shown.forEach((row, i) => row.item.classList.toggle("beyond-paper", i >= PAPER));
  document.getElementById("count").textContent = counted(shown.length);
}

function counted(shown) {
  const all = `${stretches.length} ${stretches.length === 1 ? "segment" : "segments"}`;
  const which = shown === stretches.length ? `${all} shown` : `${shown} of ${all} shown`;
  return weightsNow === null ? which : `${which}, ranked by your weights`;
}

// --- Details ----------------------------------------------------------------------

function details(row) {
  const part = (heading, ...nodes) => [el("h3", {}, heading), ...nodes];
  return el("div", { class: "details" },
    values(row),
    ...part("Ground along it", profile(row)),
    ...part("Criteria", ...data.criteria.map((name, k) => criterion(row, name, k))),
    ...(row.best_hours ? part("Best hours", el("p", {}, row.best_hours)) : []),
    ...part("Barefoot", el("p", {}, row.barefoot ?? "no: nothing is known of the surface")),
    ...(row.checks.length ? part("Check on foot", el("ul", { class: "checks" }, ...row.checks.map((text) => el("li", { dir: "auto" }, text ?? "")))) : []),
    ...part("Go there", goThere(row)),
    ...(row.osm_ids.length ? part("In OpenStreetMap", el("ul", { class: "links" }, ...row.osm_ids.map((id) => el("li", {}, osmLink(id ?? ""))))) : []));
}

function values(row) {
  const pairs = [
    ["Rating", RATING_NOTES[row.rating]],
    ["Score", row.score_high === null && row.score !== null
      ? `${number(row.score, 2)} (20th percentile ${number(row.score_low, 2)}), your weights`
      : `${number(row.score, 2)} (${range(row.score_low, row.score_high, 2)})`],
    ["Limited by", row.limiting_criterion ?? "unknown"],
    ["Data quality", number(row.data_quality, 2)],
    ["Length", metres(row.length_m)],
    ["From the place", metres(row.distance_m)],
    ["Run", direction(row)],
    ["Origin", ORIGIN_NOTES[row.origin] ?? "unknown"],
    ["Surface", row.surface ?? "unknown"],
    ["Slope, start to end", slope(row)],
    ["Strip width", number(row.strip_width_m, 1, " m")],
    ["Free lane", number(row.free_lane_m, 1, " m")],
    ["Range of heading", number(row.heading_range_deg, 0, "°")],
  ];
  return el("dl", { class: "values" }, ...pairs.flatMap(([term, value]) => [el("dt", {}, term), el("dd", {}, value)]));
}

function criterion(row, name, k) {
  const why = row[`why_${name}`];
  const [low, high] = row.quantiles ? [row.quantiles[k][2], row.quantiles[k][8]] : [null, null];
  const spread = high !== null && high - low > 0.02 ? ` (${range(low, high, 2)})` : "";
  return el("div", { class: "criterion" },
    el("h4", {}, name, el("span", { class: "value" }, `${number(row.d[k], 2)}${spread}, confidence ${number(row.c[k], 2)}`)),
    bar(row.d[k], "bar", low, high),
    bar(row.c[k], "bar confidence"),
    why ? el("p", { dir: "auto" }, why) : null);
}

function bar(part, className, low = null, high = null) {
  const box = el("div", { class: className, "aria-hidden": "true" }, el("span"));
  box.firstChild.style.setProperty("--part", String(part ?? 0));
  if (high !== null && high > low) {
    const error = el("i");
    error.style.setProperty("--from", String(low));
    error.style.setProperty("--to", String(high));
    box.append(error);
  }
  return box;
}

/** Links to the start: only numbers go into an address. */
function goThere(row) {
  const [lat, lon] = row.line[0].map((degrees) => degrees.toFixed(6));
  const links = [
    ["Maps app of this device", `geo:${lat},${lon}?q=${lat},${lon}`],
    ["Apple Maps", `https://maps.apple.com/?daddr=${lat},${lon}&dirflg=w`],
    ["Google Maps", `https://www.google.com/maps/dir/?api=1&destination=${lat},${lon}&travelmode=walking`],
    ["OpenStreetMap", `https://www.openstreetmap.org/?mlat=${lat}&mlon=${lon}#map=18/${lat}/${lon}`],
  ];
  return el("ul", { class: "links" }, ...links.map(([text, href]) => el("li", {}, outLink(href, text))), el("li", {}, el("span", {}, `${lat}, ${lon}`)));
}

function osmLink(id) {
  const known = /^(way|node|relation)\/[0-9]{1,19}$/.exec(id);
  return known ? outLink(`https://www.openstreetmap.org/${known[0]}`, known[0]) : el("span", {}, id);
}

// --- Around the list --------------------------------------------------------------

function buildFrame() {
  document.getElementById("title").textContent = data.place.name ? `Backward segments near ${data.place.name}` : "Backward segments";
  document.getElementById("summary").textContent = [
    `${stretches.length} ${stretches.length === 1 ? "segment" : "segments"} within ${metres(data.radius_m)}`,
    data.profile ? `profile ${data.profile}` : null,
    "ranked by suitability for inspection",
  ].filter(Boolean).join(" · ");
  document.getElementById("caution").append(el("strong", {}, "Caution. "), data.caution);
  document.getElementById("about").append(about());
}

function about() {
  const { ways = null, areas = null } = data.considered;
  const looked = ways === null || areas === null ? "" : `Looked at ${ways} ways and ${areas} pieces of open ground.`;
  return el("div", { class: "about" },
    exclusions(),
    ...(data.notes.length ? [el("h2", {}, "Notes on this run"), el("ul", { class: "checks" }, ...data.notes.map((note) => el("li", {}, note)))] : []),
    el("h2", {}, "Data"),
    el("p", { class: "quiet" }, `${dated(data.data_date)}. ${looked}`),
    ...data.attribution.map((text) => el("p", { class: "quiet" }, text)),
    el("p", { class: "quiet" }, outLink("https://www.openstreetmap.org/copyright", "OpenStreetMap copyright and licence")));
}

function exclusions() {
  if (!data.exclusions.length) return null;
  const heading = (text, className) => el("th", { scope: "col", ...(className ? { class: className } : {}) }, text);
  const rows = data.exclusions.map((row) => el("tr", {},
    el("td", {}, el("strong", {}, row.reason), el("br"), row.rule),
    el("td", { class: "count" }, String(row.pieces)),
    el("td", { class: "count" }, metres(row.length_m))));
  const box = el("details", {}, el("summary", {}, "What was left out, and why"),
    el("table", {}, el("thead", {}, el("tr", {}, heading("Why"), heading("Pieces", "count"), heading("Length", "count"))), el("tbody", {}, ...rows)));
  box.open = stretches.length === 0;
  return box;
}
