// --- Choosing, and the start ------------------------------------------------------

let selected = null;
let order = [];
let map = null;

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
  if (selected) close(selected);
  selected = row;
  document.body.classList.toggle("chosen", row !== null);
  showStretches();
  if (row) open(row);
  document.getElementById("status").textContent = row ? `Segment ${row.place} chosen: ${title(row)}` : "No segment chosen";
}

function close(row) {
  row.button.setAttribute("aria-expanded", "false");
  row.details.remove();
  row.signs.forEach((marker) => marker.remove());
}

function open(row) {
  row.button.setAttribute("aria-expanded", "true");
  ["casing", "stretch", "arrow", "hit"].forEach((kind) => row.layers[kind]?.bringToFront());
  row.details = details(row);
  row.item.append(row.details);
  row.signs = signs(map, row);
  look(map, !still.matches);
  row.item.scrollIntoView({ block: "start" });
}

let pending = null;

/** Show everything again after a change of filter, colour or weights; many changes at once count as one. */
function refresh({ reorder = false } = {}) {
  if (pending === null) queueMicrotask(show);
  pending = reorder || pending === true;
}

function show() {
  const reorder = pending;
  pending = null;
  if (reorder) order = reweigh(weightsNow);
  showList(order);
  showStretches();
  showLegend();
  if (selected && reorder) {
    const fresh = details(selected);
    selected.details.replaceWith(fresh);
    selected.details = fresh;
  }
}

function reserveCaution() {
  const caution = document.getElementById("caution");
  new ResizeObserver(() => document.body.style.setProperty("--caution-height", `${caution.offsetHeight}px`)).observe(caution);
}

for (const row of stretches) row.given = Object.fromEntries(GIVEN.map((name) => [name, row[name]]));
buildFrame();
buildList();
buildControls();
reserveCaution();
map = openMap();
showAll(map);
drawTiles(map);
drawBase(map);
drawLabels(map);
drawStretches(map);
buildLeftOut(map);
if (data.session) buildSession(map, data.session);
else sign(map, [data.place.lat, data.place.lon], el("span", { class: "place" }), [18, 18]);
pending = true;
show();
addEventListener("hashchange", follow);
follow();
