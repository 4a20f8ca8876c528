import assert from "node:assert/strict";
import { test } from "node:test";
import { formatPosition, readKey, readPosition, readTyped } from "../src/scan/address.js";
import { chooseSource, FROM_CACHE, FROM_NET, nameCache } from "../src/scan/cache.js";
import { listCommands } from "../src/scan/commands.js";
import { thinLines } from "../src/scan/ground.js";
import { Judge } from "../src/scan/judge.js";
import { describeCount } from "../src/scan/list.js";
import { explainNoKeeping, listTiles } from "../src/scan/offline.js";
import { scaleToPaper } from "../src/scan/paper.js";
import { findPieces, namePiece, Pieces } from "../src/scan/pieces.js";
import { coverBox, locateKey, orderBest, readEvidence, readRow, toDegrees } from "../src/scan/rows.js";
import { findParts, searchNames, splitWords } from "../src/scan/search.js";
import { Stretches } from "../src/scan/stretches.js";
import { explainTrouble } from "../src/scan/trouble.js";

test("an address says where the map looks, and is read back", () => {
  const there = { zoom: 14, lat: -60.17201, lng: 24.944 };
  assert.equal(formatPosition(there), "#14/-60.17201/24.94400");
  assert.deepEqual(readPosition(formatPosition(there)), there);
});

test("what is no position is none", () => {
  for (const hash of ["", "#", "#14", "#14/60", "#14/../..", "#140/60/24", "#14/60/24/x"]) {
    assert.equal(readPosition(hash), null, hash);
  }
});

test("an address names a stretch by its key", () => {
  assert.equal(readKey("#s120301230123012301"), "120301230123012301");
  assert.equal(readKey("#s120301230123012301-2"), "120301230123012301-2");
  for (const hash of ["#s7", "#s420301230123012301", "#14/60/24"]) assert.equal(readKey(hash), null, hash);
});

test("a position that is typed is one, a street with a number is none", () => {
  assert.deepEqual(readTyped("60.17, 24.94"), [60.17, 24.94]);
  assert.deepEqual(readTyped(" geo:-33.9;151.2 "), [-33.9, 151.2]);
  for (const text of ["Kaivokatu 12", "60.17", "95, 10", "10, 181"]) assert.equal(readTyped(text), null, text);
});

const FILE = Uint8Array.from({ length: 23 }, (_, i) => i);
const inPieces = (size, log = []) =>
  new Pieces({ version: "v1", piece_bytes: size, pieces: Math.ceil(FILE.length / size) }, async (name) => {
    log.push(name);
    const number = Number(/(\d{5})/.exec(name)[1]);
    return FILE.slice(number * size, (number + 1) * size).buffer;
  });

test("pieces give the bytes that the archive has, wherever they are cut", async () => {
  for (const size of [1, 5, 8, 23, 40])
    for (const [offset, length] of [
      [0, 23],
      [4, 1],
      [4, 9],
      [20, 3],
      [0, 400],
    ]) {
      const { data } = await inPieces(size).getBytes(offset, length);
      assert.deepEqual(new Uint8Array(data), FILE.slice(offset, offset + length), `${size} ${offset} ${length}`);
    }
});

test("a piece is fetched once, by a name that changes with the scan", async () => {
  const log = [];
  const pieces = inPieces(8, log);
  await pieces.getBytes(0, 10);
  await pieces.getBytes(2, 3);
  assert.deepEqual(log, [`${namePiece(0)}?v=v1`, `${namePiece(1)}?v=v1`]);
  assert.deepEqual([...pieces.seen], log);
  assert.deepEqual(findPieces(7, 2, 8), [0, 1]);
});

test("a piece that failed is asked for again", async () => {
  let asked = 0;
  const pieces = new Pieces({ version: "v", piece_bytes: 8, pieces: 1 }, async () => {
    asked += 1;
    if (asked === 1) throw new Error("no network");
    return FILE.slice(0, 8).buffer;
  });
  await assert.rejects(pieces.getBytes(0, 4));
  assert.equal((await pieces.getBytes(0, 4)).data.byteLength, 4);
});

test("points of a tile lie where the tile does", () => {
  assert.deepEqual(toDegrees({ z: 1, x: 1, y: 1 }, { x: 0, y: 0 }), [0, 0]);
  const [tile] = coverBox([60.17, 24.94], [60.17, 24.94], 13);
  const [north, west] = toDegrees(tile, { x: 0, y: 0 });
  const [south, east] = toDegrees(tile, { x: 4096, y: 4096 });
  assert.ok(south <= 60.17 && 60.17 <= north && west <= 24.94 && 24.94 <= east);
});

