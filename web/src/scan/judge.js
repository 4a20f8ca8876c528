// What other weights than the profile's make of the stretches of a region.

import { Scorer } from "../map/score.js";
import { orderBest, readEvidence } from "./rows.js";

/** Judges stretches by the reader's weights, as far as the tiles hold what that takes. */
export class Judge {
  #scorer;
  #criteria;
  #weights = null; // the profile's own
  #judged = new Map(); // key -> verdict by these weights

  /**
   * @param {Object} formula - numbers of the score as the scan gives them
   * @param {string[]} criteria
   */
  constructor(formula, criteria) {
    this.#scorer = new Scorer(formula, criteria);
    this.#criteria = criteria;
  }

  /** The profile's weights. */
  get own() {
    return this.#scorer.weights;
  }

  /** Judge by these weights from now on, by the profile's where they are null. */
  useWeights(weights) {
    this.#weights = weights;
    this.#judged.clear();
  }

  /** Return the verdict on a stretch, of `readEvidence`; from the tiles of small zooms it is the package's. */
  judge(evidence) {
    if (this.#weights === null || evidence.quantiles === null) return evidence.given;
    const known = this.#judged.get(evidence.key) ?? this.#scorer.score(evidence, this.#weights);
    this.#judged.set(evidence.key, known);
    return known;
  }

  /** Return the verdict on a stretch as a tile has it. */
  judgeTile(props) {
    return this.#weights === null ? props : this.judge(readEvidence(props, this.#criteria));
  }

  /** Give rows the present verdicts, and return them in their order. */
  order(rows) {
    for (const row of rows) Object.assign(row, this.judge(row));
    return orderBest(rows);
  }
}
