// What the service worker keeps, and where an answer comes from first.

export const FROM_CACHE = "cache";
export const FROM_NET = "net";

/** Files without which the page does not open. */
export const SHELL = [
  "./",
  "scan.json",
  "scan.js",
  "scan.css",
  "page.css",
  "leaflet.js",
  "leaflet.css",
  "protomaps-leaflet.js",
  "manifest.json",
  "icon.svg",
];

/** Return the name of the cache of a version of a scan; with "" for a version, what the names of all begin with. */
export function nameCache(scope, version) {
  return `saferoute ${scope} ${version}`;
}

/**
 * Return where the answer to a request comes from first, null where it is not of this page.
 *
 * Files that are asked for with the version of the scan never change; others may be newer on the net.
 */
export function chooseSource({ method, url }, scope) {
  if (method !== "GET" || !url.startsWith(scope)) return null;
  return new URL(url).searchParams.has("v") && !url.includes("worker.js") ? FROM_CACHE : FROM_NET;
}
