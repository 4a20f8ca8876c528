// The service worker of a region's page, in a browser that has a network or has none.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { nameCache, SHELL } from "../src/scan/cache.js";

const SCOPE = "https://a.example/region/";
const NAME = nameCache(SCOPE, "7");

/** The caches of a browser: name -> address -> answer. */
const kept = new Map();
const without = (url) => url.split("?")[0];
globalThis.caches = {
  keys: async () => [...kept.keys()],
  delete: async (name) => kept.delete(name),
  open: async (name) => {
    if (!kept.has(name)) kept.set(name, new Map());
    const files = kept.get(name);
    return {
      addAll: async (names) => names.forEach((file) => void files.set(file, makeAnswer(file))),
      put: async ({ url }, answer) => files.set(url, answer),
      match: async ({ url }, { ignoreSearch = false } = {}) =>
        ignoreSearch ? [...files].find(([other]) => without(other) === without(url))?.[1] : files.get(url),
    };
  },
};

function makeAnswer(text, status = 200) {
  return { text, status, clone: () => makeAnswer(text, status) };
}

const heard = new Map();
let skipped = 0;
let claimed = 0;
globalThis.self = {
  location: { href: `${SCOPE}worker.js?v=7` },
  registration: { scope: SCOPE },
  clients: { claim: async () => ++claimed },
  skipWaiting: async () => ++skipped,
  addEventListener: (name, act) => heard.set(name, act),
};
await import("../src/scan/worker.js");

async function tell(name) {
  let done;
  heard.get(name)({
    waitUntil: (promise) => {
      done = promise;
    },
  });
  await done;
}

/** Return the worker's answer, undefined where it leaves a request to the browser. */
async function ask(path, method = "GET") {
  let answer;
  const respondWith = (promise) => {
    answer = promise;
  };
  heard.get("fetch")({ request: { url: new URL(path, SCOPE).href, method }, respondWith });
  return (await answer)?.text;
}

let fetched = [];
let online = true;
globalThis.fetch = async ({ url }) => {
  if (!online) throw new TypeError("no network");
  fetched.push(url);
  return makeAnswer(`net ${fetched.length}`, url.includes("missing") ? 404 : 200);
};

beforeEach(() => {
  kept.clear();
  fetched = [];
  online = true;
});

test("all without which the page does not open is kept at once", async () => {
  await tell("install");
  assert.deepEqual([...kept.get(NAME).keys()], SHELL);
  assert.equal(skipped, 1);
});

test("earlier scans of this folder are thrown away, those of others stay", async () => {
  const other = nameCache("https://a.example/elsewhere/", "3");
  for (const name of [nameCache(SCOPE, "6"), NAME, other]) kept.set(name, new Map());
  await tell("activate");
  assert.deepEqual([...kept.keys()], [NAME, other]);
  assert.equal(claimed, 1);
});

test("what never changes is fetched once", async () => {
  assert.deepEqual([await ask("tiles-1.part?v=7"), await ask("tiles-1.part?v=7")], ["net 1", "net 1"]);
  assert.equal(fetched.length, 1);
});

test("what may be newer comes from the network, and from before without one", async () => {
  assert.deepEqual([await ask("scan.json"), await ask("scan.json")], ["net 1", "net 2"]);
  online = false;
  assert.equal(await ask("scan.json?again"), "net 2");
  await assert.rejects(ask("never-seen.json"), /no network/);
});

test("a failure is not kept", async () => {
  await ask("missing.json?v=7");
  assert.equal(await ask("missing.json?v=7"), "net 2");
});

test("what is not of this page is left to the browser", async () => {
  assert.equal(await ask("https://b.example/scan.json"), undefined);
  assert.equal(await ask("scan.json", "POST"), undefined);
});