test("a key leads to the tile of its square", () => {
  assert.deepEqual(locateKey("3".repeat(18)), { z: 13, x: 8191, y: 8191 });
  assert.deepEqual(locateKey(`${"0".repeat(12)}1${"2".repeat(5)}-1`), { z: 13, x: 1, y: 0 });
  assert.equal(locateKey("0123"), null);
});

const feature = (props) => ({
  props,
  geom: [
    [
      { x: 0, y: 0 },
      { x: 100, y: 0 },
    ],
  ],
});
const TILE = { z: 13, x: 4665, y: 2372 };

test("what a tile does not say is unknown, never zero", () => {
  const row = readRow(feature({ key: "k", rating: "C", score_low: 0.3, d_flat: 0.5 }), TILE, ["flat", "quiet"]);
  for (const name of ["surface", "grade_pct", "best_hours", "why_quiet"]) assert.equal(row[name], null, name);
  assert.deepEqual(row.d, [0.5, null]);
  assert.deepEqual(row.checks, []);
  assert.deepEqual([row.heights, row.quantiles, row.doubts], [[], null, null]);
});

test("a tile of a small zoom has no heights to tell of", () => {
  const row = readRow(feature({ key: "k", rating: "C", score_low: 0.3 }), { ...TILE, z: 11 }, ["flat"]);
  assert.deepEqual([row.whole, row.heights], [false, undefined]);
});

const FORMULA = {
  floor: 0.01,
  mean_share: 0.7,
  least_share: 0.3,
  low_pct: 20,
  weights: [3, 1],
  ratings: [["B", 0.5, 0.3, [0, 0], [0, 0], 1]],
};
const JUDGED = {
  key: "k",
  rating: "B",
  score: 0.72,
  score_low: 0.5,
  data_quality: 0.7,
  limiting_criterion: "quiet",
  doubts: 1,
  d_flat: 0.9,
  c_flat: 0.8,
  d_quiet: 0.4,
  c_quiet: 0.5,
  draws: `${"5".repeat(11)}${"PRTVXZbdfhj"}`,
};

test("what a tile holds is judged by other weights as the page of a search judges it", () => {
  const judge = new Judge(FORMULA, ["flat", "quiet"]);
  const evidence = readEvidence(JUDGED, ["flat", "quiet"]);
  assert.equal(judge.judge(evidence).score, 0.72);
  judge.useWeights([0.1, 0.9]);
  const judged = judge.judge(evidence);
  assert.ok(judged.score < 0.6 && judged.score_low < judged.score);
  assert.equal(judged.rating, "none");
  assert.ok(Math.abs(judged.data_quality - 0.53) < 1e-9);
  assert.equal(judge.judge(evidence), judged, "once for each stretch");
  judge.useWeights([1, 0]);
  assert.ok(judge.judge(evidence).score > judged.score, "anew for other weights");
  judge.useWeights(null);
  assert.equal(judge.judge(evidence).rating, "B");
});

test("what a tile of a small zoom leaves out is not judged anew, then or where it is known later", () => {
  const judge = new Judge(FORMULA, ["flat", "quiet"]);
  judge.useWeights([0.1, 0.9]);
  const { rating, score, key } = JUDGED;
  assert.equal(judge.judge(readEvidence({ rating, score, key }, ["flat", "quiet"])).rating, "B");
  assert.equal(judge.judge(readEvidence(JUDGED, ["flat", "quiet"])).rating, "none");
});

test("what is typed for a place is one line that no shell reads otherwise", () => {
  assert.deepEqual(listCommands([-33.912, 18.4], null), [
    "saferoute find -33.91200,18.40000 -o map.html",
    "saferoute plan -33.91200,18.40000 -o session.html",
  ]);
  assert.match(listCommands([60, 20], "sat 07:00")[0], / --at "sat 07:00" -o/);
  for (const at of ['7"; rm -r ~; "', "$(id)", "`id`", "sat\n"]) {
    assert.equal(listCommands([60, 20], at)[0], "saferoute find 60.00000,20.00000 -o map.html", at);
  }
});

test("the best come first, and each once", () => {
  const rows = [
    { key: "a", rating: "none", score_low: 0.9 },
    { key: "b", rating: "B", score_low: 0.5 },
    { key: "c", rating: "B", score_low: 0.6 },
    { key: "b", rating: "B", score_low: 0.5 },
  ];
  assert.deepEqual(
    orderBest(rows).map(({ key }) => key),
    ["c", "b", "a"],
  );
});

