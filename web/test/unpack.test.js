// Packed data are read as the package wrote them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";
import { unpackJson } from "../src/map/unpack.js";

const DIGITS = [..."0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%,()*+-;.=/?@^_`:|[~"];

/** Write bytes in base 85, as Python does. */
function encode(bytes) {
  const missing = (4 - (bytes.length % 4)) % 4;
  const padded = [...bytes, ...new Array(missing).fill(0)];
  let text = "";
  for (let k = 0; k < padded.length; k += 4) {
    const word = padded.slice(k, k + 4).reduce((sum, byte) => sum * 256 + byte);
    text += [4, 3, 2, 1, 0].map((power) => DIGITS[Math.floor(word / 85 ** power) % 85]).join("");
  }
  return text.slice(0, text.length - missing);
}

test("deflated JSON in base 85 is read, whatever its length", async () => {
  for (const name of ["Töölö </script> \u2028", "a", "ab", "abc", "abcd"]) {
    const data = { name, heights: [null, 1.5] };
    assert.deepEqual(await unpackJson(encode(deflateSync(JSON.stringify(data)))), data);
  }
});

test("data that are cut off are refused", async () => {
  await assert.rejects(unpackJson(encode(deflateSync(JSON.stringify([..."abcdefghij"])).subarray(0, 12))));
});
