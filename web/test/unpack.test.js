// Packed data are read as the package wrote them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";
import { unpackJson } from "../src/map/unpack.js";

test("deflated JSON in base 64 is read", async () => {
  const data = { name: "Töölö </script> \u2028", heights: [null, 1.5] };
  const packed = deflateSync(JSON.stringify(data)).toString("base64");
  assert.deepEqual(await unpackJson(packed), data);
});

test("data that are cut off are refused", async () => {
  const packed = deflateSync(JSON.stringify([..."abcdefghij"]))
    .subarray(0, 12)
    .toString("base64");
  await assert.rejects(unpackJson(packed));
});
