// Packed data are read as the package wrote them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";
import { unpackJson } from "../src/map/unpack.js";
import { encode, packJson } from "./packed.js";

test("deflated JSON in base 85 is read, whatever its length", async () => {
  for (const name of ["Töölö </script> \u2028", "a", "ab", "abc", "abcd"]) {
    const data = { name, heights: [null, 1.5] };
    assert.deepEqual(await unpackJson(packJson(data)), data);
  }
});

test("data that are cut off are refused", async () => {
  await assert.rejects(unpackJson(encode(deflateSync(JSON.stringify([..."abcdefghij"])).subarray(0, 12))));
});
