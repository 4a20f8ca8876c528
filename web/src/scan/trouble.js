// Says in words why the page cannot show its data, and what to do.

import { byId } from "../dom.js";

const FROM_FILE =
  "This page is opened as a file, and browsers let no file read others. Run “saferoute view” with this folder, or put the folder on any web server.";

/** Return what to tell a reader, null where nothing is wrong. */
export function explainTrouble({ protocol, online, what }) {
  if (protocol === "file:") return FROM_FILE;
  if (!what) return null;
  return online
    ? `The server does not give ${what}: put the whole folder on it, and load the page again.`
    : `There is no network, and ${what} was not seen before: what you looked at while there was one, or kept, is here.`;
}

/** Say that a file is missing; called with nothing, say only what is wrong with the page's own address. */
export function sayTrouble(what = null) {
  const { protocol } = location;
  byId("trouble").textContent = explainTrouble({ protocol, online: navigator.onLine, what }) ?? "";
}
