// Which ratings the reader wants to see.

import { makePick } from "../map/controls.js";

const CHOICES = [
  ["none", "all"],
  ["C", "A, B and C (all that is rated)"],
  ["B", "A and B"],
  ["A", "A"],
];

/** Return the pick of the least rating that is shown. */
export function makeRatingPick(changed) {
  return makePick("least", "Show", CHOICES, changed);
}
