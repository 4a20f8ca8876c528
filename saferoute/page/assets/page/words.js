// --- Words ----------------------------------------------------------------------

const RATINGS = { A: "A", B: "B", C: "C", none: "unrated" };
const RATING_NOTES = { A: "A", B: "B", C: "C", none: "unrated: inspect first" };
const ORIGINS = { way: "Unnamed way", area: "Unnamed open area", track: "Unnamed running track" };
const ORIGIN_NOTES = { way: "along a mapped way", area: "laid into an open area", track: "straight of a running track" };
const WINDS = ["north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west"];

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

/** Which way to run; uphill is the kinder direction backwards. */
function direction(row) {
  if (row.advised_bearing_deg === null) return "either way: which end is higher is not known";
  const wind = WINDS[Math.round(row.advised_bearing_deg / 45) % 8];
  return `from start to end, towards ${wind} (${Math.round(row.advised_bearing_deg)}°), uphill`;
}

function title(row) {
  return row.name ?? ORIGINS[row.origin] ?? "Unnamed";
}

function dated(date) {
  return date ? `Map data of ${date}` : "Date of the map data unknown";
}

/** Make an element; strings among the children become text. */
function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children.filter((child) => child !== null));
  return node;
}

function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

function nameNode(text, className) {
  // The direction of a name is its own: a Hebrew one must not turn its neighbours round.
  return el("bdi", className ? { class: className } : {}, text);
}

function outLink(href, ...children) {
  return el("a", { href, target: "_blank", rel: "noopener noreferrer" }, ...children);
}
