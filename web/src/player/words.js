// What the player says of a session, on the screen and aloud.

import { convertLengths, countThings, formatClock, formatMetres } from "../words.js";
import { isTimed } from "./cues.js";

const NAMES = {
  "warm-up": "Warm-up",
  look: "Look at the stretch",
  back: "Back to the start",
  recover: "Recover",
  "run on": "Run on",
  "cool-down": "Cool-down",
};
const NO_POSITION = {
  none: "No position: sections end by time alone.",
  old: "The position is lost: this section ends by time alone.",
  rough: "The position is not known to 8 m: this section ends by time alone.",
  jumped: "The position jumps: this section ends by time alone.",
  "off the line": "You seem to be beside the section's line: it ends by time alone.",
};
export const REST_STAYS = "Rest before a section belongs to the level: it is not cut short.";
export const NO_MORE = "The level's plan has no more time backwards: this section is not run again.";

export function nameStep({ kind, section }, steps) {
  if (kind !== "backward") return NAMES[kind] ?? kind;
  return `Backward ${section} of ${steps.filter((step) => step.kind === "backward").length}`;
}

export function describeNext(steps, index) {
  const next = steps[index + 1];
  if (!next) return "Then you are done.";
  return `Next: ${nameStep(next, steps)}${isTimed(next) ? `, ${formatClock(next.duration_s)}` : ""}`;
}

/** What is said aloud when a step begins; nothing in a section itself, whose runner listens for other things. */
export function sayStep(steps, index) {
  const { kind, cue, words } = steps[index];
  if (kind === "backward") return "";
  return `${nameStep(steps[index], steps)}. ${convertLengths(cue && kind !== "look" ? cue : words)}`;
}

/** What is said aloud before a section. */
export function sayAhead(steps, index) {
  const next = steps[index + 1];
  return `Soon: ${nameStep(next, steps)}, ${next.duration_s} seconds. ${next.cue ?? ""}`;
}

export function explainPosition(why) {
  return NO_POSITION[why];
}

export function tellSleep(slept_s) {
  return `The browser let this page sleep for ${formatClock(Math.round(slept_s))}: it may not have beeped then.`;
}

export function tellHeld(away_m) {
  return `Waiting: the section starts ${formatMetres(away_m)} from you. It counts down when you are there.`;
}

export function tellEnd(run, steps) {
  const sections = steps.filter(({ kind }) => kind === "backward").length;
  const planned = countThings(sections, "section", "sections");
  const backward = formatClock(Math.round(run.backward_s));
  return `Done: ${backward} backwards (${planned} planned), ${formatClock(Math.round(run.elapsed_s))} in all.`;
}
