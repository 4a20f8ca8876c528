import "./browser.js";

import assert from "node:assert/strict";
import { test } from "node:test";
import { byId, columnHeading, el, nameNode, outLink, svg, writeTitle } from "../src/dom.js";
import { beginPage } from "./browser.js";

test("what strangers wrote becomes text, whatever it looks like", () => {
  const node = el("p", { class: "name" }, "<b>bold</b>", null, el("i", {}, "& more"));
  assert.equal(node.textContent, "<b>bold</b>& more");
  assert.deepEqual(
    node.children.map(({ tag }) => tag),
    ["i"],
  );
});

test("a name has a direction of its own, and a link tells other sites nothing", () => {
  assert.equal(nameNode("רחוב", "name").tag, "bdi");
  assert.equal(nameNode("רחוב", "name").className, "name");
  assert.equal(nameNode("a").getAttribute("class"), null);
  assert.equal(outLink("https://a.example/", "there").getAttribute("rel"), "noopener noreferrer");
});

test("headings of columns have a scope, and drawings their attributes", () => {
  assert.equal(columnHeading("Way", "count").getAttribute("scope"), "col");
  assert.equal(svg("rect", { width: 3 }).getAttribute("width"), "3");
});

test("a title that does not fit can be read whole", () => {
  beginPage("title");
  writeTitle("Stretches near “Somewhere”");
  assert.equal(byId("title").textContent, byId("title").title);
});
