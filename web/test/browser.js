// What a browser has, as far as the modules ask for it: import it before them.
// It lays nothing out and draws nothing: what is on the screen is tested in browsers (tests/page).

import { setMaxListeners } from "node:events";
import { Element } from "./elements.js";

setMaxListeners(0); // pages of many tests listen to one document

class Page extends EventTarget {
  documentElement = new Element("html");
  body = new Element("body");
  activeElement = null;
  visibilityState = "visible";

  constructor() {
    super();
    this.documentElement.append(this.body);
  }

  createElement(tag) {
    const node = new Element(tag);
    // A list without a choice of its own has that of its first line.
    if (tag === "select") Object.defineProperty(node, "value", chosenOf(node));
    return node;
  }

  createElementNS(_space, tag) {
    return new Element(tag);
  }

  getElementById(id) {
    return this.querySelector(`#${id}`);
  }

  querySelector(selector) {
    return this.documentElement.querySelector(selector);
  }

  querySelectorAll(selector) {
    return this.documentElement.querySelectorAll(selector);
  }

  elementFromPoint() {
    return this.body;
  }
}

function chosenOf(select) {
  let chosen = null;
  return {
    get: () => chosen ?? select.firstElementChild?.value ?? "",
    set: (value) => {
      chosen = value;
    },
  };
}

/** What a page asks of the screen: `media` holds the questions that are answered with yes. */
export const media = new Set();
const asked = new Map();

function matchMedia(query) {
  if (!asked.has(query)) asked.set(query, new EventTarget());
  const answer = asked.get(query);
  answer.matches = media.has(query);
  return answer;
}

/** Change the answer to a question, as turning to paper or into the dark does. */
export function changeMedia(query, matches) {
  if (matches) media.add(query);
  else media.delete(query);
  matchMedia(query).dispatchEvent(Object.assign(new Event("change"), { matches }));
}

class Storage {
  #kept = new Map();

  getItem(key) {
    return this.#kept.get(key) ?? null;
  }

  setItem(key, value) {
    this.#kept.set(key, String(value));
  }

  removeItem(key) {
    this.#kept.delete(key);
  }
}

class Path2D {
  moveTo() {}
  lineTo() {}
  closePath() {}
}

class ResizeObserver {
  #told;

  constructor(told) {
    this.#told = told;
  }

  observe() {
    this.#told();
  }
}

const document = new Page();
const events = new EventTarget(); // of the window
const given = {
  window: globalThis,
  addEventListener: (...of) => events.addEventListener(...of),
  dispatchEvent: (event) => events.dispatchEvent(event),
  Path2D,
  ResizeObserver,
  document,
  location: { protocol: "file:", hostname: "", hash: "", href: "file:///map.html" },
  navigator: { onLine: true },
  localStorage: new Storage(),
  matchMedia,
  getComputedStyle: ({ style }) => style,
  isSecureContext: true,
};
for (const [name, value] of Object.entries(given))
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });

/** Begin a page anew, with an empty element of each id. */
export function beginPage(...ids) {
  document.body.className = "";
  document.body.replaceChildren(
    ...ids.map((id) => {
      const node = document.createElement("div");
      node.id = id;
      return node;
    }),
  );
}

/** Return the button with these words, within a node. */
export function findButton(node, words) {
  return [...node.querySelectorAll("button"), ...node.querySelectorAll("summary")].find(
    ({ textContent }) => textContent === words,
  );
}

/** Give an input another value, as its reader does. */
export function enter(input, value, event = "change") {
  Object.assign(input, typeof value === "boolean" ? { checked: value } : { value });
  input.dispatchEvent(new Event(event));
}

/** Follow a link within the page. */
export function goTo(hash) {
  location.hash = hash;
  events.dispatchEvent(new Event("hashchange"));
}

/** Let what waits for a promise go on. */
export function settle() {
  return new Promise((done) => setImmediate(done));
}
