// Numbers and facts of a stretch in words. What is not known is null, and is called unknown.

export const RATINGS = { A: "A", B: "B", C: "C", none: "unrated" };
export const RATING_NOTES = { A: "A", B: "B", C: "C", none: "unrated: look first" };
export const LOOK_FIRST = "Look first (unrated): too little is known of these, or what is known is poor.";
const ORIGIN_NOTES = {
  way: "a mapped way",
  area: "a line across open ground",
  track: "the straight of a running track",
};
const WINDS = ["north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west"];

/** Write a number with so many decimals, and a unit after it where it is known. */
export function formatNumber(value, digits, unit = "") {
  return typeof value === "number" ? value.toFixed(digits).replace("-", "−") + unit : "unknown";
}

const SYSTEMS = {
  metric: { short: "m", shortM: 1, long: "km", longM: 1000, mostShort: 1000 },
  imperial: { short: "ft", shortM: 0.3048, long: "mi", longM: 1609.344, mostShort: 1500 },
};
let units = SYSTEMS.metric;

/** Show lengths in metric or imperial units from now on. */
export function useUnits(system) {
  units = SYSTEMS[system];
}

export function isImperial() {
  return units === SYSTEMS.imperial;
}

/** Write a distance in metres as one that people know. */
export function formatMetres(value) {
  if (value === null) return "unknown";
  const short = value / units.shortM;
  return short < units.mostShort ? formatLength(value, 0) : `${(value / units.longM).toFixed(1)} ${units.long}`;
}

/** Write a length or height in metres as metres or feet, with so many decimals. */
export function formatLength(value, digits) {
  return formatNumber(typeof value === "number" ? value / units.shortM : value, digits, ` ${units.short}`);
}

export function formatRange(low, high, digits) {
  return low === null || high === null ? "unknown" : `${low.toFixed(digits)} to ${high.toFixed(digits)}`;
}

/** Write seconds as minutes and seconds, with hours before them from the first on. */
export function formatClock(seconds) {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (value) => String(value).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

export function countThings(count, one, many) {
  return `${count} ${count === 1 ? one : many}`;
}

export function describeSlope({ grade_pct, grade_sigma_pct }) {
  if (grade_pct === null) return "unknown";
  const error = grade_sigma_pct === null ? "error unknown" : `± ${grade_sigma_pct.toFixed(1)} %`;
  return `${formatNumber(grade_pct, 1)} % ${error}`;
}

/** Say which way to run; uphill is the kinder direction backwards. */
export function describeDirection({ advised_bearing_deg: bearing }) {
  if (bearing === null) return "either way: which end is higher is not known";
  const wind = WINDS[Math.round(bearing / 45) % 8];
  return `from start to end, towards ${wind} (${Math.round(bearing)}°), uphill`;
}

export function describeOrigin({ origin }) {
  return ORIGIN_NOTES[origin] ?? "unknown";
}

export function describeDataDate(date) {
  return date ? `Map data of ${date}` : "Date of the map data unknown";
}