test("a stretch that reaches into two tiles is one, and what is out of view is none", async () => {
  const asked = [];
  const source = {
    get: async (tile) => {
      asked.push(tile);
      return new Map([["stretches", [feature({ key: "k", rating: "A", score_low: 0.8 })]]]);
    },
  };
  const stretches = new Stretches(source, { layer: "stretches", criteria: [] });
  const [lat, lon] = toDegrees(TILE, { x: 50, y: 0 });
  const rows = await stretches.readBox([lat - 0.001, lon - 0.001], [lat + 0.001, lon + 0.001], 16);
  assert.equal(rows.length, 1);
  assert.ok(asked.length >= 2 && asked.every(({ z }) => z === 13));
});

const PLACES = [
  ["Östra allén", "A", 3, 60, 24],
  ["path by Östra allén", "B", 1, 60.1, 24],
  ["Oststrand", "C", 2, 54, 8],
];
const INDEX = { first_words: ["allen", "oststrand"], common_words: ["path", "by"] };

test("names are found without accents and capitals, by the beginning of words", async () => {
  assert.deepEqual(splitWords("Östra-allén 3"), ["ostra", "allen", "3"]);
  const found = async (text) => (await searchNames(text, INDEX, async () => PLACES)).map(({ name }) => name);
  assert.deepEqual(await found("ÖSTRA AL"), ["Östra allén", "path by Östra allén"]);
  assert.deepEqual(await found("ostst"), ["Oststrand"]);
  assert.deepEqual(await found("path"), []);
  assert.deepEqual(await found("  "), []);
});

test("only the parts of the index are fetched that can hold a word", () => {
  const firsts = ["a", "ka", "ka", "mi"];
  assert.deepEqual(findParts(firsts, "ka"), [0, 1, 2]);
  assert.deepEqual(findParts(firsts, "zz"), [3]);
  assert.deepEqual(findParts([], "a"), []);
});

test("what carries the scan's version is kept for good, other files are asked for anew", () => {
  const scope = "https://example.org/region/";
  const source = (url, method = "GET") => chooseSource({ url, method }, scope);
  assert.equal(source(`${scope}tiles-00000.part?v=1`), FROM_CACHE);
  assert.equal(source(`${scope}scan.json`), FROM_NET);
  assert.equal(source(`${scope}worker.js?v=1`), FROM_NET);
  assert.equal(source("https://example.org/other/scan.json"), null);
  assert.equal(source(`${scope}scan.json`, "POST"), null);
  assert.ok(nameCache(scope, "1").startsWith(nameCache(scope, "")));
});

test("an area is kept at every zoom", () => {
  const zooms = new Set(listTiles([60.17, 24.94], [60.18, 24.96]).map(({ z }) => z));
  assert.deepEqual([...zooms], [5, 6, 7, 8, 9, 10, 11, 12, 13]);
  assert.match(explainNoKeeping({ isSecureContext: false }), /https/);
  assert.equal(explainNoKeeping({ isSecureContext: true, serviceWorker: {} }), null);
});

test("the list says how many more are in view", () => {
  assert.equal(describeCount(30, 108, 108), "The first 30 of 108 stretches in view");
  assert.equal(describeCount(1, 1, 1), "1 stretch in view");
  assert.equal(describeCount(0, 0, 7), "0 of 7 stretches in view, by your filters");
  assert.equal(describeCount(30, 45, 108), "The first 30 of 45 of 108 stretches in view, by your filters");
  assert.match(describeCount(0, 0, 0), /search for a place/);
});

test("lines of the ground are thinner from afar, and never vanish", () => {
  const widths = [5, 13, 15, 16, 19].map(thinLines);
  assert.deepEqual(
    widths,
    [...widths].sort((a, b) => a - b),
  );
  assert.ok(widths[0] > 0);
  assert.equal(widths.at(-1), 1);
});

test("what is wrong is said with the way out", () => {
  assert.match(explainTrouble({ protocol: "file:", online: true, what: null }), /saferoute view/);
  assert.equal(explainTrouble({ protocol: "https:", online: true, what: null }), null);
  assert.match(explainTrouble({ protocol: "https:", online: true, what: "scan.json" }), /whole folder/);
  assert.match(explainTrouble({ protocol: "https:", online: false, what: "a piece" }), /no network/);
});

test("on paper the map fills its box, and the chosen line fits into it", () => {
  const box = { x: 700, y: 280 };
  assert.equal(scaleToPaper(box, { x: 1000, y: 800 }, null), 0.7);
  assert.equal(scaleToPaper(box, { x: 350, y: 280 }, null), 2);
  assert.equal(scaleToPaper(box, { x: 1000, y: 800 }, { x: 200, y: 560 }), 0.5);
  assert.equal(scaleToPaper(box, { x: 1000, y: 800 }, { x: 200, y: 100 }), 0.7);
});
