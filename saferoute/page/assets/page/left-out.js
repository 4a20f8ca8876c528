// --- What was left out, and why -----------------------------------------------------

const REACH = 22; // pixels from a line within which a click or a finger means it

/** A layer, off at first; a click tells the reason. */
function buildLeftOut(map) {
  const { grid, roads: roadReason, reasons } = data.left_out;
  const rules = new Map(data.exclusions.map(({ reason, rule }) => [reason, rule]));
  const names = [...new Set([...(roadReason === null ? [] : [roadReason]), ...reasons.map(({ reason }) => reason)])];
  const parts = () => names.map((name) => {
    const written = reasons.find(({ reason }) => reason === name) ?? { lines: "", areas: "" };
    const lines = readLines(written.lines, grid);
    return { reason: name, lines: name === roadReason ? [...roads, ...lines] : lines, areas: readLines(written.areas, grid) };
  });
  if (!names.length) return;
  let all = null; // read when first asked for
  let shown = [];
  const group = L.layerGroup().addTo(map);
  const renderer = L.canvas({ pane: "left-out", padding: 0.3 });
  const common = { renderer, pane: "left-out", interactive: false, smoothFactor: 0.5 };
  const show = (which) => {
    all ??= parts();
    shown = all.filter((part, i) => which === "all" || which === String(i));
    group.clearLayers();
    map.closePopup();
    for (const { lines, areas } of shown) {
      L.polyline(lines, { ...common, color: colour("left-out"), weight: 2.5 * scale(map), dashArray: "4 3" }).addTo(group);
      L.polygon(areas, { ...common, color: colour("left-out"), weight: 1, fillOpacity: 0.25, dashArray: "4 3" }).addTo(group);
    }
  };
  const options = [["none", "nothing"], ["all", "everything"], ...names.map((name, i) => [String(i), name])];
  document.getElementById("tools").append(el("div", { class: "inputs" }, pick("left-out", "Show what was left out", options, show)));
  map.on("click", ({ latlng }) => {
    const found = nearest(map, latlng, shown);
    if (found) L.popup({ maxWidth: 260 }).setLatLng(latlng).setContent(reasonNode(found.reason, rules.get(found.reason), latlng)).openOn(map);
  });
}

function reasonNode(reason, rule, { lat, lng }) {
  const [y, x] = [lat.toFixed(6), lng.toFixed(6)];
  return el("div", { class: "reason" }, el("strong", {}, "Left out: ", reason), el("p", {}, rule ?? ""),
    outLink(`https://www.openstreetmap.org/query?lat=${y}&lon=${x}#map=19/${y}/${x}`, "What OpenStreetMap knows here"));
}

/** The part whose line is nearest to a point of the map, else one whose area holds it. */
function nearest(map, latlng, parts) {
  const at = map.latLngToLayerPoint(latlng);
  let best = null;
  let least = REACH;
  for (const part of parts) {
    for (const line of part.lines) {
      const points = line.map((point) => map.latLngToLayerPoint(point));
      for (let i = 1; i < points.length; i++) {
        const away = L.LineUtil.pointToSegmentDistance(at, points[i - 1], points[i]);
        if (away < least) [least, best] = [away, part];
      }
    }
  }
  return best ?? parts.find(({ areas }) => inside(latlng, areas)) ?? null;
}

/** Whether a point lies within rings, by the even-odd rule. */
function inside({ lat, lng }, rings) {
  let odd = false;
  for (const ring of rings) {
    for (let i = 0, k = ring.length - 1; i < ring.length; k = i++) {
      const [[y, x], [v, u]] = [ring[i], ring[k]];
      if (y > lat !== v > lat && lng < ((u - x) * (lat - y)) / (v - y) + x) odd = !odd;
    }
  }
  return odd;
}
