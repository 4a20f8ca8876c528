import assert from "node:assert/strict";
import { test } from "node:test";
import { describeShare, hasAddress, linkTo } from "../src/map/share.js";

const at = (href) => new URL(href);
const ROW = {
  rank: 7,
  name: "lawn by the <b>lake</b>",
  verdict: "Level (± 0.5 %)",
  line: [
    [60.1, -24.9],
    [60.2, -24.9],
  ],
};

test("a server has an address for others, this device and files have none", () => {
  for (const href of ["https://example.org/map.html", "http://192.168.0.7:8000/a.html"])
    assert.ok(hasAddress(at(href)), href);
  for (const href of [
    "file:///home/a.html",
    "http://127.0.0.1:4000/",
    "http://localhost/",
    "http://[::1]/",
    "about:srcdoc",
  ])
    assert.ok(!hasAddress(at(href)), href);
});

test("a link to a stretch opens the page with it chosen", () => {
  assert.equal(linkTo(ROW, at("https://example.org/map.html?x=1#s2")), "https://example.org/map.html?x=1#s7");
});

test("from a file a link leads to the start, by numbers alone", () => {
  assert.equal(
    linkTo(ROW, at("file:///home/me/map.html")),
    "https://www.openstreetmap.org/?mlat=60.100000&mlon=-24.900000#map=18/60.100000/-24.900000",
  );
});

test("what is shared says the verdict and to walk first", () => {
  const { title, text } = describeShare(ROW, at("https://example.org/"));
  assert.equal(title, ROW.name);
  assert.equal(text, "lawn by the <b>lake</b>. Level (± 0.5 %). Walk it forwards first.");
  assert.equal(
    describeShare({ ...ROW, verdict: null }, at("https://example.org/")).text,
    "lawn by the <b>lake</b>. Walk it forwards first.",
  );
});
