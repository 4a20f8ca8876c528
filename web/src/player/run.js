// A session that is run: which step it is, for how long, and what may be done about it. It knows no page and no clock
// but those it is given.

import { isTimed } from "./cues.js";

const SLEPT_MS = 2500; // a page that is served calls at least so often
const SET_BACK_MS = 1000; // by which two clocks differ where one was set or one stood still
const HELD_S = 4; // before a section its runner is waited for

export class Run {
  #steps;
  #clocks;
  #last = null; // readings of both clocks at the last call, null while nothing runs
  #step_ms = 0;
  #total_ms = 0;
  #backward_ms = 0;
  index = 0;
  state = "ready"; // running, paused, done
  held = false;

  /**
   * @param {Object[]} steps
   * @param {Object} clocks - `steady` and `wall`, functions that return milliseconds
   * @param {Object} [kept] - what `keep` returned before
   */
  constructor(steps, clocks, kept = null) {
    this.#steps = steps;
    this.#clocks = clocks;
    if (!kept) return;
    [this.index, this.#step_ms, this.#total_ms, this.#backward_ms] = kept;
    this.state = "paused";
  }

  get step() {
    return this.#steps[this.index];
  }

  get elapsed_s() {
    return this.#total_ms / 1000;
  }

  get ran_s() {
    return this.#step_ms / 1000;
  }

  /** Seconds until the step ends by itself, null where a tap ends it. */
  get left_s() {
    return isTimed(this.step) ? Math.max(this.step.duration_s - this.ran_s, 0) : null;
  }

  get backward_s() {
    return this.#backward_ms / 1000;
  }

  /** Return plain numbers from which the run can be taken up again. */
  keep() {
    return [this.index, this.#step_ms, this.#total_ms, this.#backward_ms];
  }

  /** Start, or go on after a pause. */
  start() {
    if (this.state === "done" || this.state === "running") return;
    this.state = "running";
    this.#last = this.#read();
  }

  pause() {
    if (this.state !== "running") return;
    this.tick();
    if (this.state === "running") this.state = "paused";
    this.#last = null;
  }

  /** End the run here. */
  finish() {
    this.state = "done";
    this.#last = null;
    this.held = false;
  }

  /**
   * Take the time that has gone by.
   *
   * @returns {{changed: boolean, slept_s: number}} whether another step runs, and for how long nobody called
   */
  tick() {
    if (this.state !== "running") return { changed: false, slept_s: 0 };
    const now = this.#read();
    const [steady, wall] = [now.steady - this.#last.steady, now.wall - this.#last.wall];
    this.#last = now;
    // The steady clock stands still in some browsers while the device sleeps, the wall clock never.
    const gone = wall - steady > SET_BACK_MS ? wall : steady;
    const before = this.index;
    this.#total_ms += gone;
    this.#advance(gone);
    return { changed: this.index !== before || this.state === "done", slept_s: gone > SLEPT_MS ? gone / 1000 : 0 };
  }

  /** Go to the next step at once; false where the level forbids it: rest before a section is not cut short. */
  skip() {
    this.tick();
    if (this.state === "done") return false;
    if (this.#isRest() && this.left_s > 0) return false;
    this.#next();
    return true;
  }

  /** Begin the step anew; false where more would be run backwards than the level's plan has. */
  repeat() {
    this.tick();
    if (this.state === "done") return false;
    if (this.step.kind === "backward") {
      const planned = this.#steps.filter(({ kind }) => kind === "backward").reduce((sum, s) => sum + s.duration_s, 0);
      const ahead = this.#steps.slice(this.index).filter(({ kind }) => kind === "backward");
      const needed = ahead.reduce((sum, { duration_s }) => sum + duration_s, 0);
      if (this.backward_s + needed > planned) return false;
    }
    this.#step_ms = 0;
    return true;
  }

  /** Wait before the next backward section, or no more; its countdown comes when the waiting ends. */
  hold(on) {
    if (this.held === on) return false;
    if (on && !(this.#isRest() && this.left_s <= HELD_S)) return false;
    this.held = on;
    if (on) this.#step_ms = Math.min(this.#step_ms, (this.step.duration_s - HELD_S) * 1000);
    return true;
  }

  #read() {
    return { steady: this.#clocks.steady(), wall: this.#clocks.wall() };
  }

  #isRest() {
    return this.step.kind !== "backward" && this.#steps[this.index + 1]?.kind === "backward" && isTimed(this.step);
  }

  #advance(gone) {
    let left = this.held ? 0 : gone;
    while (left > 0 && this.state === "running") {
      const room = isTimed(this.step) ? this.step.duration_s * 1000 - this.#step_ms : Number.POSITIVE_INFINITY;
      const taken = Math.min(left, room);
      this.#step_ms += taken;
      if (this.step.kind === "backward") this.#backward_ms += taken;
      left -= taken;
      if (taken === room) this.#next();
    }
  }

  #next() {
    this.held = false;
    this.#step_ms = 0;
    if (this.index + 1 < this.#steps.length) this.index += 1;
    else this.finish();
  }
}
