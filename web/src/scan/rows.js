// Stretches from the tiles, as the list and the details of the find page take them.

import { readHeights, readShares } from "../map/grid.js";
import { pickVerdict } from "../map/payload.js";

export const STEPS = 4096; // of a tile's grid along each side
export const FINEST = 13; // zoom of the tiles that hold all stretches, and all that is known of them
export const COARSEST = 5;
const DRAWN = 11; // quantiles of a criterion

/** Return a point of a tile's grid as [latitude, longitude]. */
export function toDegrees({ z, x, y }, point) {
  const size = 2 ** z;
  const south = (y + point.y / STEPS) / size;
  const lat = Math.atan(Math.sinh(Math.PI * (1 - 2 * south)));
  return [(lat * 180) / Math.PI, ((x + point.x / STEPS) / size) * 360 - 180];
}

/** Return the column and row of the tile that holds a point, as numbers with fractions. */
function placeInTiles([lat, lon], z) {
  const size = 2 ** z;
  const south = (1 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI) / 2;
  return { x: ((lon + 180) / 360) * size, y: south * size };
}

/** Return the tiles of a zoom that a box touches, from its south-west and north-east corners. */
export function coverBox(southWest, northEast, z) {
  const last = 2 ** z - 1;
  const clamp = (value) => Math.min(last, Math.max(0, Math.floor(value)));
  const low = placeInTiles([northEast[0], southWest[1]], z);
  const high = placeInTiles([southWest[0], northEast[1]], z);
  const tiles = [];
  for (let x = clamp(low.x); x <= clamp(high.x); x++)
    for (let y = clamp(low.y); y <= clamp(high.y); y++) tiles.push({ z, x, y });
  return tiles;
}

/** Return the tile of the finest zoom that holds the square of a key, null where it is no key. */
export function locateKey(key) {
  const digits = /^([0-3]{18})(-[0-9]{1,4})?$/.exec(key)?.[1].slice(0, FINEST);
  if (!digits) return null;
  const tile = { z: FINEST, x: 0, y: 0 };
  for (const digit of digits) {
    tile.x = 2 * tile.x + (Number(digit) & 1);
    tile.y = 2 * tile.y + (Number(digit) >> 1);
  }
  return tile;
}

/** Return a feature of a tile as a row; what a tile leaves out is not known. */
export function readRow({ props, geom }, tile, criteria) {
  const get = (name) => props[name] ?? null;
  const list = (name) => (props[name] ? props[name].split("; ") : []);
  const whys = criteria.map((name) => [`why_${name}`, get(`why_${name}`)]);
  const plain = NUMBERS_AND_TEXTS.map((name) => [name, get(name)]);
  const whole = tile.z === FINEST;
  return {
    ...Object.fromEntries([...plain, ...whys]),
    ...readEvidence(props, criteria),
    line: geom[0].map((point) => toDegrees(tile, point)),
    checks: list("checks"),
    osm_ids: list("osm_ids"),
    heights: whole ? readHeights(get("heights")) : undefined,
    whole,
  };
}

/** Return what a stretch of a tile is judged by: its key, verdict and doubts, and of each criterion what is known. */
export function readEvidence(props, criteria) {
  const get = (name) => props[name] ?? null;
  const draws = get("draws");
  return {
    key: get("key"),
    doubts: get("doubts"),
    d: criteria.map((name) => get(`d_${name}`)),
    c: criteria.map((name) => get(`c_${name}`) ?? 0),
    quantiles: draws && criteria.map((_, k) => readShares(draws.slice(DRAWN * k, DRAWN * (k + 1)))),
    given: pickVerdict(props),
  };
}

const NUMBERS_AND_TEXTS = [
  "key",
  "name",
  "rating",
  "verdict",
  "surface",
  "length_m",
  "score",
  "score_low",
  "score_high",
  "data_quality",
  "limiting_criterion",
  "origin",
  "best_hours",
  "grade_pct",
  "grade_sigma_pct",
  "advised_bearing_deg",
  "strip_width_m",
  "free_lane_m",
  "heading_range_deg",
  "height_sigma_m",
  "height_source",
  "people_per_hour",
  "district",
  "park",
];

const BY_RATING = ["A", "B", "C", "none"];

/** Return rows once each, the best first: by rating, then by cautious score. */
export function orderBest(rows) {
  const once = new Map(rows.map((row) => [row.key, row]));
  return [...once.values()].sort(
    (a, b) =>
      BY_RATING.indexOf(a.rating) - BY_RATING.indexOf(b.rating) ||
      b.score_low - a.score_low ||
      (a.key < b.key ? -1 : 1),
  );
}
