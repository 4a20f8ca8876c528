// Where a runner is on a section: how far from its end, where that is known well enough to end it.

const GOOD_M = 8; // accuracy up to which a position may end a section
const OLD_MS = 4000; // of a position; at 2 m/s one has gone 8 m since
const FASTEST_M_S = 8; // faster moves are jumps of the position
const DOUBTED_MS = 2000; // after a jump: nobody knows which of the two places was right
const BESIDE_M = 8; // from the line, besides the accuracy: who is farther off is not on it
const REACTION_S = 1; // from the beep to standing
export const NEAR_START_M = 12; // besides the accuracy

const METRE = 111_195; // of a degree

/** The positions of a runner. */
export class Tracker {
  #fix = null;

  /** Take a position { point, accuracy_m, at_ms }; after a jump none counts for a while. */
  take(fix) {
    const before = this.#fix;
    const jumped = before !== null && isJump(before, fix);
    this.#fix = { ...fix, doubted_ms: jumped ? fix.at_ms + DOUBTED_MS : (before?.doubted_ms ?? 0) };
  }

  lose() {
    this.#fix = null;
  }

  /**
   * Return how far a runner is from the end of a section.
   *
   * @returns {{left_m: number, stop_m: number}|{why: string}} metres to its end along the line and those at which to
   *   stop; or why that is not known: "none", "old", "rough", "jumped" or "off the line"
   */
  measure(line, now_ms, speed_m_s) {
    const why = this.#doubt(now_ms);
    if (why) return { why };
    const { accuracy_m, point } = this.#fix;
    const { left_m, off_m } = project(line, point);
    if (off_m > BESIDE_M + accuracy_m) return { why: "off the line" };
    return { left_m, stop_m: accuracy_m / 2 + REACTION_S * speed_m_s };
  }

  /** Return how far it is to the start of a section, null where that is not known well. */
  measureToStart(line, now_ms) {
    if (this.#doubt(now_ms)) return null;
    return Math.max(Math.hypot(...toMetres(line[0], this.#fix.point)) - this.#fix.accuracy_m, 0);
  }

  #doubt(now_ms) {
    if (!this.#fix) return "none";
    if (now_ms - this.#fix.at_ms > OLD_MS) return "old";
    if (this.#fix.accuracy_m > GOOD_M) return "rough";
    return now_ms < this.#fix.doubted_ms ? "jumped" : "";
  }
}

function isJump(before, { point, at_ms }) {
  const gone_ms = at_ms - before.at_ms;
  if (gone_ms > OLD_MS) return false;
  const most_m = (FASTEST_M_S * Math.max(gone_ms, 500)) / 1000 + before.accuracy_m;
  return Math.hypot(...toMetres(before.point, point)) > most_m;
}

/** Return a point in metres east and north of an origin, both [latitude, longitude]. */
function toMetres([lat, lon], point) {
  return [(point[1] - lon) * METRE * Math.cos((lat * Math.PI) / 180), (point[0] - lat) * METRE];
}

/** Return how far it is from the nearest point of a line to its end along it, and how far the line is away. */
function project(line, point) {
  let best = { off_m: Number.POSITIVE_INFINITY, gone_m: 0 };
  let before = 0;
  for (const [k, from] of line.slice(0, -1).entries()) {
    const [ex, ey] = toMetres(from, line[k + 1]);
    const [px, py] = toMetres(from, point);
    const length = Math.hypot(ex, ey);
    const share = length ? Math.min(Math.max((px * ex + py * ey) / length ** 2, 0), 1) : 0;
    const off_m = Math.hypot(px - share * ex, py - share * ey);
    if (off_m < best.off_m) best = { off_m, gone_m: before + share * length };
    before += length;
  }
  return { off_m: best.off_m, left_m: before - best.gone_m };
}
