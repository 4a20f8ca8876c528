// The search of a region's page.

import "./browser.js";

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { byId } from "../src/dom.js";
import { answerSearches } from "../src/scan/find.js";
import { beginPage, settle } from "./browser.js";

const FACTS = { first_words: ["a"], common_words: [], version: "v 1" };
const PLACES = [["Aurinkoranta <i>", "B", 2, 60.5, 25.5]];

beforeEach(() => beginPage("search", "query", "results"));

/** Search for a text, and return where the map went. */
async function search(text, load) {
  const gone = [];
  answerSearches(FACTS, (point) => gone.push(point), load);
  byId("query").value = text;
  byId("search").dispatchEvent(new Event("submit", { cancelable: true }));
  await settle();
  return gone;
}

const load = async () => PLACES;

test("a position is gone to at once", async () => {
  assert.deepEqual(await search("60.17, 24.94", load), [[60.17, 24.94]]);
  assert.equal(byId("results").textContent, "");
});

test("a name is answered with what is there, as text, and a tap goes there", async () => {
  const gone = await search("aurinko", load);
  const result = byId("results").querySelector("button");
  assert.equal(result.querySelector(".name").textContent, "Aurinkoranta <i>");
  assert.match(result.textContent, /2 stretches, best B: fair/);
  result.click();
  assert.deepEqual(gone, [[60.5, 25.5]]);
  assert.equal(byId("results").children.length, 0);
});

test("what is not found, and what cannot be read now, are told apart", async () => {
  await search("zzz", load);
  assert.match(byId("results").textContent, /No stretch, park or district/);
  await search("aurinko", async () => Promise.reject(new Error("no network")));
  assert.match(byId("results").textContent, /cannot be read now/);
});

test("without another source names come from the server, in the version of the scan", async (context) => {
  const answers = { ok: true, json: async () => PLACES };
  const fetched = context.mock.method(globalThis, "fetch", async () => answers);
  await search("aurinko");
  assert.match(fetched.mock.calls[0].arguments[0], /^names-00000\.json\?v=/);
  answers.ok = false;
  await search("aurinko");
  assert.match(byId("results").textContent, /cannot be read now/);
});
