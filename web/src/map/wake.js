// Keeps the screen on while somebody asks for it.

import { el } from "../dom.js";

const ABSENT = "This browser cannot keep the screen on: set a longer screen time in the device's settings.";

/** Return a box to tick that keeps the screen on; it says so where that cannot be done. */
export function makeWakeSwitch() {
  const input = el("input", { type: "checkbox", id: "awake" });
  const said = el("p", { class: "quiet", role: "status" });
  const keeper = new WakeKeeper(navigator.wakeLock, (text, on) => {
    said.textContent = text;
    input.checked = on;
  });
  input.addEventListener("change", () => keeper.set(input.checked));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") keeper.renew();
  });
  return el("div", {}, el("label", { class: "tick" }, input, "Keep the screen on"), said);
}

/** Holds the screen awake through the Screen Wake Lock API. */
export class WakeKeeper {
  #api;
  #say;
  #wanted = false;
  #lock = null;

  /**
   * @param {WakeLock|undefined} api - what the browser has
   * @param {Function} say - called with a text and whether the screen is kept on
   */
  constructor(api, say) {
    this.#api = api;
    this.#say = say;
  }

  async set(on) {
    this.#wanted = on;
    if (!on) {
      await this.#lock?.release();
      this.#lock = null;
      this.#say("", false);
      return;
    }
    if (!this.#api) {
      this.#give(ABSENT);
      return;
    }
    try {
      this.#lock = await this.#api.request("screen");
      this.#say("The screen stays on while this page is in front.", true);
    } catch {
      this.#give("The device does not keep the screen on now, perhaps to save its battery.");
    }
  }

  /** Ask again after the page was away: browsers let go of the screen then. */
  async renew() {
    if (this.#wanted) await this.set(true);
  }

  #give(why) {
    this.#wanted = false;
    this.#say(why, false);
  }
}
