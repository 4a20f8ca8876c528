// The steps of a session, in words and numbers.

import { countThings, formatClock, formatMetres } from "../words.js";

const KINDS = {
  "warm-up": "Warm-up",
  look: "Look",
  back: "Back",
  recover: "Recover",
  "run on": "Run on",
  "cool-down": "Cool-down",
};

/** Return the rows of the timetable; `section` is the number of a backward section, null elsewhere. */
export function listSteps({ steps }) {
  return steps.map(({ kind, section, start_s, duration_s, distance_m, words }) => ({
    section: kind === "backward" ? section : null,
    start: formatClock(start_s),
    name: kind === "backward" ? `Backward ${section}` : (KINDS[kind] ?? kind),
    words,
    duration: formatClock(duration_s),
    way: distance_m ? formatMetres(distance_m) : "",
  }));
}

export function summariseSession({ steps, sections, week, figures }, profile) {
  if (!steps.length) return `Nothing to run · ${profile}`;
  const run = `${formatMetres(figures.length_m)} in ${formatClock(figures.duration_s)}`;
  const backward = countThings(sections.length, "backward section", "backward sections");
  return `${run} · ${backward} · week ${week} · ${profile}`;
}

/** Group sections that are run on the same ground: they share a sign. */
export function groupByGround(sections) {
  const groups = new Map();
  for (const section of sections) {
    const ground = JSON.stringify(section.line);
    groups.set(ground, [...(groups.get(ground) ?? []), section]);
  }
  return [...groups.values()];
}

/** Return whether the square at (x, y) of a QR code, whose rows are numbers, is dark, as a function. */
export function readSquares(rows) {
  const bits = rows.map((row) => row.toString(2).padStart(rows.length, "0"));
  return (x, y) => bits[y][x] === "1";
}
