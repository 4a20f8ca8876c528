// The player of a session's page: joins the run to what the browser has.

import { byId } from "../dom.js";
import { readLine } from "../map/grid.js";
import { explainError, explainNoLocation } from "../map/locate.js";
import { recallUnits } from "../map/units.js";
import { unpackJson } from "../map/unpack.js";
import { WakeKeeper } from "../map/wake.js";
import { useUnits } from "../words.js";
import { forgetRun, keepRun, nameRun, recallRun } from "./kept.js";
import { Player } from "./player.js";
import { Run } from "./run.js";
import { Beeper } from "./sound.js";
import { makeStart, makeSwitch, placeStart, Screen } from "./view.js";
import { Tracker } from "./where.js";
import { tellEnd } from "./words.js";

const TICK_MS = 200;
const NOTE_MS = 12_000;
const WATCH = { enableHighAccuracy: true, maximumAge: 1000, timeout: 20_000 };
const storage = () => localStorage;

class Stage {
  #plan;
  #name;
  #tracker = new Tracker();
  #beeper = null;
  #wake = new WakeKeeper(navigator.wakeLock, (text, on) => on || !text || this.#note(text));
  #speech = makeSwitch("run-speech", "Say what comes next", false);
  #position = makeSwitch("run-position", "End sections by position, where it is known to 8 m", true);
  #screen = null;
  #run;
  #player;
  #timer = null;
  #watch = null;
  #noted_ms = 0;

  constructor(plan) {
    this.#plan = plan;
    this.#name = nameRun(plan);
    this.#offer();
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState !== "visible" || this.#timer === null) return;
      this.#wake.renew();
      this.#player.tick();
      this.#sound();
    });
  }

  #offer() {
    const kept = recallRun(storage, this.#name, this.#plan.steps, Date.now());
    const speaks = "speechSynthesis" in window ? [this.#speech.node] : [];
    const switches = [...speaks, this.#position.node];
    placeStart(makeStart({ steps: this.#plan.steps, kept }, switches, (goOn) => this.#begin(goOn ? kept : null)));
  }

  #begin(kept) {
    const clocks = { steady: () => performance.now(), wall: () => Date.now() };
    this.#beeper ??= new Beeper(makeAudio()); // made by a tap, or browsers warn of it
    this.#run = new Run(this.#plan.steps, clocks, kept);
    this.#player = new Player(this.#plan, this.#run, this.#tracker, {
      beeper: this.#beeper,
      say: (text) => this.#say(text),
      note: (text) => this.#note(text),
      buzz: (ms) => navigator.vibrate?.(ms),
      keep: (numbers) => this.#keep(numbers),
      show: () => this.#screen.show(this.#run),
      ended: () => this.#end(),
      now: () => Date.now(),
    });
    this.#screen = new Screen(this.#plan.steps, {
      toggle: () => this.#toggle(),
      skip: () => this.#player.skip(),
      repeat: () => this.#player.repeat(),
      finish: () => this.#player.finish(),
      close: () => this.#close(),
    });
    this.#wake.set(true);
    if (this.#position.input.checked) this.#follow();
    this.#screen.open();
    this.#player.start();
    this.#sound();
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  #tick() {
    this.#player.tick();
    if (this.#noted_ms && Date.now() - this.#noted_ms > NOTE_MS) this.#note("");
  }

  /** The main button: pause, go on, start though somewhere else, or close at the end. */
  #toggle() {
    const { state, held, left_s } = this.#run;
    if (state === "done") this.#screen.close();
    else if (state === "paused") this.#player.start();
    else if (held || left_s === null) this.#player.skip();
    else this.#player.pause();
    if (state === "paused") this.#sound();
  }

  /** Let the page sound, which browsers allow after a tap alone, or say that it does not. */
  async #sound() {
    await this.#beeper.wake();
    if (this.#beeper.sounds) this.#player.renew();
    else this.#note("This browser lets the page make no sound: look at the clock, or ask somebody to.");
  }

  #end() {
    clearInterval(this.#timer);
    this.#timer = null;
    navigator.geolocation?.clearWatch(this.#watch);
    this.#tracker.lose();
    this.#wake.set(false);
    this.#note("");
    this.#screen.end(tellEnd(this.#run, this.#plan.steps));
    this.#say("Done");
  }

  #close() {
    if (this.#timer !== null) this.#player.finish();
    byId("player").remove();
    this.#offer();
  }

  #follow() {
    const context = { geolocation: navigator.geolocation, isSecureContext, framed: window.top !== window.self };
    const why = explainNoLocation(context);
    if (why) {
      this.#note(`${why} Sections end by time alone.`);
      return;
    }
    this.#watch = navigator.geolocation.watchPosition(
      ({ coords: { latitude, longitude, accuracy } }) =>
        this.#tracker.take({ point: [latitude, longitude], accuracy_m: accuracy, at_ms: Date.now() }),
      ({ code }) => {
        this.#tracker.lose();
        this.#note(`${explainError(code, location.protocol === "file:")} Sections end by time alone.`);
      },
      WATCH,
    );
  }

  #keep(numbers) {
    if (numbers) keepRun(storage, this.#name, numbers, Date.now());
    else forgetRun(storage);
  }

  #note(text) {
    this.#noted_ms = text ? Date.now() : 0;
    this.#screen?.note(text);
  }

  #say(text) {
    if (!this.#speech.input.checked || !text) return;
    speechSynthesis.cancel(); // what is old is of no use
    speechSynthesis.speak(new SpeechSynthesisUtterance(text));
  }
}

function makeAudio() {
  try {
    return new AudioContext();
  } catch {
    return null; // the screen and the vibration are left
  }
}

unpackJson(byId("saferoute-data").textContent).then(({ session, units }) => {
  if (!session?.steps.length) return;
  useUnits(recallUnits(units));
  const sections = session.sections.map((section) => ({ ...section, line: readLine(section.line, session.grid) }));
  new Stage({ ...session, sections });
});
