// Packs data as saferoute/page/payload.py does.

import { deflateSync } from "node:zlib";

const DIGITS = [..."0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%,()*+-;.=/?@^_`:|[~"];

/** Write bytes in base 85, as Python does. */
export function encode(bytes) {
  const missing = (4 - (bytes.length % 4)) % 4;
  const padded = [...bytes, ...new Array(missing).fill(0)];
  let text = "";
  for (let k = 0; k < padded.length; k += 4) {
    const word = padded.slice(k, k + 4).reduce((sum, byte) => sum * 256 + byte);
    text += [4, 3, 2, 1, 0].map((power) => DIGITS[Math.floor(word / 85 ** power) % 85]).join("");
  }
  return text.slice(0, text.length - missing);
}

/** Return data as a page has them. */
export function packJson(data) {
  return encode(deflateSync(JSON.stringify(data)));
}
