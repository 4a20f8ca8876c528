// What sounds when: beeps of a session from now on, to be set on the audio clock ahead of time.

export const OPEN = "look"; // ends by a tap alone: nobody else knows when the ground has been looked at
const COUNTED_IN = [3, 2, 1]; // seconds before a backward section
const COUNTED_OUT = [5, 4, 3, 2, 1]; // seconds before its end

/** Whether a step ends when its time is over. */
export function isTimed({ kind }) {
  return kind !== OPEN;
}

/**
 * List the beeps from a moment of a step on, up to the first step that ends by a tap.
 *
 * @param {Object[]} steps
 * @param {number} index - of the step that runs
 * @param {number} ran_s - for how long it has run
 * @returns {{at_s: number, tone: string}[]} seconds from now, none of them past
 */
export function listCues(steps, index, ran_s) {
  const cues = [];
  let start = -ran_s;
  for (const [k, step] of steps.slice(index).entries()) {
    const after = steps[index + k + 1];
    if (!isTimed(step)) break;
    const end = start + step.duration_s;
    const backward = step.kind === "backward";
    if (backward) cues.push(...COUNTED_OUT.map((s) => ({ at_s: end - s, tone: "count" })));
    if (backward || !after) cues.push({ at_s: end, tone: "end" });
    else if (after.kind !== "backward") cues.push({ at_s: end, tone: "next" });
    if (after?.kind === "backward") {
      cues.push(...COUNTED_IN.map((s) => ({ at_s: end - s, tone: "ready" })), { at_s: end, tone: "go" });
    }
    start = end;
  }
  return cues.filter(({ at_s }) => at_s >= 0).sort((a, b) => a.at_s - b.at_s);
}
