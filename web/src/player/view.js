// What a player shows: a box to start it above the timetable, and a screen of its own while it runs.

import { byId, el } from "../dom.js";
import { convertLengths, formatClock } from "../words.js";
import { isTimed } from "./cues.js";
import { describeNext, nameStep } from "./words.js";

/** Return the box above the timetable; `begin` is called by a tap, with whether to go on where it stopped. */
export function makeStart({ steps, kept }, switches, begin) {
  const again = kept ? [makeButton(`Go on at ${nameStep(steps[kept[0]], steps)}`, () => begin(true))] : [];
  const words =
    "Beeps at the start and the end of each section, from the phone's loudspeaker: no headphones. Look at each stretch first; the session waits for it.";
  return el(
    "section",
    { class: "inputs run", id: "run", "aria-label": "Run it" },
    el(
      "div",
      { class: "actions" },
      ...again,
      makeButton("Run this session", () => begin(false), "main-button"),
    ),
    el("p", { class: "quiet" }, words),
    ...switches,
    el("p", { class: "quiet", role: "status", id: "run-said" }),
  );
}

export function makeSwitch(id, label, on) {
  const input = el("input", { type: "checkbox", id });
  input.checked = on;
  return { input, node: el("label", { class: "tick" }, input, label) };
}

/** The screen of a session that runs. */
export class Screen {
  #steps;
  #parts;
  #dialog;

  /** @param {Object} act - `toggle`, `skip`, `repeat`, `finish` and `close` */
  constructor(steps, act) {
    this.#steps = steps;
    const line = (name, attributes = {}) => el("p", { class: `player-${name}`, ...attributes });
    this.#parts = {
      name: el("h2", { id: "player-name", "aria-live": "polite" }),
      clock: line("clock", { role: "timer" }),
      words: line("words", { dir: "auto" }),
      next: line("next"),
      total: line("total"),
      note: line("note", { role: "status" }),
      main: makeButton("Pause", () => act.toggle(), "main-button"),
      skip: makeButton("Skip", () => act.skip()),
      repeat: makeButton("Repeat", () => act.repeat()),
      end: makeButton("End", () => act.finish()),
    };
    const { main, skip, repeat, end, ...shown } = this.#parts;
    const buttons = el("div", { class: "actions" }, main, skip, repeat, end);
    const attributes = { id: "player", class: "player", "aria-labelledby": "player-name" };
    this.#dialog = el("dialog", attributes, ...Object.values(shown), buttons);
    // Closed by a key, the run would go on unseen.
    this.#dialog.addEventListener("cancel", (event) => event.preventDefault());
    this.#dialog.addEventListener("close", () => act.close());
    document.body.append(this.#dialog);
  }

  open() {
    if (!this.#dialog.open) this.#dialog.showModal();
    this.#parts.main.focus();
  }

  close() {
    this.#dialog.close();
  }

  note(text) {
    this.#parts.note.textContent = text;
  }

  /** Show where the run is. */
  show(run) {
    const { step, index, left_s, ran_s, state, held } = run;
    const { name, clock, words, next, total, main } = this.#parts;
    write(name, nameStep(step, this.#steps));
    write(clock, formatClock(left_s === null ? Math.floor(ran_s) : Math.ceil(left_s)));
    write(words, convertLengths(step.words));
    write(next, describeNext(this.#steps, index));
    write(total, `${formatClock(Math.floor(run.elapsed_s))} since the start`);
    this.#dialog.classList.toggle("backward", step.kind === "backward");
    write(
      main,
      state === "paused" ? "Go on" : held ? "Start anyway" : isTimed(step) ? "Pause" : "I have looked: go on",
    );
  }

  /** Show that it is over. */
  end(text) {
    const { name, clock, words, next, total, main, skip, repeat, end } = this.#parts;
    write(name, "Done");
    write(words, text);
    for (const part of [clock, next, total]) write(part, "");
    for (const button of [skip, repeat, end]) button.hidden = true;
    this.#dialog.classList.remove("backward");
    write(main, "Close");
  }
}

export function placeStart(box) {
  byId("run")?.remove();
  byId("session").before(box);
}

function makeButton(text, act, className = "plain-button") {
  const button = el("button", { type: "button", class: className }, text);
  button.addEventListener("click", act);
  return button;
}

/** Write a text where it is another: what is written again is read out again. */
function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
