// What stands on paper alone: a code for a phone's camera, and where on the whole map the chosen stretch lies.

import { byId, el, svg } from "../dom.js";
import { drawCodeOf } from "../qr.js";
import { hasAddress } from "./share.js";

/**
 * Write the sheet anew for a chosen row, null for none.
 *
 * A session has a code of its start already; a region has no `place`, and no still map.
 */
export function writeSheet({ place = null, session = null }, row) {
  for (const old of document.querySelectorAll("#sheet .code, #sheet .code-words, #still .here")) old.remove();
  const still = byId("still");
  if (row && still) markPlace(still.firstElementChild, row.line[Math.floor(row.line.length / 2)]);
  const point = row?.line[0] ?? (place && [place.lat, place.lon]);
  if (session || !(point || hasAddress(location))) return;
  const [text, words] = hasAddress(location)
    ? [location.href, "this page"]
    : [`geo:${point.map((degrees) => degrees.toFixed(6))}`, row ? "the start" : "the place"];
  byId("sheet").append(
    drawCodeOf(text, `Code of ${words}, for a phone's camera`),
    el("span", { class: "code-words" }, words),
  );
}

/** Ring a point [lat, lon] on the still map, which tells its middle and its pixels to a degree. */
function markPlace(picture, [lat, lon]) {
  const { lon: lon0, lat: lat0, east, north } = picture.dataset;
  const { width, height } = picture.viewBox.baseVal;
  const at = { cx: width / 2 + (lon - lon0) * east, cy: height / 2 - (lat - lat0) * north };
  picture.append(svg("circle", { class: "here", r: 42, ...at }));
}
