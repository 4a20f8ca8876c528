"use strict";
// Names and tags in the tiles were written by strangers: they become text, never markup.
(async () => {
  const RATINGS = [
    { name: "A", colour: "#3ebc73", width: 5, words: "A: good for inspection" },
    { name: "B", colour: "#24878d", width: 4, words: "B: fair" },
    { name: "C", colour: "#3d4c8a", width: 3, words: "C: poor, or little is known" },
    { name: "none", colour: "#8a9299", width: 2, words: "unrated: inspect first" },
  ];
  const HIDDEN = [[], ["none"], ["none", "C"], ["none", "C", "B"]];
  const byId = (id) => document.getElementById(id);
  const element = (name, text) => {
    const node = document.createElement(name);
    if (text !== undefined) node.textContent = text;
    return node;
  };
  const number = (value, digits) => (typeof value === "number" ? value.toFixed(digits) : "unknown");

  const answer = await fetch("scan.json");
  if (!answer.ok) {
    byId("about").textContent = "scan.json is missing: serve the whole folder.";
    return;
  }
  const facts = await answer.json();
  document.title = facts.title;
  byId("title").textContent = facts.title;
  const hour = facts.at ? `for ${facts.at}, local time` : "for a mean hour of the day";
  byId("about").textContent = `${facts.stretches} stretches, ${hour}; data of ${facts.data_date ?? "an unknown date"}.`;
  byId("caution").textContent = facts.caution;
  const notes = [...facts.notes];
  if (facts.bad_tiles) notes.push(`${facts.bad_tiles} tiles failed and are missing.`);
  notes.push("Seen from afar each square shows its best stretches only; come closer for all.");
  for (const note of notes) byId("notes").append(element("p", note));
  for (const rating of RATINGS) {
    const item = element("li");
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
    for (const [key, value] of Object.entries({
      x1: 0, x2: "100%", y1: "50%", y2: "50%", stroke: rating.colour, "stroke-width": rating.width,
    })) line.setAttribute(key, value);
    svg.append(line);
    svg.setAttribute("aria-hidden", "true");
    item.append(svg, rating.words);
    byId("legend").append(item);
  }

  const [west, south, east, north] = facts.bounds;
  const map = L.map("map", { maxZoom: 19, minZoom: 3 });
  map.attributionControl.setPrefix("© OpenStreetMap contributors");
  L.control.scale({ imperial: false }).addTo(map);

  const layerOf = (least) =>
    protomapsL.leafletLayer({
      url: facts.tiles,
      attribution: "",
      maxDataZoom: 13,
      labelRules: [],
      paintRules: [...RATINGS].reverse()
        .filter((rating) => !HIDDEN[least].includes(rating.name))
        .map((rating) => ({
          dataLayer: facts.layer,
          filter: (_zoom, feature) => feature.props.rating === rating.name,
          symbolizer: new protomapsL.LineSymbolizer({
            color: rating.colour, width: (zoom) => (zoom < 12 ? rating.width / 2 + 1 : rating.width), lineCap: "round",
          }),
        })),
    });
  let layer = layerOf(0).addTo(map);
  // The address says where one looks, so that it can be sent to somebody.
  const there = /^#(\d{1,2})\/(-?[\d.]{1,12})\/(-?[\d.]{1,12})$/.exec(location.hash);
  if (there) map.setView([Number(there[2]), Number(there[3])], Number(there[1]));
  else map.fitBounds([[south, west], [north, east]], { maxZoom: 16 });
  map.on("moveend", () => {
    const { lat, lng } = map.getCenter();
    history.replaceState(null, "", `#${map.getZoom()}/${lat.toFixed(5)}/${lng.toFixed(5)}`);
  });
  const licence = element("a", "ODbL 1.0");
  licence.href = facts.licence;
  byId("credit").append(`${facts.attribution.join("; ")}. `, licence);

  byId("least").addEventListener("change", (event) => {
    layer.remove();
    layer = layerOf(Number(event.target.value)).addTo(map);
  });
  const background = L.tileLayer("https://tile.openstreetmap.org/{z}/{x}/{y}.png", { maxZoom: 19, opacity: 0.6 });
  byId("tiles").addEventListener("change", (event) => {
    if (event.target.checked) background.addTo(map).bringToBack();
    else background.remove();
  });

  const ROWS = [
    ["Rating", (p) => p.rating],
    ["Suitability S₂₀", (p) => number(p.score_low, 2)],
    ["Data quality", (p) => number(p.data_quality, 2)],
    ["Length", (p) => `${number(p.length_m, 0)} m`],
    ["Surface", (p) => p.surface ?? "unknown"],
    ["Slope", (p) => (p.grade_pct === undefined ? "unknown" : `${number(p.grade_pct, 1)} %`)],
    ["People an hour", (p) => (p.people_per_hour === undefined ? "unknown" : `some ${number(p.people_per_hour, 0)}`)],
    ["Limited by", (p) => p.limiting_criterion],
    ["District", (p) => p.district ?? "none known"],
    ["Park", (p) => p.park ?? "none known"],
    ["OpenStreetMap", (p) => p.osm_ids],
    ["Check on foot", (p) => p.checks],
  ];
  const show = (props) => {
    const list = element("dl");
    for (const [name, words] of ROWS) list.append(element("dt", name), element("dd", words(props)));
    byId("chosen").replaceChildren(element("h2", props.name ?? "No name"), list);
  };
  map.on("click", (event) => {
    const picked = layer.queryTileFeaturesDebug(event.latlng.lng, event.latlng.lat, 12);
    const hidden = HIDDEN[Number(byId("least").value)];
    const found = [...picked.values()].flat().map((p) => p.feature.props).filter((p) => !hidden.includes(p.rating));
    if (found.length) show(found.sort((a, b) => b.score_low - a.score_low)[0]);
  });

  const body = byId("summary").tBodies[0];
  for (const row of facts.summary) {
    const line = element("tr");
    const name = element("td");
    const go = element("button", row.name);
    go.addEventListener("click", () => map.setView([row.best_lat, row.best_lon], 15));
    name.append(go);
    line.append(name);
    for (const text of [row.stretches, row.length_km.toFixed(1), (row.a_km + row.b_km).toFixed(1), row.best_score_low.toFixed(2)])
      line.append(element("td", String(text)));
    body.append(line);
  }
  document.documentElement.dataset.ready = "yes";
})();
