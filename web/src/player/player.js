// Plays a session: joins the run, its sounds and its position, and says what happens.

import { listCues } from "./cues.js";
import { NEAR_START_M } from "./where.js";
import { explainPosition, NO_MORE, REST_STAYS, sayAhead, sayStep, tellHeld, tellSleep } from "./words.js";

const SAID_AT_M = [20, 10]; // before the end of a section
const AHEAD_S = 12; // before a section its cue is said
const COUNTED_S = 5;
const KEEP_MS = 5000;

export class Player {
  #plan;
  #run;
  #out;
  #tracker;
  #second = null;
  #saidAt = [];
  #saidAhead = false;
  #doubted = "";
  #kept_ms = 0;

  /**
   * @param {{steps: Object[], sections: Object[]}} plan - sections with their `line`
   * @param {Run} run
   * @param {Tracker} tracker
   * @param {Object} out - `beeper`, and functions `say`, `note`, `buzz`, `keep`, `show`, `ended`, `now`
   */
  constructor(plan, run, tracker, out) {
    this.#plan = plan;
    this.#run = run;
    this.#tracker = tracker;
    this.#out = out;
  }

  start() {
    this.#run.start();
    this.#begin();
  }

  pause() {
    this.#run.pause();
    this.#out.beeper.clear();
    this.#keep();
    this.#out.show();
  }

  skip() {
    if (this.#run.held) {
      this.#run.hold(false);
      this.#renew();
    } else if (this.#run.skip()) this.#begin();
    else this.#out.note(REST_STAYS);
  }

  repeat() {
    if (this.#run.repeat()) this.#begin();
    else this.#out.note(NO_MORE);
  }

  finish() {
    this.#run.finish();
    this.#begin();
  }

  /** Set the beeps anew, after the page was given back its sound. */
  renew() {
    if (this.#run.state !== "done") this.#renew();
  }

  /** To be called several times a second, and when the page is back. */
  tick() {
    const { changed, slept_s } = this.#run.tick();
    if (slept_s) this.#out.note(tellSleep(slept_s));
    if (changed) this.#begin();
    else if (slept_s) this.#renew(); // the audio clock may have stood still
    if (this.#run.state !== "running") return;
    if (this.#run.step.kind === "backward") this.#watchEnd();
    else this.#watchStart();
    if (this.#run.state !== "running") return;
    this.#count();
    if (this.#out.now() - this.#kept_ms > KEEP_MS) this.#keep();
  }

  /** Take up a new step, or the end. */
  #begin() {
    this.#second = null;
    this.#saidAt = [];
    this.#saidAhead = false;
    this.#keep();
    if (this.#run.state === "done") {
      // The last beep is on its way where the run ended by itself.
      this.#out.ended();
      return;
    }
    this.#out.buzz(this.#run.step.kind === "backward" ? 500 : 200);
    this.#out.say(sayStep(this.#plan.steps, this.#run.index));
    this.#renew();
  }

  /** Set the beeps anew, as something else comes next or at another time. */
  #renew() {
    const { index, ran_s, held, state } = this.#run;
    this.#out.beeper.set(held || state !== "running" ? [] : listCues(this.#plan.steps, index, ran_s));
    this.#out.show();
  }

  /** End a section where its end is within reach. */
  #watchEnd() {
    const { section, distance_m, duration_s } = this.#run.step;
    const found = this.#tracker.measure(this.#lineOf(section), this.#out.now(), distance_m / duration_s);
    if (found.why) {
      if (this.#doubted !== found.why) this.#out.note(explainPosition(found.why));
      this.#doubted = found.why;
      return;
    }
    this.#doubted = "";
    if (found.left_m <= found.stop_m) {
      this.#run.skip();
      this.#begin();
      this.#out.beeper.play("end");
      this.#out.say("Stop");
      return;
    }
    const reached = SAID_AT_M.filter((m) => found.left_m <= m && !this.#saidAt.includes(m)).at(-1);
    if (!reached) return;
    this.#saidAt = SAID_AT_M.filter((m) => m >= reached);
    this.#out.beeper.play("near");
    this.#out.say(String(reached));
  }

  /** Say the cue of the section that comes, and wait for who is not at its start. */
  #watchStart() {
    const next = this.#plan.steps[this.#run.index + 1];
    const { left_s } = this.#run;
    if (next?.kind !== "backward" || left_s === null) return;
    if (left_s <= AHEAD_S && !this.#saidAhead) {
      this.#saidAhead = true;
      this.#out.say(sayAhead(this.#plan.steps, this.#run.index));
    }
    const away_m = this.#tracker.measureToStart(this.#lineOf(next.section), this.#out.now());
    const far = away_m !== null && away_m > NEAR_START_M;
    if (!this.#run.hold(far)) return;
    this.#renew();
    if (far) this.#out.note(tellHeld(away_m));
  }

  /** Show each second once, and let the last ones of a section and of the rest before it be felt. */
  #count() {
    const { left_s, ran_s, step, held } = this.#run;
    const second = left_s === null ? -Math.floor(ran_s) : Math.ceil(left_s);
    if (second === this.#second) return;
    this.#second = second;
    const next = this.#plan.steps[this.#run.index + 1];
    const most = step.kind === "backward" ? COUNTED_S : next?.kind === "backward" ? 3 : 0;
    if (left_s !== null && !held && second <= most) this.#out.buzz(60);
    this.#out.show();
  }

  #lineOf(number) {
    return this.#plan.sections.find(({ section }) => section === number).line;
  }

  #keep() {
    this.#kept_ms = this.#out.now();
    this.#out.keep(this.#run.state === "done" ? null : this.#run.keep());
  }
}
