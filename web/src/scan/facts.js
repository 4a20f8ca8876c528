// What the files of a scan say, in words. A tile leaves out what is not known.

import { explainRating } from "../ratings.js";
import { formatNumber } from "../words.js";

const THINNED = "Zoomed out, each square shows its best stretches only; zoom in for all.";

/** Return [name, words] for all that a tile knows of a stretch. */
export function listFacts(stretch) {
  const { grade_pct: grade, people_per_hour: people } = stretch;
  return [
    ["Rating", explainRating(stretch.rating)],
    ["Cautious score", formatNumber(stretch.score_low, 2)],
    ["Data quality", formatNumber(stretch.data_quality, 2)],
    ["Length", formatNumber(stretch.length_m, 0, " m")],
    ["Surface", stretch.surface ?? "unknown"],
    ["Slope", formatNumber(grade, 1, " %")],
    ["People an hour", people === undefined ? "unknown" : `about ${formatNumber(people, 0)}`],
    ["Weak point", stretch.limiting_criterion ?? "unknown"],
    ["District", stretch.district ?? "none known"],
    ["Park", stretch.park ?? "none known"],
    ["OpenStreetMap", stretch.osm_ids],
    ["Check on foot", stretch.checks],
  ];
}

export function describeScan({ stretches, at, data_date }) {
  const hour = at ? `at ${at}, local time` : "in an average hour of the day";
  return `${stretches} stretches, ${hour}; map data of ${data_date ?? "an unknown date"}.`;
}

export function listNotes({ notes, bad_tiles }) {
  return [...notes, ...(bad_tiles ? [`${bad_tiles} tiles failed: their stretches are missing.`] : []), THINNED];
}

/** Return the numbers of a district or park, as its row of the summary shows them. */
export function summariseDistrict({ stretches, length_km, a_km, b_km, best_score_low }) {
  return [String(stretches), length_km.toFixed(1), (a_km + b_km).toFixed(1), best_score_low.toFixed(2)];
}
