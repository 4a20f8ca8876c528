// Reads the stretches of the tiles, for the list and the details.

import { COARSEST, coverBox, FINEST, locateKey, orderBest, readRow, STEPS } from "./rows.js";

const MOST_TILES = 60; // of a zoom that are read for one view; coarser ones have the best of each neighbourhood

export class Stretches {
  #source;
  #layer;
  #criteria;

  /**
   * @param {Object} source - gives the features of a tile: `get(tile, size)` returns a promise of a map by layer
   * @param {Object} facts - names the `layer` of the stretches and the `criteria`
   */
  constructor(source, { layer, criteria }) {
    this.#source = source;
    this.#layer = layer;
    this.#criteria = criteria;
  }

  /** Return the stretches in a box as far as a zoom of the map shows them, the best first. */
  async readBox(southWest, northEast, mapZoom) {
    // The map draws each tile at twice its size.
    let z = Math.min(FINEST, Math.max(COARSEST, Math.round(mapZoom) - 1));
    while (z > COARSEST && coverBox(southWest, northEast, z).length > MOST_TILES) z -= 1;
    const rows = await Promise.all(coverBox(southWest, northEast, z).map((tile) => this.#readTile(tile)));
    return orderBest(rows.flat().filter((row) => touchesBox(row, southWest, northEast)));
  }

  /** Return the stretch of a key with all that is known of it, null where there is none. */
  async readOne(key) {
    const tile = locateKey(key);
    const rows = tile ? await this.#readTile(tile) : [];
    return rows.find((row) => row.key === key) ?? null;
  }

  async #readTile(tile) {
    const layers = await this.#source.get(tile, STEPS);
    return (layers.get(this.#layer) ?? []).map((feature) => readRow(feature, tile, this.#criteria));
  }
}

function touchesBox({ line }, [south, west], [north, east]) {
  const [lats, lons] = [line.map(([lat]) => lat), line.map(([, lon]) => lon)];
  return (
    Math.max(...lats) >= south && Math.min(...lats) <= north && Math.max(...lons) >= west && Math.min(...lons) <= east
  );
}
