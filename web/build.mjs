// Bundles the pages' scripts into the package: `node build.mjs`, or `node build.mjs FOLDER` to compare elsewhere.

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const PACKAGE = join(HERE, "..", "saferoute");
const QR = " With lean-qr, © 2021–2025 David Evans, MIT licence: see LICENSE.lean-qr.";
const BUNDLES = {
  "page/assets/page.js": {
    source: "src/map/main.js",
    holds: QR,
  },
  "page/assets/player.js": { source: "src/player/main.js", holds: "" },
  "scan/assets/worker.js": { source: "src/scan/worker.js", holds: "" },
  "scan/assets/scan.js": { source: "src/scan/main.js", holds: QR },
};

const folder = process.argv[2] ?? PACKAGE;
for (const [built, { source, holds }] of Object.entries(BUNDLES)) {
  await build({
    absWorkingDir: HERE,
    entryPoints: [source],
    outfile: join(folder, built),
    bundle: true,
    minify: true,
    charset: "utf8",
    format: "iife",
    target: "es2022",
    legalComments: "none",
    banner: {
      js: `// Built from web/${source} by "npm run build" in web/: change that instead.${holds}\n"use strict";`,
    },
  });
}
