import "./browser.js";

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { explainLink, makeActions } from "../src/map/actions.js";
import { findButton, settle } from "./browser.js";
import { makeRow } from "./rows.js";

const FILE = { protocol: "file:", hostname: "", href: "file:///map.html" };
const SERVER = { protocol: "https:", hostname: "a.example", href: "https://a.example/map.html#s9" };

beforeEach(() => {
  globalThis.navigator = {};
  globalThis.location = FILE;
});

async function copyWith(clipboard) {
  globalThis.navigator.clipboard = clipboard;
  const box = makeActions(makeRow({ rank: 3 }), null);
  findButton(box, "Copy link").click();
  await settle();
  return box.querySelector(".said").textContent;
}

test("a copied link is told by where it leads: to this page, or why not", () => {
  assert.match(explainLink(SERVER), /opens this page/);
  assert.match(explainLink(FILE), /send the file/);
  const own = explainLink({ protocol: "http:", hostname: "127.0.0.1" });
  assert.match(own, /start copied.*this device alone/);
  assert.doesNotMatch(own, /file/);
});

test("the link of a stretch is copied, or shown where the browser copies nothing", async () => {
  const copied = [];
  globalThis.location = SERVER;
  assert.match(await copyWith({ writeText: async (text) => copied.push(text) }), /^Link copied/);
  assert.deepEqual(copied, ["https://a.example/map.html#s3"]);
  const refused = await copyWith({ writeText: async () => Promise.reject(new Error("no")) });
  assert.match(refused, /https:\/\/a\.example\/map\.html#s3$/);
});

test("sharing is offered where the browser shares, and a failure is told, a change of mind is not", async () => {
  assert.equal(findButton(makeActions(makeRow(), null), "Share"), undefined);
  for (const [name, said] of [
    ["AbortError", /^$/],
    ["NotAllowedError", /copy the link/],
  ]) {
    globalThis.navigator.share = async () => Promise.reject(Object.assign(new Error(), { name }));
    const box = makeActions(makeRow(), null);
    findButton(box, "Share").click();
    await settle();
    assert.match(box.querySelector(".said").textContent, said);
  }
});

test("the way to the start has numbers alone in its links", () => {
  const row = makeRow({ name: "javascript:alert(1)", line: [[-33.9, 151.25]] });
  const links = makeActions(row, null).querySelectorAll("a");
  assert.equal(links.length, 4);
  for (const link of links) assert.match(link.href, /^(geo:|https:\/\/)[^"<> ]*-33\.900000.*151\.250000/);
});
