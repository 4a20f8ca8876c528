// What the reader saw on foot: kept in this browser, and written as saferoute reads it (docs/observations.md).

import { measureWay } from "./geo.js";

const KEY = "saferoute-observations";
const VERSION = 1;
const BESIDE_M = 25; // from the middle of a stretch to a line that was seen there
const FINE = "fine";

/** What may be seen: words in files, and for people. */
export const HAZARDS = [
  ["glass", "broken glass"],
  ["holes", "holes"],
  ["roots", "roots or stones"],
  ["closed", "closed"],
  ["narrow", "too narrow"],
  ["wet", "wet or slippery"],
  ["steep", "steep"],
  ["crowded", "crowded"],
  ["dogs", "dogs"],
];
export const SURFACES =
  "asphalt concrete paving_stones sett compacted fine_gravel gravel ground grass sand wood tartan artificial_turf".split(
    " ",
  );
export const SLOPES = ["level", "slight", "steep"];

/**
 * Return an observation of a stretch as a feature of GeoJSON.
 *
 * @param {Object} row - of the list
 * @param {Object} told - `fine`, `seen` (words of `HAZARDS`), `surface`, `slope`, `note`, `by`; what is empty is left out
 * @param {Date} now
 */
export function makeObservation({ line, name, osm_ids }, told, now) {
  const coordinates = line.map(([lat, lon]) => [lon, lat].map((degrees) => Number(degrees.toFixed(6))));
  const kept = Object.entries(told).filter(([, value]) => (Array.isArray(value) ? value.length : value));
  return {
    type: "Feature",
    geometry: { type: "LineString", coordinates },
    properties: { date: formatDay(now), ...Object.fromEntries(kept), name, osm_ids },
  };
}

/** Say why nothing can be kept of what was told, "" where it can. */
export function explainUnfit({ fine, seen, surface, slope, note }) {
  if (fine && seen.length) return "Fine, or something bad: untick one of them.";
  return fine || seen.length || surface || slope || note ? "" : "Tick what you saw, or write a note.";
}

export function toCollection(features) {
  return { type: "FeatureCollection", saferoute_observations: VERSION, features };
}

export function describeObservation({ properties: { date, fine, seen = [], surface, slope, note } }) {
  const words = [
    ...(fine ? [FINE] : []),
    ...HAZARDS.filter(([name]) => seen.includes(name)).map(([, word]) => word),
    ...[surface?.replaceAll("_", " "), slope && `felt ${slope}`, note && `“${note}”`].filter(Boolean),
  ];
  return `${date}: ${words.join(", ")}`;
}

/** Whether an observation was made on a stretch: its line passes the stretch's middle. */
export function isOf(feature, { line }) {
  const middle = line[Math.floor(line.length / 2)];
  return feature.geometry.coordinates.some(([lon, lat]) => measureWay(middle, [lat, lon]).metres <= BESIDE_M);
}

/** The reader's observations; they last as long as the page where the browser keeps nothing. */
export class Notebook {
  #storage;
  #features;
  lasts = true;

  /** @param {Function} storage - returns the browser's storage; it may throw */
  constructor(storage) {
    this.#storage = storage;
    this.#features = this.#read();
  }

  get features() {
    return this.#features;
  }

  add(feature) {
    // Another page of the same place may have written meanwhile.
    this.#write([...this.#read(), feature]);
  }

  remove(feature) {
    const text = JSON.stringify(feature);
    this.#write(this.#read().filter((other) => JSON.stringify(other) !== text));
  }

  #read() {
    try {
      const kept = JSON.parse(this.#storage().getItem(KEY) ?? "[]");
      return kept.filter(({ geometry, properties }) => geometry.coordinates.length && properties.date);
    } catch {
      return this.#features ?? [];
    }
  }

  #write(features) {
    this.#features = features;
    try {
      this.#storage().setItem(KEY, JSON.stringify(features));
      this.lasts = true;
    } catch {
      this.lasts = false; // frames without an origin have no storage, and a full one takes nothing
    }
  }
}

function formatDay(now) {
  const two = (value) => String(value).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
