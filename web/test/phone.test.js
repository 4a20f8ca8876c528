import assert from "node:assert/strict";
import { test } from "node:test";
import { generate } from "lean-qr/nano";
import { explainError, explainNoLocation } from "../src/map/locate.js";
import { recallUnits, rememberUnits } from "../src/map/units.js";
import { WakeKeeper } from "../src/map/wake.js";
import { traceSquares } from "../src/qr.js";

test("where no position can be had, the page says why", () => {
  const good = { geolocation: {}, isSecureContext: true, framed: false };
  assert.equal(explainNoLocation(good), null);
  assert.match(explainNoLocation({ ...good, isSecureContext: false }), /https/);
  assert.match(explainNoLocation({ ...good, framed: true }), /tab of its own/);
  assert.match(explainNoLocation({ ...good, geolocation: undefined }), /knows no positions/);
});

test("a refused, a missing and a late position are told apart, and files get one hint more", () => {
  assert.match(explainError(1, false), /refused/);
  assert.doesNotMatch(explainError(1, false), /files/);
  assert.match(explainError(1, true), /files/);
  assert.match(explainError(2, false), /switched on/);
  assert.match(explainError(3, false), /open sky/);
});

function keepWith(api) {
  const said = [];
  return { keeper: new WakeKeeper(api, (...words) => said.push(words)), said };
}

test("the screen is kept on, asked for again when the page is back, and let go", async () => {
  const locks = [];
  const request = async (kind) => {
    const lock = {
      kind,
      released: false,
      release: async () => {
        lock.released = true;
      },
    };
    locks.push(lock);
    return lock;
  };
  const { keeper, said } = keepWith({ request });
  await keeper.renew();
  assert.equal(locks.length, 0, "nobody has asked");
  await keeper.set(true);
  await keeper.renew();
  assert.deepEqual(
    locks.map(({ kind }) => kind),
    ["screen", "screen"],
  );
  await keeper.set(false);
  assert.ok(locks[1].released);
  assert.deepEqual(
    said.map(([, on]) => on),
    [true, true, false],
  );
});

test("where the screen cannot be kept on, the box is unticked with the reason", async () => {
  const absent = keepWith(undefined);
  await absent.keeper.set(true);
  assert.match(absent.said[0][0], /cannot keep the screen on/);
  assert.equal(absent.said[0][1], false);
  const refused = keepWith({ request: () => Promise.reject(new Error("low battery")) });
  await refused.keeper.set(true);
  await refused.keeper.renew();
  assert.equal(refused.said.length, 1, "what was refused is not asked for again");
});

test("chosen units are remembered, and without a storage those of the file hold", (t) => {
  t.after(() => Reflect.deleteProperty(globalThis, "localStorage"));
  const kept = new Map();
  const storage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
  Object.defineProperty(globalThis, "localStorage", { value: storage, configurable: true });
  assert.equal(recallUnits("imperial"), "imperial");
  rememberUnits("metric");
  assert.equal(recallUnits("imperial"), "metric");
  kept.set("saferoute-units", "cubits");
  assert.equal(recallUnits("imperial"), "imperial");
  const refuse = {
    get: () => {
      throw new Error("no origin");
    },
    configurable: true,
  };
  Object.defineProperty(globalThis, "localStorage", refuse);
  rememberUnits("metric");
  assert.equal(recallUnits("imperial"), "imperial");
});

test("a code is drawn with its finder patterns, a square for each dark one", () => {
  const code = generate("https://example.org/map.html");
  const squares = traceSquares((x, y) => code.get(x, y), code.size).match(/M\d+ \d+/g);
  const dark = new Set(squares);
  for (const [x, y] of [
    [0, 0],
    [code.size - 7, 0],
    [0, code.size - 7],
  ]) {
    for (let i = 0; i < 7; i++) assert.ok(dark.has(`M${x + i} ${y}`), "the border of a finder pattern is dark");
    assert.ok(!dark.has(`M${x + 1} ${y + 1}`));
    assert.ok(dark.has(`M${x + 3} ${y + 3}`));
  }
  assert.equal(squares.length, dark.size);
});
