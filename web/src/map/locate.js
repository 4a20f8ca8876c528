// Where the reader is. The position stays in the page: nothing is sent anywhere.

import { byId, el } from "../dom.js";
import { findWayTo } from "../geo.js";
import L from "../leaflet.js";
import { formatDistance, formatMetres, nameWind } from "../words.js";
import { makeButton } from "./actions.js";
import { addSign } from "./view.js";

const OLDEST_MS = 5000; // of a position that is still taken
const LONGEST_MS = 20_000; // to wait for the first one
const CLOSE = 17; // zoom at which a runner is followed

/** Say why no position can be asked for, null where it can. */
export function explainNoLocation({ geolocation, isSecureContext, framed }) {
  if (framed) return "A page inside another page gets no position: open the map in a tab of its own.";
  if (!isSecureContext)
    return "Browsers tell the position to pages over https, on this device or from a file alone: open this page in one of these ways.";
  return geolocation ? null : "This browser knows no positions: use a maps app (Go there).";
}

/** Say what went wrong, by the code of a GeolocationPositionError. */
export function explainError(code, isFile) {
  if (code === 1)
    return `Position refused: allow it for this page in the browser's settings.${isFile ? " Some browsers never give it to files: there, open the page from a web address." : ""}`;
  return code === 3
    ? "No position yet: step out under the open sky and try again."
    : "This device finds no position now: is its location switched on?";
}

/** Follows the reader's position from the first request until it is stopped. */
export class Locator {
  #map;
  #moved;
  #watch = null;
  #layers = null;
  #follows = false;

  /**
   * @param {L.Map} map
   * @param {Function} moved - called with each position { point, accuracy_m }, null when it is stopped
   */
  constructor(map, moved) {
    this.#map = map;
    this.#moved = moved;
    map.on("dragstart", () => this.#follow(false));
  }

  /** Start, or stop where it runs already. */
  toggle() {
    if (this.#watch !== null) {
      this.#stop();
      byId("where").replaceChildren();
      return;
    }
    const context = { geolocation: navigator.geolocation, isSecureContext, framed: window.top !== window.self };
    const why = explainNoLocation(context);
    if (why) {
      say(why);
      return;
    }
    say("Asking this device where it is …");
    const options = { enableHighAccuracy: true, maximumAge: OLDEST_MS, timeout: LONGEST_MS };
    this.#watch = navigator.geolocation.watchPosition(
      ({ coords }) => this.#move([coords.latitude, coords.longitude], coords.accuracy),
      ({ code }) => this.#fail(code),
      options,
    );
    showPressed(true);
  }

  #move(point, accuracy_m) {
    if (this.#layers) {
      this.#layers.sign.setLatLng(point);
      this.#layers.circle.setLatLng(point).setRadius(accuracy_m);
    } else {
      const look = { pane: "route", className: "accuracy", interactive: false, renderer: L.svg({ pane: "route" }) };
      const circle = L.circle(point, { ...look, radius: accuracy_m }).addTo(this.#map);
      this.#layers = { circle, sign: addSign(this.#map, point, el("span", { class: "me" }), [18, 18]) };
      this.#offer();
    }
    byId("position").textContent = `You are known to ± ${formatMetres(accuracy_m)}.`;
    if (this.#follows) this.#map.setView(point, Math.max(CLOSE, this.#map.getZoom()), { animate: false });
    this.#moved({ point, accuracy_m });
  }

  #offer() {
    const follow = makeButton("Follow me", () => this.#follow(!this.#follows));
    follow.id = "follow";
    byId("where").replaceChildren(el("span", { id: "position" }), follow);
    this.#follow(false);
  }

  #follow(on) {
    this.#follows = on;
    byId("follow")?.setAttribute("aria-pressed", String(on));
    if (on) this.#map.setView(this.#layers.sign.getLatLng(), Math.max(CLOSE, this.#map.getZoom()));
  }

  #fail(code) {
    // Out of sight of the sky for a while: what is known stays until something better comes.
    if (code !== 1 && this.#layers) return;
    this.#stop();
    say(explainError(code, location.protocol === "file:"));
  }

  #stop() {
    navigator.geolocation.clearWatch(this.#watch);
    this.#watch = null;
    for (const layer of Object.values(this.#layers ?? {})) layer.remove();
    this.#layers = null;
    this.#follows = false;
    showPressed(false);
    this.#moved(null);
  }
}

function say(text) {
  byId("where").replaceChildren(el("span", {}, text));
}

function showPressed(on) {
  byId("near-me").setAttribute("aria-pressed", String(on));
}

/** Write the way from the reader to a stretch into its details, nothing where there is none. */
export function writeWayThere(row, me) {
  const box = document.querySelector(".way-there");
  if (!box) return;
  if (!me) {
    box.replaceChildren();
    return;
  }
  const { metres, bearing } = findWayTo(row, me.point);
  const arrow = el("span", { class: "turned", "aria-hidden": "true" }, "↑");
  arrow.style.setProperty("--turn", `${Math.round(bearing)}deg`);
  box.replaceChildren(arrow, ` ${formatDistance(metres)} ${nameWind(bearing)} of you, in a straight line`);
}
