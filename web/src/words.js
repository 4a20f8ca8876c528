// Numbers and facts of a stretch in words. What is not known is null, and is called unknown.

export const LOOK_FIRST = "Look first (unrated): too little known, or poor";
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
  metric: { short: "m", shortM: 1, long: "km", longM: 1000, mostShort: 1000, step: 10 },
  imperial: { short: "ft", shortM: 0.3048, long: "mi", longM: 1609.344, mostShort: 1500, step: 50 },
};
const LENGTH = /(\d+(?:\.\d+)?) (km|m|mi|ft)(?![\w/])/g;
const PACE = /(\d+):(\d\d) min\/(km|mi)/g;
let units = SYSTEMS.metric;

/** Show lengths in metric or imperial units from now on. */
export function useUnits(system) {
  units = SYSTEMS[system];
}

export function isSystem(system) {
  return Object.hasOwn(SYSTEMS, system);
}

/** Rewrite the lengths and paces of a sentence in the present units; those that are in them already stay. */
export function convertLengths(text) {
  return text.replace(LENGTH, convertLength).replace(PACE, convertPace);
}

function convertLength(words, number, unit) {
  if (unit === units.short || unit === units.long) return words;
  const other = Object.values(SYSTEMS).find(({ short, long }) => unit === short || unit === long);
  const isLong = unit === other.long;
  const value = (Number(number) * (isLong ? other.longM : other.shortM)) / (isLong ? units.longM : units.shortM);
  const digits = isLong || (value < 10 && value % 1 >= 0.05) ? 1 : 0;
  return `${value.toFixed(digits)} ${isLong ? units.long : units.short}`;
}

function convertPace(words, minutes, seconds, unit) {
  if (unit === units.long) return words;
  const { longM } = Object.values(SYSTEMS).find(({ long }) => unit === long);
  const total = Math.round(((Number(minutes) * 60 + Number(seconds)) * units.longM) / longM);
  return `${formatClock(total)} min/${units.long}`;
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

/** Write a distance in metres, rounded as far as it matters on foot. */
export function formatDistance(value) {
  if (value === null) return "unknown";
  const step = units.step * units.shortM;
  return formatMetres(Math.round(value / step) * step);
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

/** Return the wind towards which a bearing points. */
export function nameWind(bearing) {
  return WINDS[Math.round(bearing / 45) % 8];
}

/** Say how far and in which direction a stretch lies from the place. */
export function describeAway({ distance_m, east_m, north_m }) {
  if (distance_m === null) return "distance unknown";
  const way = formatDistance(distance_m);
  if (east_m === null || north_m === null) return `${way} away`;
  return `${way} ${nameWind(((Math.atan2(east_m, north_m) * 180) / Math.PI + 360) % 360)}`;
}

/** Say which way to run; uphill is the kinder direction backwards. */
export function describeDirection({ advised_bearing_deg: bearing }) {
  if (bearing === null) return "either way: which end is higher is not known";
  return `from start to end, towards ${nameWind(bearing)} (${Math.round(bearing)}°), uphill`;
}

export function describeOrigin({ origin }) {
  return ORIGIN_NOTES[origin] ?? "unknown";
}

export function describeDataDate(date) {
  return date ? `Map data of ${date}` : "Date of the map data unknown";
}
